"""Who is drawn: what stays the same in every picture of a numbered subject."""

from functools import lru_cache
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
TONES = (0.88, 0.86, 0.84, 0.78, 0.69, 0.55, 0.45, 0.37, 0.30, 0.25)


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
    nose_bridge: float
    eye_deep: float
    cheekbone: float
    chin: float
    fat: float
    line_bow: float
    brow_ridge: float
    brow_dark: float
    ears: float
    hair: str
    hair_tone: float
    hair_contrast: float
    recede: float
    side_lock: float
    hair_line: float
    hair_length: float
    hair_volume: float
    hair_part: float
    beard: float
    mustache: float
    lip_dark: float
    lashes: float
    eye_shadow: float
    freckles: float
    blotches: float
    glasses: float
    piercing: str
    iris_tone: float
    lines: np.ndarray
    seed: int

    def length(self, name: str) -> float:
        """Return a length of the face at rest, one of `SHAPE_NAMES`, in half face widths."""
        return float(NEUTRAL[name] + self.own[SHAPE_NAMES.index(name)])


@lru_cache(maxsize=1024)
def draw_identity(subject: int, seed: int = 0) -> Identity:
    """Return the person with a number; the same number and seed are the same person."""
    rng = np.random.default_rng([seed, subject, 1])
    tone = int(rng.integers(len(TONES)))
    child = rng.random() < 0.10
    masculine = rng.random() < 0.5
    age = 0.0 if child else float(rng.beta(1.3, 1.8))
    own = rng.standard_normal(len(SHAPE_NAMES)).clip(-2.2, 2.2)
    own *= [_SPREAD.get(name, 0.0) for name in SHAPE_NAMES]
    own += _family_resemblance(rng) + child * _CHILDISH
    return Identity(
        own=own,
        tone=tone,
        age=age,
        lines=rng.random(8) * (0.25 * (not child) + age),
        seed=int(rng.integers(2**31)),
        **_bones(rng, masculine and not child, child),
        **_hair(rng, masculine, child, tone, age),
        **_colors(rng, masculine, child, tone),
        **_beard(rng, masculine and not child),
        blotches=rng.uniform(0.0, 0.07),
    )


# What the face of a child of about six has other than a grown-up's, in half face widths.
_CHILDISH = np.array(
    [
        {"lid_upper": 0.02, "lid_lower": 0.01, "iris": 0.012, "nose_y": -0.06, "nose_x": -0.03,
         "corner_x": -0.03, "corner_y": -0.05, "lips_y": -0.05, "chin_y": -0.14, "cheek": 0.02,
         "brow_width": -0.014, "cheek_y": 0.05}.get(name, 0.0)
        for name in SHAPE_NAMES
    ]
)  # fmt: skip


def _bones(rng: np.random.Generator, masculine: bool, child: bool) -> dict:
    return {
        "jaw_square": rng.normal(3.3 if masculine else 2.9, 0.3),
        "jaw_width": rng.normal(0.99, 0.03),
        "head_top": rng.normal(-1.50, 0.05),
        "nose_long": rng.normal(0.75 if child else 1.0, 0.18),
        "nose_wide": rng.normal(1.0, 0.12),
        "nose_bridge": rng.normal(0.55 if child else 0.9, 0.22),
        "eye_deep": rng.normal(0.6 if child else 0.8, 0.2),
        "brow_ridge": max(0.0, rng.normal(0.9 if masculine else 0.5, 0.2) - 0.4 * child),
        "cheekbone": rng.normal(0.5, 0.5),
        "chin": rng.normal(1.0 if masculine else 0.6, 0.4),
        "fat": 1.2 if child else rng.beta(2, 2),
        "line_bow": rng.random(),
        "ears": rng.normal(1.0, 0.08),
    }


def _hair(rng: np.random.Generator, masculine: bool, child: bool, tone: int, age: float) -> dict:
    kind = "curly" if rng.random() < (0.6 if tone > 6 else 0.25) else "straight"
    short = rng.random() < (0.9 if masculine else 0.3)
    bald = masculine and rng.random() < 0.15 * (age > 0.3)
    gray = rng.random() < max(0.0, 1.3 * (age - 0.55))
    dark = rng.uniform(0.05, 0.14) if tone > 5 or rng.random() < 0.5 else rng.uniform(0.12, 0.55)
    fringe = (child or not masculine) and rng.random() < 0.3
    return {
        "hair": "none" if bald else kind,
        "hair_tone": rng.uniform(0.22, 0.36) if gray else dark,
        "hair_contrast": rng.uniform(0.12, 0.28),
        "recede": rng.random() * (0.4 + age) * masculine,
        "side_lock": rng.uniform(0.955, 0.99) if short else rng.uniform(0.84, 0.97),
        "hair_line": rng.normal(-0.60, 0.07) if fringe else rng.normal(-0.94, 0.07),
        "hair_length": rng.uniform(-0.15, 0.3) if short else rng.uniform(0.7, 2.3),
        "hair_volume": rng.uniform(0.02, 0.12) if short else rng.uniform(0.06, 0.24),
        "hair_part": rng.uniform(-0.6, 0.6),
    }


def _colors(rng: np.random.Generator, masculine: bool, child: bool, tone: int) -> dict:
    made_up = not (masculine or child) and rng.random() < 0.5
    return {
        "brow_dark": rng.uniform(0.4, 0.85),
        "lip_dark": rng.uniform(0.10, 0.30) + made_up * rng.uniform(0.05, 0.25),
        "lashes": rng.uniform(0.3, 0.6) + made_up * rng.uniform(0.2, 0.4),
        "eye_shadow": made_up * rng.uniform(0.0, 0.25),
        "iris_tone": rng.uniform(0.05, 0.18) + (0.22 * rng.random() if tone < 4 else 0.0),
        "freckles": rng.uniform(0.0, 0.02) + 0.05 * (tone < 3) * (rng.random() < 0.2),
        "piercing": str(rng.choice(("none", "nose", "brow", "lip"), p=(0.94, 0.03, 0.015, 0.015))),
        "glasses": 0.0 if rng.random() > 0.22 else rng.uniform(0.25, 1.0),
    }


def _beard(rng: np.random.Generator, masculine: bool) -> dict:
    kind = rng.random() if masculine else 1.0
    return {
        "beard": rng.uniform(0.15, 0.8) if kind < 0.35 else 0.0,
        "mustache": rng.uniform(0.2, 0.75) if kind < 0.42 else 0.0,
    }


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
