"""Furrows, folds and dimples: what action units, and years, cut into the skin."""

import numpy as np

from fercourse.synth.identity import Identity
from fercourse.synth.units import CODES

_BUMPS = 5
_ALONG = np.linspace(0, 1, _BUMPS)
# A furrow runs along a quadratic Bezier curve and fades out at its ends.
_WEIGHTS = np.stack([(1 - _ALONG) ** 2, 2 * _ALONG * (1 - _ALONG), _ALONG**2])
_FADE = np.sin(np.pi * (_ALONG * 0.84 + 0.08)) ** 0.6


def furrow_bumps(shape: dict, person: Identity, sides: np.ndarray) -> np.ndarray:
    """Return every furrow of the face as bumps, shape (K, 6), as `relief` adds them up."""
    rows = []
    for side, sign in enumerate((-1.0, 1.0)):
        s = {name: float(value[side]) for name, value in shape.items()}
        u = dict(zip(CODES, sides[:, side].tolist(), strict=True))
        for part in (_forehead, _between_brows, _around_eye, _nose_and_cheek, _around_mouth):
            rows += [(sign, *row) for row in part(s, u, person)]
    rows = np.array(rows)
    return _along_curves(rows[np.abs(rows[:, 8:]).max(axis=1) > 1e-3])


def _along_curves(rows: np.ndarray) -> np.ndarray:
    """Lay bumps along curves given as sign, x0, y0, x1, y1, x2, y2, size, height, dark."""
    sign, size, height, dark = rows[:, 0], rows[:, 7], rows[:, 8], rows[:, 9]
    x = sign[:, None] * (rows[:, 1:7:2] @ _WEIGHTS)
    y = rows[:, 2:7:2] @ _WEIGHTS
    wide, high = np.hypot(size[:, None], 0.5 * np.gradient(np.stack([x, y]), axis=2))
    fields = (x, y, wide, high, height[:, None] * _FADE, dark[:, None] * _FADE)
    return np.stack(np.broadcast_arrays(*fields), axis=-1).reshape(-1, 6)


def _forehead(s: dict, u: dict, person: Identity) -> list[tuple]:
    brow = (s["brow_inner_y"] + s["brow_peak_y"]) / 2
    age = person.lines
    rows = []
    for rise, weight in ((0.16, 0.8), (0.28, 1.0), (0.40, 0.7)):
        y = brow - rise * (1 + 0.3 * u[1] + 0.2 * u[2])
        inner = weight * (u[1] + 0.2 * u[2] + 0.5 * age[1])
        outer = weight * (u[2] + 0.1 * u[1] + 0.4 * age[1])
        bow = 0.03 + 0.05 * person.line_bow
        rows += [
            (-0.06, y, 0.15, y + 0.01, 0.42, y - bow, 0.030, -0.013 * inner, 0.055 * inner),
            (0.34, y - bow, 0.5, y - bow, 0.68, y + 0.04, 0.030, -0.013 * outer, 0.055 * outer),
        ]
    return rows


def _between_brows(s: dict, u: dict, person: Identity) -> list[tuple]:
    frown = u[4] + 0.35 * u[9] + 0.4 * person.lines[2]
    root = s["brow_inner_y"]
    rows = [
        (
            0.06,
            root - 0.10,
            0.055,
            root + 0.02,
            0.085,
            root + 0.16,
            0.024,
            -0.035 * frown,
            0.14 * frown,
        ),
        (0.18, root + 0.05, 0.16, root + 0.03, 0.10, root - 0.02, 0.05, 0.03 * u[4], 0.0),
    ]
    # Raised inner and lowered brows together bunch the skin above the inner corner.
    grief = u[1] * u[4]
    rows.append(
        (
            0.12,
            root - 0.10,
            0.24,
            root - 0.13,
            0.36,
            root - 0.06,
            0.035,
            -0.03 * grief,
            0.10 * grief,
        )
    )
    return rows


def _around_eye(s: dict, u: dict, person: Identity) -> list[tuple]:
    inner, outer = s["eye_inner_x"], s["eye_outer_x"]
    low = s["eye_inner_y"] + s["lid_lower"]
    crow = u[6] + 0.35 * person.lines[3]
    rows = []
    for rise in (-0.10, 0.0, 0.10):
        x, y = outer + 0.05, s["eye_outer_y"] + 0.3 * rise
        rows.append(
            (x, y, x + 0.07, y + 0.4 * rise, x + 0.15, y + rise, 0.017, -0.018 * crow, 0.09 * crow)
        )
    bag = 0.75 * u[6] + 0.6 * u[7] + 0.3 * u[12] + 0.45 * person.lines[4] + 0.12
    pouch = 0.6 * u[6] + 0.5 * u[7] + 0.25 * person.lines[4]
    rows += [
        (inner, low + 0.03, 0.46, low + 0.13, outer, low + 0.01, 0.026, -0.018 * bag, 0.06 * bag),
        (inner + 0.06, low + 0.02, 0.46, low + 0.05, outer - 0.05, low + 0.01, 0.025, 0.018 * pouch, 0.0),
        (inner - 0.02, low + 0.04, inner + 0.03, low + 0.13, 0.40, low + 0.22, 0.035,
         -0.012 * person.lines[6], 0.05 * person.lines[6]),
    ]  # fmt: skip
    return rows


def _nose_and_cheek(s: dict, u: dict, person: Identity) -> list[tuple]:
    wing, base = s["nose_x"], s["nose_y"]
    fold = u[12] + 0.8 * u[10] + 0.6 * u[9] + 0.2 * u[6] + 0.3 * u[20] + 0.45 * person.lines[0]
    outward = 0.10 + 0.05 * u[12]
    sneer = u[9]
    apple = u[12] + 0.6 * u[6]
    return [
        (wing + 0.03, base - 0.12, s["corner_x"] * 0.6 + 0.22, s["corner_y"] - 0.24,
         s["corner_x"] + outward, s["corner_y"] + 0.02, 0.034, -0.034 * fold - 0.008, 0.085 * fold + 0.015),
        (wing + 0.15, base - 0.14, s["corner_x"] * 0.5 + 0.38, base - 0.02, s["corner_x"] + 0.25,
         s["corner_y"] - 0.12, 0.075, 0.035 * apple + 0.015 * u[10], 0.0),
        (-0.02, 0.03, 0.05, -0.01, 0.12, 0.0, 0.020, -0.02 * sneer, 0.06 * sneer),
        (-0.02, 0.11, 0.06, 0.07, 0.14, 0.06, 0.020, -0.02 * sneer, 0.06 * sneer),
        (0.06, 0.22, 0.14, 0.15, 0.22, 0.16, 0.024, -0.02 * sneer, 0.06 * sneer),
        (wing - 0.02, base - 0.16, wing + 0.05, base - 0.14, wing + 0.09, base - 0.03, 0.030,
         -0.025 * (u[9] + 0.5 * u[10]), 0.06 * (u[9] + 0.5 * u[10])),
    ]  # fmt: skip


def _around_mouth(s: dict, u: dict, person: Identity) -> list[tuple]:
    x, y, lips = s["corner_x"] + 0.04, s["corner_y"], s["lips_y"]
    chin = s["chin_y"] + s["jaw"] - 0.24
    dimple, press = u[14] + 0.25 * u[12], u[24] + 0.6 * u[23]
    droop = u[15] + 0.45 * person.lines[5]
    stretch = u[20] + 0.5 * u[27]
    boss = u[17]
    below = s["part_lower"] + 0.85 * s["jaw"]
    return [
        (x, y - 0.06, x + 0.02, y, x, y + 0.06, 0.030, -0.035 * dimple - 0.008, 0.12 * dimple + 0.03),
        (x + 0.06, y - 0.06, x + 0.09, y, x + 0.06, y + 0.06, 0.040, 0.03 * dimple, 0.0),
        (x - 0.01, y + 0.03, x + 0.05, y + 0.10, x + 0.05, y + 0.26, 0.030, -0.025 * droop, 0.07 * droop),
        (x + 0.07, y - 0.16, x + 0.14, y, x + 0.08, y + 0.20, 0.040, -0.03 * stretch, 0.06 * stretch),
        (-0.03, lips - 0.15, 0.12, lips - 0.15, 0.27, lips - 0.10, 0.045, 0.03 * press, 0.0),
        (-0.03, lips + 0.15, 0.12, lips + 0.15, 0.27, lips + 0.12, 0.045, 0.03 * press, 0.0),
        (0.0, chin - 0.03, 0.06, chin - 0.05, 0.13, chin, 0.075, 0.010 * boss, 0.0),
        (0.02, chin - 0.12, 0.12, chin - 0.13, 0.24, chin - 0.06, 0.028, -0.025 * boss, 0.07 * boss),
        (0.06, chin - 0.04, 0.08, chin, 0.07, chin + 0.05, 0.022, -0.02 * boss, 0.05 * boss),
        (0.15, chin + 0.0, 0.17, chin + 0.03, 0.15, chin + 0.08, 0.022, -0.02 * boss, 0.05 * boss),
        # Lips are round: two rolls with the seam between them.
        (-0.04, lips - 0.05, 0.15, lips - 0.06, x - 0.10, y - 0.02, 0.040, 0.3 * s["lip_upper"], 0.0),
        (-0.04, lips + 0.07 + below, 0.15, lips + 0.07 + below, x - 0.10, y + 0.03 + 0.4 * below, 0.045,
         0.3 * s["lip_lower"], 0.0),
        (-0.04, lips + 0.005, 0.15, lips + 0.005, x - 0.04, y, 0.016, -0.02, 0.0),
    ]  # fmt: skip
