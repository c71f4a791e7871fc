"""Faces are followed where they were drawn, each under its own number."""

import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.errors import DataError
from fercourse.faces import Box, Tracker, overlap


def walk(steps=40, size=(240, 320), **how):
    """Draw a person who moves from left to right and comes nearer: frames and true boxes."""
    frames, boxes = [], []
    for share in np.linspace(0, 1, steps):
        frame, box = synth.draw_view(
            identity=1, x=0.35 + 0.3 * share, side=0.45 + 0.15 * share, size=size, **how
        )
        frames.append(frame)
        boxes.append(Box(*box.tolist()))
    return frames, boxes


@pytest.fixture(scope="module")
def walking():
    return walk()


class Script:
    """A detector that says what it was told, and counts how often it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def __call__(self, image):
        self.asked += 1
        return list(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


@pytest.mark.parametrize("whole", [1, 6])
@pytest.mark.parametrize("every", [1, 5, 10])
def test_boxes_stay_on_the_face_and_its_number_stays(walking, every, whole):
    frames, boxes = walking
    tracker = Tracker(every=every, whole=whole)
    seen = [tracker.track(frame) for frame in frames]
    assert {track.id for tracks in seen for track in tracks} == {1}
    assert [len(tracks) for tracks in seen] == [1] * len(frames)
    shares = [overlap(tracks[0].box, box) for tracks, box in zip(seen, boxes, strict=True)]
    assert np.median(shares) > 0.75
    assert min(shares) > 0.55


def test_between_detections_the_face_is_followed_by_what_moves_in_the_picture(walking):
    frames, boxes = walking
    detector = Script([boxes[0]])
    tracker = Tracker(detector, every=100)
    for frame in frames:
        (track,) = tracker.track(frame)
    assert detector.asked == 1
    assert overlap(track.box, boxes[-1]) > 0.75
    assert overlap(boxes[0], boxes[-1]) < 0.5


def test_the_detector_is_asked_at_every_nth_frame_and_always_while_nobody_is_there(walking):
    frames, boxes = walking
    always = Script([])
    tracker = Tracker(always, every=5)
    for frame in frames[:6]:
        assert tracker.track(frame) == []
    assert always.asked == 6
    now_and_then = Script([boxes[0]])
    tracker = Tracker(now_and_then, every=5)
    for frame in frames[:11]:
        tracker.track(frame)
    assert now_and_then.asked == 3


def test_the_detector_is_shown_the_whole_picture_now_and_then_and_what_is_near_the_face_between(
    walking,
):
    frames, _ = walking
    haar, shown = faces.Haar(), []
    tracker = Tracker(lambda image: shown.append(image.shape) or haar(image), every=2, whole=3)
    for frame in frames[:13]:
        tracker.track(frame)
    is_whole = [shape == frames[0].shape for shape in shown]
    assert is_whole == [True, False, False, True, False, False, True]
    assert max(max(shape) for shape in shown if shape != frames[0].shape) < 100


def test_a_newcomer_is_found_when_the_whole_picture_is_searched():
    image, boxes, _ = synth.draw_scene(2, seed=1, size=(240, 320))
    x, _, width, _ = boxes[1].tolist()
    alone = image.copy()
    alone[:, x : x + width] = 128
    tracker = Tracker(every=1, whole=4)
    seen = [len(tracker.track(frame)) for frame in [alone, alone, *[image] * 5]]
    assert seen == [1, 1, 1, 1, 2, 2, 2]


def test_a_face_that_is_not_found_near_where_it_was_is_looked_for_everywhere(walking):
    frame, shown = walking[0][0], []
    box = walking[1][0]
    answers = iter([[box], [], [box]])
    tracker = Tracker(
        lambda image: shown.append(image.shape == frame.shape) or next(answers), every=1, whole=9
    )
    for _ in range(3):
        tracker.track(frame)
    assert shown == [True, False, True]


def test_boxes_do_not_jump_when_the_detector_does(walking):
    frame, box = walking[0][0], walking[1][0]
    far = box._replace(x=box.x + 20)
    tracker = Tracker(Script([box], [far]), every=1)
    tracker.track(frame)
    (track,) = tracker.track(frame)
    assert box.x < track.box.x < far.x


def test_the_first_box_is_what_the_detector_found_and_the_tilt_what_the_eyes_say():
    frame, _ = synth.draw_view(identity=1, roll=10, size=(240, 320))
    (box,) = faces.detect(frame)
    (track,) = Tracker(faces.detect).track(frame)
    assert track.box == box
    assert track.tilt == faces.find_tilt(frame, box) == pytest.approx(10, abs=4)


def test_the_tilt_is_followed_too():
    frames = [
        synth.draw_view(identity=1, roll=roll, size=(240, 320))[0] for roll in range(0, 21, 2)
    ]
    tracker = Tracker(every=100)
    for frame in frames:
        (track,) = tracker.track(frame)
    assert track.tilt == pytest.approx(20, abs=5)


def test_eyes_that_were_hidden_at_first_are_looked_for_until_they_are_found():
    frame, _ = synth.draw_view(identity=1, roll=10, size=(240, 320))
    (found,) = faces.detect(frame)
    hidden = frame.copy()
    hidden[found.y : found.y + found.height // 2] = 128
    tracker = Tracker(Script([found]), every=1)
    tilts = [tracker.track(one)[0].tilt for one in (hidden, hidden, frame)]
    assert tilts == [0, 0, pytest.approx(10, abs=4)]


@pytest.mark.parametrize("every", [1, 5])
def test_eyes_that_told_the_tilt_are_asked_again_after_thirty_frames(every, monkeypatch):
    frame, _ = synth.draw_view(identity=1, size=(240, 320))
    (found,) = faces.detect(frame)
    asked = []
    monkeypatch.setattr(
        faces.tracking, "find_tilt", lambda image, box: asked.append(len(asked)) or 3.0
    )
    tracker = Tracker(Script([found]), every=every)
    seen = [len(asked) for _ in range(62) if tracker.track(frame)]
    assert seen == [1] * 30 + [2] * 30 + [3] * 2


def test_a_face_that_is_missed_now_and_then_is_kept_and_one_that_left_is_given_up(walking):
    frame, box = walking[0][0], walking[1][0]
    tracker = Tracker(Script([box], [], [], [box], []), every=1)
    numbers = [[track.id for track in tracker.track(frame)] for _ in range(7)]
    assert numbers == [[1], [1], [1], [1], [1], [1], []]


def test_who_comes_back_gets_a_new_number(walking):
    frame, box = walking[0][0], walking[1][0]
    tracker = Tracker(Script([box], [], [], [], [box]), every=1)
    numbers = [[track.id for track in tracker.track(frame)] for _ in range(5)]
    assert numbers == [[1], [1], [1], [], [2]]


def test_a_second_box_on_the_same_face_is_no_second_face(walking):
    frame, box = walking[0][0], walking[1][0]
    tracker = Tracker(Script([box], [box, box._replace(width=box.width - 4)]), every=1)
    tracker.track(frame)
    assert len(tracker.track(frame)) == 1


def test_two_people_keep_their_numbers_whatever_the_order_of_the_boxes():
    image, boxes, _ = synth.draw_scene(2, seed=1, size=(240, 320))
    a, b = (Box(*box.tolist()) for box in boxes)
    tracker = Tracker(Script([a, b], [b, a]), every=1)
    first, second = tracker.track(image), tracker.track(image)
    assert [(track.id, track.box) for track in first] == [(1, a), (2, b)]
    for before, after in zip(first, second, strict=True):
        assert overlap(before.box, after.box) > 0.9


def test_a_frame_of_another_size_starts_anew(walking):
    frames, _ = walking
    tracker = Tracker()
    tracker.track(frames[0])
    (track,) = tracker.track(np.ascontiguousarray(frames[0][1:, 3:]))
    assert track.id == 2


def test_a_face_that_the_light_takes_away_is_looked_for_at_once(walking):
    frame, box = walking[0][0], walking[1][0]
    detector = Script([box])
    tracker = Tracker(detector, every=100)
    tracker.track(frame)
    tracker.track(np.random.default_rng(0).integers(0, 256, frame.shape, dtype=np.uint8))
    assert detector.asked == 2


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (17, 31, 3)])
def test_tiny_frames_hold_no_face(shape):
    tracker = Tracker()
    assert [tracker.track(np.full(shape, 128, np.uint8)) for _ in range(3)] == [[], [], []]


def test_what_makes_no_sense_is_refused():
    with pytest.raises(DataError, match="at every frame"):
        Tracker(every=0)
    with pytest.raises(DataError, match="whole picture"):
        Tracker(whole=0)
    with pytest.raises(DataError, match="uint8"):
        Tracker().track(np.zeros((10, 10)))


def test_overlap_is_what_is_shared_over_what_is_covered():
    assert overlap(Box(0, 0, 10, 10), Box(0, 0, 10, 10)) == 1
    assert overlap(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert overlap(Box(0, 0, 10, 10), Box(10, 0, 10, 10)) == 0
