"""Local binary patterns (Ojala, Pietikäinen and Mäenpää, 2002)."""

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.features.base import (
    Descriptor,
    cell_of_pixel,
    check_faces,
    check_setting,
    is_number,
    is_whole,
    is_word,
)


class LBP(Descriptor):
    """Histograms of local binary patterns over a grid of cells. Introduced in notebook 02.

    Each pixel is compared with `points` neighbors on a circle of `radius` pixels; a bit is one
    where the neighbor is at least as bright. The histograms of the codes in each cell are put
    side by side (Ahonen, Hadid and Pietikäinen, 2006).

    Parameters
    ----------
    method : {"uniform", "basic", "rotation_invariant"}
        ``"basic"`` keeps all ``2 ** points`` codes. ``"uniform"`` keeps the codes with at most two
        changes around the circle and puts all others in one bin: 59 bins for 8 points
        (scikit-image calls it ``nri_uniform``). ``"rotation_invariant"`` counts the bright
        neighbors of the uniform codes: 10 bins for 8 points (scikit-image's ``uniform``).
    points : int
        Neighbors on the circle, 2 to 16.
    radius : float
        Radius of the circle in pixels; neighbors between pixels are interpolated bilinearly, and
        beyond the border everything is black.
    grid : int
        Cells along each side of the face.
    square_root : bool
        Take the square root of each frequency, so that straight distances between faces become
        Hellinger distances between histograms.
    n_jobs : int, optional
        Processes, as in joblib.

    Attributes
    ----------
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(
        self, method="uniform", points=8, radius=1, grid=4, square_root=False, n_jobs=None
    ):
        self.method = method
        self.points = points
        self.radius = radius
        self.grid = grid
        self.square_root = square_root
        self.n_jobs = n_jobs

    def codes(self, faces: np.ndarray) -> np.ndarray:
        """Return the code of every pixel: uint16 (N, H, W) for uint8 (N, H, W) faces."""
        check_faces(faces)
        self._check_pattern()
        return self._bins(faces).astype(np.uint16)

    def _bins(self, faces):
        table = code_table(self.method, self.points)
        codes = basic_codes(faces, self.points, float(self.radius))
        # OpenCV's look-up is ten times faster than NumPy's, but takes bytes only.
        return table[codes] if codes.itemsize > 1 else cv2.LUT(codes, _bytes(table))

    def _check_pattern(self):
        accepted = is_word(self.method, METHODS)
        check_setting("method", self.method, accepted, f"one of {', '.join(METHODS)}")
        points, radius = self.points, self.radius
        check_setting("points", points, is_whole(points, 2, 16), "a whole number from 2 to 16")
        accepted = is_number(radius) and 0 < radius <= 100
        check_setting("radius", radius, accepted, "a number of pixels up to 100")

    def _check_settings(self):
        self._check_pattern()
        side = min(self.face_shape_)
        accepted = is_whole(self.grid, 1, side)
        check_setting("grid", self.grid, accepted, f"a whole number from 1 to {side}")
        accepted = isinstance(self.square_root, bool | np.bool_)
        check_setting("square_root", self.square_root, accepted, "True or False")

    def _describe(self, faces):
        shares = self._histograms(faces, self.grid)
        return (np.sqrt(shares) if self.square_root else shares).reshape(len(faces), -1)

    def _histograms(self, faces, cells: int) -> np.ndarray:
        """Return the share of each code in each cell: float64 (N, cells, cells, bins)."""
        bins = self._bin_count()
        rows, columns = (cell_of_pixel(size, cells) for size in self.face_shape_)
        cell = rows[:, None] * cells + columns
        places = np.arange(len(faces))[:, None, None] * (cells**2 * bins) + cell * bins
        places += self._bins(faces)
        counts = np.bincount(places.ravel(), minlength=len(faces) * cells**2 * bins)
        pixels = np.bincount(cell.ravel()).reshape(cells, cells, 1)
        return counts.reshape(len(faces), cells, cells, bins) / pixels

    def _bin_count(self):
        return int(code_table(self.method, self.points).max()) + 1

    def _names(self):
        cells = range(self.grid)
        return [
            f"lbp_row{row}_column{column}_bin{number}"
            for row in cells
            for column in cells
            for number in range(self._bin_count())
        ]


def basic_codes(faces: np.ndarray, points: int, radius: float) -> np.ndarray:
    """Return the basic code of every pixel of uint8 (N, H, W) faces; bit 0 is the right neighbor.

    The arithmetic repeats scikit-image's step by step, since in even areas a neighbor equals the
    center but for rounding, and the rounding decides the bit. Each padded face is one long row of
    pixels, in which a neighbor is a shift: NumPy is fast on long rows.
    """
    height, width = faces.shape[1:]
    margin = math.ceil(radius) + 1
    padded = np.pad(faces, ((0, 0), (margin, margin), (margin, margin)))
    stride = padded.shape[2]
    rows = padded.reshape(len(faces), -1) if len(faces) else np.empty((0, stride), np.uint8)
    inside = slice(margin * stride, (margin + height) * stride)
    exact, beside = rows.astype(np.float64), {}
    scratch = np.empty_like(exact)
    codes = np.zeros((len(faces), height * stride), np.uint8 if points <= 8 else np.uint16)
    for bit, (across, along) in enumerate(_shifts(points, radius, height, width)):
        source = rows if across.share is along.share is None else exact
        key = across.distance, source.dtype
        if key not in beside:
            beside[key] = _read(source, across, scratch)
        bright = _read(beside[key], along, scratch) >= source[:, inside]
        codes |= bright.view(np.uint8).astype(codes.dtype, copy=False) << codes.dtype.type(bit)
    return codes.reshape(len(faces), height, stride)[:, :, margin : margin + width]


class _Shift(NamedTuple):
    """Read `count` values from `start` on, each mixed with a share of the one `step` further."""

    distance: float

    start: int
    step: int
    count: int
    share: np.ndarray | None
    rest: np.ndarray | None


@cache
def _shifts(points: int, radius: float, height: int, width: int) -> list[tuple[_Shift, _Shift]]:
    """Return for each neighbor the shift along the row of a padded face, then the one down."""
    margin = math.ceil(radius) + 1
    stride, lines = width + 2 * margin, height + 2 * margin
    angles = 2 * np.pi * np.arange(points) / points
    downs, rights = np.round(-radius * np.sin(angles), 5), np.round(radius * np.cos(angles), 5)
    shifts = []
    for down, right in zip(downs, rights, strict=True):
        share = np.tile(np.pad(_share(right, width), margin), lines)[margin:-margin]
        across = _shift(right, margin + math.floor(right), 1, share)
        share = np.repeat(_share(down, height), stride)
        start = (margin + math.floor(down)) * stride - margin
        shifts.append((across, _shift(down, start, stride, share)))
    return shifts


def _share(distance: float, length: int) -> np.ndarray:
    """Return how far past a pixel each of `length` positions falls, as a share of one pixel."""
    positions = np.arange(length) + distance
    return positions - np.floor(positions)


def _shift(distance: float, start: int, step: int, share: np.ndarray) -> _Shift:
    if not share.any():
        return _Shift(distance, start, step, len(share), None, None)
    return _Shift(distance, start, step, len(share), share, 1 - share)


def _read(rows: np.ndarray, shift: _Shift, scratch: np.ndarray) -> np.ndarray:
    near = rows[:, shift.start :][:, : shift.count]
    if shift.share is None:
        return near
    mixed = near * shift.rest
    far = rows[:, shift.start + shift.step :][:, : shift.count]
    mixed += np.multiply(far, shift.share, out=scratch[:, : shift.count])
    return mixed


@cache
def code_table(method: str, points: int) -> np.ndarray:
    """Return the bin of each basic code: intp (2 ** points,)."""
    codes = np.arange(2**points)
    return codes if method == "basic" else METHODS[method](codes, points)


def _bytes(table: np.ndarray) -> np.ndarray:
    return np.resize(table, 256).astype(np.uint8)


def _rotation_invariant(codes: np.ndarray, points: int) -> np.ndarray:
    bits = codes[:, None] >> np.arange(points) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), points + 1)


def _uniform(codes: np.ndarray, points: int) -> np.ndarray:
    ones = _rotation_invariant(codes, points)
    bits = codes[:, None] >> np.arange(points) & 1
    first_one, first_zero = bits.argmax(axis=1), bits.argmin(axis=1)
    turn = np.where(first_one == 0, ones - first_zero, points - first_one)
    bins = 1 + (ones - 1) * points + turn
    bins[ones == 0] = 0
    bins[ones == points] = points * (points - 1) + 1
    bins[ones == points + 1] = points * (points - 1) + 2
    return bins


METHODS = {"uniform": _uniform, "basic": None, "rotation_invariant": _rotation_invariant}
