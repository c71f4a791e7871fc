"""Handcrafted features: scikit-learn transformers of uint8 faces (N, H, W)."""

from fercourse.features.appearance import ActiveAppearanceModel
from fercourse.features.eigenfaces import Eigenfaces
from fercourse.features.gabor import Gabor
from fercourse.features.geometry import LandmarkGeometry
from fercourse.features.hog import HOG
from fercourse.features.lbp import LBP
from fercourse.features.shape import ShapeModel

__all__ = [
    "HOG",
    "LBP",
    "ActiveAppearanceModel",
    "Eigenfaces",
    "Gabor",
    "LandmarkGeometry",
    "ShapeModel",
]
