"""A face is cut out as an upright square with the margin that was asked for."""

from functools import cache

import cv2
import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.errors import DataError, NoFaceError
from fercourse.faces import Box

SQUARE = Box(200, 150, 100, 100)


@cache
def portrait(roll=0.0, identity=1):
    """Return a drawn face of 192 pixels in the middle of a picture, and its landmarks."""
    drawing = synth.draw_face({12: 0.5}, identity=identity, size=192)
    image = cv2.copyMakeBorder(drawing.images[0], 120, 120, 160, 160, cv2.BORDER_REPLICATE)
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, roll, 1.0)
    points = drawing.landmarks[0] + (160, 120)
    turned = cv2.warpAffine(image, turn, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return turned, points @ turn[:, :2].T + turn[:, 2]


def tilt(eyes):
    (left_x, left_y), (right_x, right_y) = eyes
    return np.degrees(np.arctan2(right_y - left_y, right_x - left_x))


@cache
def ramp():
    """Return a picture that tells by its gray levels where a crop was cut."""
    x = np.arange(512) // 2
    return np.tile(x.astype(np.uint8), (400, 1))


@pytest.mark.parametrize("size", [48, 100, 224])
def test_a_crop_is_a_gray_square_of_the_size_asked_for(size):
    image, _ = portrait()
    face = faces.crop(np.repeat(image[..., None], 3, axis=2), size=size)
    assert face.shape == (size, size)
    assert face.dtype == np.uint8


@pytest.mark.parametrize("margin", [-0.1, 0.0, 0.1, 0.25])
def test_the_margin_is_a_share_of_the_box_on_each_side(margin):
    face = faces.crop(ramp(), SQUARE, size=50, margin=margin, align=False)
    left, right = 200 - 100 * margin, 300 + 100 * margin
    assert face[25, 0] == pytest.approx(left / 2, abs=1.5)
    assert face[25, -1] == pytest.approx(right / 2, abs=1.5)


def test_a_long_box_becomes_a_square_about_its_middle():
    face = faces.crop(ramp(), Box(230, 100, 40, 120), size=60, margin=0.0, align=False)
    assert face[30, 0] == pytest.approx(190 / 2, abs=1.5)
    assert face[30, -1] == pytest.approx(310 / 2, abs=1.5)


def test_beyond_the_edge_the_edge_is_repeated():
    face = faces.crop(ramp(), Box(-50, 150, 100, 100), size=100, margin=0.0, align=False)
    assert (face[:, :50] == 0).all()
    assert face[50, 99] == pytest.approx(25, abs=1)


@pytest.mark.parametrize("roll", [-14, -8, 0, 8, 14])
def test_the_eyes_are_made_level(roll):
    image, points = portrait(roll)
    box = faces.detect(image)[0]
    eyes = faces.find_eyes(image, box)
    drawn = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    assert eyes == pytest.approx(np.array(drawn), abs=10)
    turned, same = faces.align(image, box)
    assert same == box
    assert turned.shape == image.shape
    assert abs(tilt(faces.find_eyes(turned, box))) < 4


def test_a_crop_of_a_tilted_face_is_like_that_of_the_upright_one():
    upright = faces.crop(portrait()[0]).astype(float)
    tilted = portrait(15)[0]
    levelled = faces.crop(tilted).astype(float)
    left_as_is = faces.crop(tilted, align=False).astype(float)
    closeness = [np.corrcoef(upright.ravel(), f.ravel())[0, 1] for f in (levelled, left_as_is)]
    assert closeness[0] > closeness[1] + 0.05


def test_a_picture_without_eyes_stays_as_it_is():
    image = np.tile(np.arange(200, dtype=np.uint8), (200, 1))
    turned, box = faces.align(image, Box(20, 20, 120, 120))
    assert turned is image
    assert box == Box(20, 20, 120, 120)


def test_the_largest_face_is_taken_when_no_box_is_given():
    image, _ = portrait()
    assert np.array_equal(faces.crop(image), faces.crop(image, faces.detect(image)[0]))


def test_a_picture_without_a_face_says_what_to_do():
    with pytest.raises(NoFaceError, match="No face was found; use a picture"):
        faces.crop(np.full((200, 200), 90, np.uint8))


@pytest.mark.parametrize(
    "box",
    [
        Box(600, 0, 50, 50),
        Box(0, -80, 50, 50),
        Box(10, 10, 0, 50),
        Box(10, 10, 50, -3),
        Box(0, 0, 10**9, 10**9),
    ],
)
def test_a_box_that_does_not_fit_is_refused(box):
    with pytest.raises(DataError, match="does not fit a picture of 512x400 pixels"):
        faces.crop(ramp(), box)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"size": 0}, "size must be a whole number"),
        ({"size": 1.5}, "size must be a whole number"),
        ({"size": 10**6}, "size must be a whole number"),
        ({"margin": -1}, "margin must lie above"),
        ({"margin": float("nan")}, "margin must lie above"),
        ({"margin": 1e9}, "margin must lie above"),
        ({"box": (float("nan"), 0, 5, 5)}, "four finite numbers"),
        ({"box": (0, float("inf"), 5, 5)}, "four finite numbers"),
        ({"box": (1, 2, 3)}, "four finite numbers"),
    ],
)
def test_what_cannot_be_cut_is_refused(asked, said):
    with pytest.raises(DataError, match=said):
        faces.crop(ramp(), **({"box": Box(10, 10, 50, 50)} | asked))


def test_the_picture_is_not_changed():
    image, _ = portrait(10)
    before = image.copy()
    faces.crop(image)
    assert np.array_equal(image, before)
