"""Train networks: `fit`, and what it is made of.

Names are imported when they are first used: a `Config` can be read and written without Keras.
"""

from importlib import import_module

_HOMES = {
    "Augmentation": "fercourse.training.config",
    "Config": "fercourse.training.config",
    "Run": "fercourse.training.run",
    "LayerwiseAdam": "fercourse.training.layer_rates",
    "Stage": "fercourse.training.fine_tuning",
    "adapt_adversarially": "fercourse.training.adaptation",
    "adapt_batch_norm": "fercourse.training.adaptation",
    "adapt_coral": "fercourse.training.adaptation",
    "augmentation": "fercourse.training.augmenting",
    "coral": "fercourse.training.adaptation",
    "draw_labels": "fercourse.training.budgets",
    "features": "fercourse.training.head",
    "fine_tune": "fercourse.training.fine_tuning",
    "fit": "fercourse.training.fitting",
    "fit_one_against_rest": "fercourse.training.one_against_rest",
    "gain": "fercourse.training.budgets",
    "gradual": "fercourse.training.fine_tuning",
    "label_curve": "fercourse.training.budgets",
    "layer_rates": "fercourse.training.layer_rates",
    "learn_briefly": "fercourse.training.budgets",
    "load_run": "fercourse.training.run",
    "mean_over_draws": "fercourse.training.budgets",
    "pretrain": "fercourse.training.pretraining",
    "recipe_for": "fercourse.training.recipes",
    "resume": "fercourse.training.fitting",
    "train_head": "fercourse.training.head",
    "train_head_on": "fercourse.training.head",
    "unfreeze": "fercourse.training.freezing",
    "with_drawn_faces": "fercourse.training.drawn",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse.training' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
