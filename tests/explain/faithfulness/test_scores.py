import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from fercourse.errors import DataError
from fercourse.explain import faithfulness
from fercourse.explain.faithfulness import against_truth, controls, estimate, similarity

TRUTH = np.zeros((1, 6, 6), bool)
TRUTH[0, :2, :3] = True


def test_a_map_of_the_truth_is_perfect():
    scores = against_truth(TRUTH.astype(float), TRUTH).loc[0]
    assert scores["pointing"] == scores["energy"] == scores["average_precision"] == 1
    assert scores["energy_per_area"] == pytest.approx(6)


def test_an_even_map_scores_as_chance():
    for level in (0.0, 0.7):
        scores = against_truth(np.full((1, 6, 6), level), TRUTH).loc[0]
        assert scores["pointing"] == scores["energy"] == pytest.approx(1 / 6)
        assert scores["energy_per_area"] == pytest.approx(1)
        assert scores["average_precision"] == pytest.approx(1 / 6)


def test_average_precision_equals_scikit_learns():
    rng = np.random.default_rng(0)
    for values in (rng.random((1, 6, 6)), rng.integers(0, 3, (1, 6, 6))):
        found = against_truth(values, TRUTH)["average_precision"][0]
        assert found == pytest.approx(average_precision_score(TRUTH.ravel(), values.ravel()))


def test_a_face_without_truth_has_no_score():
    assert against_truth(np.ones((1, 6, 6)), TRUTH & False).isna().all(axis=None)


def test_maps_must_fit_the_truth():
    with pytest.raises(DataError, match="do not fit"):
        against_truth(np.ones((2, 6, 6)), TRUTH)


def test_an_estimate_is_the_mean_of_the_classes_means():
    scores, groups = np.array([1, 1, 1, 0, np.nan]), np.array([0, 0, 0, 1, 1])
    assert estimate(scores, groups)[:3] == (0.5, 0.5, 0.5)
    assert estimate(scores).value == 0.75
    assert estimate(scores).n == 4


def test_the_interval_of_an_estimate_is_as_wide_as_theory_says():
    scores = np.random.default_rng(0).random(400) < 0.3
    found = estimate(scores)
    expected = 2 * 1.96 * np.sqrt(scores.mean() * (1 - scores.mean()) / 400)
    assert found.high - found.low == pytest.approx(expected, rel=0.1)


def test_nothing_but_neutral_faces_gives_no_estimate():
    with pytest.raises(DataError, match="not neutral"):
        estimate([np.nan, np.nan])


def test_maps_that_follow_the_muscles_are_told_from_maps_that_do_not(drawn):
    targets = drawn.table["true_class"].to_numpy()
    weighed = faithfulness.evidence(drawn, targets)
    following = sum(
        drawn.region(name) * weighed[name].to_numpy()[:, None, None] for name in weighed
    )
    assert faithfulness.follows_units(following, drawn, targets).low > 0.2
    still = controls.random_maps(drawn.images)
    found = faithfulness.follows_units(still, drawn, targets)
    assert found.low < 0.1
    assert abs(found.value) < 0.2


def test_similarity_is_the_rank_correlation():
    maps = np.random.default_rng(0).random((3, 8, 8))
    np.testing.assert_allclose(similarity(maps, np.exp(maps)), 1)
    np.testing.assert_allclose(similarity(maps, -maps), -1)
    np.testing.assert_array_equal(similarity(maps, np.zeros_like(maps)), 0)
