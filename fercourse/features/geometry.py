"""Distances and angles between the 68 landmarks of a face."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from fercourse.errors import DataError
from fercourse.features.shape import check_landmarks

# Numbers of the 68 points of iBUG 300-W (Sagonas et al., 2013); sides are the subject's own.
DISTANCES = {
    "between_brows": (21, 22),
    "inner_brow_to_eye_right": (21, 39),
    "inner_brow_to_eye_left": (22, 42),
    "middle_brow_to_eye_right": (19, 37),
    "middle_brow_to_eye_left": (24, 44),
    "outer_brow_to_eye_right": (17, 36),
    "outer_brow_to_eye_left": (26, 45),
    "eye_opening_outer_right": (37, 41),
    "eye_opening_inner_right": (38, 40),
    "eye_opening_inner_left": (43, 47),
    "eye_opening_outer_left": (44, 46),
    "nose_width": (31, 35),
    "nose_to_upper_lip": (33, 51),
    "nose_to_chin": (33, 8),
    "mouth_width": (48, 54),
    "mouth_opening": (62, 66),
    "upper_lip_height": (51, 62),
    "lower_lip_height": (66, 57),
    "lower_lip_to_chin": (57, 8),
    "mouth_corner_to_nose_right": (48, 31),
    "mouth_corner_to_nose_left": (54, 35),
    "mouth_corner_to_eye_right": (48, 36),
    "mouth_corner_to_eye_left": (54, 45),
}
# From the first pair's direction to the second's.
ANGLES = {
    "brow_slope_right": ((36, 39), (17, 21)),
    "brow_slope_left": ((45, 42), (26, 22)),
    "brow_bend_right": ((17, 19), (19, 21)),
    "brow_bend_left": ((26, 24), (24, 22)),
    "mouth_corner_right": ((48, 51), (48, 57)),
    "mouth_corner_left": ((54, 51), (54, 57)),
    "mouth_slope_right": ((36, 45), (48, 62)),
    "mouth_slope_left": ((45, 36), (54, 62)),
    "lip_bend_upper": ((48, 51), (51, 54)),
    "lip_bend_lower": ((48, 57), (57, 54)),
}


class LandmarkGeometry(TransformerMixin, BaseEstimator):
    """Named distances and angles that expressions change. Introduced in notebook 02.

    Distances are in units of the distance between the outer corners of the eyes, angles in
    radians from -pi to pi, so that position, size and turn of the face do not matter.
    """

    def fit(self, X, y=None):
        """Check the landmarks, float (N, 68, 2); nothing is learned."""
        check_landmarks(X, 68)
        self.n_features_out_ = len(DISTANCES) + len(ANGLES)
        return self

    def transform(self, X):
        """Return the distances and angles of float landmarks (N, 68, 2): float32 (N, 33)."""
        points = check_landmarks(X, 68)
        points = points[..., 0] + 1j * points[..., 1]
        unit = np.abs(points[:, 45] - points[:, 36])
        if not unit.all():
            raise DataError("The outer corners of the eyes must not lie at one point.")
        starts, ends = np.array(list(DISTANCES.values())).T
        distances = np.abs(points[:, ends] - points[:, starts]) / unit[:, None]
        (from_a, to_a), (from_b, to_b) = np.array(list(ANGLES.values())).transpose(1, 2, 0)
        first, second = points[:, to_a] - points[:, from_a], points[:, to_b] - points[:, from_b]
        angles = np.angle(second * first.conj())
        return np.hstack([distances, angles]).astype(np.float32)

    def get_feature_names_out(self, input_features=None):
        """Return the name of each feature: object (33,)."""
        return np.array([*DISTANCES, *ANGLES], dtype=object)

    def __sklearn_is_fitted__(self):
        return True
