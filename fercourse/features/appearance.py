"""The active appearance model (Cootes, Edwards and Taylor, 2001)."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import QhullError
from sklearn.utils.validation import check_is_fitted

from fercourse.errors import DataError
from fercourse.features.base import (
    FaceTransformer,
    check_seed,
    check_setting,
    check_some,
    is_whole,
)
from fercourse.features.shape import ShapeModel, check_landmarks, check_weights
from fercourse.features.texture import Patch, normalized

# The spread of the nudges from which corrections are learned: appearance in standard deviations,
# size and turn as shares, position in pixels.
APPEARANCE_NUDGE = 0.5
POSE_NUDGE = (0.07, 0.07, 1.5, 1.5)
NUDGES_A_FACE = 10
# The share of the mean variance that is added to each, since pixels outnumber what they tell.
RIDGE = 1.0
# A correction that does not lower the error is tried again, shortened.
SHARES = (1.0, 0.5, 0.25)
MOST_FACES_TO_NUDGE = 500
MOST_STEPS = 1000
FARTHEST = 1_000_000


class Search(NamedTuple):
    """What a search found: N faces, M appearance parameters, P landmarks, I steps.

    Parameters
    ----------
    parameters : ndarray, float32, shape (N, M)
        The appearance of each face, in standard deviations.
    landmarks : ndarray, float32, shape (N, P, 2)
        Where the landmarks were found, x and y in pixels.
    errors : ndarray, float32, shape (I + 1, N)
        The mean squared difference of model and face before each step and after the last.
    paths : ndarray, float32, shape (I + 1, N, P, 2)
        The landmarks at the same times.
    """

    parameters: np.ndarray
    landmarks: np.ndarray
    errors: np.ndarray
    paths: np.ndarray


class ActiveAppearanceModel(FaceTransformer):
    """A model of shape and gray levels together, fitted to faces. Introduced in notebook 02.

    Shapes are given by a `ShapeModel`; gray levels are read on the mean shape, made independent
    of the light's strength, and described by principal components; both together are described by
    principal components again, the appearance parameters. How to correct the parameters from the
    difference between model and face is learned once, by nudging them on the training faces and
    a linear regression (Cootes, Edwards and Taylor, 1998).

    Use a fitted model in a pipeline inside ``sklearn.frozen.FrozenEstimator``, since a pipeline
    would fit it anew on labels.

    Parameters
    ----------
    variance : float
        The share of the variance of shapes, of gray levels, and of both together that is kept.
    steps : int
        The corrections of a search.
    random_state : int
        The seed of the nudges.

    Attributes
    ----------
    shape_model_ : ShapeModel
        The shapes alone.
    patch_ : Patch
        The pixels inside the mean shape.
    mean_levels_ : ndarray, float64, shape (K,)
        The mean gray levels, of mean 0 and standard deviation 1.
    shape_modes_ : ndarray, float64, shape (M, P, 2)
        What one standard deviation of each appearance parameter does to the shape, in pixels.
    level_modes_ : ndarray, float64, shape (M, K)
        What it does to the gray levels.
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(self, variance=0.95, steps=15, random_state=0):
        self.variance = variance
        self.steps = steps
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn from uint8 faces (N, H, W) and their landmarks, float (N, P, 2), given as `y`."""
        check_some(X)
        landmarks = _check_pairs(X, y)
        accepted = is_whole(self.steps, 1, MOST_STEPS)
        check_setting("steps", self.steps, accepted, f"from 1 to {MOST_STEPS}")
        check_seed("random_state", self.random_state)
        self.face_shape_ = X.shape[1:]
        self.shape_model_ = ShapeModel(self.variance).fit(landmarks)
        self.start_ = _pose(self.shape_model_.mean_, landmarks).mean(axis=0)
        try:
            self.patch_ = Patch.inside(self.shape_model_.mean_)
        except QhullError:
            raise DataError("The landmarks of the mean face lie on one line.") from None
        aligned = self.shape_model_.align(landmarks)
        weights = self.shape_model_.weights(aligned)
        levels = normalized(self.patch_.read(X, landmarks)).astype(np.float64)
        if not levels.any():
            raise DataError(
                "The faces are even gray under their landmarks; give faces with detail."
            )
        own = self._learn_appearance(weights, levels)
        rows = slice(MOST_FACES_TO_NUDGE)
        self._learn_corrections(X[rows], own[rows], _pose(self._shapes(own), landmarks)[rows])
        return self

    def transform(self, X):
        """Return the appearance parameters of uint8 (N, H, W) faces: float32 (N, M)."""
        return self.search(X).parameters

    def search(self, X, start=None) -> Search:
        """Fit the model to uint8 (N, H, W) faces, and tell how the fit went.

        Parameters
        ----------
        X : ndarray, uint8, shape (N, H, W)
        start : ndarray of float, shape (N, 2), optional
            Where to put the middle of the mean shape at first, x and y in pixels; without it,
            where it lay on average in the training faces.
        """
        self._check_shape(X)
        state = np.zeros((len(X), len(self.shape_modes_) + 4))
        state[:, -4:] = self.start_
        if start is not None:
            state[:, -2:] = _check_start(start, len(X))
        residuals = self._residuals(X, state)
        errors, paths = [_mean_square(residuals)], [self._placed(state)]
        for _ in range(self.steps):
            state, residuals = self._corrected(X, state, residuals)
            errors.append(_mean_square(residuals))
            paths.append(self._placed(state))
        paths = np.stack(paths).astype(np.float32)
        parameters = state[:, :-4].astype(np.float32)
        return Search(parameters, paths[-1], np.stack(errors).astype(np.float32), paths)

    def picture(self, parameters: np.ndarray) -> np.ndarray:
        """Return the gray levels that appearance parameters (N, M) stand for, on the mean shape.

        Returns
        -------
        ndarray, float64, shape (N, rows, columns)
            Of mean 0 and standard deviation 1 inside the shape; NaN outside.
        """
        check_is_fitted(self)
        parameters = check_weights(np.atleast_2d(parameters), len(self.level_modes_))
        return self.patch_.picture(self.mean_levels_ + parameters @ self.level_modes_)

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (M,)."""
        check_is_fitted(self)
        count = len(self.shape_modes_)
        return np.array([f"appearance{i}" for i in range(count)], dtype=object)

    def _learn_appearance(self, weights, levels):
        """Set the modes from shape weights (N, S) and levels (N, K); return the parameters."""
        self.mean_levels_ = levels.mean(axis=0)
        centered = levels - self.mean_levels_
        level_modes, _ = _components(centered, self.variance)
        level_weights = centered @ level_modes.T
        # In common units: as much variance in all shape weights as in all level weights.
        unit = np.sqrt(level_weights.var(axis=0).sum() / max(weights.var(axis=0).sum(), 1e-12))
        both = np.hstack([weights * unit, level_weights])
        modes, deviations = _components(both, self.variance)
        of_shape, of_levels = np.hsplit(modes * deviations[:, None], [weights.shape[1]])
        self.shape_modes_ = np.tensordot(of_shape / unit, self.shape_model_.modes_, axes=1)
        self.level_modes_ = of_levels @ level_modes
        return both @ modes.T / deviations

    def _learn_corrections(self, faces, own, poses):
        """Learn the change of the state from the difference of gray levels, by ridge regression."""
        rng = np.random.default_rng(self.random_state)
        state = np.hstack([own, poses])
        spread = np.concatenate([np.full(own.shape[1], APPEARANCE_NUDGE), POSE_NUDGE])
        within = across = 0
        for _ in range(NUDGES_A_FACE):
            nudges = rng.normal(size=state.shape) * spread
            residuals = self._residuals(faces, state + nudges)
            within = within + residuals.T @ residuals
            across = across + residuals.T @ nudges
        within[np.diag_indices_from(within)] += RIDGE * np.trace(within) / len(within)
        self.corrections_ = np.linalg.solve(within, across)

    def _corrected(self, faces, state, residuals):
        """Return the state one step further and its residuals, for faces where that is better."""
        state, residuals = state.copy(), residuals.copy()
        waiting = np.arange(len(faces))
        wishes = residuals @ self.corrections_
        for share in SHARES:
            tried = state[waiting] - share * wishes[waiting]
            tried[:, :-4] = np.clip(tried[:, :-4], -3, 3)
            left = self._residuals(faces[waiting], tried)
            better = _mean_square(left) < _mean_square(residuals[waiting])
            state[waiting[better]], residuals[waiting[better]] = tried[better], left[better]
            waiting = waiting[~better]
        return state, residuals

    def _shapes(self, parameters):
        return self.shape_model_.mean_ + np.tensordot(parameters, self.shape_modes_, axes=1)

    def _placed(self, state):
        """Return the landmarks (N, P, 2) of states: parameters, then size and turn, then place."""
        shapes = self._shapes(state[:, :-4])
        x, y = shapes[..., 0], shapes[..., 1]
        along, turned, right, down = state[:, -4:, None].transpose(1, 0, 2)
        return np.stack([along * x - turned * y + right, turned * x + along * y + down], axis=-1)

    def _residuals(self, faces, state):
        """Return how the faces differ from the model, in gray levels on the mean shape: (N, K)."""
        levels = normalized(self.patch_.read(faces, self._placed(state)))
        return levels - (self.mean_levels_ + state[:, :-4] @ self.level_modes_)


def _check_pairs(faces, landmarks):
    landmarks = check_landmarks(landmarks)
    if len(landmarks) != len(faces):
        raise DataError(f"There are {len(faces)} faces but landmarks of {len(landmarks)}.")
    if min(faces.shape[1:]) < 2:
        raise DataError("Faces must be at least two pixels high and wide.")
    # Pixels are set aside for the whole mean shape.
    if np.abs(landmarks).max(initial=0) > 3 * max(faces.shape[1:]):
        raise DataError("Landmarks lie far outside the faces; give x and y in pixels of the face.")
    return landmarks


def _check_start(start, count: int) -> np.ndarray:
    if (
        not isinstance(start, np.ndarray)
        or start.shape != (count, 2)
        or start.dtype.kind not in "fiu"
    ):
        raise DataError(f"start must be numbers of shape ({count}, 2): x and y for each face.")
    if not (np.abs(start) < FARTHEST).all():
        raise DataError(f"start must be pixels below {FARTHEST:,}; some are farther or missing.")
    return start


def _pose(shapes: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return size and turn (as a, b), then place, that lay shapes on landmarks: float64 (N, 4)."""
    shapes, target = (part[..., 0] + 1j * part[..., 1] for part in (shapes, landmarks))
    middle, place = shapes.mean(axis=-1, keepdims=True), target.mean(axis=-1, keepdims=True)
    centered = shapes - middle
    turn = (centered.conj() * (target - place)).sum(axis=-1) / (np.abs(centered) ** 2).sum(axis=-1)
    place = place[..., 0] - turn * middle[..., 0]
    return np.column_stack([turn.real, turn.imag, place.real, place.imag])


def _components(centered: np.ndarray, variance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the principal directions that keep a share of the variance, and their deviations."""
    _, spread, directions = np.linalg.svd(centered, full_matrices=False)
    shares = np.cumsum(spread**2) / max((spread**2).sum(), np.finfo(float).tiny)
    kept = int(np.searchsorted(shares, min(variance, shares[-1]))) + 1
    return directions[:kept], spread[:kept] / np.sqrt(len(centered))


def _mean_square(residuals):
    return np.square(residuals).mean(axis=1)
