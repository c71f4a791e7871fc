"""What is known of a drawn face: its regions and its 68 landmarks."""

import cv2
import numpy as np

from fercourse.synth.curves import Outlines, brow_curve, eye_curves, mouth_curves, window
from fercourse.synth.field import LEFT, TOP, Field
from fercourse.synth.relief import chin_of
from fercourse.synth.units import middle_of

# Bit i of a region mask; the same order as `fercourse.datasets.REGIONS`.
REGIONS = ("brows", "eyes", "nose", "mouth", "cheeks")

_BOTH = np.array(((0,), (1,)))  # both sides, as the curves take them
_SIGN = np.array(((-1,), (1,)))


def region_field(field: Field, shape: dict, outlines: Outlines) -> np.ndarray:
    """Return the regions of the frontal face as bits, uint8 (H, W)."""
    bits = np.zeros(field.shape, np.uint8)
    for name, reach, top, bottom, inside in (
        ("brows", 1.0, -0.75, 0.2, _in_brows),
        ("eyes", 1.0, -0.5, 0.4, _in_eyes),
        ("cheeks", 1.0, 0.0, 1.0, _in_cheeks),
        ("nose", 1.0, 0.0, 0.9, _in_nose),
        ("mouth", 0.8, 0.5, 2.0, _in_mouth),
    ):
        rows, columns = window(field, -reach, reach, top, bottom)
        where = inside(shape, outlines, columns, field.y[rows, None])
        bits[rows, columns] |= where.astype(np.uint8) << REGIONS.index(name)
    return bits


def _in_brows(shape, outlines, columns, y):
    line, width = (curve[columns] for curve in outlines.brow)
    return (width > 0) & (np.abs(y - line) < width + 0.03)


def _in_eyes(shape, outlines, columns, y):
    side, x = outlines.side[columns], outlines.away[columns]
    upper, lower, _ = (curve[columns] for curve in outlines.eye)
    within = (x > shape["eye_inner_x"][side] - 0.03) & (x < shape["eye_outer_x"][side] + 0.03)
    return within & (y > upper - 0.07) & (y < lower + 0.05)


def _in_cheeks(shape, outlines, columns, y):
    side, x = outlines.side[columns], outlines.away[columns]
    across, down = (x - shape["cheek_x"][side]) / 0.26, (y - shape["cheek_y"][side] - 0.03) / 0.23
    return across**2 + down**2 < 1


def _in_nose(shape, outlines, columns, y):
    side, x = outlines.side[columns], outlines.away[columns]
    low = shape["nose_y"] + 0.05
    widths = [
        np.interp(y[:, 0], (0.0, 0.35, at - 0.13, at), (0.09, 0.12, wing + 0.03, wing))
        for at, wing in zip(low.tolist(), shape["nose_x"].tolist(), strict=True)
    ]
    return (x < np.stack(widths, axis=1)[:, side]) & (y < low[side])


def _in_mouth(shape, outlines, columns, y):
    v, upper, lower = (
        outlines.mouth[name][columns] for name in ("v", "outer_upper", "outer_lower")
    )
    return (np.abs(v) < 1) & (y > upper - 0.02) & (y < lower + 0.02)


def landmark_points(
    field: Field, shape: dict, widths: np.ndarray, height: np.ndarray
) -> np.ndarray:
    """Return the 68 landmarks in the head's frame, in the order of iBUG 300-W (Sagonas et al., 2013)."""
    flat = np.concatenate([
        _jaw(field, shape, widths), _brows(shape), _nose(shape), _eyes(shape), _mouth(shape)
    ])  # fmt: skip
    at = np.float32(
        ((flat[:, 0] - LEFT) * field.density - 0.5, (flat[:, 1] - TOP) * field.density - 0.5)
    )
    depth = cv2.remap(height, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.column_stack([flat, depth.ravel()])


def _jaw(field: Field, shape: dict, widths: np.ndarray) -> np.ndarray:
    chin = chin_of(shape)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    y = chin * np.cos(angle) ** 0.9 * 0.985
    x = np.interp(y, field.y, widths) * 0.97
    x[8] = 0
    return np.column_stack([np.sign(angle) * x, y])


def _brows(shape: dict) -> np.ndarray:
    inner, outer = shape["brow_inner_x"][:, None] + 0.02, shape["brow_outer_x"][:, None] - 0.02
    x = inner + (outer - inner) / 4 * np.arange(5, dtype=np.float32)
    line, _ = brow_curve(shape, _BOTH, x)
    right, left = np.stack([_SIGN * x, line], axis=-1)
    return np.concatenate([right[::-1], left])


def _nose(shape: dict) -> np.ndarray:
    base = middle_of(shape, "nose_y")
    ridge = [(0, y) for y in np.linspace(0.02, base - 0.07, 4)]
    right, left = shape["nose_x"]
    wings = [(-0.8 * right, shape["nose_y"][0]), (-0.4 * right, base + 0.04), (0, base + 0.06),
             (0.4 * left, base + 0.04), (0.8 * left, shape["nose_y"][1])]  # fmt: skip
    return np.array(ridge + wings)


def _eyes(shape: dict) -> np.ndarray:
    inner, outer = shape["eye_inner_x"][:, None], shape["eye_outer_x"][:, None]
    x = inner + (outer - inner) * np.array((0, 1 / 3, 2 / 3, 1))
    upper, lower, line = eye_curves(shape, _BOTH, x)
    y = np.column_stack([line[:, 0], upper[:, 1:3], line[:, 3], lower[:, 2:0:-1]])
    right, left = np.stack([_SIGN * x[:, [0, 1, 2, 3, 2, 1]], y], axis=-1)
    return np.concatenate([right[[3, 2, 1, 0, 5, 4]], left])


def _mouth(shape: dict) -> np.ndarray:
    right, left = shape["corner_x"]
    outer = (-right, -0.6 * right, -0.25 * right, 0, 0.25 * left, 0.6 * left, left)
    inner = (-0.85 * right, -0.3 * right, 0, 0.3 * left, 0.85 * left)
    x = np.array(outer + inner)
    curves = mouth_curves(shape, x)
    points = {name: np.column_stack([x, y]) for name, y in curves.items()}
    return np.concatenate([
        points["outer_upper"][:7], points["outer_lower"][5:0:-1],
        points["inner_upper"][7:], points["inner_lower"][10:7:-1],
    ])  # fmt: skip
