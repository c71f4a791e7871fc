"""An enhanced CNN of two levels: take the background away, filter, then classify.

The idea is that of the ECNN in reviews of the field: one CNN removes the background, fixed filters
reduce noise and find edges, and a second CNN classifies. Papers leave layers and sizes unsaid;
those here are ours.
"""

from keras import layers

from fercourse.models.blocks import convolution
from fercourse.models.layers import Denoising, Edges

BLOCKS = (32, 64, 128)


def network(x, classes: int, dropout: float = 0.3):
    """Return the logits of the second level, which sees the face, smoothed, and its edges."""
    face = layers.Multiply(name="without_background")([x, _foreground(x)])
    x = layers.Concatenate()([face, Denoising()(face), Edges()(face)])
    for filters in BLOCKS:
        for _ in range(2):
            x = layers.ReLU()(convolution(x, filters))
        x = layers.MaxPooling2D(2)(x)
        x = layers.Dropout(dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, name="logits")(x)


def _foreground(x):
    """Return the first level's map (H, W, 1): near 1 where a pixel matters, near 0 elsewhere.

    Nobody tells it what is background; it learns what to keep from the labels of expressions.
    """
    for filters in (8, 16):
        x = layers.MaxPooling2D(2)(layers.ReLU()(convolution(x, filters)))
    x = layers.ReLU()(convolution(x, 16))
    x = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
    return layers.UpSampling2D(4, interpolation="bilinear", name="foreground")(x)
