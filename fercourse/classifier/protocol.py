"""The one form of every model."""

from typing import Protocol, runtime_checkable

import numpy as np

from fercourse.errors import ModelError


@runtime_checkable
class Classifier(Protocol):
    """A function from raw faces to probabilities."""

    classes: tuple[str, ...]

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        ...


def check_faces(faces: np.ndarray) -> None:
    """Raise a ModelError that says what is wrong unless `faces` are uint8 (N, H, W)."""
    if not isinstance(faces, np.ndarray):
        raise ModelError(f"A classifier takes an array of faces, not a {type(faces).__name__}.")
    if faces.dtype != np.uint8:
        raise ModelError(
            f"A classifier takes raw gray levels as uint8, not {faces.dtype}; do not scale them, "
            "the model does that itself."
        )
    if faces.ndim != 3:
        raise ModelError(
            f"A classifier takes faces of shape (N, height, width), not {faces.shape}; "
            "for one face use face[None]."
        )


def check_probabilities(probabilities: np.ndarray) -> None:
    """Raise a ModelError unless what a model from outside gives, (N, C), are probabilities."""
    # Comparisons with what is no number are false.
    if not ((np.abs(probabilities.sum(axis=1) - 1) < 0.05).all() and (probabilities > -0.05).all()):
        raise ModelError("This model gives no probabilities; end it in a softmax.")


def check_classes(classes: tuple[str, ...]) -> None:
    """Raise a ModelError that says what is wrong unless `classes` are words, each once."""
    if not isinstance(classes, tuple | list) or not all(isinstance(name, str) for name in classes):
        raise ModelError(
            f"classes must be a tuple of words, such as ('happy', 'sad'), not {classes!r}."
        )
    if not classes or len(set(classes)) < len(classes):
        raise ModelError(f"classes must be different words, not {', '.join(classes) or 'none'}.")
