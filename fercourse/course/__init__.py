"""The machinery around the notebooks: set-up, checks, quizzes, recorded results, builds, runs.

Names are imported when they are first used: the doctor must work where NumPy does not.
"""

from importlib import import_module

__all__ = ["Course", "setup"]


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module 'fercourse.course' has no attribute {name!r}")
    return getattr(import_module("fercourse.course.session"), name)
