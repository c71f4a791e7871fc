"""The layers of fercourse's own; importing this module makes Keras know them in files.

The fixed ones take float32 (N, H, W, 1) in any scale, unless they say so, and give the same shape.
They are written in ``keras.ops`` alone, and every operation can be converted for LiteRT and ONNX.
"""

import keras
import numpy as np
from keras import ops

own_layer = keras.saving.register_keras_serializable(package="fercourse")


@own_layer
class HistogramEqualization(keras.layers.Layer):
    """Spread each face's gray levels (0 to 255) over the whole range, as OpenCV's equalizeHist.

    A level becomes the share of the face's pixels that are not brighter. A face of one level stays.
    Levels between whole ones are rounded; there is no gradient through this layer.
    """

    def call(self, faces):
        shape = ops.shape(faces)
        levels = ops.clip(ops.round(ops.reshape(faces, (shape[0], -1))), 0, 255)
        # A level is 16 times its tens plus its ones: two small tables count and look up, where one
        # of 256 entries a pixel would fill the memory.
        tens = ops.floor(levels / 16)
        ones = ops.one_hot(ops.cast(levels - 16 * tens, "int32"), 16)
        tens = ops.one_hot(ops.cast(tens, "int32"), 16)
        counts = ops.matmul(ops.transpose(tens, (0, 2, 1)), ones)
        not_brighter = ops.cumsum(ops.reshape(counts, (shape[0], 256)), axis=1)
        table = ops.reshape(not_brighter, (shape[0], 16, 16))
        ranks = ops.sum(ops.matmul(tens, table) * ones, axis=2)
        darkest = ops.min(ranks, axis=1, keepdims=True)
        rest = ops.max(ranks, axis=1, keepdims=True) - darkest
        spread = ops.round((ranks - darkest) * (255 / ops.maximum(rest, 1)))
        return ops.reshape(ops.where(rest > 0, spread, levels), shape)


@own_layer
class Denoising(keras.layers.Layer):
    """Smooth with the binomial 3x3 kernel, as OpenCV's GaussianBlur of size 3."""

    def call(self, faces):
        return _filtered(faces, np.outer([1, 2, 1], [1, 2, 1]) / 16)


@own_layer
class Edges(keras.layers.Layer):
    """Replace each pixel by the length of its gradient (Sobel and Feldman, 1968), scaled into the same range."""

    def call(self, faces):
        across = np.outer([1, 2, 1], [-1, 0, 1]) / 4
        x, y = _filtered(faces, across), _filtered(faces, across.T)
        # The little more under the root keeps its gradient finite where a face is flat.
        return ops.sqrt((x * x + y * y) / 2 + 1e-9)


@own_layer
class BackgroundRemoval(keras.layers.Layer):
    """Replace what lies outside the ellipse of a cropped face by the face's mean."""

    def build(self, shape):
        rows, columns = (np.arange(side) + 0.5 for side in shape[1:3])
        y, x = (rows / shape[1] - 0.5) / 0.5, (columns / shape[2] - 0.5) / 0.4
        self._inside = (y[:, None] ** 2 + x**2 < 1).astype(np.float32)[None, :, :, None]

    def call(self, faces):
        inside = ops.convert_to_tensor(self._inside)
        total = ops.sum(faces * inside, axis=(1, 2), keepdims=True)
        mean = total / float(self._inside.sum())
        return faces * inside + mean * (1 - inside)


@own_layer
class SpatialAttention(keras.layers.Layer):
    """Weigh each place by what is seen there (Woo et al., 2018): (N, H, W, C) to the same shape."""

    def build(self, shape):
        self.convolution = keras.layers.Conv2D(
            1, 7, padding="same", use_bias=False, activation="sigmoid"
        )
        self.convolution.build((*shape[:3], 2))

    def call(self, x):
        mean, most = ops.mean(x, axis=-1, keepdims=True), ops.max(x, axis=-1, keepdims=True)
        return x * self.convolution(ops.concatenate([mean, most], axis=-1))


def _filtered(faces, kernel: np.ndarray):
    """Return (N, H, W, 1) correlated with a 3x3 kernel, mirrored at the border as OpenCV does."""
    padded = ops.pad(faces, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    weights = ops.convert_to_tensor(kernel[:, :, None, None].astype(np.float32))
    return ops.conv(padded, weights, padding="valid")
