"""`evaluate`: every metric of a classifier on a set of faces, each with its interval."""

import numpy as np

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.evaluation.aspects import accuracy_by_group, clusters_of, leaked
from fercourse.evaluation.intervals import check_resampling, intervals
from fercourse.evaluation.metrics import OVERALL, PER_CLASS, measure
from fercourse.evaluation.predictions import Predictions, predict
from fercourse.evaluation.report import Estimate, Report


def evaluate(
    classifier,
    faces: FaceSet,
    *,
    train: FaceSet | None = None,
    clusters: str | None = None,
    resamples: int = 1000,
    seed: int = 0,
    progress: bool = False,
) -> Report:
    """Measure a classifier on faces. Introduced in notebook 02.

    Parameters
    ----------
    classifier : Classifier, or any model that `as_classifier` takes
        Its classes must be those of `faces`, in any order.
    faces : FaceSet
        Faces that the classifier was not trained on, such as ``load().split("test")``.
    train : FaceSet, optional
        What it was trained on: then the results also stand without those of `faces` that are in
        it, byte for byte.
    clusters : str, optional
        A column of the table, such as ``"subject"``, whose faces are resampled together. Intervals
        are then wider, and say how results would vary with other people.
    resamples : int
        Bootstrap resamples.
    seed : int
        Their seed; the same seed gives the same intervals.
    progress : bool
        Show a progress bar while the faces are classified.

    Returns
    -------
    Report

    Raises
    ------
    ModelError
        If the classes differ, or the classifier gives no probabilities.
    DataError
        If there are no faces, all are of one class, or all stand in `train`; if `clusters` is no
        column that is known of all faces.
    """
    predictions = predict(classifier, faces, progress=progress)
    return report_on(
        predictions, faces, train=train, clusters=clusters, resamples=resamples, seed=seed
    )


def report_on(
    predictions: Predictions,
    faces: FaceSet,
    *,
    train: FaceSet | None = None,
    clusters: str | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> Report:
    """Return the report on predictions that stand already; see `evaluate`."""
    check_resampling(resamples, seed)
    settings = {"resamples": int(resamples), "seed": int(seed), "clusters": clusters}
    alike = None if train is None else leaked(faces, train)
    fresh = None
    if alike is not None and alike.any():
        if alike.all():
            raise DataError(
                "Every face to be evaluated on also stands in the training set; evaluate on "
                "another split."
            )
        fresh = _report(predictions[~alike], faces[~alike], settings)
    return _report(predictions, faces, settings, alike, fresh)


def _report(predictions: Predictions, faces: FaceSet, settings: dict, *leaks) -> Report:
    clusters = clusters_of(faces, settings["clusters"])
    groups = accuracy_by_group(faces, predictions.correct)
    estimates = _estimates(predictions, settings["resamples"], settings["seed"], clusters)
    return Report(predictions, estimates, groups, faces.name, settings, *leaks)


def _estimates(predictions: Predictions, resamples: int, seed: int, clusters) -> dict:
    values = {name: value[0] for name, value in measure(predictions).items()}
    ends = intervals(predictions, resamples, seed, clusters)
    found = {
        name: Estimate(float(values[name]), *map(float, ends[name]), len(predictions))
        for name in OVERALL
    }
    counts = np.bincount(predictions.labels, minlength=len(predictions.classes))
    for metric in PER_CLASS:
        of_class = f"{metric}_of_class"
        columns = (values[of_class], *ends[of_class])
        for index, name in enumerate(predictions.classes):
            numbers = (float(column[index]) for column in columns)
            found[metric, name] = Estimate(*numbers, int(counts[index]))
    return found
