"""From an expression class to action units: prototypes, variants, partial and blended ones."""

from typing import NamedTuple

import numpy as np

from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT, PROTOTYPES
from fercourse.synth.units import CODES

# Shares of FER2013's classes (Goodfellow et al., 2013).
_FER2013 = np.array((4953, 547, 5121, 8989, 6077, 4002, 6198))
SHARES = _FER2013 / _FER2013.sum()

# How often each variant is shown, first the prototypes', then those of the ones added here: photos
# that were searched by a word show laughter and shouting more often than the prototypes do.
_ADDED = {
    "happy": ((6, 12, 25, 26), (12, 25, 26)),
    "angry": (
        (4, 7, 9, 10, 16, 25, 26),
        (4, 7, 10, 16, 25, 27),
        (4, 7, 10, 20, 25),
        (4,),
        (4, 7),
    ),
    "surprise": ((1, 2, 25), (1, 2, 5, 25, 27)),
    "fear": ((1, 2, 4, 5, 20, 25, 27), (1, 2, 4, 25, 26), (1, 4, 20, 25)),
    "disgust": ((4, 9, 10, 25), (4, 7, 9, 10, 17), (4, 7, 9, 10, 16, 25), (4, 6, 9, 10, 25, 26)),
    "sad": ((1, 4, 7, 15, 17), (4, 15, 17), (15,), (1, 4, 43), (15, 43), (4, 7, 43)),
}
_SHARES_OF = {
    "angry": (0.10, 0.12, 0.10, 0.12, 0.16, 0.14, 0.10, 0.06, 0.10),
    "disgust": (0.08, 0.14, 0.08, 0.06, 0.18, 0.14, 0.18, 0.14),
    "fear": (0.20, 0.16, 0.16, 0.22, 0.14, 0.12),
    "happy": (0.14, 0.32, 0.12, 0.12, 0.22, 0.08),
    "sad": (0.14, 0.08, 0.16, 0.08, 0.08, 0.06, 0.08, 0.16, 0.10, 0.06),
    "surprise": (0.25, 0.15, 0.28, 0.07, 0.25),
}


def _variants_of(name: str) -> tuple[tuple, np.ndarray]:
    variants = PROTOTYPES[name] + _ADDED.get(name, ())
    shares = np.array(_SHARES_OF.get(name, (1.0,) * len(variants)))
    return variants, shares / shares.sum()


_VARIANTS = {name: _variants_of(name) for name in PROTOTYPES}


# A mouth caught speaking, whatever the expression.
_SPEECH = [CODES.index(25), CODES.index(26)]


class Expression(NamedTuple):
    """What a face shows: the class meant, how strongly, and the class it is mixed with."""

    true_class: int
    strength: float
    mixed_with: int
    mix: float
    sides: np.ndarray  # intensities (units, right and left)


class Variety(NamedTuple):
    """How unlike the prototypes, and each other, expressions of one class are.

    Parameters
    ----------
    weakest : float
        The least strength of an expression, 0 to 1.
    strengths : (float, float)
        The two parameters of the beta distribution of the strength above that.
    blended, spoken, missing, stray : float
        How probable it is that another class is mixed in, that the mouth is speaking, that a unit
        of the prototype is missing, and that one that does not belong to it is there.
    uneven : float
        By how much the two sides differ (standard deviation of a factor).
    """

    weakest: float = 0.0
    strengths: tuple[float, float] = (5.0, 1.0)
    blended: float = 0.20
    spoken: float = 0.12
    missing: float = 0.05
    stray: float = 0.05
    uneven: float = 0.10


TEXTBOOK = Variety(0.75, (1.0, 1.0), blended=0, spoken=0, missing=0, stray=0, uneven=0.03)


def draw_expression(
    true_class: int, rng: np.random.Generator, variety: Variety = TEXTBOOK
) -> Expression:
    """Draw one way of showing a class, an index into `CLASSES_WITH_CONTEMPT`."""
    strength = variety.weakest + (1 - variety.weakest) * rng.beta(*variety.strengths)
    mixed_with, mix = int(rng.integers(len(CLASSES))), 0.0
    if rng.random() < variety.blended:
        mix = rng.uniform(0.1, 0.45)
    values = strength * (1 - mix) * _one_class(true_class, rng, variety)
    values += mix * _one_class(mixed_with, rng, variety)
    stray = rng.random((len(CODES), 1)) < variety.stray
    values += stray * rng.uniform(0, 0.35, (len(CODES), 1))
    if rng.random() < variety.spoken:
        values[_SPEECH] = np.maximum(values[_SPEECH], rng.uniform(0.2, 0.8, (len(_SPEECH), 1)))
    uneven = 1 + rng.normal(0, variety.uneven, values.shape)
    return Expression(true_class, strength, mixed_with, mix, np.clip(values * uneven, 0, 1))


def _one_class(index: int, rng: np.random.Generator, variety: Variety) -> np.ndarray:
    name = CLASSES_WITH_CONTEMPT[index]
    variants, shares = _VARIANTS[name]
    units = variants[rng.choice(len(variants), p=shares)]
    values = np.zeros((len(CODES), 2))
    for code in units:
        if rng.random() >= variety.missing:
            values[CODES.index(code)] = rng.uniform(0.2 if code == 43 else 0.7, 1.0)
    if name == "contempt":
        values[:, rng.integers(2)] = 0
    return values
