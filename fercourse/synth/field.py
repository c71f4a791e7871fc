"""The grid on which a frontal face is built before the head is turned."""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

LEFT, TOP, RIGHT, BOTTOM = -1.62, -1.75, 1.62, 2.15


class Field(NamedTuple):
    """Coordinates of a grid of texels, in half face widths, the eyes at y = 0."""

    x: np.ndarray
    y: np.ndarray
    density: float

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.y), len(self.x)


def field_for(scale: float) -> Field:
    """Return a grid fine enough for a picture of `scale` pixels to half a face width."""
    return make_field(max(28, 4 * round(0.4 * scale)))


@lru_cache(maxsize=8)
def make_field(density: int) -> Field:
    """Return the grid with `density` texels to half a face width."""
    width, height = round((RIGHT - LEFT) * density), round((BOTTOM - TOP) * density)
    x = (LEFT + (np.arange(width) + 0.5) / density).astype(np.float32)
    y = (TOP + (np.arange(height) + 0.5) / density).astype(np.float32)
    return Field(x, y, density)


def sum_of_bumps(field: Field, bumps: np.ndarray) -> np.ndarray:
    """Add up Gaussian bumps.

    A Gaussian along the axes is a product of a function of x and a function of y, so that the
    sum of any number of them is one product of two thin matrices.

    Parameters
    ----------
    bumps : ndarray, shape (K, 4 + M)
        x, y, width and height of each bump (standard deviations), then its M amounts.

    Returns
    -------
    ndarray, float32, shape (M, H, W)
    """
    bumps = bumps.astype(np.float32)
    across = _bell((field.x - bumps[:, 0:1]) / bumps[:, 2:3])
    down = _bell((field.y - bumps[:, 1:2]) / bumps[:, 3:4])
    amounts = bumps[:, 4:].T[:, :, None] * down
    return amounts.transpose(0, 2, 1) @ across


def _bell(distance: np.ndarray) -> np.ndarray:
    """Return a Gaussian, not below 9e-14: smaller products are denormal, and take ten times as long."""
    return np.exp(-np.minimum(0.5 * distance**2, 30))


@lru_cache(maxsize=8)
def grain(kind: str) -> np.ndarray:
    """Return a float32 texture of mean 0, deviation 1 and period 512, twice each way: skin, curls, strands, locks, clouds."""
    noise = np.random.default_rng(20).standard_normal((512, 512)).astype(np.float32)
    across, down = {
        "skin": (1.1, 1.1),
        "curls": (1.7, 1.7),
        "strands": (0.9, 14.0),
        "locks": (4.0, 30.0),
        "clouds": (22.0, 22.0),
    }[kind]
    noise = np.pad(noise, 128, mode="wrap")  # so that the texture repeats without a seam
    noise = cv2.GaussianBlur(noise, (0, 0), across, sigmaY=down)[128:-128, 128:-128]
    return np.tile((noise - noise.mean()) / noise.std(), (2, 2))


def cut_grain(
    kind: str, shape: tuple[int, int], rng: np.random.Generator, zoom: float = 1.0
) -> np.ndarray:
    """Return a piece of a texture, cut at a place drawn by `rng` and enlarged `zoom` times."""
    top, left = rng.integers(0, 512, 2).tolist()
    rows, columns = (int(np.ceil(side / zoom)) for side in shape)
    down, across = np.arange(top, top + rows), np.arange(left, left + columns)
    piece = grain(kind).take(down, axis=0, mode="wrap").take(across, axis=1, mode="wrap")
    return piece if zoom == 1 else cv2.resize(piece, shape[::-1], interpolation=cv2.INTER_LINEAR)


def field_grain(kind: str, field: Field, rng: np.random.Generator) -> np.ndarray:
    """Return a texture for the whole field, of the same size on the face whatever the density."""
    return cut_grain(kind, field.shape, rng, max(1.0, field.density / 28))
