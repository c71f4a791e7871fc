"""Energies of Gabor wavelets (Daugman, 1985; Lades et al., 1993)."""

from functools import cache

import numpy as np

from fercourse.features.base import (
    Descriptor,
    cell_of_pixel,
    check_setting,
    is_number,
    is_whole,
)

# The widest Gaussian, in wavelengths; the filters of a wider one would fill the memory.
WIDEST = 8


class Gabor(Descriptor):
    """Mean magnitudes of a bank of Gabor wavelets over a grid. Introduced in notebook 02.

    Each wavelet is a plane wave under a round Gaussian, less what makes it answer to even light
    (Lades et al., 1993). Wave and Gaussian are both products of a part along x and a part along y,
    so that a face is filtered by two matrix products.

    Parameters
    ----------
    wavelengths : sequence of float
        Lengths of the waves in pixels.
    orientations : int
        Directions between 0 and 180 degrees.
    width : float
        Standard deviation of the Gaussian in wavelengths.
    step : int
        Magnitudes are taken at every `step`-th pixel along both sides.
    grid : int
        Cells along each side of the face, over each of which magnitudes are averaged.
    n_jobs : int, optional
        Processes, as in joblib.

    Attributes
    ----------
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(
        self,
        wavelengths=(4, 6, 8, 12, 16),
        orientations=8,
        width=0.5,
        step=2,
        grid=6,
        n_jobs=None,
    ):
        self.wavelengths = wavelengths
        self.orientations = orientations
        self.width = width
        self.step = step
        self.grid = grid
        self.n_jobs = n_jobs

    def magnitudes(self, faces: np.ndarray) -> np.ndarray:
        """Return the magnitude of each wavelet's answer before it is averaged over the grid.

        Parameters
        ----------
        faces : ndarray, uint8, shape (N, H, W)
            The size that the bank was fitted on.

        Returns
        -------
        ndarray, float32, shape (N, wavelengths * orientations, ceil(H / step), ceil(W / step))
        """
        self._check_shape(faces)
        return self._magnitudes(faces)

    def _check_settings(self):
        most = max(self.face_shape_)
        words = f"some lengths of 2 to {most} pixels"
        check_setting("wavelengths", self.wavelengths, _are_lengths(self.wavelengths, most), words)
        for name in ("orientations", "step"):
            value = getattr(self, name)
            check_setting(name, value, is_whole(value, 1, 180), "a whole number from 1 to 180")
        fits = is_number(self.width) and 0 < self.width <= WIDEST
        check_setting("width", self.width, fits, f"above 0 and at most {WIDEST} wavelengths")
        most = min(self.face_shape_) // self.step
        check_setting("grid", self.grid, is_whole(self.grid, 1, most), f"from 1 to {most}")

    def _magnitudes(self, faces):
        bank = _bank(
            tuple(self.wavelengths), self.orientations, self.width, self.step, self.face_shape_
        )
        levels = faces.astype(np.float32) / 255
        answers = [
            np.abs(_filtered(levels, *wave) - _filtered(levels, *even)) for wave, even in bank
        ]
        return np.stack(answers, axis=1)

    def _describe(self, faces):
        magnitudes = self._magnitudes(faces)
        down, right = (_means(size, self.grid) for size in magnitudes.shape[2:])
        return (down @ magnitudes @ right.T).reshape(len(faces), -1)

    def _names(self):
        cells = range(self.grid)
        return [
            f"gabor_wavelength{length:g}_direction{direction}_row{row}_column{column}"
            for length in self.wavelengths
            for direction in range(self.orientations)
            for row in cells
            for column in cells
        ]


@cache
def _bank(wavelengths, orientations, width, step, face_shape):
    """Return of each wavelet its wave and the light to be taken off: matrices for y and for x."""
    bank = []
    for length in wavelengths:
        deviation = width * length
        light = np.exp(-((2 * np.pi * width) ** 2) / 2)
        round_y, round_x = (_weights(size, step, deviation, 0.0) for size in face_shape)
        for angle in np.arange(orientations) * np.pi / orientations:
            turns = 2 * np.pi / length * np.array([np.sin(angle), np.cos(angle)])
            along = [
                _weights(size, step, deviation, turn)
                for size, turn in zip(face_shape, turns, strict=True)
            ]
            bank.append((along, ((light * round_y).astype(np.complex64), round_x)))
    return bank


def _weights(size: int, step: int, deviation: float, turn: float) -> np.ndarray:
    """Return the weight of each pixel at each place along one side: complex64 (places, size).

    What lies beyond the border is like the border.
    """
    reach = int(np.ceil(4 * deviation))
    pixels = np.arange(-reach, size + reach)
    distance = pixels - np.arange(0, size, step)[:, None]
    gaussian = np.exp(-(distance**2) / (2 * deviation**2)) / (deviation * np.sqrt(2 * np.pi))
    inside = np.clip(pixels, 0, size - 1)[:, None] == np.arange(size)
    return (gaussian * np.exp(1j * turn * distance) @ inside).astype(np.complex64)


def _filtered(levels: np.ndarray, along_y: np.ndarray, along_x: np.ndarray) -> np.ndarray:
    """Return complex64 (N, places, places) for float32 (N, H, W)."""
    # Real and imaginary columns side by side keep the larger product in real numbers.
    columns = np.ascontiguousarray(along_x).view(np.float32).reshape(*along_x.shape, 2)
    columns = columns.transpose(1, 0, 2).reshape(along_x.shape[1], -1)
    return along_y @ (levels @ columns).view(np.complex64)


def _means(size: int, cells: int) -> np.ndarray:
    """Return the matrix that averages `size` values over `cells`: float32 (cells, size)."""
    member = np.arange(cells)[:, None] == cell_of_pixel(size, cells)
    return (member / member.sum(axis=1, keepdims=True)).astype(np.float32)


def _are_lengths(values, most: int) -> bool:
    return (
        isinstance(values, tuple | list)
        and len(values) > 0
        and all(is_number(one) and 2 <= one <= most for one in values)
    )
