"""`evaluate`: what a report holds, how it shows itself, and what it refuses."""

import io
import json
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from rich.console import Console
from sklearn.metrics import confusion_matrix

from fercourse.datasets.faceset import FaceSet
from fercourse.emotions import CLASSES
from fercourse.errors import DataError, ModelError
from fercourse.evaluation import Estimate, Predictions, evaluate, predict, report_on
from fercourse.evaluation.metrics import OVERALL, PER_CLASS, measure
from tests.evaluation.told import Told, draw_predictions, faces_of

PREDICTIONS = draw_predictions(400)
TOLD = Told(PREDICTIONS.probabilities.astype(np.float32))
FACES = faces_of(PREDICTIONS, subject=np.arange(400) // 20, yaw=np.linspace(-40, 40, 400))
REPORT = evaluate(TOLD, FACES, resamples=200)


def test_every_metric_stands_with_its_interval_and_the_number_of_faces():
    measured = measure(PREDICTIONS)
    for name in OVERALL:
        value, low, high, n = REPORT[name]
        assert value == pytest.approx(measured[name][0], abs=1e-6)
        assert low <= value <= high
        assert n == 400
    for name in PER_CLASS:
        for index, word in enumerate(CLASSES):
            assert REPORT[name, word].n == np.count_nonzero(FACES.labels == index)
    assert str(Estimate(0.5, 0.25, 0.75, 1000)) == "0.500 (0.250 to 0.750, n = 1,000)"


def test_the_tables_hold_the_same_numbers():
    assert REPORT.overall.loc["f1", "value"] == REPORT["f1"].value
    assert REPORT.per_class.loc[("happy", "roc_auc"), "high"] == REPORT["roc_auc", "happy"].high
    theirs = confusion_matrix(FACES.labels, PREDICTIONS.predicted)
    np.testing.assert_array_equal(REPORT.confusion.to_numpy(), theirs)
    shares = REPORT.confusion_shares
    assert len(shares) == 49
    np.testing.assert_allclose(shares.groupby("labeled")["share"].sum(), 1)
    assert (shares["low"] <= shares["share"]).all()
    assert REPORT.reliability["n"].sum() == 400


def test_a_classifier_whose_classes_stand_in_another_order_is_read_by_their_words():
    order = np.array([6, 0, 5, 1, 4, 2, 3])
    told = Told(TOLD.probabilities[:, order], tuple(CLASSES[index] for index in order))
    assert evaluate(told, FACES, resamples=200)["f1"] == REPORT["f1"]


def test_accuracy_stands_by_subject_pose_and_whatever_else_is_known():
    by_subject = REPORT.by("subject")
    assert len(by_subject) == 20
    assert (by_subject["n"] == 20).all()
    correct = PREDICTIONS.correct.reshape(20, 20).mean(axis=1)
    np.testing.assert_allclose(by_subject["accuracy"].sort_values(), np.sort(correct))
    assert REPORT.by("yaw")["n"].sum() == 400
    assert REPORT.by("yaw").index[0] == "below -30 degrees"


def test_a_face_counts_for_each_action_unit_that_it_shows():
    intensities = np.zeros((400, 3), np.float32)
    intensities[:100, 0] = 0.8  # left alone is enough
    intensities[50:60, 2] = 0.19  # too weak
    faces = FaceSet(
        FACES.images,
        FACES.labels,
        CLASSES,
        FACES.table,
        truth={"action_units": intensities},
        action_unit_names=("AU12_left", "AU12_right", "AU1_left"),
    )
    rows = report_on(PREDICTIONS, faces, resamples=100).by("action unit")
    assert rows.index.tolist() == ["AU12 lip corner puller"]
    assert rows["n"].item() == 100
    assert rows["accuracy"].item() == pytest.approx(PREDICTIONS.correct[:100].mean())


def test_leaked_faces_are_found_by_their_bytes_and_the_rest_is_measured_alone():
    train = FACES[np.arange(50, 90)]
    report = evaluate(TOLD, FACES, train=train, resamples=200)
    np.testing.assert_array_equal(np.flatnonzero(report.leaked), np.arange(50, 90))
    rest = np.delete(np.arange(400), np.arange(50, 90))
    assert report.without_leaked["accuracy"] == evaluate(TOLD, FACES[rest])["accuracy"]
    assert "without leaked, n = 360" in str(report)
    assert "40 faces stand, byte for byte" in " ".join(str(report).split())


def test_a_report_says_when_nothing_leaked_and_says_nothing_when_it_was_not_asked():
    others = FaceSet(FACES.images + np.uint8(1), FACES.labels, CLASSES, FACES.table)
    report = evaluate(TOLD, FACES, train=others, resamples=200)
    assert report.without_leaked is None
    assert "No face stands" in str(report)
    assert "training set" not in str(REPORT)


def test_resampling_people_is_said_and_widens_intervals_of_alike_faces():
    rows = np.repeat(np.arange(40), 10)
    faces = FACES[rows]
    faces = FaceSet(faces.images, faces.labels, CLASSES, pd.DataFrame({"subject": rows}))
    by_face, by_person = (
        evaluate(TOLD, faces, clusters=clusters, resamples=200) for clusters in (None, "subject")
    )
    assert "resamples by subject" in str(by_person)
    width = by_person["accuracy"].high - by_person["accuracy"].low
    assert width > 2 * (by_face["accuracy"].high - by_face["accuracy"].low)


def test_json_holds_everything_and_nan_becomes_null():
    kept = PREDICTIONS.labels != 1
    faces = FACES[kept]
    report = report_on(PREDICTIONS[kept], faces, train=faces[:10], resamples=100)
    answer = json.loads(report.to_json())
    assert answer["n"] == len(faces)
    assert answer["overall"]["accuracy"]["n"] == len(faces)
    assert answer["per_class"]["disgust"]["f1"] == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
    }
    assert answer["interval"] == {"level": 0.95, "resamples": 100, "seed": 0, "clusters": None}
    assert answer["groups"]["subject"]["3"]["n"] > 0
    assert answer["leaked"] == 10
    assert answer["without_leaked"]["n"] == len(faces) - 10


def test_in_a_notebook_a_report_is_tables_with_headers_and_n_and_intervals():
    page = BeautifulSoup(REPORT._repr_html_(), "html.parser")
    first, per_class, pairs, *rest = page.find_all("table")
    for table in (first, per_class, pairs, *rest):
        assert table.caption
        assert table.find_all("th", scope="col")
        assert table.find_all("th", scope="row")
    assert "all, n = 400" in first.get_text()
    value, low, high, _ = REPORT["accuracy"]
    assert f"{value:.3f} ({low:.3f} to {high:.3f})" in first.get_text()
    assert len(page.find_all("details")) == 2  # by subject, by yaw


def test_names_of_classes_and_groups_cannot_bring_markup_into_a_notebook_or_a_terminal():
    classes = ("<b>a</b>", "[red]b[/red]")
    predictions = Predictions(np.array([0, 1]), np.eye(2), classes)
    faces = FaceSet(
        np.zeros((2, 4, 4), np.uint8),
        predictions.labels,
        classes,
        pd.DataFrame({"subject": ["<script>", "[bold]x"]}),
        name="<i>",
    )
    report = report_on(predictions, faces, resamples=100)
    page = report._repr_html_()
    assert not any(tag in page for tag in ("<b>a", "<script>", "<i>"))
    assert "[red]b[/red]" in str(report)
    assert "[bold]x" in str(report)


def test_in_a_terminal_of_eighty_columns_no_number_is_cut():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(REPORT)
    assert "…" not in console.export_text()


def test_classes_with_few_faces_are_marked():
    report = evaluate(TOLD, FACES[:60], resamples=100)
    assert "* Fewer than 30 faces" in str(report)


def test_unknown_words_are_refused_with_those_that_are_known():
    with pytest.raises(DataError, match="there are accuracy, balanced_accuracy"):
        REPORT["brier"]
    with pytest.raises(DataError, match="there are accuracy"):
        REPORT[["f1"]]
    with pytest.raises(DataError, match="no groups by 'tone'; it has: subject, yaw"):
        REPORT.by("tone")


def with_column(name, values):
    return replace(FACES, table=FACES.table.assign(**{name: values}))


def test_words_where_numbers_belong_make_no_group():
    report = evaluate(TOLD, with_column("yaw", ["left", 40.0] * 200), resamples=100)
    assert report.by("yaw")["n"].to_dict() == {"30 and more degrees": 200}


def broken(change):
    table = PREDICTIONS.probabilities.astype(np.float32)
    return Told(change(table))


def set_nan(table):
    table[3, 2] = np.nan
    return table


@pytest.mark.parametrize(
    ("classifier", "words"),
    [
        (
            Told(TOLD.probabilities[:, :6], CLASSES[:6]),
            "lacks neutral; evaluate it on faces of its",
        ),
        (Told(TOLD.probabilities, (*CLASSES[:6], "contempt")), "lacks neutral and knows contempt"),
        (broken(set_nan), "probabilities of 1 faces are not finite"),
        (broken(lambda table: table * 3), "must lie between 0 and 1"),
        (broken(lambda table: table - 0.5), "must lie between 0 and 1, so apply softmax"),
        (broken(lambda table: table / 2), "sum to between 0.5 and 0.5"),
        (broken(lambda table: table.argmax(1)), "not int64"),
        (broken(lambda table: (table * 255).astype(np.uint8)), "not uint8"),
        (broken(lambda table: table[:, :5]), r"returned shape \(400, 5\)"),
        (Told(TOLD.probabilities, (*CLASSES[:6], "happy")), "classes must be different words"),
        (Told(TOLD.probabilities, None), "classes must be a tuple of words"),
        ("model.pickle", "skops"),
        (42, "A int is no model"),
    ],
)
def test_a_classifier_that_gives_no_probabilities_is_refused_in_one_sentence(classifier, words):
    with pytest.raises(ModelError, match=words):
        evaluate(classifier, FACES)


@pytest.mark.parametrize(
    ("faces", "options", "words"),
    [
        (FACES[:0], {}, "no faces to evaluate on"),
        (FACES[FACES.labels == 3], {}, "are of the class 'happy'"),
        (FACES, {"train": FACES}, "Every face to be evaluated on also stands"),
        (FACES, {"clusters": "mood"}, "does not know the mood"),
        (FACES[:20], {"clusters": "subject"}, "have the same subject"),
        (FACES, {"clusters": ""}, "does not know the "),
        (with_column("subject", ["ann", None] * 200), {"clusters": "subject"}, "of 200 faces"),
        (FACES, {"resamples": 3}, "too few"),
        (FACES, {"resamples": "many"}, "too few"),
        (FACES, {"seed": -1}, "seed must be"),
        (FACES, {"seed": None}, "seed must be"),
        (FACES.images, {}, "on a FaceSet, such as"),
        (FACES, {"train": FACES.images}, "on a FaceSet, such as"),
        (
            FACES,
            {
                "train": FaceSet(
                    np.zeros((1, 9, 9), np.uint8), np.zeros(1, int), CLASSES, FACES.table[:1]
                )
            },
            "pixels",
        ),
    ],
)
def test_faces_that_nothing_can_be_measured_on_are_refused_in_one_sentence(faces, options, words):
    with pytest.raises(DataError, match=words):
        evaluate(TOLD, faces, **options)


def test_faces_are_classified_in_batches_in_their_order():
    many = draw_predictions(2500)
    found = predict(Told(many.probabilities), faces_of(many))
    np.testing.assert_allclose(found.probabilities, many.probabilities)


def test_the_progress_bar_ends_full(monkeypatch):
    told = []

    @contextmanager
    def bar(title, total, *, shown):
        assert total == 2500
        assert shown
        yield told.append

    monkeypatch.setattr("fercourse.evaluation.predictions.progress_bar", bar)
    many = draw_predictions(2500)
    predict(Told(many.probabilities), faces_of(many), progress=True)
    assert told == sorted(told)
    assert told[-1] == 2500
