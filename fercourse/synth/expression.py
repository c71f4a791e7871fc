"""From an expression class to action units: prototypes, variants, partial and blended ones."""

from typing import NamedTuple

import numpy as np

from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT, PROTOTYPES
from fercourse.synth.units import CODES

# Shares of FER2013's classes (Goodfellow et al., 2013).
_FER2013 = np.array((4953, 547, 5121, 8989, 6077, 4002, 6198))
SHARES = _FER2013 / _FER2013.sum()

_VARIANT_SHARES = (0.45, 0.25, 0.18, 0.12)


class Expression(NamedTuple):
    """What a face shows: the class meant, how strongly, and the class it is mixed with."""

    true_class: int
    strength: float
    mixed_with: int
    mix: float
    sides: np.ndarray  # intensities (units, right and left)


def draw_expression(true_class: int, rng: np.random.Generator, easy: bool = False) -> Expression:
    """Draw one way of showing a class.

    Parameters
    ----------
    easy : bool
        Strong, whole and unmixed expressions only.
    """
    strength = rng.uniform(0.75, 1.0) if easy else rng.beta(3.2, 1.5)
    mixed_with, mix = int(rng.integers(len(CLASSES))), 0.0
    if not easy and rng.random() < 0.25:
        mix = rng.uniform(0.1, 0.45)
    values = strength * (1 - mix) * _one_class(true_class, rng, easy)
    values = values + mix * _one_class(mixed_with, rng, easy)
    if not easy:
        stray = rng.random((len(CODES), 1)) < 0.05
        values = values + stray * rng.uniform(0, 0.35, (len(CODES), 1))
    uneven = 1 + rng.normal(0, 0.03 if easy else 0.10, values.shape)
    return Expression(true_class, strength, mixed_with, mix, np.clip(values * uneven, 0, 1))


def _one_class(index: int, rng: np.random.Generator, easy: bool) -> np.ndarray:
    name = CLASSES_WITH_CONTEMPT[index]
    variants = PROTOTYPES[name]
    shares = np.array(_VARIANT_SHARES[: len(variants)])
    units = variants[rng.choice(len(variants), p=shares / shares.sum())]
    values = np.zeros((len(CODES), 2))
    for code in units:
        if not easy and rng.random() < 0.08:
            continue
        values[CODES.index(code)] = rng.uniform(0.6, 1.0)
    if name == "contempt":
        values[:, rng.integers(2)] = 0
    return values
