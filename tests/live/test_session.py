"""Frames in, results out: identities, smoothing, timings, and nothing that ends a session."""

import types
from pathlib import Path

import cv2
import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.classifier.recipes import recipe
from fercourse.errors import DataError, ModelError
from fercourse.faces import Box
from fercourse.live import STAGES, Session
from fercourse.live import session as session_module

BOX = Box(100, 60, 120, 120)


def here(image):
    return [BOX]


def gray(level):
    return np.full((240, 320), level, np.uint8)


def test_a_result_holds_boxes_faces_probabilities_and_the_time_of_each_stage(classifier, clip):
    frames, boxes = clip
    session = Session(classifier)
    (face,), spent = session.see(frames[0], 0.0)
    assert faces.overlap(face.box, boxes[0]) > 0.7
    assert face.image.shape == (48, 48)
    assert face.probabilities.dtype == face.now.dtype == np.float32
    assert face.probabilities.shape == (len(session.classes),)
    assert tuple(spent) == STAGES
    assert all(value > 0 for value in spent.values())


def test_one_person_keeps_one_number_through_a_clip_and_every_frame_has_a_result(classifier, clip):
    frames, boxes = clip
    session = Session(classifier)
    results = [session.see(frame, number / 25) for number, frame in enumerate(frames * 2)]
    assert [[face.id for face in result.faces] for result in results] == [[1]] * len(results)
    shares = [
        faces.overlap(result.faces[0].box, box)
        for result, box in zip(results, boxes * 2, strict=True)
    ]
    assert np.median(shares) > 0.7


def test_probabilities_are_those_of_the_crop_at_first(classifier, clip):
    frame = clip[0][0]
    (face,) = Session(classifier, detector=faces.detect).see(frame, 0.0).faces
    np.testing.assert_array_equal(face.image, faces.crop(frame, faces.detect(frame)[0]))
    np.testing.assert_array_equal(face.now, classifier.predict_proba(face.image[None])[0])
    np.testing.assert_array_equal(face.probabilities, face.now)


def test_after_the_time_constant_63_percent_of_a_change_shows(classifier):
    session = Session(classifier, detector=here, every=1, seconds=0.5)
    session.see(gray(0), 10.0)
    (face,) = session.see(gray(255), 10.5).faces
    assert face.now[1] == 1
    assert face.probabilities[1] == pytest.approx(1 - np.exp(-1), abs=1e-6)


def test_smoothing_depends_on_time_not_on_the_frame_rate(classifier):
    ends = []
    for steps in (2, 50):
        session = Session(classifier, detector=here, every=1, seconds=0.5)
        session.see(gray(0), 0.0)
        for step in range(1, steps + 1):
            (face,) = session.see(gray(255), step / steps).faces
        ends.append(face.probabilities[1])
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)


def test_without_smoothing_each_frame_stands_alone(classifier):
    session = Session(classifier, detector=here, every=1, seconds=0)
    session.see(gray(0), 0.0)
    (face,) = session.see(gray(255), 0.0).faces
    assert face.probabilities[1] == 1


def test_frames_out_of_order_change_nothing_that_was_smoothed(classifier):
    session = Session(classifier, detector=here, every=1)
    before = session.see(gray(0), 5.0).faces[0].probabilities
    after = session.see(gray(255), 1.0).faces[0].probabilities
    np.testing.assert_array_equal(before, after)
    later = session.see(gray(255), 5.3).faces[0].probabilities
    assert later[1] == pytest.approx(1 - np.exp(-1), abs=1e-6)


def test_a_person_who_comes_back_brings_nothing_from_before(classifier):
    session = Session(
        classifier, detector=lambda image: here(image) if image.any() else [], every=1
    )
    session.see(gray(255), 0.0)
    while session.see(gray(0), 0.1).faces:
        pass
    (face,) = session.see(gray(128), 0.2).faces
    assert face.id == 2
    np.testing.assert_array_equal(face.probabilities, face.now)


def test_a_frame_is_not_changed_and_color_counts_as_its_gray_levels(classifier, clip):
    frame = np.repeat(clip[0][0][..., None], 3, axis=2)
    before = frame.copy()
    colored = Session(classifier).see(frame, 0.0).faces[0]
    plain = Session(classifier).see(clip[0][0], 0.0).faces[0]
    np.testing.assert_array_equal(frame, before)
    np.testing.assert_array_equal(colored.image, plain.image)


@pytest.mark.parametrize(
    "bad",
    [np.zeros((0, 5), np.uint8), np.zeros((5, 5)), np.zeros((4, 4, 2), np.uint8), None, b"jpeg"],
)
def test_a_bad_frame_is_refused_and_the_session_goes_on(classifier, clip, bad):
    session = Session(classifier)
    session.see(clip[0][0], 0.0)
    with pytest.raises(DataError):
        session.see(bad, 0.1)
    with pytest.raises(DataError, match="finite"):
        session.see(clip[0][1], float("nan"))
    assert [face.id for face in session.see(clip[0][1], 0.1).faces] == [1]


def test_odd_sizes_no_face_and_no_room_are_only_frames(classifier):
    session = Session(classifier)
    for height, width in ((1, 1), (3, 641), (481, 7), (33, 33), (719, 1281)):
        assert session.see(np.full((height, width), 99, np.uint8), 0.0).faces == []


def test_forty_faces_are_forty_results(classifier):
    grid = [Box(80 * column, 96 * row, 60, 60) for row in range(5) for column in range(8)]
    frame = np.random.default_rng(0).integers(0, 256, (480, 640), dtype=np.uint8)
    session = Session(classifier, detector=lambda image: grid)
    for time in (0.0, 0.1):
        found = session.see(frame, time).faces
        assert sorted(face.id for face in found) == list(range(1, 41))


def test_a_face_that_reaches_over_the_edge_is_cut_out_all_the_same(classifier):
    session = Session(classifier, detector=lambda image: [Box(-40, -30, 90, 90)], every=1)
    (face,) = session.see(gray(77), 0.0).faces
    assert (face.image == 77).all()


def test_the_margin_is_the_one_that_the_classifier_was_trained_with(classifier):
    wide = types.SimpleNamespace(
        classes=classifier.classes, predict_proba=classifier.predict_proba, crop_margin=0.5
    )
    frame = gray(0)
    frame[BOX.y : BOX.y + BOX.height, BOX.x : BOX.x + BOX.width] = 255
    shares = [
        (Session(one, detector=here).see(frame, 0.0).faces[0].image == 255).mean()
        for one in (classifier, wide)
    ]
    assert shares[0] == pytest.approx(1 / (1 + 2 * faces.MARGIN) ** 2, abs=0.05)
    assert shares[1] == pytest.approx(1 / 2**2, abs=0.05)


def test_the_same_face_gives_the_same_answer_here_and_in_evaluation(clip):
    drawn = synth.draw(60, variant="balanced")
    model = recipe("lbp_svm").fit(drawn.images, drawn.table["true_class"].to_numpy())
    frame = clip[0][5]
    (face,) = Session(model, detector=faces.detect).see(frame, 0.0).faces
    cut = faces.crop(frame, faces.detect(frame)[0])
    np.testing.assert_allclose(face.now, model.predict_proba(cut[None])[0], atol=1e-6)


def test_a_keras_network_is_refused_with_what_to_do(monkeypatch, classifier):
    class KerasClassifier(type(classifier)):
        pass

    networks = types.ModuleType("fercourse.classifier.keras")
    networks.KerasClassifier = KerasClassifier
    monkeypatch.setitem(session_module.sys.modules, networks.__name__, networks)
    with pytest.raises(ModelError, match="fercourse edge export"):
        Session(KerasClassifier())
    Session(classifier)


def test_what_makes_no_sense_is_refused(classifier, tmp_path):
    with pytest.raises(DataError, match="Smooth over"):
        Session(classifier, seconds=-1)
    with pytest.raises(ModelError):
        Session(tmp_path / "missing.skops")
    with pytest.raises(ModelError, match="no model"):
        Session(object())


@pytest.mark.slow
def test_five_thousand_frames_leave_memory_flat_and_lose_none(classifier, clip):
    # "fercourse benchmark live" does this with 20,000.
    frames = [cv2.resize(frame, (160, 120), interpolation=cv2.INTER_AREA) for frame in clip[0]]
    session = Session(classifier)
    numbers, memory = set(), []
    for step in range(5_000):
        result = session.see(frames[step % len(frames)], step / 25)
        numbers.update(face.id for face in result.faces)
        assert len(result.faces) == 1
        if step % 250 == 249:
            memory.append(_resident_mb())
    assert numbers == {1}
    assert memory[-1] - memory[2] < 5


def _resident_mb() -> float:
    status = Path("/proc/self/status")
    if not status.is_file():
        pytest.skip("only Linux says how much memory a process has")
    (line,) = [row for row in status.read_text().splitlines() if row.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
