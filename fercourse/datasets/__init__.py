"""Data sets of faces, all in one form: `FaceSet`.

Names are imported when they are first used: scikit-learn and SciPy take a second to import, and
the processes of a parallel import need neither them nor pandas.
"""

from importlib import import_module

_HOMES = {
    "REGIONS": "fercourse.datasets.faceset",
    "SPLITS": "fercourse.datasets.faceset",
    "FaceSet": "fercourse.datasets.faceset",
    "check": "fercourse.datasets.quality",
    "import_dataset": "fercourse.datasets.loading",
    "load": "fercourse.datasets.loading",
    "registry": "fercourse.datasets.entries",
    "split_by_subject": "fercourse.datasets.splits",
    "stratified_split": "fercourse.datasets.splits",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse.datasets' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
