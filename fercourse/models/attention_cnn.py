"""A CNN that weighs its channels and its places."""

from keras import layers

from fercourse.models.blocks import convolution
from fercourse.models.layers import SpatialAttention

BLOCKS = (32, 64, 128, 256)


def network(x, classes: int, reduction: int = 8, dropout: float = 0.4):
    """Return the logits of four blocks with attention to channels, then to places.

    Channels are weighed by squeeze and excitation (Hu et al., 2018), places as in CBAM (Woo et
    al., 2018).
    """
    for filters in BLOCKS:
        for _ in range(2):
            x = layers.ReLU()(convolution(x, filters))
        x = SpatialAttention()(_weigh_channels(x, filters, reduction))
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)


def _weigh_channels(x, filters: int, reduction: int):
    weights = layers.GlobalAveragePooling2D()(x)
    weights = layers.Dense(filters // reduction, activation="relu")(weights)
    weights = layers.Dense(filters, activation="sigmoid")(weights)
    return layers.Multiply()([x, layers.Reshape((1, 1, filters))(weights)])
