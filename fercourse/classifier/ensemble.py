"""Several classifiers as one, which is again a classifier."""

from collections.abc import Sequence

import numpy as np

from fercourse.classifier.protocol import Classifier
from fercourse.errors import ModelError


class Ensemble:
    """The mean of the probabilities of several classifiers. Introduced in notebook 03.

    Parameters
    ----------
    classifiers : sequence of Classifier
        All with the same classes in the same order.
    weights : sequence of float, optional
        How much each counts; all alike by default.

    Raises
    ------
    ModelError
        If there is none, their classes differ, or the weights are no weights.
    """

    def __init__(self, classifiers: Sequence[Classifier], weights: Sequence[float] | None = None):
        if not classifiers:
            raise ModelError("An ensemble needs at least one classifier.")
        self.classifiers = tuple(classifiers)
        self.classes = tuple(self.classifiers[0].classes)
        for one in self.classifiers:
            if tuple(one.classes) != self.classes:
                raise ModelError(
                    "The classifiers of an ensemble must have the same classes in the same order, "
                    f"not {', '.join(self.classes)} and {', '.join(one.classes)}."
                )
        self.weights = _shares(weights, len(self.classifiers))

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        parts = [one.predict_proba(faces) for one in self.classifiers]
        return np.einsum("m,mnc->nc", self.weights, np.stack(parts)).astype(np.float32)


class OneAgainstRest:
    """A binary classifier for each class; what they say is divided by its sum.

    Parameters
    ----------
    classifiers : sequence of Classifier
        One a class, in the order of `classes`; each has two classes, the rest and its own.
    classes : tuple of str

    Raises
    ------
    ModelError
        If they do not go together.
    """

    def __init__(self, classifiers: Sequence[Classifier], classes: tuple[str, ...]):
        self.classifiers, self.classes = tuple(classifiers), tuple(classes)
        own = [tuple(one.classes) for one in self.classifiers]
        if [pair[-1] for pair in own] != list(self.classes) or any(len(pair) != 2 for pair in own):
            raise ModelError(
                f"One against the rest needs a classifier of (rest, class) for each of "
                f"{', '.join(self.classes)}, in this order, not {own}."
            )

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        columns = [one.predict_proba(faces)[:, 1] for one in self.classifiers]
        scores = np.stack(columns, axis=1).astype(np.float64) + np.finfo(np.float32).tiny
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def _shares(weights: Sequence[float] | None, count: int) -> np.ndarray:
    weights = np.ones(count) if weights is None else np.asarray(weights, float)
    if weights.shape != (count,) or not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ModelError(f"Give {count} weights of 0 or more, one a classifier.")
    if not weights.sum():
        raise ModelError("At least one classifier must have a weight above 0.")
    return weights / weights.sum()
