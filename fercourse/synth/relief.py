"""The height of the face and the darkness of its furrows, as sums of smooth bumps."""

import numpy as np

from fercourse.synth.field import Field, sum_of_bumps
from fercourse.synth.furrows import furrow_bumps
from fercourse.synth.identity import Identity
from fercourse.synth.units import middle_of

SIGNS = (-1.0, 1.0)  # the sides in the order of units.SIDES, along the picture's x

# Field far from the head: deep enough that no ray ends there.
FAR = -3.0


def chin_of(shape: dict) -> float:
    """Return the y of the chin's edge, the jaw dropped as far as it is."""
    return float(middle_of(shape, "chin_y") + middle_of(shape, "jaw"))


def _rows_at_rest(field: Field, shape: dict, person: Identity) -> np.ndarray:
    """Return where the skin of each row is when the jaw is closed: only the jaw stretches."""
    hinge, rest = 0.55, person.length("chin_y")
    below = np.maximum(field.y - hinge, 0) * ((rest - hinge) / (chin_of(shape) - hinge))
    return np.minimum(field.y, hinge) + below


def half_widths(field: Field, shape: dict, person: Identity) -> np.ndarray:
    """Return half the width of the head in each row of the field; 0 above and below it."""
    middle, chin = -0.15, person.length("chin_y")
    y = _rows_at_rest(field, shape, person)
    up = np.clip((middle - y) / (middle - person.head_top), 0, 1)
    down = np.clip((y - middle) / (chin - middle), 0, 1)
    skull = (1 - up**2.4) ** 0.5
    jaw = person.jaw_width * (1 - down**person.jaw_square) ** 0.52
    jaw = jaw + (1 - person.jaw_width) * (1 - down) ** 2
    return np.where(y < middle, skull, jaw).astype(np.float32)


def head_height(field: Field, shape: dict, person: Identity, widths: np.ndarray) -> np.ndarray:
    """Return the smooth head without features, float32 (H, W): a dome that bends back at its rim."""
    # A little wider than the head, so that the slope at its rim stays finite.
    widths = np.maximum(1.04 * widths, 0.05)
    y = _rows_at_rest(field, shape, person)
    above = y < 0.1
    reach = np.where(above, 0.1 - person.head_top, person.length("chin_y") - 0.1)
    rows = np.minimum(np.abs(y - 0.1) / reach, 1)
    profile = 1.10 * (1 - rows ** np.where(above, 3.0, 6.0)) ** 0.5
    across = np.minimum(np.abs(field.x)[None, :] / widths[:, None], 1)
    return (profile[:, None] * (1 - across**2.3) ** 0.5).astype(np.float32)


def face_relief(
    field: Field, shape: dict, person: Identity, sides: np.ndarray, widths: np.ndarray
) -> list[np.ndarray]:
    """Return the height of the skin and how much its furrows darken it, both (H, W) float32.

    Parameters
    ----------
    sides : ndarray, shape (units, 2)
        Intensities of the action units, right and left.
    widths : ndarray, shape (H,)
        As `half_widths` gives them.
    """
    bumps = _middle(shape, person)
    for side, sign in enumerate(SIGNS):
        half = {name: float(value[side]) for name, value in shape.items()}
        bumps += [(sign * x, *rest) for x, *rest in _one_side(half, person)]
    rows = np.concatenate([np.array(bumps), furrow_bumps(shape, person, sides)])
    height, dark = sum_of_bumps(field, rows)
    return [head_height(field, shape, person, widths) + height, dark]


def _middle(shape: dict, person: Identity) -> list[tuple]:
    """Return the bumps in the middle: nose, ground of the lips, chin, forehead.

    Each bump is x, y, its two standard deviations, its height, and how much it darkens.
    """
    tip = float(middle_of(shape, "nose_y")) - 0.07
    lips = float(middle_of(shape, "lips_y"))
    forward = 0.10 + float(middle_of(shape, "lip_forward"))
    chin = chin_of(shape) - 0.24
    long, wide = person.nose_long, person.nose_wide
    return [
        (0, -0.08, 0.09 * wide, 0.20, 0.08 * person.nose_bridge, 0),
        (0, 0.20, 0.10 * wide, 0.20, 0.12 * person.nose_bridge, 0),
        (0, tip - 0.14, 0.12 * wide, 0.14, 0.14 * long, 0),
        (0, tip, 0.12 * wide, 0.105, 0.155 * long, 0),
        (0, tip + 0.15, 0.032, 0.06, -0.02, 0.01),
        (0, lips, 0.30, 0.20, forward, 0),
        (0, chin, 0.20, 0.13, 0.06 + 0.05 * person.chin, 0),
        (0, chin - 0.25, 0.22, 0.055, -0.05, 0.03),
        (0, -0.75, 0.5, 0.25, 0.06, 0),
    ]


def _one_side(s: dict[str, float], person: Identity) -> list[tuple]:
    """Return the bumps every half face has: socket, eyeball, brow, cheek, nostril."""
    inner, outer = s["eye_inner_x"], s["eye_outer_x"]
    eye_x, eye_y = (inner + outer) / 2, (s["eye_inner_y"] + s["eye_outer_y"]) / 2
    brow_y = (s["brow_inner_y"] + s["brow_peak_y"]) / 2
    wing = s["nose_x"]
    return [
        (eye_x, eye_y - 0.03, 0.21, 0.13, -0.15 * person.eye_deep, 0.04),
        (eye_x + 0.02, eye_y, 0.15, 0.10, 0.10, 0),
        (inner - 0.05, eye_y - 0.03, 0.07, 0.11, -0.06 * person.eye_deep, 0.04),
        (s["brow_inner_x"] + 0.13, brow_y + 0.03, 0.18, 0.085, 0.07 * person.brow_ridge, 0),
        (s["brow_outer_x"] - 0.1, s["brow_peak_y"] + 0.1, 0.15, 0.09, 0.05 * person.brow_ridge, 0),
        (s["cheek_x"], s["cheek_y"], 0.20, 0.16, s["cheek"] + 0.03 * person.cheekbone, 0),
        (0.60, 0.80, 0.20, 0.24, 0.10 * person.fat - 0.06, 0),
        (0.78 * wing, s["nose_y"] - 0.05, 0.07, 0.07, 0.10, 0),
        (0.52 * wing, s["nose_y"] + 0.035, 0.050, 0.022, -0.03, 0.17),
        (wing + 0.05, s["nose_y"] - 0.05, 0.028, 0.06, -0.035, 0.05),
        (0.95 * wing, s["nose_y"] + 0.035, 0.05, 0.018, -0.015, 0.05),
    ]
