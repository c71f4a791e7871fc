"""The VGG for small faces of Khaireddin and Chen (2021)."""

from keras import layers

STAGES = (64, 128, 256, 512)


def network(x, classes: int, dropout: float = 0.2, units: int = 4096):
    """Return the logits of eight convolutions in four stages, and three dense layers.

    The paper trains on crops of 40x40 pixels; this network takes the whole 48x48, so its first
    dense layer has 3x3 instead of 2x2 places to look at.
    """
    for filters in STAGES:
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(units)(x)
        x = layers.Dropout(dropout)(x)
        x = layers.ReLU()(x)
    return layers.Dense(classes, name="logits")(x)
