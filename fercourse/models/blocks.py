"""What several networks are made of."""

from keras import layers


def convolution(x, filters: int, size: int = 3, strides: int = 1, padding: str = "same"):
    """Return a convolution of `x`, normalized over the batch."""
    x = layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=False)(x)
    return layers.BatchNormalization()(x)


def every_other_pixel(x):
    """Return every other row and column of `x`.

    Before an unstrided 1x1 convolution it gives what a strided one gives. TensorFlow 2.21 with
    oneDNN writes outside its memory in the gradient of the latter.
    """
    return layers.MaxPooling2D(1, strides=2)(x)
