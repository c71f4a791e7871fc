"""Whether metrics and intervals are right, and how far raters agree.

Run with ``fercourse benchmark evaluation --data fer2013.csv.gz``, the file of FER+ beside it: one
minute of one core. Metrics are held against scikit-learn's, intervals against a simulation in which
the true values are known; beside them stands the plain bootstrap, which they replace.
"""

import time
from functools import partial

import numpy as np
from sklearn import metrics as theirs

from fercourse import synth
from fercourse.datasets import load
from fercourse.datasets.ferplus import VOTE_COLUMNS
from fercourse.emotions import CLASSES
from fercourse.evaluation import Predictions
from fercourse.evaluation.intervals import bootstrap, intervals, percentiles
from fercourse.evaluation.metrics import OVERALL, PER_CLASS, measure

# As in FER2013: of 500 faces about 7 are of the rarest class.
SHARES = np.array([0.139, 0.0153, 0.143, 0.251, 0.169, 0.110, 0.1727])
RAREST = 1
FACES = 500
POPULATION = 400_000
SAMPLES = 300
RESAMPLES = 200
# How sure a classifier is, as a multiple of how sure it may be.
CONFIDENCES = {"calibrated": 1.0, "overconfident": 1.5}
SKILL, LESS_SKILL = 1.6, 1.4
FER2013_TEST = 3_589
DRAWN = 800


def run(options: dict) -> tuple[dict, dict]:
    """Return coverage, differences from scikit-learn and, where data are given, agreement."""
    part, data, seed = options["part"], options["data"], options["seed"]
    parts = [
        part("coverage", partial(_coverage, seed)),
        part("scikit-learn", partial(_beside_scikit_learn, seed)),
        part("raters", data and partial(_raters, data, seed)),
    ]
    found = [one for one in parts if one]
    figures = {key: value for one in found for key, value in one["figures"].items()}
    return figures, {key: value for one in found for key, value in one["detail"].items()}


def _draw(count: int, seed, confidence: float, skill: float = SKILL) -> Predictions:
    """Draw faces, and what a classifier of known skill and confidence says of them."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(len(SHARES), count, p=SHARES / SHARES.sum())
    evidence = rng.normal(size=(count, len(SHARES)))
    evidence[np.arange(count), labels] += skill
    logits = (np.log(SHARES) + skill * evidence) * confidence
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Predictions(labels, odds / odds.sum(axis=1, keepdims=True), CLASSES)


def _coverage(seed: int) -> tuple[dict, dict]:
    """Return in what share of samples intervals hold the true value: the least over confidences."""
    detail = {name: _held(confidence, seed) for name, confidence in CONFIDENCES.items()}
    figures = {}
    for way in ("interval", "bootstrap", "rarest_class"):
        for metric in detail["calibrated"][way]:
            figures[f"{way}_{metric}"] = min(one[way][metric] for one in detail.values())
    figures["interval_of_difference"] = _difference_held(seed)
    about = {"faces": FACES, "samples": SAMPLES, "resamples": RESAMPLES, "shares": SHARES.tolist()}
    return figures, {"coverage": detail | about}


def _held(confidence: float, seed: int) -> dict:
    """Return the share of samples whose intervals hold the true value, by way and metric."""
    truth = {
        name: value[0] for name, value in measure(_draw(POPULATION, 10**6, confidence)).items()
    }
    ours, plain, rarest = [], [], []
    for sample in range(SAMPLES):
        drawn = _draw(FACES, [seed, sample], confidence)
        found = intervals(drawn, RESAMPLES, sample)
        simple = {
            name: percentiles(values)
            for name, values in bootstrap(drawn, RESAMPLES, sample).items()
        }
        ours.append([_holds(found[name], truth[name]) for name in OVERALL])
        plain.append([_holds(simple[name], truth[name]) for name in OVERALL])
        if (drawn.labels == RAREST).any():
            of_class = [f"{name}_of_class" for name in PER_CLASS]
            rarest.append(
                [
                    _holds([end[RAREST] for end in found[name]], truth[name][RAREST])
                    for name in of_class
                ]
            )
    return {
        "interval": dict(zip(OVERALL, np.mean(ours, axis=0).tolist(), strict=True)),
        "bootstrap": dict(zip(OVERALL, np.mean(plain, axis=0).tolist(), strict=True)),
        "rarest_class": dict(zip(PER_CLASS, np.mean(rarest, axis=0).tolist(), strict=True)),
    }


def _holds(ends, value: float) -> bool:
    low, high = ends
    return bool(low <= value <= high)


def _difference_held(seed: int) -> float:
    """Return how often the paired bootstrap holds the true difference of two accuracies."""
    truth = np.subtract(
        *(
            measure(_draw(POPULATION, 10**6, 1.0, skill))["accuracy"][0]
            for skill in (SKILL, LESS_SKILL)
        )
    )
    held = []
    for sample in range(SAMPLES):
        a, b = (
            bootstrap(_draw(FACES, [seed, sample], 1.0, skill), RESAMPLES, sample)["accuracy"]
            for skill in (SKILL, LESS_SKILL)
        )
        held.append(_holds(percentiles(a - b), truth))
    return float(np.mean(held))


def _beside_scikit_learn(seed: int) -> tuple[dict, dict]:
    """Return the largest difference of any metric, and the seconds of all with their intervals."""
    drawn = _draw(FER2013_TEST, seed, 1.0)
    ours = {name: float(value[0]) for name, value in measure(drawn).items() if name in OVERALL}
    start = time.perf_counter()
    expected = _of_scikit_learn(drawn)
    once = time.perf_counter() - start
    start = time.perf_counter()
    intervals(drawn, 1000, seed)
    seconds = time.perf_counter() - start
    differences = {name: abs(ours[name] - value) for name, value in expected.items()}
    figures = {
        "largest_difference_from_scikit_learn": max(differences.values()),
        "seconds_of_1000_resamples": seconds,
        "seconds_of_1000_resamples_scikit_learn": 1000 * once,
    }
    return figures, {"faces": FER2013_TEST, "difference_from_scikit_learn": differences}


def _of_scikit_learn(drawn: Predictions) -> dict[str, float]:
    labels, scores = drawn.labels, drawn.probabilities
    said = scores.argmax(axis=1)
    one_of = labels[:, None] == np.arange(len(CLASSES))
    options = {"average": "macro", "zero_division": 0}
    return {
        "accuracy": theirs.accuracy_score(labels, said),
        "balanced_accuracy": theirs.balanced_accuracy_score(labels, said),
        "precision": theirs.precision_score(labels, said, **options),
        "recall": theirs.recall_score(labels, said, **options),
        "f1": theirs.f1_score(labels, said, **options),
        "roc_auc": theirs.roc_auc_score(labels, scores, multi_class="ovr", average="macro"),
        "average_precision": theirs.average_precision_score(one_of, scores, average="macro"),
        "cross_entropy": theirs.log_loss(labels, scores),
    }


def _raters(data, seed: int) -> tuple[dict, dict]:
    """Return how often two raters, and all ten, say the same of a face."""
    photographs = load("fer2013", data).table
    # Without a name are images that the authors of FER+ dropped, and faces that have no votes.
    photographs = photographs.loc[photographs["image_name"].notna(), list(VOTE_COLUMNS)]
    drawn = synth.draw(DRAWN, seed=seed).table
    drawn = drawn[[f"votes_{name}" for name in CLASSES]]
    figures, faces = {}, {}
    for name, votes in {"ferplus": photographs, "builtin": drawn}.items():
        votes = votes.to_numpy(float)
        votes = votes[votes.sum(axis=1) == 10]
        faces[name] = len(votes)
        figures[f"{name}_two_raters_agree"] = float((votes * (votes - 1)).sum() / 90 / len(votes))
        figures[f"{name}_all_ten_agree"] = float((votes.max(axis=1) == 10).mean())
    return figures, {"faces_with_ten_votes": faces}
