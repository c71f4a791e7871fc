"""Who is drawn: what stays the same in every picture of a numbered subject."""

from typing import NamedTuple

import numpy as np

from fercourse.synth.units import NEUTRAL, SHAPE_NAMES

# How far people differ from `NEUTRAL`, as standard deviations in half face widths.
_SPREAD = {
    "brow_inner_x": 0.022,
    "brow_inner_y": 0.024,
    "brow_peak_y": 0.026,
    "brow_outer_y": 0.026,
    "brow_width": 0.012,
    "eye_inner_x": 0.018,
    "eye_outer_x": 0.022,
    "eye_outer_y": 0.016,
    "lid_upper": 0.014,
    "lid_lower": 0.008,
    "nose_y": 0.035,
    "nose_x": 0.022,
    "cheek_y": 0.03,
    "cheek": 0.014,
    "corner_x": 0.03,
    "corner_y": 0.012,
    "lip_upper": 0.018,
    "lip_lower": 0.022,
    "chin_y": 0.06,
}

# Gray levels (0 to 1, linear in the display's scale) of the ten Monk skin tones (Monk, 2019).
TONES = (0.93, 0.90, 0.87, 0.80, 0.71, 0.57, 0.45, 0.34, 0.27, 0.21)


class Identity(NamedTuple):
    """One person."""

    own: np.ndarray
    tone: int
    age: float
    jaw_square: float
    jaw_width: float
    head_top: float
    nose_long: float
    nose_wide: float
    brow_ridge: float
    brow_dark: float
    hair_tone: float
    hair_line: float
    hair_length: float
    hair_volume: float
    hair_part: float
    beard: float
    mustache: float
    lip_dark: float
    lashes: float
    iris_tone: float
    lines: np.ndarray
    seed: int


def draw_identity(subject: int, seed: int = 0) -> Identity:
    """Return the person with a number; the same number and seed are the same person."""
    rng = np.random.default_rng([seed, subject, 1])
    normal = rng.standard_normal(len(SHAPE_NAMES)).clip(-2.2, 2.2)
    own = normal * [_SPREAD.get(name, 0.0) for name in SHAPE_NAMES]
    own += _family_resemblance(rng)
    tone = int(rng.integers(10))
    age = float(rng.beta(1.3, 1.8))
    masculine = rng.random() < 0.5
    return Identity(
        own=own,
        tone=tone,
        age=age,
        jaw_square=rng.normal(2.7 if masculine else 2.3, 0.25),
        jaw_width=rng.normal(0.98, 0.035),
        head_top=rng.normal(-1.50, 0.05),
        nose_long=rng.normal(1.0, 0.18),
        nose_wide=rng.normal(1.0, 0.12),
        brow_ridge=rng.normal(0.9 if masculine else 0.55, 0.2),
        brow_dark=rng.uniform(0.35, 0.85),
        hair_tone=_hair_tone(rng, tone, age),
        hair_line=rng.normal(-0.92, 0.08) - (0.35 * rng.random() * age if masculine else 0.0),
        hair_length=_hair_length(rng, masculine),
        hair_volume=rng.uniform(0.04, 0.20),
        hair_part=rng.uniform(-0.5, 0.5),
        beard=rng.uniform(0.2, 0.75) if masculine and rng.random() < 0.35 else 0.0,
        mustache=rng.uniform(0.2, 0.7) if masculine and rng.random() < 0.3 else 0.0,
        lip_dark=rng.uniform(0.04, 0.16) + (0.0 if masculine else 0.12 * rng.random()),
        lashes=rng.uniform(0.3, 0.6) if masculine else rng.uniform(0.45, 0.95),
        iris_tone=rng.uniform(0.05, 0.30) + (0.18 * rng.random() if tone < 4 else 0.0),
        lines=rng.random(8) * age,
        seed=int(rng.integers(2**31)),
    )


def _family_resemblance(rng: np.random.Generator) -> np.ndarray:
    """Move whole features: eyes and brows up and down, the mouth, the length of the face."""
    eyes, wide, mouth, brows = rng.normal(0, [0.02, 0.02, 0.03, 0.02])
    shifts = {
        "brow_inner_y": brows,
        "brow_peak_y": brows,
        "brow_outer_y": brows,
        "eye_inner_x": wide,
        "eye_outer_x": wide,
        "eye_inner_y": eyes,
        "eye_outer_y": eyes,
        "corner_y": mouth,
        "lips_y": mouth,
    }
    return np.array([shifts.get(name, 0.0) for name in NEUTRAL])


def _hair_tone(rng: np.random.Generator, tone: int, age: float) -> float:
    gray = rng.random() < max(0.0, age - 0.45)
    return rng.uniform(0.55, 0.85) if gray else rng.uniform(0.06, 0.60 if tone < 5 else 0.16)


def _hair_length(rng: np.random.Generator, masculine: bool) -> float:
    """Return the y to which the hair hangs at the sides; about ear height when it is short."""
    if masculine or rng.random() < 0.3:
        return rng.uniform(-0.2, 0.3)
    return rng.uniform(0.6, 2.1)
