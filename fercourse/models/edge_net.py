"""The small network that is made for INT8.

Plain 3x3 convolutions quantize best and run fastest: separable ones move more memory than they
save in multiplications, and carry many scales for few weights. ReLU6 bounds what a scale has to
cover. There is no swish, no squeeze and excitation and no layer normalization.
"""

from keras import layers

from fercourse.models.blocks import convolution

STAGES = (24, 48, 72)


def network(x, classes: int, stem: int = 16, dropout: float = 0.3):
    """Return the logits of three stages, each a halving convolution and a residual block."""
    x = layers.ReLU(6.0)(convolution(x, stem))
    for filters in STAGES:
        x = layers.ReLU(6.0)(convolution(x, filters, strides=2))
        x = _residual(x, filters)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)


def _residual(x, filters: int):
    y = layers.ReLU(6.0)(convolution(x, filters))
    y = convolution(y, filters)
    return layers.ReLU(6.0)(layers.Add()([x, y]))
