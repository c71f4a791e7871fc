"""One face as it is wanted: each action unit moves what it should, and the truth is true."""

import numpy as np
import pytest

from fercourse import synth
from fercourse.emotions import ACTION_UNITS
from fercourse.errors import DataError
from fercourse.synth.field import cut_grain

# Rows of a 192-pixel frontal face between which a unit may change something.
UPPER, MIDDLE, LOWER = (0, 82), (30, 172), (90, 192)
WHERE = {
    1: UPPER, 2: UPPER, 4: UPPER, 5: UPPER, 6: MIDDLE, 7: UPPER, 43: UPPER,
    9: MIDDLE, 10: MIDDLE, 12: MIDDLE, 14: LOWER, 15: LOWER, 16: LOWER, 17: LOWER,
    20: LOWER, 22: LOWER, 23: LOWER, 24: LOWER, 25: LOWER, 26: LOWER, 27: LOWER,
}  # fmt: skip

FLAT = synth.Light(azimuth=0)


def draw(units=None, **options):
    options = {"identity": 20, "light": FLAT, **options}
    return synth.draw_face(units, **options)


def difference(one, other):
    return np.abs(one.images[0].astype(int) - other.images[0])


def test_every_action_unit_of_facs_stands_on_either_side():
    assert set(WHERE) == set(ACTION_UNITS)
    assert len(synth.ACTION_UNIT_NAMES) == 2 * len(ACTION_UNITS)
    assert synth.ACTION_UNIT_NAMES[:2] == ("AU1_left", "AU1_right")


@pytest.mark.parametrize("unit", WHERE)
def test_a_unit_changes_the_face_where_it_acts_and_nowhere_else(unit):
    changed = difference(draw(), draw({unit: 1.0})) > 2
    top, bottom = WHERE[unit]
    assert changed[top:bottom].sum() > 150
    assert changed[:top].sum() == changed[bottom:].sum() == 0


@pytest.mark.parametrize("unit", WHERE)
def test_more_of_a_unit_is_more_of_a_change(unit):
    half, full = (difference(draw(), draw({unit: v})).sum() for v in (0.5, 1.0))
    assert 0 < half < full


@pytest.mark.parametrize("unit", [1, 2, 4, 5, 6, 7, 12, 15, 20, 43])
def test_left_and_right_units_move_mirrored_points(unit):
    left = draw({f"AU{unit}_left": 1.0}).landmarks[0] - draw().landmarks[0]
    right = draw({f"AU{unit}_right": 1.0}).landmarks[0] - draw().landmarks[0]
    # iBUG's numbering mirrored: jaw, brows, nose, eyes, mouth.
    mirror = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
              45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
              *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]  # fmt: skip
    np.testing.assert_allclose(left[mirror] * (-1, 1), right, atol=0.05)


def test_left_is_the_left_of_the_person_and_the_right_of_the_picture():
    changed = difference(draw(), draw({"AU12_left": 1.0}))
    assert changed[:, 120:].sum() > 20 * changed[:, :60].sum()


def test_a_smile_lifts_the_corners_and_a_dropped_jaw_lowers_the_chin():
    rest, smile, jaw = (draw(units).landmarks[0] for units in (None, {12: 1.0}, {26: 1.0}))
    assert (smile[[48, 54], 1] < rest[[48, 54], 1] - 4).all()
    assert jaw[8, 1] > rest[8, 1] + 5


def test_closed_eyes_hide_the_whites():
    def lightest(drawing):
        eyes = drawing.regions[0] >> synth.REGIONS.index("eyes") & 1
        return np.percentile(drawing.images[0][eyes.astype(bool)], 98)

    person = next(i for i in range(50) if draw(identity=i).table["tone"][0] > 6)
    assert lightest(draw({43: 1.0}, identity=person)) < lightest(draw(identity=person))


@pytest.mark.parametrize("yaw", [-30, 0, 25])
def test_landmarks_lie_in_the_regions_drawn(yaw):
    face = draw({12: 0.5, 25: 0.5}, yaw=yaw, size=240)
    ranges = {
        "brows": range(17, 27),
        "eyes": range(36, 48),
        "nose": range(28, 31),
        "mouth": range(48, 68),
    }
    for name, points in ranges.items():
        mask = face.regions[0] >> synth.REGIONS.index(name) & 1
        x, y = np.rint(face.landmarks[0, list(points)] - 0.5).astype(int).T
        near = np.max(
            [
                mask[(y + dy).clip(0, 239), (x + dx).clip(0, 239)]
                for dy in (-4, 0, 4)
                for dx in (-4, 0, 4)
            ],
            0,
        )
        assert near.mean() >= 0.9, name


def test_pupils_are_dark_at_the_middle_of_the_eyes():
    face = draw(size=480, identity=20)
    for points in (slice(36, 42), slice(42, 48)):
        x, y = face.landmarks[0, points].mean(axis=0).astype(int)
        eye = face.images[0, y - 20 : y + 20, x - 45 : x + 45]
        assert face.images[0, y - 4 : y + 4, x - 4 : x + 4].mean() < 0.6 * np.percentile(eye, 90)


def test_truth_does_not_change_with_the_size_of_the_picture():
    small, large = (draw({4: 1.0}, size=size) for size in (48, 480))
    np.testing.assert_allclose(small.landmarks * 10, large.landmarks, atol=3)
    shrunk = large.regions[0, 5::10, 5::10]
    assert (shrunk == small.regions[0]).mean() > 0.95


def test_turning_the_head_moves_the_nose_and_foreshortens_the_far_side():
    turned = draw(yaw=35).landmarks[0]
    assert turned[30, 0] > draw().landmarks[0][30, 0] + 15
    near, far = turned[30, 0] - turned[36, 0], turned[45, 0] - turned[30, 0]
    assert far < 0.6 * near


def test_lifting_the_head_lifts_the_nose():
    assert draw(pitch=20).landmarks[0][30, 1] < draw().landmarks[0][30, 1] - 8


def test_light_from_one_side_lights_that_side():
    face = draw(light=synth.Light(azimuth=-60)).images[0].astype(float)
    assert face[60:150, 40:90].mean() > 1.3 * face[60:150, 102:152].mean()


@pytest.mark.parametrize("occluder", synth.OCCLUDERS[1:])
def test_an_occluder_hides_something_but_not_the_truth(occluder):
    hidden, free = draw(occluder=occluder), draw()
    assert (difference(hidden, free) > 8).mean() > 0.01
    np.testing.assert_array_equal(hidden.landmarks, free.landmarks)
    np.testing.assert_array_equal(hidden.action_units, free.action_units)


def test_people_differ_and_stay_themselves():
    pictures = [draw(identity=i).images[0] for i in range(6)]
    assert len({picture.tobytes() for picture in pictures}) == 6
    np.testing.assert_array_equal(pictures[3], draw(identity=3).images[0])


def test_every_tone_of_the_monk_scale_is_drawn():
    assert {int(draw(identity=i, size=16).table["tone"][0]) for i in range(120)} == set(
        range(1, 11)
    )


@pytest.mark.parametrize("units", [{3: 1.0}, {12: 1.5}, {"AU12": 1.0}, {12: -0.1}])
def test_units_and_intensities_that_do_not_exist_are_refused(units):
    with pytest.raises(DataError, match=r"action unit|intensity"):
        synth.draw_face(units)


@pytest.mark.parametrize(
    "wrong", [{"identity": -1}, {"seed": -1}, {"size": 8}, {"occluder": "veil"}]
)
def test_numbers_and_things_that_do_not_exist_are_refused_in_one_sentence(wrong):
    with pytest.raises(DataError, match=r"^[A-Z][^\n]*\.$"):
        draw(**wrong)


@pytest.mark.parametrize("size", [16, 47, 101])
def test_faces_are_drawn_at_any_size(size):
    face = draw({12: 1.0}, size=size)
    assert face.images.shape == face.regions.shape == (1, size, size)
    assert face.images.std() > 15


def test_eyes_look_where_they_are_told_to():
    def pupil(gaze):
        face = draw(gaze=gaze, size=480)
        x, y = face.landmarks[0, 42:48].mean(axis=0).astype(int)
        eye = face.images[0, y - 12 : y + 12, x - 60 : x + 60].astype(float)
        return (np.arange(120) * (eye < np.percentile(eye, 20)).sum(axis=0)).sum() / (
            eye < np.percentile(eye, 20)
        ).sum()

    assert pupil((0.08, 0.0)) > pupil((0.0, 0.0)) + 5 > pupil((-0.08, 0.0)) + 10


def detail(face):
    return np.abs(np.diff(face.images[0].astype(float))).mean()


@pytest.mark.parametrize("fault", [{"blur": 2.0}, {"resolution": 0.3}])
def test_a_bad_lens_loses_detail(fault):
    plain, bad = (draw(camera=synth.Camera(metering=0, **options)) for options in ({}, fault))
    assert detail(bad) < 0.9 * detail(plain)


def test_noise_adds_what_it_says():
    plain, noisy = (draw(camera=synth.Camera(metering=0, noise=level)) for level in (0, 5))
    assert np.std(noisy.images.astype(float) - plain.images) == pytest.approx(5, abs=0.7)


def test_metering_brings_dark_and_light_skin_nearer_to_each_other():
    people = {int(draw(identity=i, size=16).table["tone"][0]): i for i in range(120)}

    def apart(metering):
        camera = synth.Camera(metering=metering)
        dark, light = (draw(identity=people[tone], camera=camera).images.mean() for tone in (10, 1))
        return light - dark

    assert apart(1.0) < 0.5 * apart(0.0)


def test_a_near_camera_makes_a_large_nose():
    from fercourse.synth.pose import Pose, project

    def share(distance):
        pose = Pose(0, 0, 0, 50, 0, 0, distance)
        ear, nose = (
            project(np.array(point), pose)[0] for point in ((1.0, 0.4, 0.0), (0.2, 0.5, 1.4))
        )
        return nose / ear

    assert share(5) > 1.1 * share(20)


@pytest.mark.parametrize("size", [280, 360, 512])
def test_large_pictures_are_drawn_whoever_sits(size):
    for identity in (3, 4):
        assert draw(identity=identity, size=size).images.shape == (1, size, size)


def test_a_texture_larger_than_its_period_is_repeated():
    piece = cut_grain("skin", (1500, 1300), np.random.default_rng(0))
    assert piece.shape == (1500, 1300)
    np.testing.assert_array_equal(piece[512:, 512:], piece[:-512, :-512])


def test_one_thing_about_a_person_may_be_changed_and_nothing_else_changes():
    own, dark = (synth.draw_face(identity=3, person={"tone": tone}) for tone in (0, 9))
    np.testing.assert_array_equal(own.landmarks, dark.landmarks)
    np.testing.assert_array_equal(own.regions, dark.regions)
    assert dark.table["tone"][0] == 10
    assert not np.array_equal(own.images, dark.images)
    with pytest.raises(DataError, match="A person has no 'mood'"):
        synth.draw_face(person={"mood": 1})
    for tone in (-1, 10):
        with pytest.raises(DataError, match="Tones go from 0 to 9"):
            synth.draw_face(person={"tone": tone})
