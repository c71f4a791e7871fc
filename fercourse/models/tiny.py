"""The network that trains in seconds."""

from keras import layers

from fercourse.models.blocks import convolution


def network(x, classes: int, filters: tuple[int, ...] = (16, 32, 32), dropout: float = 0.2):
    """Return the logits of a convolution for each entry of `filters`, each halving the picture.

    Every operation quantizes well: plain convolutions, ReLU and one dense layer.
    """
    for count in filters:
        x = layers.ReLU()(convolution(x, count, strides=2))
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)
