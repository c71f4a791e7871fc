"""Ten simulated raters, and one label drawn as carelessly as FER2013's were."""

import numpy as np

from fercourse.emotions import CLASSES
from fercourse.synth.expression import Expression

RATERS = 10
VOTE_COLUMNS = tuple(f"votes_{name}" for name in CLASSES)

# Rows: what is shown. Columns: what is said. After the votes published with FER+ (Barsoum et al., 2016):
# fear goes with surprise, anger with disgust, sad with neutral.
_SAYS = np.array((
    (0.80, 0.06, 0.02, 0.01, 0.04, 0.01, 0.06),
    (0.24, 0.60, 0.02, 0.01, 0.06, 0.01, 0.06),
    (0.04, 0.02, 0.62, 0.01, 0.06, 0.20, 0.05),
    (0.00, 0.00, 0.00, 0.93, 0.01, 0.02, 0.04),
    (0.05, 0.03, 0.04, 0.01, 0.66, 0.01, 0.20),
    (0.02, 0.01, 0.11, 0.03, 0.01, 0.78, 0.04),
    (0.04, 0.01, 0.01, 0.03, 0.11, 0.02, 0.78),
))  # fmt: skip
_NEUTRAL = CLASSES.index("neutral")


def opinion(expression: Expression) -> np.ndarray:
    """Return the probability with which a rater names each class, shape (7,)."""
    shown = (1 - expression.mix) * _SAYS[expression.true_class]
    shown = shown + expression.mix * _SAYS[expression.mixed_with]
    doubt = 0.55 * max(0.0, 1 - expression.strength) ** 1.5
    shown = (1 - doubt) * shown + doubt * _SAYS[_NEUTRAL]
    return shown / shown.sum()


def vote(expression: Expression, rng: np.random.Generator) -> np.ndarray:
    """Return the votes of ten raters, int64 (7,)."""
    return rng.multinomial(RATERS, opinion(expression))


def careless_label(expression: Expression, rng: np.random.Generator) -> int:
    """Return a label as FER2013's were made.

    There it came from the word with which a picture was searched, and people then took out what
    was wrong: it mostly keeps the word, and otherwise follows what people see (Goodfellow et al.,
    2013).
    """
    if rng.random() < 0.7:
        return expression.true_class
    return int(rng.choice(len(CLASSES), p=opinion(expression)))


def careful_label(expression: Expression, rng: np.random.Generator) -> int:
    """Return the class that was meant."""
    return expression.true_class
