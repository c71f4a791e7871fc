"""Scikit-learn estimators as classifiers."""

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from fercourse.classifier.protocol import check_classes, check_faces
from fercourse.errors import ModelError


class SklearnClassifier:
    """A fitted scikit-learn estimator that takes uint8 (N, H, W) and has ``predict_proba``.

    Parameters
    ----------
    estimator
        The fitted estimator; ``estimator.classes_`` are indices into `classes`.
    classes : tuple of str
        The words of the classes. A class that the estimator never saw gets probability 0.
    """

    def __init__(self, estimator, classes: tuple[str, ...]):
        try:
            check_is_fitted(estimator)
        except NotFittedError as error:
            raise ModelError(
                f"This {type(estimator).__name__} is not fitted; call fit first."
            ) from error
        if not hasattr(estimator, "predict_proba"):
            raise ModelError(
                f"This {type(estimator).__name__} gives no probabilities; choose an estimator with "
                "predict_proba, or wrap it in CalibratedClassifierCV."
            )
        check_classes(classes)
        labels = np.asarray(estimator.classes_)
        if (
            labels.ndim != 1
            or labels.dtype.kind not in "iu"
            or not 0 <= labels.min() <= labels.max() < len(classes)
        ):
            raise ModelError(
                f"The estimator was fitted on labels {_brief(labels)}; they must be indices into "
                f"the {len(classes)} classes."
            )
        self.estimator = estimator
        self.classes = tuple(classes)

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        probabilities = np.zeros((len(faces), len(self.classes)), np.float32)
        if len(faces):
            probabilities[:, self.estimator.classes_] = self._ask(faces)
        return probabilities

    def _ask(self, faces: np.ndarray) -> np.ndarray:
        try:
            return self.estimator.predict_proba(faces)
        except ValueError as error:
            height, width = faces.shape[1:]
            reason = str(error).partition("\n")[0].rstrip(".")
            raise ModelError(
                f"This {type(self.estimator).__name__} cannot classify faces of {width}x{height} "
                f"pixels ({reason}); give faces as those that it was fitted on."
            ) from error


def _brief(labels: np.ndarray) -> str:
    words = ", ".join(map(str, labels.ravel()[:8].tolist()))
    return f"{words}, ..." if labels.size > 8 else words
