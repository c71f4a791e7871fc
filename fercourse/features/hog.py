"""Histograms of oriented gradients (Dalal and Triggs, 2005)."""

from functools import cache

import numpy as np

from fercourse.features.base import Descriptor, check_setting, is_whole, is_word

EPSILON = 1e-5


class HOG(Descriptor):
    """Histograms of oriented gradients, equal to scikit-image's ``hog``. Introduced in notebook 02.

    The gradient of every pixel votes with its length for one of the directions in its cell;
    neighboring cells are normalized together as a block. Gradients are differences of gray levels,
    so there are only 511 x 511 of them: direction and length are looked up in a table.

    Parameters
    ----------
    orientations : int
        Directions between 0 and 180 degrees.
    cell : int
        Side of a cell in pixels. Pixels that fill no whole cell are left out.
    block : int
        Side of a block in cells. Blocks overlap.
    norm : {"L2-Hys", "L2", "L1", "L1-sqrt"}
        How a block is normalized; ``"L2-Hys"`` clips at 0.2 and normalizes again.
    n_jobs : int, optional
        Processes, as in joblib.

    Attributes
    ----------
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(self, orientations=9, cell=8, block=2, norm="L2-Hys", n_jobs=None):
        self.orientations = orientations
        self.cell = cell
        self.block = block
        self.norm = norm
        self.n_jobs = n_jobs

    def _check_settings(self):
        check_setting("norm", self.norm, is_word(self.norm, NORMS), f"one of {', '.join(NORMS)}")
        accepted = is_whole(self.orientations, 1, 180)
        check_setting("orientations", self.orientations, accepted, "a whole number from 1 to 180")
        most = min(self.face_shape_)
        accepted = is_whole(self.cell, 1, most)
        check_setting("cell", self.cell, accepted, f"a whole number from 1 to {most}")
        most = min(self._cells())
        accepted = is_whole(self.block, 1, most)
        check_setting("block", self.block, accepted, f"a whole number from 1 to {most}")

    def _cells(self):
        return [size // self.cell for size in self.face_shape_]

    def _describe(self, faces):
        histograms = self._histograms(faces)
        sides = (self.block, self.block)
        blocks = np.lib.stride_tricks.sliding_window_view(histograms, sides, axis=(1, 2))
        blocks = np.moveaxis(blocks, 3, 5)
        shape = blocks.shape[:3]
        return NORMS[self.norm](blocks.reshape(*shape, -1)).reshape(len(faces), -1)

    def _histograms(self, faces):
        """Return float64 (N, rows, columns, orientations): mean gradient length by direction."""
        rows, columns = self._cells()
        height, width = rows * self.cell, columns * self.cell
        directions, lengths = gradient_tables(self.orientations)
        gradients = gradient_places(faces)[:, :height, :width]
        cell = np.arange(height)[:, None] // self.cell * columns + np.arange(width) // self.cell
        places = np.arange(len(faces))[:, None, None] * (rows * columns) + cell
        places *= self.orientations
        places += directions[gradients]
        size = len(faces) * rows * columns * self.orientations
        totals = np.bincount(places.ravel(), lengths[gradients].ravel(), size)
        return totals.reshape(len(faces), rows, columns, -1) / self.cell**2

    def _names(self):
        rows, columns = (count - self.block + 1 for count in self._cells())
        inner = range(self.block)
        return [
            f"hog_row{row + down}_column{column + right}_block{row}.{column}_direction{direction}"
            for row in range(rows)
            for column in range(columns)
            for down in inner
            for right in inner
            for direction in range(self.orientations)
        ]


def gradient_places(faces: np.ndarray) -> np.ndarray:
    """Return the place of each pixel's gradient in `gradient_tables`: int32 (N, H, W)."""
    levels = faces.astype(np.int32)
    places = np.full(faces.shape, 255 * 511 + 255, np.int32)
    places[:, 1:-1] += (levels[:, 2:] - levels[:, :-2]) * 511
    places[:, :, 1:-1] += levels[:, :, 2:] - levels[:, :, :-2]
    return places


@cache
def gradient_tables(orientations: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the direction (int32) and the length (float64) of each gradient: (511 * 511,) each."""
    difference = np.arange(-255.0, 256.0)
    down, right = difference[:, None], difference[None, :]
    degrees = np.rad2deg(np.arctan2(down, right)) % 180
    borders = 180 / orientations * np.arange(1, orientations)
    directions = np.searchsorted(borders, degrees.ravel(), side="right")
    return directions.astype(np.int32), np.hypot(down, right).ravel()


def _l1(blocks):
    return blocks / (np.abs(blocks).sum(axis=-1, keepdims=True) + EPSILON)


def _l2(blocks):
    return blocks / np.sqrt(np.square(blocks).sum(axis=-1, keepdims=True) + EPSILON**2)


def _l2_clipped(blocks):
    return _l2(np.minimum(_l2(blocks), 0.2))


NORMS = {
    "L2-Hys": _l2_clipped,
    "L2": _l2,
    "L1": _l1,
    "L1-sqrt": lambda blocks: np.sqrt(_l1(blocks)),
}
