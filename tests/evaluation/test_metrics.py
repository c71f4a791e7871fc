"""The metrics are scikit-learn's, with equal weights and with a bootstrap resample's."""

import time

import numpy as np
import pytest
from sklearn import metrics

from fercourse.emotions import CLASSES
from fercourse.evaluation import Predictions
from fercourse.evaluation.intervals import intervals
from fercourse.evaluation.metrics import calibration_bins, measure
from tests.evaluation.told import draw_predictions


def of_sklearn(predictions, weights):
    """Return every metric, each by scikit-learn's own function."""
    truth, guess, scores = predictions.labels, predictions.predicted, predictions.probabilities
    present = np.unique(truth)
    onehot = np.eye(len(predictions.classes))[truth][:, present]
    options = {"labels": present, "sample_weight": weights, "zero_division": 0}
    ranked = {"average": None, "sample_weight": weights}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, guess, **options)
    of_class = {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "roc_auc": metrics.roc_auc_score(onehot, scores[:, present], **ranked),
        "average_precision": metrics.average_precision_score(onehot, scores[:, present], **ranked),
    }
    return {
        "accuracy": metrics.accuracy_score(truth, guess, sample_weight=weights),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, guess, sample_weight=weights),
        "cross_entropy": metrics.log_loss(
            truth, scores, labels=range(len(predictions.classes)), sample_weight=weights
        ),
        **{name: values.mean() for name, values in of_class.items()},
        **{f"{name}_of_class": values for name, values in of_class.items()},
    }


CASES = {
    "typical": draw_predictions(400),
    "with many ties": draw_predictions(400, 1, decimals=1),
    "with a class never predicted": draw_predictions(300, 2, skill=0.3),
    "with certain mistakes": Predictions(np.array([0, 1, 2, 3]), np.eye(7)[[1, 1, 2, 0]], CLASSES),
    "two classes": Predictions(
        np.array([0, 1, 1, 0, 1]),
        np.array([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.6, 0.4], [0.1, 0.9]]),
        ("no", "yes"),
    ),
}


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_every_metric_equals_that_of_scikit_learn(case, weighted):
    predictions = CASES[case]
    rng = np.random.default_rng(5)
    weights = rng.integers(1, 4, len(predictions)) if weighted else np.ones(len(predictions))
    ours = measure(predictions, weights[:, None].astype(float))
    present = np.unique(predictions.labels)
    for name, theirs in of_sklearn(predictions, weights).items():
        value = ours[name][0]
        value = value[present] if name.endswith("_of_class") else value
        np.testing.assert_allclose(value, theirs, rtol=1e-9, err_msg=name)


def test_a_weight_of_two_is_a_face_seen_twice():
    predictions = draw_predictions(400)
    rows = np.random.default_rng(0).integers(0, len(predictions), len(predictions))
    weights = np.bincount(rows, minlength=len(predictions))[:, None].astype(float)
    weighted, repeated = measure(predictions, weights), measure(predictions[rows])
    for name, value in repeated.items():
        np.testing.assert_allclose(weighted[name], value, rtol=1e-9, err_msg=name)


def test_a_class_without_faces_is_not_defined_and_not_counted_in_the_mean():
    predictions = draw_predictions(400)
    without = predictions[predictions.labels != 1]
    measured = measure(without)
    for name in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        of_class = measured[f"{name}_of_class"][0]
        assert np.isnan(of_class[1])
        assert measured[name][0] == pytest.approx(np.nanmean(of_class))


def test_the_calibration_error_is_the_mean_gap_between_confidence_and_accuracy_by_bin():
    # Two bins: three faces at 0.6, one right; two faces at 0.9, both right.
    confidence = np.array([0.6, 0.6, 0.6, 0.9, 0.9])
    labels = np.array([0, 1, 1, 0, 0])
    predictions = Predictions(labels, np.stack([confidence, 1 - confidence], 1), ("a", "b"))
    expected = 3 / 5 * (0.6 - 1 / 3) + 2 / 5 * (1 - 0.9)
    assert measure(predictions)["calibration_error"][0] == pytest.approx(expected)


def test_a_bin_of_confidence_holds_its_upper_end():
    confidence = np.array([0.5, 0.6, 0.61, 1.0])
    labels = np.array([0, 1, 0, 1])
    predictions = Predictions(labels, np.stack([confidence, 1 - confidence], 1), ("a", "b"))
    assert calibration_bins(predictions).tolist() == [7, 8, 9, 14]


def test_a_perfect_classifier_has_perfect_figures():
    labels = np.arange(70) % 7
    measured = measure(Predictions(labels, np.eye(7)[labels], CLASSES))
    assert measured["accuracy"] == measured["f1"] == measured["roc_auc"] == 1
    assert measured["average_precision"] == 1
    assert measured["cross_entropy"] == measured["calibration_error"] == 0


def test_a_thousand_resamples_of_the_fer2013_test_set_take_seconds():
    predictions = draw_predictions(3589)
    start = time.process_time()
    intervals(predictions, 1000)
    # About 0.6 s; scikit-learn's functions, one resample after the other, take minutes.
    assert time.process_time() - start < 5
