"""Data sets of faces, all in one form: `FaceSet`."""

from fercourse.datasets.faceset import REGIONS, SPLITS, FaceSet

__all__ = ["REGIONS", "SPLITS", "FaceSet"]
