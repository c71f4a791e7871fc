"""Figures of reports: what they say in words is what was measured."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from fercourse import plots
from fercourse.datasets.faceset import FaceSet
from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from fercourse.evaluation import Predictions, report_on

COUNT = 240


def some_faces():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, COUNT)
    labels[labels == 1] = 0  # no face is of the class disgust
    table = pd.DataFrame({"yaw": rng.normal(0, 15, COUNT)})
    images = rng.integers(0, 256, (COUNT, 12, 12), dtype=np.uint8)
    return FaceSet(images, labels, CLASSES, table, name="noise")


def some_predictions(labels, skill):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(COUNT, 7)) + skill * np.eye(7)[labels]
    probabilities = np.exp(logits)
    return Predictions(labels, probabilities / probabilities.sum(axis=1, keepdims=True), CLASSES)


FACES = some_faces()
REPORT = report_on(some_predictions(FACES.labels, 1.5), FACES, resamples=100)
FIVES = np.linspace(0.5, 0.9, 15).reshape(5, 3)
PICTURES = {
    "confusion": lambda: plots.confusion(REPORT),
    "roc": lambda: plots.roc(REPORT),
    "precision recall": lambda: plots.precision_recall(REPORT),
    "reliability": lambda: plots.reliability(REPORT),
    "worst mistakes": lambda: plots.worst_mistakes(REPORT, FACES, 8),
    "class scores": lambda: plots.class_scores(REPORT, "roc_auc"),
    "scores": lambda: plots.scores({"one": REPORT, "other": REPORT}, "cross_entropy"),
    "group scores": lambda: plots.group_scores(REPORT, "yaw"),
    "learning curves": lambda: plots.learning_curves(range(10, 60, 10), 1 - FIVES / 9, FIVES),
    "t-SNE": lambda: plots.t_sne(FACES.images[:40].reshape(40, -1), FACES.labels[:40], CLASSES),
}


def constant(faces):
    return Predictions(faces.labels, np.full((len(faces), 7), 1 / 7), CLASSES)


@pytest.mark.parametrize("count", [8, 40, 56, 70, 140])
@pytest.mark.parametrize("metric", ["cross_entropy", "average_precision"])
def test_a_baseline_that_always_says_the_same_has_its_bar_too(count, metric):
    faces = FACES[:count]
    report = report_on(constant(faces), faces, resamples=100)
    assert plots.scores({"constant": report}, metric).png()


def test_where_nothing_is_confused_no_confusion_is_told():
    all_right = Predictions(FACES.labels, np.eye(7)[FACES.labels], CLASSES)
    assert "most often taken for" not in plots.confusion(report_on(all_right, FACES)).alt


@pytest.fixture(params=PICTURES, scope="module")
def named(request):
    return request.param, PICTURES[request.param]()


def test_every_picture_has_a_title_and_a_text_with_numbers(named):
    name, picture = named
    title = picture.figure.get_suptitle()
    assert title
    assert picture.alt.startswith(title.split("\n")[0])
    assert any(letter.isdigit() for letter in picture.alt)
    assert "nan" not in picture.alt
    if name != "worst mistakes":
        axes = [one for one in picture.figure.axes if one.get_label() != "<colorbar>"]
        assert axes[-1].get_xlabel()
        assert all(one.get_ylabel() or one.get_yticklabels() for one in axes)
    assert picture.png().startswith(b"\x89PNG")


def test_no_picture_stands_in_the_state_of_pyplot(named):
    assert plt.get_fignums() == []


def test_the_confusion_matrix_shows_the_shares_of_each_labeled_class():
    picture = plots.confusion(REPORT)
    shares = REPORT.confusion_shares.set_index(["labeled", "predicted"])["share"]
    assert f"happy: {shares['happy', 'happy']:.0%} right" in picture.alt
    words = [text.get_text() for text in picture.figure.axes[0].texts]
    assert words[0] == f"{shares['angry', 'angry']:.0%}"
    assert len(words) == 42  # disgust has no faces: its row is empty


@pytest.mark.parametrize(
    ("name", "metric"), [("roc", "roc_auc"), ("precision recall", "average_precision")]
)
def test_curves_tell_the_area_of_every_class_that_has_faces(name, metric):
    alt = PICTURES[name]().alt
    for word in CLASSES:
        estimate = REPORT[metric, word]
        assert (f"{word} {estimate.value:.3f} ({estimate.low:.3f} to" in alt) == (word != "disgust")


def test_the_worst_mistakes_are_the_firmest_in_order():
    picture = plots.worst_mistakes(REPORT, FACES, 4)
    predictions = REPORT.predictions
    firmest = predictions.probabilities.max(axis=1)[~predictions.correct].max()
    first, *others = (text.get_text() for text in picture.figure.axes[0].texts)
    assert f"{firmest:.0%}" in first
    assert len(others) == 3


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: plots.worst_mistakes(REPORT, FACES[:50]), "not on these faces"),
        (lambda: plots.scores({}), "no reports"),
        (lambda: plots.group_scores(REPORT, "mood"), "no groups by 'mood'; it has: yaw"),
        (lambda: plots.class_scores(REPORT, "beauty"), "no metric"),
        (lambda: plots.learning_curves([1, 2], FIVES, FIVES), r"shape \(2, folds\)"),
        (lambda: plots.t_sne(np.full((9, 3), np.nan), np.zeros(9), CLASSES), "finite"),
        (lambda: plots.t_sne(np.ones((2, 3)), np.zeros(2), CLASSES), "at least four"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(make, words):
    with pytest.raises(DataError, match=words):
        make()


def test_without_mistakes_there_are_none_to_show():
    sure = Predictions(FACES.labels, np.eye(7)[FACES.labels], CLASSES)
    with pytest.raises(DataError, match="no mistakes"):
        plots.worst_mistakes(report_on(sure, FACES, resamples=100), FACES)


@pytest.mark.parametrize(
    ("features", "perplexity", "words"),
    [
        (np.ones((6, 4)), 30, "same features"),
        (np.ones((6, 1)), 30, "two features"),
        (np.eye(6), 0, "perplexity"),
        (np.eye(6), np.nan, "perplexity"),
    ],
)
def test_features_that_no_map_can_be_made_of_are_refused(features, perplexity, words):
    with pytest.raises(DataError, match=words):
        plots.t_sne(features, np.zeros(6, int), ("happy",), perplexity=perplexity)


def test_shares_of_a_confusion_matrix_are_dark_on_bright_and_bright_on_dark():
    for text in plots.confusion(REPORT).figure.axes[0].texts:
        bright = int(text.get_text().rstrip("%")) >= 50
        assert text.get_color() == ("black" if bright else "white")
