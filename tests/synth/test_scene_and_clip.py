"""Scenes with true boxes, and clips with the true intensity of each frame."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fercourse import synth
from fercourse.errors import DataError


def overlap(one, other):
    x, y, w, h = (np.array(box) for box in zip(one, other, strict=True))
    across = min(x + w) - max(x)
    down = min(y + h) - max(y)
    both = max(across, 0) * max(down, 0)
    return both / ((w * h).sum() - both)


def test_a_scene_has_the_size_and_the_number_of_faces_asked_for():
    image, boxes, table = synth.draw_scene(4, seed=2, size=(360, 500))
    assert image.shape == (360, 500)
    assert image.dtype == np.uint8
    assert boxes.shape == (4, 4)
    assert len(table) == 4


def test_faces_of_a_scene_do_not_overlap_and_lie_inside():
    _, boxes, _ = synth.draw_scene(6, seed=1)
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 0] + boxes[:, 2] <= 640).all()
    assert (boxes[:, 1] + boxes[:, 3] <= 480).all()
    assert max(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i]) == 0


def test_the_same_seed_draws_the_same_scene():
    np.testing.assert_array_equal(synth.draw_scene(2, seed=7)[0], synth.draw_scene(2, seed=7)[0])


def test_too_many_faces_are_refused():
    with pytest.raises(DataError, match="do not fit"):
        synth.draw_scene(500)


@pytest.mark.slow
def test_opencv_finds_the_faces_of_scenes_where_they_are():
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    frontal = found = false = 0
    for seed in range(30):
        image, boxes, table = synth.draw_scene(1 + seed % 5, seed=seed)
        seen = cascade.detectMultiScale(image, 1.1, 5, minSize=(30, 30))
        hits = np.array([[overlap(box, other) > 0.4 for other in seen] for box in boxes])
        hits = hits.reshape(len(boxes), len(seen))
        near = (table[["yaw", "pitch", "roll"]].abs() < 20).all(axis=1).to_numpy()
        frontal += near.sum()
        found += hits[near].any(axis=1).sum()
        false += (~hits.any(axis=0)).sum()
    assert found >= 0.95 * frontal
    assert false <= 0.05 * frontal


def test_a_clip_rises_from_neutral_to_the_apex_and_falls_again():
    clip = synth.draw_clip({12: 0.8}, seconds=2, frames_per_second=10, size=48)
    intensity = clip.table["intensity"].to_numpy()
    assert len(clip) == 20
    assert intensity[0] == 0
    assert intensity.max() == pytest.approx(1)
    assert intensity[-1] < 0.1
    smile = clip.action_units[:, synth.ACTION_UNIT_NAMES.index("AU12_left")]
    np.testing.assert_allclose(smile, 0.8 * intensity, atol=1e-6)


def test_the_head_sways_and_the_eyes_blink_in_a_long_clip():
    clip = synth.draw_clip("neutral", seconds=12, frames_per_second=4, size=24, seed=1)
    assert clip.table["yaw"].std() > 0.5
    blinks = clip.action_units[:, synth.ACTION_UNIT_NAMES.index("AU43_left")]
    assert blinks.max() > 0.3
    assert np.median(blinks) == 0


def test_frames_next_to_each_other_are_alike():
    frames = synth.draw_clip("surprise", seconds=1, size=64).images.astype(int)
    assert np.abs(np.diff(frames, axis=0)).mean() < 6


@pytest.mark.parametrize("name", ["clip.avi", "clip.mp4"])
def test_a_written_clip_can_be_read_again(tmp_path, name):
    clip = synth.draw_clip("happy", seconds=0.5, frames_per_second=10, size=64)
    video = cv2.VideoCapture(str(synth.write_clip(clip, tmp_path / name, 10)))
    frames = 0
    while video.read()[0]:
        frames += 1
    assert frames == 5


def test_unknown_expressions_and_unwritable_videos_are_refused(tmp_path):
    with pytest.raises(DataError, match="no expression"):
        synth.draw_clip("bored")
    clip = synth.draw_clip("sad", seconds=0.1, size=16)
    with pytest.raises(DataError, match=r"no folder .*missing; make it first"):
        synth.write_clip(clip, tmp_path / "missing" / "clip.avi")
    with pytest.raises(DataError, match="No video"):
        synth.write_clip(clip, tmp_path / "clip.txt")
    assert not list(tmp_path.iterdir())


class FullDisk:
    """A video writer that loses what it is given, and says nothing, as OpenCV does."""

    def __init__(self, path, *_):
        Path(path).touch()

    def isOpened(self):  # noqa: N802
        return True

    def write(self, frame):
        pass

    def release(self):
        pass


def test_a_video_that_was_not_written_whole_is_refused_and_leaves_the_old_one(
    tmp_path, monkeypatch
):
    clip = synth.draw_clip("sad", seconds=0.2, size=16)
    written = synth.write_clip(clip, tmp_path / "clip.avi").read_bytes()
    monkeypatch.setattr(cv2, "VideoWriter", FullDisk)
    with pytest.raises(DataError, match="free space"):
        synth.write_clip(clip, tmp_path / "clip.avi")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.avi"]
    assert (tmp_path / "clip.avi").read_bytes() == written


@pytest.mark.parametrize("wrong", [float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["seconds", "frames_per_second"])
def test_lengths_and_rates_that_are_not_finite_are_refused(name, wrong):
    with pytest.raises(DataError, match="finite"):
        synth.draw_clip("sad", **{name: wrong})
