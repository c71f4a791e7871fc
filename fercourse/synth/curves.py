"""The outlines of eyes, brows and mouth: each a height y as a function of x.

Because no outline folds back over itself, a shape is the band between two curves, and how much of
a texel it covers has a closed form: that is all the antialiasing there is.
"""

from typing import NamedTuple

import numpy as np

from fercourse.synth.field import Field
from fercourse.synth.units import middle_of


class Outlines(NamedTuple):
    """The curves of a face, in every column of its field."""

    side: np.ndarray  # 0 or 1, in the order of `units.SIDES`
    away: np.ndarray  # distance from the middle of the face
    brow: tuple[np.ndarray, ...]  # as `brow_curve` gives them
    eye: tuple[np.ndarray, ...]
    mouth: dict[str, np.ndarray]


def draw_outlines(field: Field, shape: dict) -> Outlines:
    """Return all curves of a face at once; they are painted, and bound its regions."""
    side, away = (field.x >= 0).astype(np.intp), np.abs(field.x)
    brow, eye = brow_curve(shape, side, away), eye_curves(shape, side, away)
    return Outlines(side, away, brow, eye, mouth_curves(shape, field.x))


def window(
    field: Field, left: float, right: float, top: float, bottom: float
) -> tuple[slice, slice]:
    """Return the rows and columns of the texels inside a rectangle."""
    columns = slice(*np.searchsorted(field.x, (left, right)))
    return slice(*np.searchsorted(field.y, (top, bottom))), columns


def band(
    field: Field, rows: slice, upper: np.ndarray, lower: np.ndarray, soft: float = 0.0
) -> np.ndarray:
    """Return how much of each texel lies between two curves, 0 to 1.

    Parameters
    ----------
    upper, lower : ndarray, shape (W,)
        y of the curves in each column; where `lower` is above `upper` nothing is covered.
    soft : float
        Width of the edge beyond one texel, in half face widths.
    """
    y = field.y[rows, None]
    edge = 1.0 / (soft + 1.0 / field.density)
    above = ((y - upper) * edge + 0.5).clip(0, 1)
    below = ((lower - y) * edge + 0.5).clip(0, 1)
    return (above + below - 1).clip(0) * ((lower - upper) * edge * 2).clip(0, 1)


def eye_curves(shape: dict, side, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the upper lid, the lower lid and the canthal line at the distances `x` >= 0.

    `side` is 0 or 1, or an array of them, one for each `x`.
    """
    inner, outer, height = (
        shape[name][side] for name in ("eye_inner_x", "eye_outer_x", "eye_inner_y")
    )
    u = np.clip((x - inner) / (outer - inner), 0, 1)
    line = height + u * (shape["eye_outer_y"][side] - height)
    bow = 4 * u * (1 - u)
    lower = line + shape["lid_lower"][side] * bow**0.75
    upper = line - shape["lid_upper"][side] * bow**0.62 * (1.06 - 0.12 * u)
    return np.minimum(upper, lower), lower, line


def brow_curve(shape: dict, side, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle line of the brow and half its width at the distances `x` >= 0, as above."""
    x0, x1, x2 = (shape[f"brow_{end}_x"][side] for end in ("inner", "peak", "outer"))
    y0, y1, y2 = (shape[f"brow_{end}_y"][side] for end in ("inner", "peak", "outer"))
    u = np.clip((x - x0) / (x2 - x0), 0, 1)
    peak = (x1 - x0) / (x2 - x0)
    bend = (y1 - y0 - peak * (y2 - y0)) / (peak * (peak - 1))
    line = y0 + u * (y2 - y0) + bend * u * (u - 1)
    inside = (x > x0) & (x < x2)
    return line, shape["brow_width"][side] * np.where(
        inside, np.minimum(1, 4 * u + 0.5) * (1 - 0.75 * u**2), 0
    )


def mouth_curves(shape: dict, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return the four outlines of the lips and ``v``, which runs from -1 to 1 between the corners."""
    right, left = shape["corner_x"]
    v = np.clip((2 * x + right - left) / (right + left), -1, 1)
    weight = np.clip(0.5 + v, 0, 1)
    at = {
        name: shape[name][0] * (1 - weight) + shape[name][1] * weight
        for name in ("part_upper", "part_lower", "jaw", "lip_upper", "lip_lower")
    }
    end = np.where(v < 0, shape["corner_y"][0], shape["corner_y"][1])
    middle = middle_of(shape, "lips_y")
    line = middle + v**2 * (end - middle)
    bow = np.maximum(1 - v**2, 0)
    inner_upper = line - at["part_upper"] * bow**0.8
    inner_lower = line + (at["part_lower"] + 0.85 * at["jaw"]) * bow**0.75
    cupid = (
        1 - 0.16 * np.exp(-((v / 0.13) ** 2)) + 0.06 * np.exp(-(((np.abs(v) - 0.28) / 0.16) ** 2))
    )
    outer_upper = inner_upper - np.maximum(at["lip_upper"], 0.008) * cupid * bow**0.7
    outer_lower = inner_lower + np.maximum(at["lip_lower"], 0.012) * bow**0.6
    return {"v": v, "outer_upper": outer_upper, "inner_upper": inner_upper,
            "inner_lower": inner_lower, "outer_lower": outer_lower}  # fmt: skip
