"""What is known of a drawn face: its regions and its 68 landmarks."""

import cv2
import numpy as np

from fercourse.synth.curves import brow_curve, eye_curves, mouth_curves, window
from fercourse.synth.field import LEFT, TOP, Field
from fercourse.synth.relief import SIGNS

# Bit i of a region mask; the same order as `fercourse.datasets.REGIONS`.
REGIONS = ("brows", "eyes", "nose", "mouth", "cheeks")


def region_field(field: Field, shape: dict) -> np.ndarray:
    """Return the regions of the frontal face as bits, uint8 (H, W)."""
    bits = np.zeros(field.shape, np.uint8)
    for side in (0, 1):
        s = {name: float(value[side]) for name, value in shape.items()}
        half = sorted((0.0, SIGNS[side] * 1.0))
        for name, top, bottom, inside in (
            ("brows", -0.75, 0.2, _in_brow),
            ("eyes", -0.5, 0.4, _in_eye),
            ("cheeks", 0.0, 1.0, _in_cheek),
            ("nose", 0.0, 0.9, _in_nose),
        ):
            rows, columns = window(field, *half, top, bottom)
            where = inside(shape, side, s, np.abs(field.x[columns]), field.y[rows, None])
            bits[rows, columns] |= where.astype(np.uint8) << REGIONS.index(name)
    rows, columns = window(field, -0.8, 0.8, 0.5, 2.0)
    c, y = mouth_curves(shape, field.x[columns]), field.y[rows, None]
    where = (np.abs(c["v"]) < 1) & (y > c["outer_upper"] - 0.02) & (y < c["outer_lower"] + 0.02)
    bits[rows, columns] |= where.astype(np.uint8) << REGIONS.index("mouth")
    return bits


def _in_brow(shape, side, s, x, y):
    line, width = brow_curve(shape, side, x)
    return (width > 0) & (np.abs(y - line) < width + 0.03)


def _in_eye(shape, side, s, x, y):
    upper, lower, _ = eye_curves(shape, side, x)
    within = (x > s["eye_inner_x"] - 0.03) & (x < s["eye_outer_x"] + 0.03)
    return within & (y > upper - 0.07) & (y < lower + 0.05)


def _in_cheek(shape, side, s, x, y):
    return ((x - s["cheek_x"]) / 0.26) ** 2 + ((y - s["cheek_y"] - 0.03) / 0.23) ** 2 < 1


def _in_nose(shape, side, s, x, y):
    low = s["nose_y"] + 0.05
    heights = (0.0, 0.35, s["nose_y"] - 0.08, low)
    return (x < np.interp(y, heights, (0.09, 0.12, s["nose_x"] + 0.03, s["nose_x"]))) & (y < low)


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
    chin = shape["chin_y"].mean() + shape["jaw"].mean()
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    y = chin * np.cos(angle) ** 0.9 * 0.985
    x = np.interp(y, field.y, widths) * 0.97
    x[8] = 0
    return np.column_stack([np.sign(angle) * x, y])


def _brows(shape: dict) -> np.ndarray:
    points = []
    for side, order in ((0, slice(None, None, -1)), (1, slice(None))):
        x = np.linspace(shape["brow_inner_x"][side] + 0.02, shape["brow_outer_x"][side] - 0.02, 5)
        line, _ = brow_curve(shape, side, x)
        points.append(np.column_stack([SIGNS[side] * x, line])[order])
    return np.concatenate(points)


def _nose(shape: dict) -> np.ndarray:
    base = shape["nose_y"].mean()
    ridge = [(0, y) for y in np.linspace(0.02, base - 0.07, 4)]
    right, left = shape["nose_x"]
    wings = [(-0.8 * right, shape["nose_y"][0]), (-0.4 * right, base + 0.04), (0, base + 0.06),
             (0.4 * left, base + 0.04), (0.8 * left, shape["nose_y"][1])]  # fmt: skip
    return np.array(ridge + wings)


def _eyes(shape: dict) -> np.ndarray:
    points = []
    for side in (0, 1):
        inner, outer = shape["eye_inner_x"][side], shape["eye_outer_x"][side]
        x = inner + (outer - inner) * np.array((0, 1 / 3, 2 / 3, 1))
        upper, lower, line = eye_curves(shape, side, x)
        ring = [
            (x[0], line[0]),
            (x[1], upper[1]),
            (x[2], upper[2]),
            (x[3], line[3]),
            (x[2], lower[2]),
            (x[1], lower[1]),
        ]
        ring = np.array(ring) * (SIGNS[side], 1)
        points.append(ring if side else ring[[3, 2, 1, 0, 5, 4]])
    return np.concatenate(points)


def _mouth(shape: dict) -> np.ndarray:
    right, left = shape["corner_x"]
    outer = np.array((-right, -0.6 * right, -0.25 * right, 0, 0.25 * left, 0.6 * left, left))
    inner = np.array((-0.85 * right, -0.3 * right, 0, 0.3 * left, 0.85 * left))
    a, b = mouth_curves(shape, outer), mouth_curves(shape, inner)
    return np.concatenate([
        np.column_stack([outer, a["outer_upper"]]),
        np.column_stack([outer, a["outer_lower"]])[5:0:-1],
        np.column_stack([inner, b["inner_upper"]]),
        np.column_stack([inner, b["inner_lower"]])[3:0:-1],
    ])  # fmt: skip
