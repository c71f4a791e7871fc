"""Train networks: `fit`, and what it is made of.

Names are imported when they are first used: a `Config` can be read and written without Keras.
"""

from importlib import import_module

_HOMES = {
    "Augmentation": "fercourse.training.config",
    "Config": "fercourse.training.config",
    "Run": "fercourse.training.run",
    "augmentation": "fercourse.training.augmenting",
    "fit": "fercourse.training.fitting",
    "fit_one_against_rest": "fercourse.training.one_against_rest",
    "recipe_for": "fercourse.training.recipes",
    "resume": "fercourse.training.fitting",
    "with_drawn_faces": "fercourse.training.drawn",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse.training' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
