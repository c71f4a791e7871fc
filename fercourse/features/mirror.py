"""Features of faces together with those of their mirror images."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from fercourse.features.base import FaceTransformer, check_setting, check_some


class BothWays(FaceTransformer):
    """Side by side, the features of each face and of its mirror image.

    An expression stays the same in a mirror. The transformer inside is fitted on faces and mirror
    images alike, so that it treats left and right alike.

    Parameters
    ----------
    transformer : transformer of uint8 (N, H, W)
        For example a `FeatureUnion` of descriptors, each followed by a `PCA`.

    Attributes
    ----------
    transformer_ : transformer
        The fitted copy.
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(self, transformer):
        self.transformer = transformer

    def fit(self, X, y=None):
        """Fit the transformer on uint8 (N, H, W) faces and their mirror images."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X, y=None):
        """Fit, and return the features of the same faces; quicker than one after the other."""
        check_some(X)
        fits = hasattr(self.transformer, "fit_transform") and not isinstance(self.transformer, type)
        check_setting(
            "transformer", self.transformer, fits, "a transformer of faces, such as LBP()"
        )
        self.face_shape_ = X.shape[1:]
        self.transformer_ = clone(self.transformer)
        labels = None if y is None else np.concatenate([y, y])
        return _side_by_side(self.transformer_.fit_transform(_with_mirrored(X), labels))

    def transform(self, X):
        """Return float (N, 2 F): the F features of each face, then those of its mirror image."""
        self._check_shape(X)
        return _side_by_side(self.transformer_.transform(_with_mirrored(X)))

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (2 F,)."""
        check_is_fitted(self)
        names = self.transformer_.get_feature_names_out()
        return np.array([*names, *(f"mirrored_{name}" for name in names)], dtype=object)


def _with_mirrored(faces):
    return np.concatenate([faces, faces[:, :, ::-1]])


def _side_by_side(features):
    half = len(features) // 2
    return np.hstack([features[:half], features[half:]])
