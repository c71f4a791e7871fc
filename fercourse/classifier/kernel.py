"""Kernel ridge regression on classes, blind to mirroring."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import LinAlgError, cholesky, lapack, solve_triangular
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from fercourse.errors import ModelError

# A matrix of so many rows and columns takes 6.4 GB.
MOST_FACES = 40_000
ROWS_AT_ONCE = 1024
PROBES = 256


class MirrorKernelClassifier(ClassifierMixin, BaseEstimator):
    """Regularized least squares in the space of a Gaussian kernel that is blind to mirroring.

    The kernel of two faces is the mean over the second one and its mirror image (Haasdonk and
    Burkhardt, 2007). That teaches what mirrored copies of all faces would, in a quarter of the
    memory and an eighth of the time. The regression on class indicators is solved exactly (Rifkin,
    Yeo and Poggio, 2003). Its leave-one-out scores, which come with the solution, are what a
    logistic regression learns from to turn scores into probabilities.

    Parameters
    ----------
    gamma : float
        Narrowness of the kernel, in units of one over the mean squared distance of two faces.
    alpha : float
        Regularization: what is added to the diagonal of the kernel matrix.
    random_state : int
        The seed of the probes that estimate the leave-one-out scores (Bekas, Kokiopoulou and Saad,
        2007).

    Attributes
    ----------
    classes_ : ndarray, shape (C,)
        The labels, in order.
    is_even_ : ndarray, bool, shape (F,)
        Which features stay as they are in a mirror; the others change sign.
    support_ : ndarray, float32, shape (N, F)
        The even or odd part of each feature of the training faces.
    weights_ : ndarray, float32, shape (N, C)
        How each of them counts for each class.
    """

    def __init__(self, gamma=2.0, alpha=0.05, random_state=0):
        self.gamma = gamma
        self.alpha = alpha
        self.random_state = random_state

    def fit(self, X, y):
        """Learn from float (N, 2 F), as `BothWays` gives them, and labels (N,)."""
        X, y = _check_features(X), np.asarray(y)
        self._check_settings(X, y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ModelError("A classifier needs faces of at least two classes.")
        even, odd = _parts(X)
        self.is_even_ = even.var(axis=0) >= np.square(odd).mean(axis=0)
        self.support_ = np.where(self.is_even_, even, odd).astype(np.float32)
        self.scale_ = float(self.gamma / (2 * max(self.support_.var(axis=0).sum(), 1e-12)))
        targets = np.eye(len(self.classes_), dtype=np.float32)[labels]
        self.prior_ = targets.mean(axis=0)
        self.weights_, left_out = self._solve(targets - self.prior_)
        self.calibration_ = LogisticRegression(C=100.0).fit(left_out, labels)
        return self

    def decision_function(self, X):
        """Return the score of each class for float (N, 2 F): float32 (N, C)."""
        check_is_fitted(self)
        X = _check_features(X, 2 * self.support_.shape[1])
        parts = np.where(self.is_even_, *_parts(X)).astype(np.float32)
        scores = np.empty((len(X), len(self.classes_)), np.float32)
        for rows, block in self._kernel(parts):
            scores[rows] = block @ self.weights_ + self.prior_
        return scores

    def predict_proba(self, X):
        """Return the probability of each class for float (N, 2 F): float64 (N, C)."""
        scores = self.decision_function(X)
        if not len(scores):
            return np.empty(scores.shape)
        return self.calibration_.predict_proba(scores)

    def predict(self, X):
        """Return the most probable label for float (N, 2 F)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _check_settings(self, features, labels):
        if not (self.gamma > 0 and self.alpha > 0):
            raise ModelError(f"gamma and alpha must be positive, not {self.gamma}, {self.alpha}.")
        if len(features) != len(labels):
            raise ModelError(f"There are {len(features)} faces but {len(labels)} labels.")
        if len(features) > MOST_FACES:
            raise ModelError(
                f"This classifier learns from at most {MOST_FACES:,} faces, not {len(features):,}; "
                "take a sample."
            )

    def _kernel(self, parts) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield the kernel of `parts` (N, F) with the training faces, some rows at a time."""
        even = self.is_even_
        others_even, others_odd = self.support_[:, even].T, self.support_[:, ~even].T
        others = self.scale_ * np.square(self.support_).sum(axis=1)
        for start in range(0, len(parts), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            some = parts[rows]
            same = 2 * self.scale_ * (some[:, even] @ others_even)
            same -= self.scale_ * np.square(some).sum(axis=1)[:, None] + others
            turned = 2 * self.scale_ * (some[:, ~even] @ others_odd)
            block = np.exp(same + turned)
            block += np.exp(same - turned)
            block *= 0.5
            yield rows, block

    def _solve(self, targets) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights and the leave-one-out scores of the training faces."""
        count = len(targets)
        matrix = np.empty((count, count), np.float32)
        for rows, block in self._kernel(self.support_):
            matrix[rows] = block
        matrix[np.diag_indices(count)] += self.alpha
        _factor(matrix)
        # The transpose is in LAPACK's order, and is the upper factor.
        weights, _ = lapack.spotrs(matrix.T, targets)
        probes = np.random.default_rng(self.random_state).choice(
            np.float32([-1, 1]), (count, PROBES)
        )
        answers, _ = lapack.spotrs(matrix.T, probes)
        # No diagonal entry of the inverse is less than one over that of the matrix.
        diagonal = np.maximum((probes * answers).mean(axis=1), 1 / (1 + self.alpha))
        return weights, targets - weights / diagonal[:, None] + self.prior_


def _factor(matrix) -> None:
    """Put the lower Cholesky factor in the place of a positive definite matrix (N, N).

    It is made of some columns at a time: OpenBLAS, of which SciPy is made, was seen to crash when
    it factored a matrix of 28,709 rows at once on two threads.
    """
    for start in range(0, len(matrix), ROWS_AT_ONCE):
        end = start + ROWS_AT_ONCE
        try:
            corner = cholesky(matrix[start:end, start:end], lower=True)
        except LinAlgError:
            raise ModelError("The kernel matrix is singular; take a larger alpha.") from None
        matrix[start:end, start:end] = corner
        panel = solve_triangular(corner, matrix[end:, start:end].T, lower=True).T
        matrix[end:, start:end] = panel
        for row in range(end, len(matrix), ROWS_AT_ONCE):
            rest = row + ROWS_AT_ONCE
            matrix[row:rest, end:rest] -= panel[row - end : rest - end] @ panel[: rest - end].T


def _check_features(features, width: int | None = None) -> np.ndarray:
    features = np.asarray(features)
    if (
        features.ndim != 2
        or features.shape[1] % 2
        or features.shape[1] != (width or features.shape[1])
    ):
        wanted = width or "an even number"
        raise ModelError(f"Features must have {wanted} of columns, not the shape {features.shape}.")
    if not np.isfinite(features).all():
        raise ModelError("Features must be numbers; some are missing or infinite.")
    return features.astype(np.float32, copy=False)


def _parts(features):
    """Return what of each feature stays in a mirror and what changes sign: (N, F) each."""
    ahead, mirrored = np.hsplit(features, 2)
    return (ahead + mirrored) / 2, (ahead - mirrored) / 2
