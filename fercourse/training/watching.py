"""What the history of a run says: which epoch was best, whether to stop, how fast to learn.

All are functions of the history alone, so that a run that is resumed decides as before.
"""

from fercourse.training.config import Config


def best_of(history: list[dict], config: Config) -> int:
    """Return the number (from 1) of the first epoch that none is better than; 0 if there is none."""
    if not history:
        return 0
    values = [_badness(row, config) for row in history]
    return values.index(min(values)) + 1


def is_over(history: list[dict], config: Config) -> bool:
    """Return whether all epochs are done, or too many have brought nothing better."""
    waited = len(history) - best_of(history, config)
    return len(history) >= config.epochs or (
        config.patience is not None and bool(history) and waited >= config.patience
    )


def plateau_rate(history: list[dict], config: Config) -> float:
    """Return the learning rate that is halved at the end of each plateau."""
    rate, best, waited = config.learning_rate, float("inf"), 0
    for row in history:
        value = _badness(row, config)
        waited = 0 if value < best else waited + 1
        best = min(best, value)
        if waited == config.plateau_patience:
            rate, waited = rate / 2, 0
    return rate


def _badness(row: dict, config: Config) -> float:
    value = row[f"val_{config.monitor}"]
    return value if config.monitor == "loss" else -value
