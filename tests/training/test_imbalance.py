"""Rare classes are given weight, shown more often, or given company."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from fercourse import synth
from fercourse.datasets import FaceSet
from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from fercourse.training import Config, with_drawn_faces
from fercourse.training.imbalance import (
    class_weights,
    dynamic_weights,
    epoch_rows,
    epoch_weights,
)

LABELS = np.repeat([0, 1, 2], [60, 30, 10])
NAMES = ("a", "b", "c")


def test_class_weights_are_those_of_scikit_learn():
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)
    assert np.allclose(class_weights(LABELS, 3), wanted)


def test_dynamic_weights_grow_with_what_is_not_recognized():
    weights = dynamic_weights(LABELS, np.array([0.9, 0.5, np.nan]))
    assert weights[1] / weights[0] == pytest.approx(5)
    assert weights[2] / weights[0] == pytest.approx(10)
    assert weights[LABELS].mean() == pytest.approx(1)
    perfect = dynamic_weights(LABELS, np.ones(3))
    assert np.allclose(perfect, 1)


def test_dynamic_weights_come_from_the_training_recall_of_the_last_epoch():
    config = Config(imbalance="dynamic_weights")
    assert epoch_weights(LABELS, NAMES, config, []) is None
    row = {"recall_a": 0.9, "recall_b": 0.5, "recall_c": 0.1, "val_recall_a": 0.0}
    weights = epoch_weights(LABELS, NAMES, config, [{}, row])
    assert weights.dtype == np.float32
    assert np.allclose(weights, dynamic_weights(LABELS, [0.9, 0.5, 0.1])[LABELS])


def test_oversampling_shows_each_class_as_often():
    rows = epoch_rows(LABELS, Config(imbalance="oversampling"), np.random.default_rng(0))
    assert len(rows) == 100
    many = np.concatenate(
        [
            epoch_rows(LABELS, Config(imbalance="oversampling"), np.random.default_rng(seed))
            for seed in range(50)
        ]
    )
    assert np.allclose(np.bincount(LABELS[many]) / len(many), 1 / 3, atol=0.03)


def test_without_it_each_face_is_shown_once():
    rows = epoch_rows(LABELS, Config(), np.random.default_rng(0))
    assert np.array_equal(np.sort(rows), np.arange(100))
    assert not np.array_equal(rows, np.arange(100))


def test_drawn_faces_fill_rare_classes_up_and_leave_the_others_alone():
    drawing = synth.draw(40, variant="easy")
    faces = FaceSet(drawing.images, drawing.labels, CLASSES, drawing.table)
    before = np.bincount(faces.labels, minlength=7)
    more = with_drawn_faces(faces, 8, seed=5)
    assert np.array_equal(np.bincount(more.labels, minlength=7), np.maximum(before, 8))
    assert np.array_equal(more.images[:40], faces.images)
    assert more.table["drawn"].sum() == len(more) - 40
    assert (more.table["split"][40:] == "train").all()
    again = with_drawn_faces(faces, 8, seed=5)
    assert np.array_equal(again.images, more.images)


def test_drawn_faces_are_refused_where_they_do_not_fit():
    faces = FaceSet(np.zeros((2, 40, 48), np.uint8), np.array([0, 1]), CLASSES, synth.draw(2).table)
    with pytest.raises(DataError, match="square"):
        with_drawn_faces(faces, 3)
