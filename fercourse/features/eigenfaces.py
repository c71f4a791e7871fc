"""Eigenfaces (Sirovich and Kirby, 1987; Turk and Pentland, 1991)."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from fercourse.errors import DataError
from fercourse.features.base import FaceTransformer, check_seed, check_setting, check_some, is_whole
from fercourse.features.shape import check_weights


class Eigenfaces(FaceTransformer):
    """The principal components of the pixels of faces. Introduced in notebook 01.

    Parameters
    ----------
    n_components : int
        How many eigenfaces are kept.
    whiten : bool
        Scale every weight to unit variance.
    random_state : int, optional
        The seed of the randomized decomposition.

    Attributes
    ----------
    mean_face_ : ndarray, float32, shape (H, W)
        The mean face, 0 black to 1 white.
    eigenfaces_ : ndarray, float32, shape (n_components, H, W)
        Orthonormal directions, the one of largest variance first.
    explained_variance_ratio_ : ndarray, float32, shape (n_components,)
        The share of all variance along each of them.
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(self, n_components=100, whiten=False, random_state=0):
        self.n_components = n_components
        self.whiten = whiten
        self.random_state = random_state

    def fit(self, X, y=None):
        """Find the eigenfaces of uint8 (N, H, W) faces; `y` is not used."""
        check_some(X)
        most = min(len(X), X[0].size)
        accepted = is_whole(self.n_components, 1, most)
        check_setting("n_components", self.n_components, accepted, f"a whole number up to {most}")
        accepted = isinstance(self.whiten, bool | np.bool_)
        check_setting("whiten", self.whiten, accepted, "True or False")
        check_seed("random_state", self.random_state)
        if np.array_equal(X.min(axis=0), X.max(axis=0)):
            raise DataError("All faces are the same picture; eigenfaces need faces that differ.")
        self.face_shape_ = X.shape[1:]
        pca = PCA(self.n_components, whiten=self.whiten, random_state=self.random_state)
        self.pca_ = pca.fit(_flat(X))
        self.mean_face_ = pca.mean_.reshape(self.face_shape_)
        self.eigenfaces_ = pca.components_.reshape(-1, *self.face_shape_)
        self.explained_variance_ratio_ = pca.explained_variance_ratio_
        return self

    def transform(self, X):
        """Return how much of each eigenface is in each face: float32 (N, n_components)."""
        self._check_shape(X)
        if not len(X):
            return np.empty((0, self.n_components), np.float32)
        return self.pca_.transform(_flat(X)).astype(np.float32)

    def inverse_transform(self, weights):
        """Return the faces, 0 to 1, that the weights stand for: float (N, H, W)."""
        check_is_fitted(self)
        weights = check_weights(np.atleast_2d(weights), len(self.eigenfaces_))
        if not len(weights):
            return np.empty((0, *self.face_shape_))
        return self.pca_.inverse_transform(weights).reshape(-1, *self.face_shape_)

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (n_components,)."""
        check_is_fitted(self)
        return np.array([f"eigenface{i}" for i in range(len(self.eigenfaces_))], dtype=object)


def _flat(faces):
    return faces.reshape(len(faces), -1).astype(np.float32) / 255
