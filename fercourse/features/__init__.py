"""Handcrafted features: scikit-learn transformers of uint8 faces (N, H, W)."""

from fercourse.features.appearance import ActiveAppearanceModel
from fercourse.features.eigenfaces import Eigenfaces
from fercourse.features.gabor import Gabor
from fercourse.features.geometry import LandmarkGeometry
from fercourse.features.hog import HOG
from fercourse.features.lbp import LBP
from fercourse.features.mirror import BothWays
from fercourse.features.shape import ShapeModel
from fercourse.features.smooth_hog import SmoothHOG
from fercourse.features.smooth_lbp import SmoothLBP

__all__ = [
    "HOG",
    "LBP",
    "ActiveAppearanceModel",
    "BothWays",
    "Eigenfaces",
    "Gabor",
    "LandmarkGeometry",
    "ShapeModel",
    "SmoothHOG",
    "SmoothLBP",
]
