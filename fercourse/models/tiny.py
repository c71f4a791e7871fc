"""The network that trains in seconds."""

from keras import layers


def network(x, classes: int, filters: tuple[int, ...] = (16, 32, 32), dropout: float = 0.2):
    """Return the logits of a convolution for each entry of `filters`, each halving the picture.

    Every operation quantizes well: plain convolutions, ReLU and one dense layer.
    """
    for count in filters:
        x = layers.Conv2D(count, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)
