"""What a classifier says of a set of faces, checked before anything is measured on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fercourse.classifier import as_classifier
from fercourse.classifier.protocol import check_classes
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.progress import progress_bar
from fercourse.errors import DataError, ModelError

_BATCH = 1024
# Softmax in float16 and in 8 bits still sums to one within this.
_SUM_TOLERANCE = 0.02


@dataclass(frozen=True, eq=False)
class Predictions:
    """Labels and probabilities of the same faces.

    Parameters
    ----------
    labels : ndarray, int64, shape (N,)
        The class that the data set gives each face.
    probabilities : ndarray, float64, shape (N, C)
        What the classifier says; each row sums to one.
    classes : tuple of str
        The words of the classes.

    Raises
    ------
    ModelError
        If the probabilities are none.
    DataError
        If there are no faces, or all are of one class.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self):
        check_labels(self.labels, self.classes)
        check_probabilities(self.probabilities, (len(self.labels), len(self.classes)))
        object.__setattr__(self, "labels", np.asarray(self.labels, np.int64))
        probabilities = np.asarray(self.probabilities, np.float64)
        object.__setattr__(
            self, "probabilities", probabilities / probabilities.sum(axis=1, keepdims=True)
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows) -> "Predictions":
        """Return the predictions for some of the faces."""
        return Predictions(self.labels[rows], self.probabilities[rows], self.classes)

    @property
    def predicted(self) -> np.ndarray:
        """The most probable class of each face: int64 (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def correct(self) -> np.ndarray:
        """Whether that is the labeled class: bool (N,)."""
        return self.predicted == self.labels


def predict(classifier, faces: FaceSet, *, progress: bool = False) -> Predictions:
    """Return what a classifier says of the faces of a set.

    Parameters
    ----------
    classifier : Classifier, or any model that `as_classifier` takes
        Its classes must be those of `faces`, in any order.
    faces : FaceSet
        The faces, with at least two classes among them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Predictions

    Raises
    ------
    ModelError
        If the classes differ, or what comes back is no table of probabilities.
    DataError
        If there are no faces, or all are of one class.
    """
    check_face_set(faces)
    classifier = as_classifier(classifier)
    check_classes(classifier.classes)
    order = _columns_of(faces.classes, classifier.classes)
    check_labels(faces.labels, faces.classes)
    parts = []
    with progress_bar("Classifying faces", len(faces), shown=progress) as tell:
        for start in range(0, len(faces), _BATCH):
            images = np.asarray(faces.images[start : start + _BATCH])
            part = classifier.predict_proba(images)
            check_probabilities(part, (len(images), len(classifier.classes)))
            parts.append(part)
            tell(start + len(images))
    return Predictions(faces.labels, np.concatenate(parts)[:, order], faces.classes)


def check_face_set(faces) -> None:
    """Raise a DataError unless this is a FaceSet."""
    if not isinstance(faces, FaceSet):
        raise DataError(
            "Classifiers are measured on a FaceSet, such as load().split('test'), not on a "
            f"{type(faces).__name__}."
        )


def check_labels(labels: np.ndarray, classes: Sequence[str]) -> None:
    """Raise a DataError unless there are faces of at least two classes."""
    if not len(labels):
        raise DataError("There are no faces to evaluate on; choose a split that holds some.")
    present = np.unique(labels)
    if len(present) < 2:
        raise DataError(
            f"All {len(labels):,} faces are of the class {classes[present[0]]!r}; evaluate on faces "
            "of at least two classes."
        )


def check_probabilities(probabilities: np.ndarray, shape: tuple[int, int]) -> None:
    """Raise a ModelError that says what is wrong unless these are probabilities of `shape`."""
    if not isinstance(probabilities, np.ndarray) or probabilities.dtype.kind != "f":
        found = getattr(probabilities, "dtype", type(probabilities).__name__)
        raise ModelError(
            f"predict_proba must return an array of float probabilities, not {found}; "
            "return one probability a class, not the predicted class."
        )
    if probabilities.shape != shape:
        raise ModelError(
            f"predict_proba returned shape {probabilities.shape} for {shape[0]} faces and "
            f"{shape[1]} classes; it must return {shape}."
        )
    broken = np.count_nonzero(~np.isfinite(probabilities).all(axis=1))
    if broken:
        raise ModelError(
            f"The probabilities of {broken:,} faces are not finite (NaN or infinite); check the "
            "model's weights and its input."
        )
    if probabilities.size and (probabilities.min() < 0 or probabilities.max() > 1 + _SUM_TOLERANCE):
        raise ModelError(
            f"Probabilities run from {probabilities.min():.3g} to {probabilities.max():.3g}; they "
            "must lie between 0 and 1, so apply softmax to logits first."
        )
    sums = probabilities.sum(axis=1)
    if np.abs(sums - 1).max(initial=0) > _SUM_TOLERANCE:
        raise ModelError(
            f"The probabilities of a face sum to between {sums.min():.3g} and {sums.max():.3g}; they "
            "must sum to 1, so end the model with softmax or normalize each row."
        )


def _columns_of(wanted: Sequence[str], given: Sequence[str]) -> list[int]:
    """Return where the classes of the data stand among those of the classifier."""
    missing = [name for name in wanted if name not in given]
    surplus = [name for name in given if name not in wanted]
    if missing or surplus:
        lacks = f" lacks {', '.join(missing)}" if missing else ""
        knows = f" knows {', '.join(surplus)}, which the data do not" if surplus else ""
        both = " and" if lacks and knows else ""
        raise ModelError(
            f"The classifier{lacks}{both}{knows}; evaluate it on faces of its own "
            f"{len(given)} classes: {', '.join(given)}."
        )
    return [list(given).index(name) for name in wanted]
