"""Data sets of faces, all in one form: `FaceSet`."""

from importlib import import_module

from fercourse.datasets.faceset import REGIONS, SPLITS, FaceSet
from fercourse.datasets.loading import import_dataset, load
from fercourse.datasets.registry import registry

# Imported when they are first used: scikit-learn and SciPy take a second to import.
_HOMES = {
    "check": "fercourse.datasets.quality",
    "split_by_subject": "fercourse.datasets.splits",
    "stratified_split": "fercourse.datasets.splits",
}
__all__ = [
    "REGIONS",
    "SPLITS",
    "FaceSet",
    "check",
    "import_dataset",
    "load",
    "registry",
    "split_by_subject",
    "stratified_split",
]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse.datasets' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
