"""A linear model of shapes given by landmarks (Cootes, Taylor, Cooper and Graham, 1995)."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from fercourse.errors import DataError
from fercourse.features.base import check_setting, is_number


def check_landmarks(landmarks: np.ndarray, points: int | None = None) -> np.ndarray:
    """Return landmarks as float64 (N, points, 2); raise a DataError that says what is wrong."""
    wanted = "points" if points is None else points
    if not isinstance(landmarks, np.ndarray) or landmarks.dtype.kind != "f":
        raise DataError(f"Landmarks are an array of floats (N, {wanted}, 2): x and y in pixels.")
    shape = landmarks.shape
    if len(shape) != 3 or shape[2] != 2 or shape[1] != (points or max(1, shape[1])):
        raise DataError(f"Landmarks have the shape (N, {wanted}, 2), not {shape}.")
    if not np.isfinite(landmarks).all():
        raise DataError("Landmarks must be numbers; some are missing or infinite.")
    return landmarks.astype(np.float64)


def check_weights(weights: np.ndarray, count: int) -> np.ndarray:
    """Return weights of modes as float64 (..., count); raise a DataError that says what is wrong."""
    weights = np.asarray(weights)
    if weights.dtype.kind not in "fiu" or weights.shape[-1:] != (count,):
        raise DataError(
            f"Weights must be numbers of shape (N, {count}), not {weights.dtype} of shape "
            f"{weights.shape}."
        )
    if not np.isfinite(weights).all():
        raise DataError("Weights must be numbers; some are missing or infinite.")
    return weights.astype(np.float64)


class ShapeModel(TransformerMixin, BaseEstimator):
    """Shapes as a mean and a few modes of variation. Introduced in notebook 02.

    Position, size and turn are taken off first, by Procrustes alignment of all shapes to their
    mean (Gower, 1975); principal components of what is left are the modes.

    Parameters
    ----------
    variance : float
        The share of the variance that the modes keep, above 0, at most 1.

    Attributes
    ----------
    mean_ : ndarray, float64, shape (P, 2)
        The mean shape, centered at the origin, in pixels of the mean size of the shapes.
    modes_ : ndarray, float64, shape (M, P, 2)
        Orthonormal modes, the one of largest variance first.
    variances_ : ndarray, float64, shape (M,)
        The variance of the shapes along each mode, in square pixels.
    """

    def __init__(self, variance=0.98):
        self.variance = variance

    def fit(self, X, y=None):
        """Align float landmarks (N, P, 2), and find the modes; `y` is not used."""
        landmarks = check_landmarks(X)
        is_share = is_number(self.variance) and 0 < self.variance <= 1
        check_setting("variance", self.variance, is_share, "above 0 and at most 1")
        if len(landmarks) < 2:
            raise DataError("A shape model needs at least two shapes.")
        shapes = _as_complex(landmarks)
        shapes = shapes - shapes.mean(axis=1, keepdims=True)
        if not shapes.any(axis=1).all():
            raise DataError("The landmarks of a shape must not all lie at one point.")
        mean = _procrustes_mean(shapes)
        aligned = _as_real(_turned(shapes, mean)).reshape(len(shapes), -1)
        self.mean_ = aligned.mean(axis=0).reshape(-1, 2)
        _, spread, modes = np.linalg.svd(aligned - aligned.mean(axis=0), full_matrices=False)
        variances = spread**2 / len(shapes)
        shares = np.cumsum(variances) / max(variances.sum(), np.finfo(float).tiny)
        kept = int(np.searchsorted(shares, min(self.variance, shares[-1]))) + 1
        self.modes_ = modes[:kept].reshape(kept, -1, 2)
        self.variances_ = variances[:kept]
        return self

    def transform(self, X):
        """Return how much of each mode is in each shape: float32 (N, M), in pixels."""
        return self.weights(self.align(X)).astype(np.float32)

    def inverse_transform(self, weights):
        """Return the shapes, at the model's place and size, of weights (N, M), or of one (M,)."""
        check_is_fitted(self)
        weights = check_weights(weights, len(self.modes_))
        return self.mean_ + np.tensordot(weights, self.modes_, axes=1)

    def align(self, landmarks: np.ndarray) -> np.ndarray:
        """Return the landmarks moved, scaled and turned onto the mean shape: float64 (N, P, 2)."""
        check_is_fitted(self)
        shapes = _as_complex(check_landmarks(landmarks, len(self.mean_)))
        shapes = shapes - shapes.mean(axis=1, keepdims=True)
        return _as_real(_turned(shapes, _as_complex(self.mean_)))

    def weights(self, aligned: np.ndarray) -> np.ndarray:
        """Return how much of each mode is in shapes that are aligned: float64 (N, M)."""
        return np.tensordot(aligned - self.mean_, self.modes_, axes=((1, 2), (1, 2)))

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (M,)."""
        check_is_fitted(self)
        return np.array([f"shape_mode{i}" for i in range(len(self.modes_))], dtype=object)


def _as_complex(landmarks: np.ndarray) -> np.ndarray:
    """Return x + iy; scaling and turning a shape is then one product."""
    return landmarks[..., 0] + 1j * landmarks[..., 1]


def _as_real(shapes: np.ndarray) -> np.ndarray:
    return np.stack([shapes.real, shapes.imag], axis=-1)


def _turned(shapes: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return centered shapes turned onto `target` and scaled into its tangent space.

    There, differences of shapes are straight lines (Cootes et al., 1995).
    """
    agreement = (shapes.conj() @ target)[:, None]
    size = (np.abs(target) ** 2).sum()
    return shapes * size * agreement / np.maximum(np.abs(agreement) ** 2, 1e-12)


def _procrustes_mean(shapes: np.ndarray, rounds: int = 20) -> np.ndarray:
    """Return the mean of centered shapes, in the first one's turn and of their mean size."""
    size = np.sqrt((np.abs(shapes) ** 2).sum(axis=1)).mean()
    mean = shapes[0] * size / np.linalg.norm(shapes[0])
    upright = shapes.mean(axis=0)
    for _ in range(rounds):
        mean = _turned(shapes, mean).mean(axis=0)
        mean *= size / np.linalg.norm(mean)
    turn = np.vdot(mean, upright)
    return mean * turn / abs(turn) if abs(turn) else mean
