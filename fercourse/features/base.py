"""What all descriptors of single faces share: checking, batches, processes, feature names."""

import math
import numbers

import joblib
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from fercourse.errors import DataError, ModelError

# So few that the arrays of one batch stay in the processor's cache.
BATCH = 16
# A process is given at least so many faces, lest starting it cost more than it saves.
PIECE = 256
MOST_JOBS = 1024


def check_faces(faces: np.ndarray) -> None:
    """Raise a DataError that says what is wrong unless `faces` are uint8 (N, H, W)."""
    if not isinstance(faces, np.ndarray):
        raise DataError(f"Features are taken from an array, not from a {type(faces).__name__}.")
    if faces.dtype != np.uint8 or faces.ndim != 3:
        raise DataError(
            "Features are taken from raw gray faces, uint8 of shape (N, height, width), "
            f"not from {faces.dtype} of shape {faces.shape}."
        )


def check_some(faces: np.ndarray) -> None:
    """Raise a DataError unless there is at least one face to fit on."""
    check_faces(faces)
    if not faces.size:
        raise DataError("There are no faces to fit on.")


def check_setting(name: str, value, accepted: bool, words: str) -> None:
    """Raise a ModelError that names a setting, its value and what is accepted."""
    if not accepted:
        raise ModelError(f"{name} must be {words}, not {value!r}.")


def is_whole(value, least: int, most: int) -> bool:
    """Tell whether a setting is a whole number in a range; neither True nor 2.0 is one.

    Nor is a NumPy integer of fewer bits than 64: what is computed from it would overflow.
    """
    is_integer = isinstance(value, int | np.int64) and not isinstance(value, bool)
    return is_integer and least <= value <= most


def check_seed(name: str, value) -> None:
    """Raise a ModelError unless a setting is a seed, or None for another draw each time."""
    accepted = value is None or is_whole(value, 0, 2**32 - 1)
    check_setting(name, value, accepted, f"a whole number from 0 to {2**32 - 1:,}, or None")


def is_number(value) -> bool:
    """Tell whether a setting is a real number; True is none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_word(value, words) -> bool:
    """Tell whether a setting is one of some words."""
    return isinstance(value, str) and value in words


class FaceTransformer(TransformerMixin, BaseEstimator):
    """Base of the transformers that take uint8 (N, H, W) and give float32 (N, F)."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _check_shape(self, faces: np.ndarray) -> None:
        check_is_fitted(self)
        check_faces(faces)
        if faces.shape[1:] != self.face_shape_:
            height, width = self.face_shape_
            raise DataError(
                f"This {type(self).__name__} was fitted on faces of {width}x{height} pixels, "
                f"not of {faces.shape[2]}x{faces.shape[1]}."
            )


class Descriptor(FaceTransformer):
    """Base of the descriptors that are computed of each face on its own.

    A descriptor has the parameter ``n_jobs``, and defines ``_check_settings()``,
    ``_describe(faces)``, which gives float (N, F), and ``_names()``.
    """

    def fit(self, X, y=None):
        """Check the settings and remember the size of the faces; `y` is not used."""
        check_some(X)
        self.face_shape_ = X.shape[1:]
        check_setting("n_jobs", self.n_jobs, _is_job_count(self.n_jobs), "a number of processes")
        self._check_settings()
        return self

    def transform(self, X):
        """Return the features of uint8 (N, H, W) faces: float32 (N, F).

        Faces are computed in ``n_jobs`` processes through joblib, so that any backend of joblib
        can be put under it with ``joblib.parallel_config``.
        """
        self._check_shape(X)
        pieces = min(joblib.effective_n_jobs(self.n_jobs), math.ceil(len(X) / PIECE))
        if pieces <= 1:
            return self._in_batches(X)
        parts = joblib.Parallel(n_jobs=self.n_jobs)(
            joblib.delayed(self._in_batches)(part) for part in np.array_split(X, pieces)
        )
        return np.concatenate(parts)

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (F,)."""
        check_is_fitted(self)
        return np.asarray(self._names(), dtype=object)

    def _in_batches(self, faces: np.ndarray) -> np.ndarray:
        features = np.empty((len(faces), len(self._names())), np.float32)
        for start in range(0, len(faces), BATCH):
            rows = slice(start, start + BATCH)
            features[rows] = self._describe(faces[rows])
        return features


def _is_job_count(value) -> bool:
    return value is None or (is_whole(value, -MOST_JOBS, MOST_JOBS) and value != 0)


def cell_of_pixel(size: int, cells: int) -> np.ndarray:
    """Return which of `cells` nearly equal stretches each of `size` pixels lies in: intp (size,)."""
    return np.arange(size) * cells // size
