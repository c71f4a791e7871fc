"""fercourse: a course and a library for facial-expression recognition.

Names are imported when they are first used, so that ``import fercourse`` stays fast.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "FaceSet": "fercourse.datasets",
    "load": "fercourse.datasets",
    "load_classifier": "fercourse.classifier",
    "setup": "fercourse.course",
}
__all__ = ["FaceSet", "__version__", "load", "load_classifier", "setup"]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
