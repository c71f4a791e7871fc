"""Handcrafted features: scikit-learn transformers of uint8 faces (N, H, W)."""

from fercourse.features.hog import HOG
from fercourse.features.lbp import LBP

__all__ = ["HOG", "LBP"]
