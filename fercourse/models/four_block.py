"""Four blocks of convolution: the network that courses begin with."""

from keras import layers

BLOCKS = (128, 256, 512, 512)


def network(x, classes: int, dropout: float = 0.4, last_dropout: float = 0.3):
    """Return the logits of four blocks and two dense layers.

    A block is a 3x3 convolution without padding, batch normalization, 2x2 maximum pooling and
    dropout; initial weights are Glorot's (Glorot and Bengio, 2010), as Keras has them by default.
    """
    for filters in BLOCKS:
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(last_dropout)(x)
    return layers.Dense(classes, name="logits")(x)
