"""Which faces a FaceSet hands out, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import FaceSet
from fercourse.errors import DataError


@pytest.fixture
def faces():
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((2, 2), np.uint8)
    table = pd.DataFrame({"split": ["train"] * 6})
    return FaceSet(images, np.array([0, 1] * 3), ("happy", "sad"), table)


def numbers(faces):
    return faces.images[:, 0, 0].tolist()


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        (2, [2]),
        (-1, [5]),
        (-6, [0]),
        ([4, 1], [4, 1]),
        ([], []),
        (np.array([1, 2], np.uint8), [1, 2]),
        (slice(1, 99), [1, 2, 3, 4, 5]),
        ([True, False, False, False, False, True], [0, 5]),
        (np.zeros(6, bool), []),
    ],
)
def test_numbers_slices_and_masks_choose_faces(faces, rows, chosen):
    assert numbers(faces[rows]) == chosen
    assert faces[rows].table.index.tolist() == list(range(len(chosen)))


def test_a_run_of_neighbors_is_not_copied(faces):
    assert np.shares_memory(faces[[2, 3]].images, faces.images)


@pytest.mark.parametrize("rows", [6, -7, [0, 6], [0, -7], np.uint64(2**63)])
def test_a_face_that_is_not_there_is_refused(faces, rows):
    with pytest.raises(DataError, match="There are 6 faces"):
        faces[rows]


def test_a_loop_ends_after_the_last_face(faces):
    assert [numbers(face) for face in faces] == [[i] for i in range(6)]


@pytest.mark.parametrize("rows", [1.5, "x", None, [0.0], [[0, 1]], 10**30])
def test_what_is_no_number_of_a_face_is_refused(faces, rows):
    with pytest.raises(DataError, match="whole numbers"):
        faces[rows]


@pytest.mark.parametrize("rows", [True, [True, False]])
def test_a_mask_of_another_length_is_refused(faces, rows):
    with pytest.raises(DataError, match="mask"):
        faces[rows]


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (-3, 0), (2, -1)])
def test_samples_of_nothing_and_negative_seeds_are_refused(faces, count, seed):
    with pytest.raises(DataError, match="sample"):
        faces.sample(count, seed)
