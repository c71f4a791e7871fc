"""What is done when some classes have far fewer faces than others. Introduced in notebook 03."""

import numpy as np

from fercourse.training.config import Config

# A class that is recognized without fault still counts a little.
_LEAST_ERROR = 0.05


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return weights with which every class counts as much as any other.

    Parameters
    ----------
    labels : ndarray, int, shape (N,)
    classes : int
        How many there are; each has a label at least.

    Returns
    -------
    ndarray, float64, shape (classes,)
        The mean over the faces is one (King and Zeng, 2001; scikit-learn's "balanced").
    """
    return len(labels) / (classes * np.bincount(labels, minlength=classes))


def dynamic_weights(labels: np.ndarray, recalls: np.ndarray) -> np.ndarray:
    """Return weights that are as large as the share of a class that was not recognized.

    Parameters
    ----------
    labels : ndarray, int, shape (N,)
    recalls : ndarray, shape (classes,)
        The share of each class that was recognized in the epoch before.

    Returns
    -------
    ndarray, float64, shape (classes,)
        The mean over the faces is one.
    """
    errors = np.maximum(1 - np.nan_to_num(recalls), _LEAST_ERROR)
    return errors / errors[labels].mean()


def epoch_weights(
    labels: np.ndarray, classes: tuple[str, ...], config: Config, history: list[dict]
) -> np.ndarray | None:
    """Return how much each face counts in the next epoch, float32 (N,); None where all do alike."""
    if config.imbalance == "class_weights":
        weights = class_weights(labels, len(classes))
    elif config.imbalance == "dynamic_weights" and history:
        recalls = [history[-1][f"recall_{name}"] for name in classes]
        weights = dynamic_weights(labels, np.array(recalls, float))
    else:
        return None
    return weights[labels].astype(np.float32)


def epoch_rows(labels: np.ndarray, config: Config, rng: np.random.Generator) -> np.ndarray:
    """Return which faces the next epoch shows, in which order."""
    if config.imbalance != "oversampling":
        return rng.permutation(len(labels))
    shares = 1 / np.bincount(labels)[labels]
    return rng.choice(len(labels), len(labels), p=shares / shares.sum())
