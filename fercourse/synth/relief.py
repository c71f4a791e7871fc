"""The height of the face and the darkness of its furrows, as sums of smooth bumps."""

import numpy as np

from fercourse.synth.field import Field, sum_of_bumps
from fercourse.synth.identity import Identity

SIGNS = (-1.0, 1.0)  # the sides in the order of units.SIDES, along the picture's x

# Field far from the head: deep enough that no ray ends there.
FAR = -3.0


def half_widths(field: Field, shape: dict, person: Identity) -> np.ndarray:
    """Return half the width of the head in each row of the field; 0 above and below it."""
    chin = shape["chin_y"].mean() + shape["jaw"].mean()
    middle = -0.15
    up = np.clip((middle - field.y) / (middle - person.head_top), 0, 1)
    down = np.clip((field.y - middle) / (chin - middle), 0, 1)
    skull = (1 - up**2.4) ** 0.5
    jaw = person.jaw_width * (1 - down**person.jaw_square) ** 0.56
    jaw = jaw + (1 - person.jaw_width) * (1 - down) ** 2
    return np.where(field.y < middle, skull, jaw).astype(np.float32)


def head_height(field: Field, shape: dict, person: Identity) -> np.ndarray:
    """Return the smooth head without features: an ellipsoid-like dome (H, W)."""
    chin = shape["chin_y"].mean() + shape["jaw"].mean()
    widths = np.maximum(half_widths(field, shape, person), 0.05)
    rows = np.clip(
        (field.y - 0.1) / np.where(field.y < 0.1, 0.1 - person.head_top, chin - 0.1), -1, 1
    )
    profile = 1.10 * (1 - np.abs(rows) ** np.where(rows < 0, 3.0, 7.0)) ** 0.5
    across = np.clip(np.abs(field.x)[None, :] / widths[:, None], 0, 1)
    return (profile[:, None] * (1 - across**2.3) ** 0.5).astype(np.float32)


def _chain(points, size, height, dark) -> list[tuple]:
    """Return a furrow or fold: bumps along a line through the points."""
    points = np.asarray(points, float)
    steps = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    count = max(3, int(np.ceil(steps[-1] / (1.3 * size))) + 1)
    at = np.linspace(0, steps[-1], count)
    x, y = np.interp(at, steps, points[:, 0]), np.interp(at, steps, points[:, 1])
    fade = np.sin(np.pi * (np.arange(count) + 0.7) / (count + 0.4)) ** 0.5
    return [(a, b, size, size, height * f, dark * f) for a, b, f in zip(x, y, fade, strict=True)]


def _skull(shape: dict, person: Identity) -> list[tuple]:
    """Return the bumps every face has in the middle: nose, lips' ground, chin, brow ridge."""
    tip = shape["nose_y"].mean() - 0.07
    long, wide = person.nose_long, person.nose_wide
    lips = shape["lips_y"].mean()
    jaw = shape["jaw"].mean()
    chin = shape["chin_y"].mean() + jaw - 0.24
    forward = 0.05 + shape["lip_forward"].mean()
    return [
        (0, -0.05, 0.085 * wide, 0.22, 0.10 * long, 0),
        (0, 0.22, 0.085 * wide, 0.20, 0.17 * long, 0),
        (0, tip - 0.12, 0.10 * wide, 0.14, 0.18 * long, 0),
        (0, tip, 0.105 * wide, 0.085, 0.22 * long, 0),
        (0, lips, 0.30, 0.20, forward + 0.05, 0),
        (0, chin, 0.20, 0.13, 0.10, 0),
        (0, chin - 0.26, 0.20, 0.06, -0.05, 0.03),
        (0, -0.75, 0.5, 0.25, 0.06, 0),
        (0, tip + 0.17, 0.03, 0.06, -0.03, 0.01),
    ]


def _one_side(shape: dict, person: Identity, side: int) -> list[tuple]:
    """Return the bumps one half of every face has: socket, brow, cheek, nostril, fold."""
    s = {name: value[side] for name, value in shape.items()}
    sign = SIGNS[side]
    eye_x, eye_y = (
        (s["eye_inner_x"] + s["eye_outer_x"]) / 2,
        (s["eye_inner_y"] + s["eye_outer_y"]) / 2,
    )
    brow_y = (s["brow_inner_y"] + s["brow_peak_y"]) / 2
    bumps = [
        (eye_x, eye_y - 0.02, 0.22, 0.14, -0.16, 0.05),
        (eye_x + 0.02, eye_y, 0.15, 0.10, 0.10, 0),
        (s["eye_inner_x"] - 0.05, eye_y - 0.02, 0.07, 0.10, -0.08, 0.05),
        (s["brow_inner_x"] + 0.13, brow_y + 0.02, 0.18, 0.085, 0.08 * person.brow_ridge, 0),
        (s["brow_outer_x"] - 0.1, s["brow_peak_y"] + 0.08, 0.15, 0.09, 0.06 * person.brow_ridge, 0),
        (s["cheek_x"], s["cheek_y"], 0.20, 0.16, s["cheek"], 0),
        (s["nose_x"] * 0.78, s["nose_y"] - 0.05, 0.07, 0.065, 0.13, 0),
        (s["nose_x"] * 0.52, s["nose_y"] + 0.035, 0.045, 0.022, -0.05, 0.42),
        (s["nose_x"] + 0.06, s["nose_y"] - 0.04, 0.03, 0.07, -0.045, 0.08),
        (0.66, 0.95, 0.16, 0.25, -0.05, 0),
    ]
    return [(sign * x, *rest) for x, *rest in bumps]


def _folds(shape: dict, person: Identity, units: dict, side: int) -> list[tuple]:
    """Return furrows that units and age cut into one half of the face."""
    s = {name: value[side] for name, value in shape.items()}
    u = {code: values[side] for code, values in units.items()}
    sign = SIGNS[side]
    lines = person.lines
    brow = (s["brow_inner_y"] + s["brow_peak_y"]) / 2
    smile = 1.0 * u[12] + 0.55 * u[10] + 0.45 * u[9] + 0.25 * u[6] + 0.25 * u[20] + 0.35 * lines[0]
    bumps = _chain(
        [(s["nose_x"] + 0.05, s["nose_y"] - 0.10), (s["corner_x"] * 0.5 + 0.20, s["corner_y"] - 0.20),
         (s["corner_x"] + 0.11, s["corner_y"] + 0.02)],
        0.035, -0.040 * smile - 0.008, 0.11 * smile + 0.015,
    )  # fmt: skip
    for row, amount in ((0.16, 0.9), (0.29, 1.0), (0.42, 0.7)):
        inner = amount * (0.9 * u[1] + 0.25 * u[2]) + 0.45 * lines[1]
        outer = amount * (0.9 * u[2] + 0.1 * u[1]) + 0.35 * lines[1]
        bumps += _chain(
            [(0.02, brow - row), (0.33, brow - row - 0.03)], 0.028, -0.022 * inner, 0.075 * inner
        )
        bumps += _chain(
            [(0.33, brow - row - 0.03), (0.66, brow - row + 0.03)],
            0.028,
            -0.022 * outer,
            0.075 * outer,
        )
    frown = u[4] + 0.3 * u[9] + 0.35 * lines[2]
    bumps += _chain(
        [(0.065, brow - 0.04), (0.085, brow + 0.17)], 0.026, -0.04 * frown, 0.15 * frown
    )
    bumps += [(s["brow_inner_x"] + 0.04, brow + 0.07, 0.09, 0.05, 0.05 * u[4], 0.0)]
    bumps += _chain([(0.0, 0.02), (0.10, -0.03)], 0.022, -0.035 * u[9], 0.12 * u[9])
    bumps += _chain([(0.02, 0.10), (0.12, 0.06)], 0.022, -0.030 * u[9], 0.10 * u[9])
    bumps += _chain([(0.10, 0.30), (0.20, 0.20)], 0.028, -0.030 * u[9], 0.08 * u[9])
    crow = u[6] + 0.4 * lines[3]
    for rise in (-0.09, 0.0, 0.09):
        start = (s["eye_outer_x"] + 0.05, s["eye_outer_y"] + 0.3 * rise)
        bumps += _chain(
            [start, (start[0] + 0.13, start[1] + rise)], 0.018, -0.018 * crow, 0.10 * crow
        )
    bag = 0.7 * u[6] + 0.5 * u[7] + 0.5 * lines[4] + 0.1
    bumps += _chain(
        [(s["eye_inner_x"], 0.13), (0.46, 0.185), (s["eye_outer_x"], 0.13)],
        0.03,
        -0.020 * bag,
        0.07 * bag,
    )
    corner = (s["corner_x"] + 0.05, s["corner_y"])
    dimple = u[14] + 0.25 * u[12]
    bumps += [(*corner, 0.035, 0.06, -0.07 * dimple, 0.20 * dimple)]
    bumps += _chain(
        [(corner[0] + 0.02, corner[1] + 0.02), (corner[0] + 0.05, corner[1] + 0.20)],
        0.03,
        -0.03 * (u[15] + 0.5 * lines[5]),
        0.10 * (u[15] + 0.4 * lines[5]),
    )
    bumps += _chain(
        [(corner[0] + 0.08, corner[1] - 0.10), (corner[0] + 0.13, corner[1] + 0.15)],
        0.04,
        -0.03 * (u[20] + 0.4 * u[27]),
        0.07 * (u[20] + 0.4 * u[27]),
    )
    chin = s["chin_y"] + s["jaw"] - 0.24
    bumps += [
        (0.05, chin - 0.03, 0.10, 0.08, 0.05 * u[17], 0.0),
        (0.07, chin - 0.02, 0.03, 0.025, -0.04 * u[17], 0.10 * u[17]),
        (0.13, chin + 0.04, 0.03, 0.025, -0.03 * u[17], 0.08 * u[17]),
        (0.10, chin - 0.15, 0.12, 0.03, -0.05 * u[17], 0.10 * u[17]),
    ]
    press = u[24] + 0.6 * u[23]
    bumps += [
        (0.16, s["lips_y"] - 0.14, 0.12, 0.05, 0.04 * press, 0.0),
        (0.16, s["lips_y"] + 0.14, 0.12, 0.05, 0.04 * press, 0.0),
    ]
    return [(sign * x, *rest) for x, *rest in bumps]


def face_relief(
    field: Field, shape: dict, person: Identity, units: dict
) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of the skin and how much its furrows darken it, both (H, W) float32."""
    bumps = _skull(shape, person)
    for side in (0, 1):
        bumps += _one_side(shape, person, side) + _folds(shape, person, units, side)
    height, dark = sum_of_bumps(field, np.array(bumps), (0, 1))
    return head_height(field, shape, person) + height, dark
