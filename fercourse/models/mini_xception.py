"""mini-Xception (Arriaga, Ploeger and Valdenegro-Toro, 2017): depthwise separable and residual."""

from keras import layers

from fercourse.models.blocks import convolution, every_other_pixel


def network(x, classes: int, filters: tuple[int, ...] = (16, 32, 64, 128)):
    """Return the logits of an entry flow, a module for each of `filters`, and an exit flow.

    The exit flow has a map for each class, and a logit is the mean of its map, so the layer named
    "logits" is a pooling one.
    """
    for _ in range(2):
        x = convolution(x, 8, padding="valid")
        x = layers.ReLU()(x)
    for count in filters:
        x = _module(x, count)
    x = layers.Conv2D(classes, 3, padding="same", name="class_maps")(x)
    return layers.GlobalAveragePooling2D(name="logits")(x)


def _module(x, filters: int):
    """Add two separable convolutions to a 1x1 one of every other pixel."""
    shortcut = convolution(every_other_pixel(x), filters, size=1)
    x = layers.ReLU()(_separable(x, filters))
    x = _separable(x, filters)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


def _separable(x, filters: int):
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)
