"""ResNet-18 (He et al., 2016), with the stem for small pictures."""

from keras import layers

from fercourse.models.blocks import convolution, every_other_pixel

STAGES = (64, 128, 256, 512)


def network(x, classes: int, dropout: float = 0.0):
    """Return the logits of four stages of two residual blocks.

    As He et al. do for CIFAR, the stem is a 3x3 convolution without stride or pooling.
    """
    x = layers.ReLU()(convolution(x, STAGES[0]))
    for stage, filters in enumerate(STAGES):
        x = _block(x, filters, halve=stage > 0)
        x = _block(x, filters, halve=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)


def _block(x, filters: int, halve: bool):
    """Add two 3x3 convolutions to `x`, projected where the picture is halved."""
    shortcut = convolution(every_other_pixel(x), filters, size=1) if halve else x
    x = layers.ReLU()(convolution(x, filters, strides=2 if halve else 1))
    x = convolution(x, filters)
    return layers.ReLU()(layers.Add()([x, shortcut]))
