"""How far a metric measured on these faces may lie from its value on all such faces: 95 % intervals.

Chosen by their coverage in a simulation (tests/evaluation/test_coverage.py): a plain bootstrap of
precision, recall and F1 is far too narrow where a class has few faces.
"""

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from fercourse.errors import DataError
from fercourse.evaluation.metrics import (
    BINS,
    calibration_bins,
    confusion,
    measure,
)
from fercourse.evaluation.predictions import Predictions

LEVEL = 0.95
LEAST_RESAMPLES = 100
_TAILS = (100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2)
_Z = float(norm.ppf((1 + LEVEL) / 2))
# Weights that are worked on at once: two megabytes stay in the processor's cache.
_BLOCK = 2**18


def check_resampling(resamples: int, seed: int) -> None:
    """Raise a DataError unless these are enough resamples and a seed.

    The seed is not left to chance: `compare` draws the same resamples for both classifiers.
    """
    if not _is_whole(resamples) or resamples < LEAST_RESAMPLES:
        raise DataError(f"{resamples!r} resamples are too few for an interval; take 1000.")
    if not _is_whole(seed) or seed < 0:
        raise DataError(f"The seed must be a whole number of 0 or more, not {seed!r}.")


def _is_whole(value) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def wilson(hits: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval of a share (Wilson, 1927); from 0 to 1 where nothing was tried.

    Parameters
    ----------
    hits, trials : ndarray or number
        How often it came true, and how often it was tried.

    Returns
    -------
    low, high : ndarray, float64
    """
    trials = np.asarray(trials, float)
    tried = np.maximum(trials, 1e-12)
    share = np.asarray(hits, float) / tried
    middle = (share + _Z**2 / (2 * tried)) / (1 + _Z**2 / tried)
    half = _Z / (1 + _Z**2 / tried) * np.sqrt(share * (1 - share) / tried + (_Z / (2 * tried)) ** 2)
    low = np.where(trials > 0, np.clip(middle - half, 0, share), 0.0)
    return low, np.where(trials > 0, np.clip(middle + half, share, 1), 1.0)


def intervals(
    predictions: Predictions,
    resamples: int = 1000,
    seed: int = 0,
    clusters: np.ndarray | None = None,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the 95 % interval of every metric of `measure`, under its name.

    Parameters
    ----------
    predictions : Predictions
    resamples : int
        Bootstrap resamples of the faces.
    seed : int
        The seed of the resamples.
    clusters : ndarray, shape (N,), optional
        What belongs together, such as the subject of each face: then whole clusters are resampled,
        since two faces of one person tell less than faces of two people.

    Returns
    -------
    dict of str to (low, high)
        Numbers for the metrics in `OVERALL`, arrays (C,) for those of a class.

    Notes
    -----
    Accuracy, precision and recall of a class are shares: Wilson's interval. F1 of a class is
    2J / (1 + J) of the share J of right ones among the faces that are of the class or taken for it
    (Hand, Christen and Kirielle, 2021): Wilson's interval of J. The means of these over the classes
    combine the intervals of the classes (Zou and Donner, 2008); a class that is never predicted
    has precision 0 by convention, but might have any, and widens the interval upward. ROC-AUC,
    average precision and cross-entropy: percentiles of the bootstrap (Efron, 1979). Calibration
    error: see `_calibration_interval`. With clusters, all but the last are percentiles of the
    bootstrap.
    """
    values = {name: value[0] for name, value in measure(predictions).items()}
    drawn = bootstrap(predictions, resamples, seed, clusters)
    found = {name: percentiles(samples) for name, samples in drawn.items()}
    found["calibration_error"] = _calibration_interval(
        predictions, values["calibration_error"], drawn["calibration_error"]
    )
    return found if clusters is not None else found | _of_shares(predictions, values)


def bootstrap(
    predictions: Predictions, resamples: int, seed: int, clusters: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Return every metric on every resample of the faces: arrays (B,) or (B, C)."""
    # The matrices are small: threads would wait for each other longer than they compute.
    with threadpool_limits(1):
        parts = [
            measure(predictions, weights)
            for weights in draw_weights(len(predictions), resamples, seed, clusters)
        ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def draw_weights(
    count: int, resamples: int, seed: int, clusters: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Draw how often each face stands in each resample, block after block: float64 (N, b)."""
    rng = np.random.default_rng(seed)
    members = np.arange(count)
    if clusters is not None:
        _, members = np.unique(np.asarray(clusters).astype(str), return_inverse=True)
    units = members.max() + 1
    block = max(1, _BLOCK // count)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = rng.integers(units, size=(size, units)) + np.arange(size)[:, None] * units
        weights = np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units)
        yield np.ascontiguousarray(weights.T[members], dtype=np.float64)


def percentiles(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return between what the middle 95 % of resamples (rows) lie, leaving out undefined ones."""
    defined = ~np.isnan(samples).all(axis=0)
    low, high = np.nanpercentile(np.where(defined, samples, 0.0), _TAILS, axis=0)
    return np.where(defined, low, np.nan), np.where(defined, high, np.nan)


def _of_shares(predictions: Predictions, values: dict) -> dict:
    pairs = confusion(predictions, np.ones((len(predictions), 1)))[0]
    hits, labeled, guessed = np.diag(pairs), pairs.sum(axis=1), pairs.sum(axis=0)
    low, high = wilson(hits, labeled + guessed - hits)
    of_class = {
        "recall": wilson(hits, labeled),
        "precision": wilson(hits, guessed),
        "f1": (2 * low / (1 + low), 2 * high / (1 + high)),
    }
    known = labeled > 0
    found = {"accuracy": wilson(hits.sum(), pairs.sum())}
    for name, (low, high) in of_class.items():
        found[f"{name}_of_class"] = np.where(known, low, np.nan), np.where(known, high, np.nan)
        found[name] = _of_mean(values[f"{name}_of_class"][known], low[known], high[known])
    return found | {"balanced_accuracy": found["recall"]}


def _of_mean(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    """Return the interval of a mean from those of its parts (Zou and Donner, 2008)."""
    mean, count = values.mean(), len(values)
    below = np.sqrt(((values - low) ** 2).sum()) / count
    above = np.sqrt(((high - values) ** 2).sum()) / count
    return max(0.0, mean - below), min(1.0, mean + above)


def _calibration_interval(
    predictions: Predictions, value: float, drawn: np.ndarray
) -> tuple[float, float]:
    """Return the interval of the expected calibration error.

    It is a sum of absolute values, so chance only adds to it: even a perfectly calibrated
    classifier shows some, and a resample shows more than the faces it is drawn from. So the upper
    end is the bootstrap's mirrored at the value (basic bootstrap), and the lower end is counted
    down from the value less what chance alone would show.
    """
    confidence = predictions.probabilities.max(axis=1)
    variance = np.bincount(calibration_bins(predictions), confidence * (1 - confidence), BINS)
    by_chance = np.sqrt(2 / np.pi * variance).sum() / len(predictions)
    low = value - by_chance - _Z * drawn.std()
    high = 2 * value - np.percentile(drawn, _TAILS[0])
    return float(np.clip(low, 0, value)), float(np.clip(high, value, 1))
