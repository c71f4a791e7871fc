"""Faces are found where they were drawn, in any process."""

import os
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.errors import DataError


@cache
def drawn(identity=1, size=192):
    return synth.draw_face({12: 0.5}, identity=identity, size=size).images[0]


def scene(*faces_at, height=480, width=640):
    """Put drawn faces, given as identity, size, x and y, on a gray ground."""
    image = np.full((height, width), 110, np.uint8)
    for identity, size, x, y in faces_at:
        image[y : y + size, x : x + size] = drawn(identity, size)
    return image


def middle(box):
    return box.x + box.width / 2, box.y + box.height / 2


def test_faces_are_found_where_they_are_largest_first():
    found = faces.detect(scene((1, 120, 60, 80), (4, 200, 300, 150)))
    assert len(found) == 2
    assert middle(found[0]) == pytest.approx((400, 250), abs=25)
    assert middle(found[1]) == pytest.approx((120, 140), abs=15)
    assert found[0].width > found[1].width


def test_gray_and_color_give_the_same_boxes():
    image = scene((1, 192, 100, 100))
    color = np.repeat(image[..., None], 3, axis=2)
    assert faces.detect(color) == faces.detect(image)


def test_nothing_is_found_where_nobody_is():
    rng = np.random.default_rng(0)
    assert faces.detect(np.full((300, 300), 128, np.uint8)) == []
    assert faces.detect(rng.integers(0, 256, (300, 300), dtype=np.uint8)) == []
    assert faces.detect(np.zeros((1, 1), np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 50_000), (50_000, 2)])
def test_nothing_is_found_on_a_thin_line(shape):
    assert faces.detect(np.zeros(shape, np.uint8)) == []


def test_small_faces_are_left_out_on_request():
    image = scene((1, 96, 60, 80), (4, 240, 300, 150))
    assert len(faces.detect(image)) == 2
    (box,) = faces.detect(image, min_size=170)
    assert box.x > 200


def test_boxes_in_a_large_picture_are_in_its_own_pixels():
    small = scene((1, 192, 100, 100))
    large = np.kron(small, np.ones((4, 4), np.uint8))
    (box,) = faces.detect(large)
    (expected,) = faces.detect(small)
    assert box == pytest.approx(np.multiply(expected, 4), abs=60)


def test_boxes_are_plain_integers():
    (box,) = faces.detect(scene((1, 192, 100, 100)))
    assert all(type(value) is int for value in box)


def test_profiles_are_looked_for_on_both_sides():
    image = scene((1, 192, 100, 100))
    mirrored = np.ascontiguousarray(image[:, ::-1])
    there = faces.detect_profiles(image)
    back = faces.detect_profiles(mirrored)
    turned = sorted(640 - box.x - box.width for box in back)
    assert sorted(box.x for box in there) == turned


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_find_the_same(backend):
    images = [scene((identity, 192, 100, 100)) for identity in (1, 3, 4, 5)]
    alone = [faces.detect(image) for image in images]
    jobs = (joblib.delayed(faces.detect)(image) for image in images)
    assert joblib.Parallel(n_jobs=2, backend=backend)(jobs) == alone


def test_the_picture_is_not_changed_and_must_be_one():
    image = scene((1, 192, 100, 100))
    before = image.copy()
    faces.detect(image)
    assert np.array_equal(image, before)
    with pytest.raises(DataError, match="uint8"):
        faces.detect(image / 255)


@pytest.mark.real
def test_the_frontal_faces_of_a_photograph_are_found():
    folder = os.environ.get("FERCOURSE_TEST_DATA")
    if not folder:
        pytest.skip("FERCOURSE_TEST_DATA is not set")
    image = faces.read_image(Path(folder) / "scenes" / "multi_face.jpg")
    assert len(faces.detect(image)) == 4
