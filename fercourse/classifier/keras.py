"""Keras networks as classifiers."""

import sys

import numpy as np

from fercourse.classifier.protocol import check_faces
from fercourse.errors import ModelError

BATCH = 256


def is_network(model) -> bool:
    """Tell whether an object is a Keras model, without loading Keras for one that is not."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(model, keras.Model)


class KerasClassifier:
    """A Keras model that takes float32 (N, H, W, 1) holding 0 to 255 and ends in a softmax.

    Parameters
    ----------
    model : keras.Model
        Anything done to the gray levels, scaling included, is done inside it.
    classes : tuple of str
        The words of the classes, one for each output.

    Raises
    ------
    ModelError
        If the model takes or gives anything else.
    """

    def __init__(self, model, classes: tuple[str, ...]):
        self.model = model
        self.classes = tuple(classes)
        self._height, self._width = _face_shape(model)
        self._check_outputs()

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        if len(faces) and not self._fits(faces.shape[1:]):
            raise ModelError(
                f"This network takes faces of {self._width}x{self._height} pixels, not "
                f"{faces.shape[2]}x{faces.shape[1]}."
            )
        probabilities = np.empty((len(faces), len(self.classes)), np.float32)
        for start in range(0, len(faces), BATCH):
            batch = np.asarray(faces[start : start + BATCH], np.float32)[..., None]
            probabilities[start : start + BATCH] = self.model.predict_on_batch(batch)
        return probabilities

    def _fits(self, shape: tuple[int, int]) -> bool:
        return all(
            own in (None, side)
            for own, side in zip((self._height, self._width), shape, strict=True)
        )

    def _check_outputs(self) -> None:
        count = self.model.output_shape[-1]
        if count != len(self.classes):
            raise ModelError(
                f"This network has {count} outputs, but {len(self.classes)} classes were named; "
                "name as many."
            )
        face = np.full((1, self._height or 48, self._width or 48), 128, np.uint8)
        (row,) = self.predict_proba(face)
        if not (np.isfinite(row).all() and row.min() >= 0 and abs(row.sum() - 1) < 1e-3):
            raise ModelError(
                "This network gives no probabilities: its outputs for a gray face add up to "
                f"{row.sum():.4g}; end it in a softmax."
            )


def _face_shape(model) -> tuple[int | None, int | None]:
    """Return the height and width of the faces that a model takes."""
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    is_picture = isinstance(takes, tuple) and len(takes) == 4 and takes[-1] == 1
    is_row = isinstance(gives, tuple) and len(gives) == 2
    if not (is_picture and is_row):
        raise ModelError(
            "A network must take faces of shape (height, width, 1) and give one number a class; "
            f"this one takes {takes} and gives {gives}."
        )
    return takes[1], takes[2]
