"""What a FaceSet says of its faces: splits, counts, samples and the truth of drawn ones."""

import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import FaceSet
from fercourse.errors import DataError

SPLITS = ["train", "train", "train", "test", "test", "validation"]
LABELS = np.array([0, 1, 1, 0, 1, 1])


@pytest.fixture
def faces():
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((2, 2), np.uint8)
    regions = np.array([0b01000, 0, 0b01001, 0, 0, 0], np.uint8)[:, None, None]
    return FaceSet(
        images,
        LABELS,
        ("happy", "sad"),
        pd.DataFrame({"split": SPLITS}),
        truth={
            "regions": np.broadcast_to(regions, (6, 2, 2)),
            "action_units": np.arange(12, dtype=np.float32).reshape(6, 2),
        },
        action_unit_names=("AU12_left", "AU12_right"),
    )


def test_a_split_holds_its_faces_with_labels_table_and_truth(faces):
    test = faces.split("test")
    assert test.images[:, 0, 0].tolist() == [3, 4]
    assert test.labels.tolist() == [0, 1]
    assert test.table.index.tolist() == [0, 1]
    assert test.action_units["AU12_right"].tolist() == [7, 9]


def test_an_unknown_split_is_refused_with_those_there_are(faces):
    with pytest.raises(DataError, match="it has train, validation, test"):
        faces.split("public")


def test_counts_are_by_split_and_class_in_their_order(faces):
    counts = faces.counts()
    assert counts.index.tolist() == ["train", "validation", "test"]
    assert counts.to_numpy().tolist() == [[1, 2], [0, 1], [1, 1]]


def test_a_sample_keeps_every_split_and_class_the_shares_and_the_order():
    labels = np.repeat([0, 1], [900, 100])
    table = pd.DataFrame({"split": np.where(np.arange(1000) % 10, "train", "test")})
    faces = FaceSet(np.zeros((1000, 1, 1), np.uint8), labels, ("happy", "sad"), table)
    sample = faces.sample(100)
    assert sample.counts().to_numpy().tolist() == [[81, 9], [9, 1]]
    assert (np.diff(sample.labels) >= 0).all()
    assert sample.table.equals(faces.sample(100).table)
    assert faces.sample(5).counts().to_numpy().min() == 1


def test_a_region_is_where_its_bit_is_set(faces):
    assert faces.region("mouth")[:, 0, 0].tolist() == [True, False, True, False, False, False]
    assert faces.region("brows")[:, 0, 0].tolist() == [False, False, True, False, False, False]
    with pytest.raises(DataError, match="no region 'chin'"):
        faces.region("chin")


def test_what_only_drawn_faces_know_is_refused_of_others(faces):
    with pytest.raises(DataError, match="only drawn faces do"):
        faces.landmarks  # noqa: B018


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 4, 4)), [0, 1], "uint8"),
        (np.zeros((2, 4, 4, 3), np.uint8), [0, 1], "shape"),
        (np.zeros((2, 4, 4), np.uint8), [0, 1, 1], "3 rows of labels"),
        (np.zeros((2, 4, 4), np.uint8), [0, 2], "between 0 and 1"),
        (np.zeros((2, 4, 4), np.uint8), [-1, 0], "between 0 and 1"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(images, labels, words):
    table = pd.DataFrame(index=range(2))
    with pytest.raises(DataError, match=words):
        FaceSet(images, np.array(labels), ("happy", "sad"), table)
