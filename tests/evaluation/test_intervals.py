"""Intervals: Wilson's, the bootstrap's, and what they become with people instead of faces."""

import numpy as np
import pytest
from scipy.stats import binomtest

from fercourse.evaluation import Predictions, wilson
from fercourse.evaluation.intervals import bootstrap, draw_weights, intervals
from fercourse.evaluation.metrics import measure
from tests.evaluation.told import draw_predictions


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (5, 5), (3, 7), (2180, 3589)])
def test_wilsons_interval_is_scipys(hits, trials):
    theirs = binomtest(hits, trials).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson(hits, trials), theirs, atol=1e-12)


def test_nothing_tried_is_nothing_known():
    assert [float(end) for end in wilson(0, 0)] == [0, 1]


@pytest.mark.parametrize("clusters", [None, np.arange(300) // 10])
def test_every_interval_holds_its_value(clusters):
    predictions = draw_predictions(300)
    ends = intervals(predictions, 200, clusters=clusters)
    for name, value in measure(predictions).items():
        low, high = ends[name]
        assert np.all((low <= value[0]) & (value[0] <= high)), name


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others():
    predictions = draw_predictions(200)
    first, again, other = (intervals(predictions, 100, seed)["roc_auc"] for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_a_resample_draws_as_many_faces_as_there_are():
    blocks = list(draw_weights(50_000, 12, 0))
    assert len(blocks) > 1  # large sets are drawn in parts
    weights = np.hstack(blocks)
    assert weights.shape == (50_000, 12)
    assert np.all(weights.sum(axis=0) == 50_000)


def test_faces_of_one_cluster_are_drawn_together():
    clusters = np.array(["a", "a", "a", "c", "b", "c"])
    weights = np.hstack(list(draw_weights(6, 100, 0, clusters)))
    for name in "abc":
        same = weights[clusters == name]
        assert np.all(same == same[0])


def test_intervals_are_wider_by_people_when_faces_of_one_person_are_alike():
    one = draw_predictions(40)
    rows = np.repeat(np.arange(40), 10)
    predictions = one[rows]
    by_face = intervals(predictions, 300)["accuracy"]
    by_person = intervals(predictions, 300, clusters=rows)["accuracy"]
    assert by_person[1] - by_person[0] > 2 * (by_face[1] - by_face[0])


def test_a_class_without_faces_has_no_interval():
    predictions = draw_predictions(200)
    ends = intervals(predictions[predictions.labels != 1], 100)
    for name in ("f1_of_class", "roc_auc_of_class"):
        low, high = ends[name]
        assert np.isnan(low[1])
        assert np.isnan(high[1])
        assert not np.isnan(np.delete(low, 1)).any()


def test_a_perfect_result_on_few_faces_is_not_certain():
    labels = np.arange(28) % 7
    ends = intervals(Predictions(labels, np.eye(7)[labels], tuple("abcdefg")), 100)
    for name in ("accuracy", "recall", "precision", "f1"):
        low, high = ends[name]
        assert 0.5 < low < 0.95
        assert high == pytest.approx(1)


def test_a_resample_without_a_rare_class_is_left_out_of_its_interval():
    predictions = draw_predictions(60, 3)
    drawn = bootstrap(predictions, 300, 0)["roc_auc_of_class"]
    assert np.isnan(drawn).any()
    assert np.isfinite(intervals(predictions, 300)["roc_auc"]).all()
