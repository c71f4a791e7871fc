"""Maps scored against the truth: face by face, and as means with intervals."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from fercourse.datasets.faceset import REGIONS, FaceSet
from fercourse.errors import DataError
from fercourse.evaluation import Estimate
from fercourse.evaluation.intervals import percentiles
from fercourse.explain.faithfulness.truth import evidence

RESAMPLES = 1000


def against_truth(values: np.ndarray, truth: np.ndarray) -> pd.DataFrame:
    """Return how well each map finds the pixels that count. Introduced in notebook 05.

    Parameters
    ----------
    values : ndarray, float, shape (N, H, W)
        Maps, 0 or more.
    truth : ndarray, bool, shape (N, H, W)
        The pixels that count; a face without any gets NaN.

    Returns
    -------
    DataFrame
        One row a face. ``pointing``: 1 where the largest value lies on one of these pixels (Zhang,
        Bargal et al., 2018); where several are largest, the share of them that does. ``energy``: the
        share of the map's sum that lies there (Wang et al., 2020). ``energy_per_area``: that,
        divided by the share of the area; 1 for an even map. ``average_precision``: the area under
        the precision-recall curve when the map ranks the pixels.
    """
    if values.shape != truth.shape:
        raise DataError(f"Maps of shape {values.shape} do not fit a truth of shape {truth.shape}.")
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    inside = truth.reshape(len(truth), -1)
    peaks = flat == flat.max(axis=1, keepdims=True)
    total = flat.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        energy = np.where(total > 0, (flat * inside).sum(axis=1) / total, inside.mean(axis=1))
        scores = {
            "pointing": (peaks & inside).sum(axis=1) / peaks.sum(axis=1),
            "energy": energy,
            "energy_per_area": energy / inside.mean(axis=1),
            "average_precision": _average_precision(flat, inside),
        }
    found = pd.DataFrame(scores)
    found.loc[~inside.any(axis=1)] = np.nan
    return found


def _average_precision(flat: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return each row's average precision; tied pixels count with the precision of the whole tie."""
    order = np.argsort(-flat, axis=1)
    values, hits = (np.take_along_axis(one, order, axis=1) for one in (flat, inside))
    found = hits.cumsum(axis=1)
    is_last_of_tie = np.ones(flat.shape, bool)
    is_last_of_tie[:, :-1] = values[:, 1:] != values[:, :-1]
    scores = []
    for row, ends in zip(found, map(np.flatnonzero, is_last_of_tie), strict=True):
        precision, more = row[ends] / (ends + 1), np.diff(row[ends], prepend=0)
        scores.append(precision @ more / max(row[-1], 1))
    return np.array(scores)


def estimate(scores, groups=None, *, seed: int = 0) -> Estimate:
    """Return the mean of scores with its 95 % interval, by the bootstrap of the faces.

    Parameters
    ----------
    scores : array, float, shape (N,)
        One a face; NaN is left out.
    groups : array, shape (N,), optional
        The class of each face: then the mean of the classes' means is taken, so that a frequent
        class does not decide alone, and each class is resampled by itself.
    seed : int
    """
    scores = np.asarray(scores, float)
    groups = np.zeros(len(scores)) if groups is None else np.asarray(groups)
    known = ~np.isnan(scores)
    if not known.any():
        raise DataError(
            "There is no face with a score; choose faces whose expression is not neutral."
        )
    rng = np.random.default_rng(seed)
    parts = [scores[known & (groups == one)] for one in np.unique(groups[known])]
    drawn = [
        part[rng.integers(len(part), size=(RESAMPLES, len(part)))].mean(axis=1) for part in parts
    ]
    low, high = percentiles(np.mean(drawn, axis=0))
    value = float(np.mean([part.mean() for part in parts]))
    return Estimate(value, float(low), float(high), int(known.sum()))


def follows_units(values: np.ndarray, faces: FaceSet, targets: np.ndarray, *, seed: int = 0):
    """Return whether maps move with the muscles: the rank correlation, over faces, between the
    share of a map that lies in a region and what the raised units there say for the target.

    Spearman's, within each region and class that has at least ten faces, then the mean; an
    `Estimate` by the bootstrap of the faces.
    """
    weighed = evidence(faces, targets).to_numpy()
    energy = np.asarray(values, float)
    energy = energy / np.maximum(energy.sum(axis=(1, 2), keepdims=True), 1e-12)
    shares = np.stack([(energy * faces.region(name)).sum(axis=(1, 2)) for name in REGIONS], axis=1)
    rng = np.random.default_rng(seed)
    drawn, value, used = [], [], 0
    for target in np.unique(targets):
        rows = np.flatnonzero(targets == target)
        moving = [r for r in range(len(REGIONS)) if np.ptp(weighed[rows, r]) > 0]
        if len(rows) < 10 or not moving:
            continue
        used += len(rows)
        again = rng.integers(len(rows), size=(RESAMPLES // 5, len(rows)))
        for region in moving:
            pair = shares[rows, region], weighed[rows, region]
            value.append(_spearman(*pair))
            drawn.append([_spearman(pair[0][one], pair[1][one]) for one in again])
    if not used:
        raise DataError("Rank correlation needs ten faces of a class that is not neutral.")
    low, high = percentiles(np.nanmean(drawn, axis=0))
    return Estimate(float(np.nanmean(value)), float(low), float(high), used)


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    ranks = rankdata(a), rankdata(b)
    spread = ranks[0].std() * ranks[1].std()
    return float(np.cov(*ranks, bias=True)[0, 1] / spread) if spread else 0.0


def similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the rank correlation of two maps of each face, pixel by pixel: float64 (N,).

    Zero where one of the two is even and so ranks nothing.
    """
    ranks = [rankdata(values.reshape(len(values), -1), axis=1) for values in (one, other)]
    a, b = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    norms = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return (a * b).sum(axis=1) / np.where(norms > 0, norms, 1)
