"""What each action unit does to the face: the table that moves everything else.

Lengths are in half face widths (about 70 mm). x runs away from the middle of the face, y runs
down. The amounts hold at full intensity and add up, as those of a linear blend-shape model
(Lewis et al., 2014). What a unit does to the skin (furrows, folds, bulges) stands in `relief`.
"""

from collections.abc import Mapping

import numpy as np

from fercourse.emotions import ACTION_UNITS
from fercourse.errors import DataError

# "Left" is the left side of the person drawn, which is the right side of the picture.
SIDES = ("right", "left")
CODES = tuple(ACTION_UNITS)
ACTION_UNIT_NAMES = tuple(f"AU{code}_{side}" for code in CODES for side in ("left", "right"))

NEUTRAL = {
    "brow_inner_x": 0.17,
    "brow_inner_y": -0.24,
    "brow_peak_x": 0.52,
    "brow_peak_y": -0.33,
    "brow_outer_x": 0.78,
    "brow_outer_y": -0.23,
    "brow_width": 0.060,
    "eye_inner_x": 0.225,
    "eye_inner_y": 0.015,
    "eye_outer_x": 0.665,
    "eye_outer_y": -0.01,
    "lid_upper": 0.105,
    "lid_lower": 0.066,
    "iris": 0.096,
    "nose_y": 0.55,
    "nose_x": 0.215,
    "cheek_x": 0.62,
    "cheek_y": 0.39,
    "cheek": 0.05,
    "corner_x": 0.365,
    "corner_y": 0.865,
    "lips_y": 0.88,
    "lip_upper": 0.085,
    "lip_lower": 0.115,
    "part_upper": 0.0,
    "part_lower": 0.0,
    "lip_forward": 0.0,
    "jaw": 0.0,
    "chin_y": 1.42,
}

MOVES = {
    1: {"brow_inner_y": -0.125, "brow_peak_y": -0.03},
    2: {"brow_outer_y": -0.085, "brow_peak_y": -0.115, "brow_inner_y": -0.01},
    4: {"brow_inner_y": 0.105, "brow_peak_y": 0.085, "brow_outer_y": 0.02, "brow_inner_x": -0.05},
    5: {"lid_upper": 0.080, "lid_lower": 0.018},
    6: {"lid_lower": -0.024, "lid_upper": -0.012, "cheek_y": -0.05, "cheek": 0.03},
    7: {"lid_lower": -0.034, "lid_upper": -0.026},
    9: {"brow_inner_y": 0.075, "brow_peak_y": 0.055, "nose_y": -0.05, "nose_x": 0.03,
        "lip_upper": 0.0, "lips_y": -0.02, "lid_lower": -0.018, "lid_upper": -0.012},
    10: {"lips_y": -0.035, "part_upper": 0.035, "lip_upper": -0.012, "nose_x": 0.03,
         "nose_y": -0.02},
    12: {"corner_x": 0.13, "corner_y": -0.135, "lips_y": -0.06, "lip_upper": -0.022, "lip_lower": -0.022,
         "cheek": 0.045, "cheek_y": -0.035, "lid_lower": -0.008},
    14: {"corner_x": 0.02, "corner_y": -0.02, "lip_upper": -0.008, "lip_lower": -0.01},
    15: {"corner_x": 0.015, "corner_y": 0.095, "lip_lower": 0.01},
    16: {"part_lower": 0.055, "lip_lower": 0.01},
    17: {"lips_y": -0.035, "corner_y": 0.010, "lip_lower": 0.012, "chin_y": -0.035,
         "lip_forward": 0.005},
    20: {"corner_x": 0.115, "corner_y": 0.03, "lip_upper": -0.018, "lip_lower": -0.018},
    22: {"corner_x": -0.105, "lip_upper": 0.03, "lip_lower": 0.03, "part_upper": 0.02,
         "part_lower": 0.03, "lip_forward": 0.08},
    23: {"corner_x": -0.035, "lip_upper": -0.04, "lip_lower": -0.045},
    24: {"corner_x": -0.02, "lip_upper": -0.05, "lip_lower": -0.06, "lip_forward": -0.02},
    25: {"part_upper": 0.050, "part_lower": 0.085},
    26: {"jaw": 0.21, "corner_y": 0.035, "corner_x": -0.02},
    27: {"jaw": 0.45, "corner_y": 0.10, "corner_x": -0.055, "lip_upper": -0.015},
    43: {"lid_upper": -0.175, "lid_lower": 0.0},
}  # fmt: skip

SHAPE_NAMES = tuple(NEUTRAL)
_NEUTRAL = np.array([NEUTRAL[name] for name in SHAPE_NAMES])
_MOVES = np.array([[MOVES[code].get(name, 0.0) for name in SHAPE_NAMES] for code in CODES])


def as_intensities(action_units: Mapping[int | str, float] | None) -> np.ndarray:
    """Turn ``{12: 0.8}`` (both sides) or ``{"AU12_left": 0.5}`` into intensities.

    Returns
    -------
    ndarray, float32, shape (A,)
        The intensities in the order of `ACTION_UNIT_NAMES`.

    Raises
    ------
    DataError
        If a unit is unknown or an intensity does not lie between 0 and 1.
    """
    values = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
    for unit, intensity in (action_units or {}).items():
        names = [unit] if isinstance(unit, str) else [f"AU{unit}_left", f"AU{unit}_right"]
        if not set(names) <= set(ACTION_UNIT_NAMES):
            raise DataError(
                f"There is no action unit {unit!r}; give one of {', '.join(map(str, CODES))} "
                "or a name such as 'AU12_left'."
            )
        if not 0 <= intensity <= 1:
            raise DataError(f"The intensity of {unit!r} must lie between 0 and 1, not {intensity}.")
        for name in names:
            values[ACTION_UNIT_NAMES.index(name)] = intensity
    return values


def by_side(intensities: np.ndarray) -> np.ndarray:
    """Return the intensities as (units, 2), columns in the order of `SIDES` (right, left)."""
    return intensities.reshape(len(CODES), 2)[:, ::-1].astype(float)


def moved_shape(own: np.ndarray, sides: np.ndarray) -> dict[str, np.ndarray]:
    """Return every length of the face, for the right and the left side.

    Parameters
    ----------
    own : ndarray, shape (S,)
        What is a person's own, added to `NEUTRAL`.
    sides : ndarray, shape (units, 2)
        Intensities, as `by_side` gives them.

    Returns
    -------
    dict of str to ndarray, float32, shape (2,)
    """
    shape = (_NEUTRAL + own)[:, None] + _MOVES.T @ sides
    return dict(zip(SHAPE_NAMES, shape.astype(np.float32), strict=True))


def middle_of(shape: dict[str, np.ndarray], name: str) -> np.float32:
    """Return a length in the middle of the face, the mean of its two sides."""
    right, left = shape[name]
    return (right + left) / 2
