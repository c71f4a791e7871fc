"""Every metric, for one weighting of the faces or for a thousand at once.

A bootstrap resample is a weight for each face: how often it was drawn. So each metric is written
once, for weights, and gives a resample's value as well as the value of the faces themselves, where
every weight is one.
"""

import numpy as np

from fercourse.evaluation.predictions import Predictions

BINS = 15
PER_CLASS = ("precision", "recall", "f1", "roc_auc", "average_precision")
OVERALL = (
    "accuracy",
    "balanced_accuracy",
    *PER_CLASS,
    "cross_entropy",
    "calibration_error",
)


def measure(predictions: Predictions, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return every metric for every weighting of the faces.

    Parameters
    ----------
    predictions : Predictions
        N faces, C classes.
    weights : ndarray, float, shape (N, B), optional
        B weightings; by default one, in which each face counts once.

    Returns
    -------
    dict of str to ndarray, float64
        The names in `OVERALL`, shape (B,): precision, recall, F1, ROC-AUC and average precision
        are means over the classes that have faces. For each name in `PER_CLASS` also
        ``name + "_of_class"``, shape (B, C): NaN where the class has no faces.

    Notes
    -----
    Conventions are scikit-learn's: precision is 0 for a class that is never predicted; ROC-AUC is
    one class against the rest; average precision is the step sum, not the trapezoid; the
    cross-entropy is in nats, probabilities below the machine's least step (2.2e-16) count as that.
    The calibration error is the expected calibration error of the most probable class (Guo et al.,
    2017) in 15 bins of equal width, (0, 1/15], ..., (14/15, 1].
    """
    if weights is None:
        weights = np.ones((len(predictions), 1))
    per_class = _from_confusion(confusion(predictions, weights)) | _from_ranking(
        predictions, weights
    )
    total = weights.sum(axis=0)
    means = {name: _mean_of_known(per_class[name]) for name in PER_CLASS}
    return {
        "accuracy": predictions.correct @ weights / total,
        "balanced_accuracy": means["recall"],
        **means,
        "cross_entropy": surprise(predictions) @ weights / total,
        "calibration_error": calibration_error(predictions, weights),
        **{f"{name}_of_class": values for name, values in per_class.items()},
    }


def confusion(predictions: Predictions, weights: np.ndarray) -> np.ndarray:
    """Return the weight of each pair of labeled (rows) and predicted (columns) class: (B, C, C)."""
    count = len(predictions.classes)
    pair = predictions.labels * count + predictions.predicted
    return (_indicator(pair, count**2) @ weights).T.reshape(-1, count, count)


def surprise(predictions: Predictions) -> np.ndarray:
    """Return minus the logarithm of the probability of each face's class, in nats: (N,)."""
    chosen = predictions.probabilities[np.arange(len(predictions)), predictions.labels]
    return -np.log(np.maximum(chosen, np.finfo(np.float64).eps))


def calibration_bins(predictions: Predictions) -> np.ndarray:
    """Return the bin, 0 to 14, of each face's highest probability: int64 (N,)."""
    confidence = predictions.probabilities.max(axis=1)
    return np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)


def calibration_error(predictions: Predictions, weights: np.ndarray) -> np.ndarray:
    """Return the expected calibration error for each weighting: (B,)."""
    gap = predictions.probabilities.max(axis=1) - predictions.correct
    gaps = (_indicator(calibration_bins(predictions), BINS) * gap) @ weights
    return np.abs(gaps).sum(axis=0) / weights.sum(axis=0)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Return the mean of each row's defined values, NaN where there are none."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=1) / known.sum(axis=1)


def _indicator(codes: np.ndarray, count: int) -> np.ndarray:
    return (np.arange(count)[:, None] == codes).astype(np.float64)


def _from_confusion(pairs: np.ndarray) -> dict[str, np.ndarray]:
    hits = np.diagonal(pairs, axis1=1, axis2=2)
    labeled, predicted = pairs.sum(axis=2), pairs.sum(axis=1)
    shares = {
        "precision": hits / np.maximum(predicted, 1e-12),
        "recall": hits / np.maximum(labeled, 1e-12),
        "f1": 2 * hits / np.maximum(labeled + predicted, 1e-12),
    }
    return {name: np.where(labeled > 0, share, np.nan) for name, share in shares.items()}


def _from_ranking(predictions: Predictions, weights: np.ndarray) -> dict[str, np.ndarray]:
    found = [
        _rank_one_class(predictions.probabilities[:, index], predictions.labels == index, weights)
        for index in range(len(predictions.classes))
    ]
    areas, precisions = zip(*found, strict=True)
    return {
        "roc_auc": np.stack(areas, axis=1),
        "average_precision": np.stack(precisions, axis=1),
    }


def _rank_one_class(
    scores: np.ndarray, positive: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the area under the ROC curve and the average precision of one class: (B,) each."""
    shape = weights.shape[1]
    if not positive.any() or positive.all():
        return np.full(shape, np.nan), np.full(shape, np.nan)
    order = np.argsort(-scores, kind="stable")
    # Faces with one score are passed together: only the last of each group is a threshold.
    last = np.flatnonzero(np.diff(scores[order], append=np.inf))
    sorted_weights = weights[order]
    above = np.cumsum(sorted_weights, axis=0)[last]
    sorted_weights *= positive[order, None]
    hits = np.cumsum(sorted_weights, axis=0)[last]
    positives, negatives = hits[-1].copy(), above[-1] - hits[-1]
    new_hits = np.diff(hits, axis=0, prepend=0)
    new_misses = np.diff(above - hits, axis=0, prepend=0)
    area = np.einsum("gb,gb->b", new_misses, hits - new_hits / 2)
    precision = np.einsum("gb,gb->b", new_hits, hits / np.maximum(above, 1e-12))
    with np.errstate(divide="ignore", invalid="ignore"):
        return area / (positives * negatives), precision / positives
