"""`compare`: two classifiers on the same faces."""

import json

import numpy as np
import pytest

from fercourse.errors import DataError, ModelError
from fercourse.evaluation import Comparison, compare, mcnemar
from tests.evaluation.told import Told, draw_predictions, faces_of

GOOD = draw_predictions(500, 0, skill=1.8)
FACES = faces_of(GOOD)
A = Told(GOOD.probabilities)


def blurred(share):
    """Return a classifier that knows nothing of a share of the faces."""
    table = GOOD.probabilities.copy()
    table[: int(share * len(table))] = 1 / 7
    return Told(table)


def test_mcnemar_is_as_published():
    # Bentur et al. (2009) as worked out in Fagerland, Lydersen and Laake (2013): 0.070 and 0.039.
    exact, mid = mcnemar(1, 7)
    assert exact == pytest.approx(18 / 256)
    assert mid == pytest.approx(10 / 256)
    assert mcnemar(7, 1) == (exact, mid)


def test_mcnemar_finds_nothing_where_there_is_nothing():
    assert mcnemar(0, 0) == (1, 1)
    exact, mid = mcnemar(5, 5)
    assert exact == 1
    assert 0.8 < mid < 1


def test_the_faces_are_parted_by_who_is_right():
    found = compare(A, blurred(0.3), FACES, resamples=200)
    assert len(found) == found.both + found.only_a + found.only_b + found.neither == 500
    assert found.a["accuracy"] == pytest.approx((found.both + found.only_a) / 500)
    assert found.differences["accuracy"].value == pytest.approx((found.only_a - found.only_b) / 500)
    assert (found.exact_p, found.mid_p) == mcnemar(found.only_a, found.only_b)


def test_a_clear_difference_has_an_interval_without_zero_and_the_other_way_round_its_mirror():
    there = compare(A, blurred(0.4), FACES, resamples=200)
    back = compare(blurred(0.4), A, FACES, resamples=200)
    assert there.exact_p < 0.01
    for name in ("accuracy", "f1", "roc_auc", "average_precision"):
        assert there.differences[name].low > 0
        assert back.differences[name].high == pytest.approx(-there.differences[name].low)


def test_a_classifier_does_not_differ_from_itself():
    found = compare(A, A, FACES, resamples=100)
    assert found.exact_p == found.mid_p == 1
    assert all(one[:3] == (0, 0, 0) for one in found.differences.values())


def test_pairing_makes_the_interval_narrower_than_two_single_ones():
    found = compare(A, blurred(0.05), FACES, resamples=300)
    width = found.differences["accuracy"].high - found.differences["accuracy"].low
    assert width < 0.05  # one accuracy alone is known to about 0.08


def test_a_comparison_shows_itself_with_n_and_intervals():
    found = compare(A, blurred(0.3), FACES, names=("HOG", "<LBP>"), resamples=100)
    assert isinstance(found, Comparison)
    answer = json.loads(found.to_json())
    assert answer["n"] == 500
    assert answer["differences"]["accuracy"]["low"] == found.differences["accuracy"].low
    assert "n = 500" in str(found)
    assert "McNemar" in repr(found)
    assert "<LBP>" not in found._repr_html_()
    assert found.table.loc["f1", "difference"] == pytest.approx(found.a["f1"] - found.b["f1"])


def test_both_must_know_the_classes_of_the_faces():
    with pytest.raises(ModelError, match="lacks neutral"):
        compare(A, Told(np.full((500, 6), 1 / 6), GOOD.classes[:6]), FACES)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"resamples": 0}, "too few"),
        ({"resamples": 1}, "too few"),
        ({"seed": None}, "seed must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"clusters": ""}, "does not know"),
        ({"names": ("a",)}, "two words"),
        ({"names": (1, 2)}, "two words"),
    ],
    ids=str,
)
def test_what_would_make_no_interval_or_no_table_is_refused(options, words):
    with pytest.raises(DataError, match=words):
        compare(A, A, FACES, **options)


def test_faces_without_labels_are_refused():
    with pytest.raises(DataError, match="on a FaceSet"):
        compare(A, A, FACES.images)
