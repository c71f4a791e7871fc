import numpy as np
import pytest

from fercourse import emotions
from fercourse.errors import DataError
from fercourse.explain import faithfulness


class MouthClassifier:
    """Says "happy" the surer, the more the mouth region differs from the mean of many faces."""

    classes = emotions.CLASSES

    def predict_proba(self, faces):
        bright = faces[:, 36:42, 18:30].mean(axis=(1, 2)) / 255
        probabilities = np.repeat((1 - bright)[:, None] / 6, 7, axis=1)
        probabilities[:, 3] = bright
        return probabilities.astype(np.float32)


@pytest.fixture(scope="module")
def ranking(drawn):
    happy = drawn[drawn.labels == 3]
    return faithfulness.rank(MouthClassifier(), happy, happy.labels, ["occlusion"])


def test_a_method_that_finds_the_mouth_is_ahead_of_the_controls_that_do_not_know_it(ranking):
    table = ranking.table()
    assert table.loc["occlusion", "pointing"] > table.loc["random", "pointing"]
    assert set(table.index) == {*faithfulness.CONTROLS, "occlusion", "mean of occlusion"}
    assert ranking.places()["pointing"].min() == 1


def test_a_fixed_look_at_the_mouth_does_not_beat_its_own_mean(ranking):
    assert not ranking.beats("occlusion")


def test_beating_means_that_no_interval_is_touched(ranking):
    estimates = dict(ranking.estimates)
    for name in (*faithfulness.CONTROLS, "mean of occlusion"):
        estimates[name, "pointing"] = estimates[name, "pointing"]._replace(low=0.1, high=0.2)
    own = estimates["occlusion", "pointing"]
    for low, beats in ((0.21, True), (0.2, False)):
        estimates["occlusion", "pointing"] = own._replace(low=low, high=0.9)
        assert ranking._replace(estimates=estimates).beats("occlusion") is beats


def test_faces_that_show_nothing_are_refused(drawn):
    neutral = drawn[drawn.labels == 6]
    with pytest.raises(DataError, match="tells of the class"):
        faithfulness.rank(MouthClassifier(), neutral, neutral.labels, ["occlusion"])
