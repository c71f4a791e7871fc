"""Random changes of training faces, as layers of a model that runs on every backend.

Turning, moving, magnifying and mirroring are one resampling of the picture instead of four: a
fourth of the time, and the picture is blurred once.
"""

import keras
from keras import ops

from fercourse.training.config import Augmentation

# Of the picture's area, as in the paper; the aspect lies between 0.3 and its inverse.
ERASED = (0.02, 0.2)
ASPECT = 0.3


def augmentation(how: Augmentation = Augmentation(), seed: int = 0, side: int = 48) -> keras.Model:
    """Return a model that changes faces at random. Introduced in notebook 03.

    Parameters
    ----------
    how : Augmentation
        How far.
    seed : int
        Of the lots.
    side : int
        Width and height of the faces in pixels.

    Returns
    -------
    keras.Model
        Float32 (N, side, side, 1) holding 0 to 255, to the same. It changes nothing unless it is
        called with ``training=True``, and is no part of what is trained or saved.
    """
    faces = keras.Input((side, side, 1))
    x = RandomGeometry(how.flip, how.rotation, how.shift, how.zoom, seed=seed)(faces)
    if how.brightness or how.contrast:
        x = RandomLight(how.brightness, how.contrast, seed=seed + 1)(x)
    if how.erasing:
        x = RandomErasing(how.erasing, seed=seed + 2)(x)
    return keras.Model(faces, x, name="augmentation")


class _Random(keras.layers.Layer):
    """A layer without weights that draws lots, one for each face, in training only."""

    def __init__(self, seed: int, **options):
        super().__init__(**options)
        self.lots = keras.random.SeedGenerator(seed)

    def call(self, faces, training=False):
        return self.change(faces) if training else faces

    def compute_output_shape(self, input_shape):
        return input_shape

    def uniform(self, faces, least: float, most: float):
        """Return a number for each face, (N,)."""
        return keras.random.uniform(ops.shape(faces)[:1], least, most, seed=self.lots)

    def uniform_1(self, faces, least: float, most: float):
        """Return a number for each face that broadcasts over its pixels, (N, 1, 1, 1)."""
        return ops.reshape(self.uniform(faces, least, most), (-1, 1, 1, 1))


class RandomGeometry(_Random):
    """Mirror, turn, magnify and move, in one bilinear resampling; the border is repeated."""

    def __init__(self, flip: bool, rotation: float, shift: float, zoom: float, *, seed: int):
        super().__init__(seed)
        self.flip, self.rotation, self.shift, self.zoom = flip, rotation, shift, zoom

    def change(self, faces):
        angle = self.uniform(faces, -1, 1) * (self.rotation * 3.141592653589793 / 180)
        scale = 1 / self.uniform(faces, 1 - self.zoom, 1 + self.zoom)
        side = ops.where(self.uniform(faces, 0, 1) < 0.5 * self.flip, -1.0, 1.0)
        # By whole pixels, so that a face that is only moved is not blurred.
        right, down = (ops.round(self.uniform(faces, -1, 1) * self.shift) for _ in "xy")
        cos, sin, nil = ops.cos(angle) * scale, ops.sin(angle) * scale, ops.zeros_like(angle)
        middle = (faces.shape[1] - 1) / 2
        # From where the pixel at x, y comes: a0 x + a1 y + a2, b0 x + b1 y + b2.
        a0, a1, b0, b1 = side * cos, -sin, side * sin, cos
        a2 = middle - (a0 + a1) * middle + right
        b2 = middle - (b0 + b1) * middle + down
        matrix = ops.stack([a0, a1, a2, b0, b1, b2, nil, nil], axis=1)
        return ops.image.affine_transform(
            faces,
            matrix,
            interpolation="bilinear",
            fill_mode="nearest",
            data_format="channels_last",
        )


class RandomLight(_Random):
    """Scale the gray levels, and their distance from the face's mean."""

    def __init__(self, brightness: float, contrast: float, *, seed: int):
        super().__init__(seed)
        self.brightness, self.contrast = brightness, contrast

    def change(self, faces):
        gain = self.uniform_1(faces, 1 - self.brightness, 1 + self.brightness)
        spread = self.uniform_1(faces, 1 - self.contrast, 1 + self.contrast)
        mean = ops.mean(faces, axis=(1, 2, 3), keepdims=True)
        return ops.clip(gain * (mean + spread * (faces - mean)), 0, 255)


class RandomErasing(_Random):
    """Paint a rectangle of one gray level over a share of the faces (Zhong et al., 2020)."""

    def __init__(self, share: float, *, seed: int):
        super().__init__(seed)
        self.share = share

    def change(self, faces):
        side = faces.shape[1]
        area = self.uniform_1(faces, *ERASED) * side**2
        aspect = ops.exp(self.uniform_1(faces, -1, 1) * ops.log(1 / ASPECT))
        height = ops.minimum(ops.sqrt(area * aspect), side)
        width = ops.minimum(ops.sqrt(area / aspect), side)
        top = self.uniform_1(faces, 0, 1) * (side - height)
        left = self.uniform_1(faces, 0, 1) * (side - width)
        places = ops.arange(side, dtype="float32")
        row, column = ops.reshape(places, (1, -1, 1, 1)), ops.reshape(places, (1, 1, -1, 1))
        inside = (row >= top) & (row < top + height) & (column >= left) & (column < left + width)
        erased = inside & (self.uniform_1(faces, 0, 1) < self.share)
        return ops.where(erased, self.uniform_1(faces, 0, 255), faces)
