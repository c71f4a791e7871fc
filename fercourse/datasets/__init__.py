"""Data sets of faces, all in one form: `FaceSet`."""

from fercourse.datasets.faceset import REGIONS, SPLITS, FaceSet
from fercourse.datasets.loading import import_dataset, load
from fercourse.datasets.registry import registry

__all__ = ["REGIONS", "SPLITS", "FaceSet", "import_dataset", "load", "registry"]
