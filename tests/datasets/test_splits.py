"""Splits keep subjects apart, classes in proportion, and depend on the seed alone."""

import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import FaceSet, split_by_subject, stratified_split
from fercourse.emotions import CLASSES
from fercourse.errors import DataError

FRACTIONS = {"train": 0.7, "validation": 0.15, "test": 0.15}


def make_faces(subjects=40, each=14, seed=0):
    rng = np.random.default_rng(seed)
    count = subjects * each
    labels = rng.choice(7, count, p=[0.1, 0.05, 0.1, 0.3, 0.15, 0.1, 0.2])
    table = pd.DataFrame({"subject": [f"S{row % subjects:02d}" for row in range(count)]})
    return FaceSet(np.zeros((count, 2, 2), np.uint8), labels, CLASSES, table, "made")


@pytest.mark.parametrize("split", [split_by_subject, stratified_split])
def test_sizes_follow_the_fractions(split):
    faces = split(make_faces(), FRACTIONS)
    shares = {name: size / len(faces) for name, size in faces.split_sizes().items()}
    assert shares == pytest.approx(FRACTIONS, abs=0.03)


@pytest.mark.parametrize(
    ("split", "tolerance"), [(split_by_subject, 0.05), (stratified_split, 0.015)]
)
def test_classes_keep_their_proportions(split, tolerance):
    faces = split(make_faces(), FRACTIONS)
    whole = np.bincount(faces.labels) / len(faces)
    for name in FRACTIONS:
        part = faces.split(name)
        shares = np.bincount(part.labels, minlength=7) / len(part)
        assert shares == pytest.approx(whole, abs=tolerance)


@pytest.mark.parametrize("subjects", [3, 4, 10, 40])
@pytest.mark.parametrize("seed", range(5))
def test_nobody_stands_in_two_splits_and_no_split_is_empty(subjects, seed):
    faces = split_by_subject(make_faces(subjects), FRACTIONS, seed)
    where = faces.table.groupby("subject")["split"].nunique()
    assert (where == 1).all()
    assert set(faces.table["split"]) == set(FRACTIONS)


def test_ten_subjects_are_divided_seven_to_three():
    faces = split_by_subject(make_faces(10), {"train": 0.7, "test": 0.3})
    assert faces.table.groupby("split")["subject"].nunique().to_dict() == {"test": 3, "train": 7}


@pytest.mark.parametrize("split", [split_by_subject, stratified_split])
def test_the_seed_decides(split):
    faces = make_faces()
    first, again, other = (split(faces, FRACTIONS, seed).table["split"] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


@pytest.mark.parametrize("split", [split_by_subject, stratified_split])
def test_the_given_faces_stay_as_they_are(split):
    faces = make_faces()
    result = split(faces, FRACTIONS)
    assert "split" not in faces.table
    assert result.images is faces.images
    assert result.table.drop(columns="split").equals(faces.table)


@pytest.mark.parametrize("split", [split_by_subject, stratified_split])
def test_one_split_takes_all(split):
    assert set(split(make_faces(), {"test": 1.0}).table["split"]) == {"test"}


@pytest.mark.parametrize("split", [split_by_subject, stratified_split])
@pytest.mark.parametrize(
    "fractions",
    [{}, {"train": 0.5}, {"train": 1.5, "test": -0.5}, {"training": 1.0}, {"train": 1, "test": 0}],
)
def test_wrong_fractions_are_refused(split, fractions):
    with pytest.raises(DataError, match=r"[Ff]ractions"):
        split(make_faces(), fractions)


def test_unknown_subjects_are_refused():
    faces = make_faces()
    faces.table.loc[3, "subject"] = None
    with pytest.raises(DataError, match="1 faces of 'made' have no subject"):
        split_by_subject(faces)
    with pytest.raises(DataError, match="does not tell its subjects; use stratified_split"):
        split_by_subject(FaceSet(faces.images, faces.labels, CLASSES, faces.table[[]], "made"))


def test_too_few_subjects_are_refused():
    with pytest.raises(DataError, match="2 subjects cannot be divided into 3 splits"):
        split_by_subject(make_faces(2))


def test_a_class_of_one_face_cannot_be_stratified():
    faces = make_faces(1, 8)
    faces.labels[:] = [0, 0, 0, 0, 1, 1, 1, 2]
    with pytest.raises(DataError, match="'made' cannot be divided by class"):
        stratified_split(faces)
