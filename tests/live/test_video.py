"""Videos are read as they are to be seen, and written whole or not at all."""

import cv2
import numpy as np
import pytest

from fercourse.errors import DataError
from fercourse.live.video import Video, VideoWriter
from tests.live import mp4


def write(path, levels, rate=10.0, size=(64, 48)):
    """Write a video of even gray frames with a white corner."""
    with VideoWriter(path, rate, size) as video:
        for number, level in enumerate(levels):
            image = np.full((size[1], size[0], 3), level, np.uint8)
            image[:16, :16] = 255
            video.add(image, number / rate)
    return path


@pytest.mark.parametrize("name", ["film.mp4", "film.avi"])
def test_every_frame_comes_back_in_order_with_its_time(tmp_path, name):
    levels = [20, 60, 100, 140, 180]
    video = Video(write(tmp_path / name, levels))
    frames = list(video)
    assert (video.width, video.height) == (64, 48)
    assert video.expected_frames == 5
    assert video.rate == pytest.approx(10)
    assert [frame.image[40, 40].mean() for frame in frames] == pytest.approx(levels, abs=6)
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.01)


def test_a_noted_rotation_is_applied(tmp_path):
    path = write(tmp_path / "film.mp4", [50, 50, 50])
    mp4.turn(path)
    video = Video(path)
    assert (video.width, video.height) == (48, 64)
    image = next(iter(video)).image
    assert image.shape == (64, 48, 3)
    assert image[4, 43].mean() > 200
    assert image[4, 4].mean() < 100


def test_a_varying_frame_rate_shows_in_the_times_and_a_copy_keeps_time(tmp_path):
    path = write(tmp_path / "film.mp4", [20, 60, 100, 140, 180, 220])
    mp4.slow_down(path, after=3, times=4)
    video = Video(path)
    frames = list(video)
    times = [frame.time for frame in frames]
    assert np.diff(times)[[0, 1]] == pytest.approx(0.1, abs=0.02)
    assert np.diff(times)[[3, 4]] == pytest.approx(0.4, abs=0.02)
    copy = tmp_path / "copy.mp4"
    with VideoWriter(copy, 10.0, (64, 48)) as writer:
        for frame in frames:
            writer.add(frame.image[..., ::-1].copy(), frame.time)
    copied = list(Video(copy))
    assert copied[-1].time == pytest.approx(times[-1], abs=0.11)
    at_end_of_still = [frame for frame in copied if times[4] - 0.05 <= frame.time < times[5] - 0.05]
    levels = [frame.image[40, 40].mean() for frame in at_end_of_still]
    assert levels == pytest.approx([180] * 4, abs=8)


def test_what_is_no_video_is_refused_with_one_sentence(tmp_path):
    for name, content in {"empty.mp4": b"", "text.mp4": b"hello " * 99}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match="no video that can be read"):
            Video(path)
    with pytest.raises(DataError, match="There is no file"):
        Video(tmp_path / "missing.mp4")
    with pytest.raises(DataError, match="There is no file"):
        Video(tmp_path)


def test_a_video_without_frames_is_refused(tmp_path):
    path = write(tmp_path / "film.avi", [50] * 4)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"movi") + 4])
    with pytest.raises(DataError, match=r"no frame|no video"):
        Video(path)


def test_a_video_that_is_cut_short_gives_the_frames_it_has(tmp_path):
    path = write(tmp_path / "film.avi", list(range(20, 220, 10)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 5])
    assert 0 < len(list(Video(path))) < 20


def fail_after_a_frame(path):
    with VideoWriter(path, 10.0, (64, 48)) as video:
        video.add(np.zeros((48, 64, 3), np.uint8), 0.0)
        raise KeyboardInterrupt


def test_an_interrupted_copy_leaves_nothing_and_the_old_one_as_it_was(tmp_path):
    path = write(tmp_path / "film.mp4", [50, 60])
    old = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        fail_after_a_frame(path)
    assert path.read_bytes() == old
    assert [one.name for one in tmp_path.iterdir()] == ["film.mp4"]


def test_a_name_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    with pytest.raises(DataError, match="must end in"):
        VideoWriter(tmp_path / "film.gif", 10.0, (64, 48))
    with pytest.raises(DataError, match="There is no folder"):
        VideoWriter(tmp_path / "missing" / "film.mp4", 10.0, (64, 48))


class NoCodec:
    def __init__(self, *_):
        pass

    def isOpened(self):  # noqa: N802
        return False

    def release(self):
        pass


class FullDisk(NoCodec):
    """A writer that loses what it is given, and says nothing, as OpenCV does."""

    def isOpened(self):  # noqa: N802
        return True

    def write(self, image):
        pass


@pytest.mark.parametrize(
    ("writer", "says"), [(NoCodec, "no codec"), (FullDisk, "cannot be written whole")]
)
def test_without_a_codec_or_room_on_the_disk_no_half_video_is_left(
    tmp_path, monkeypatch, writer, says
):
    monkeypatch.setattr(cv2, "VideoWriter", writer)
    with pytest.raises(DataError, match=says):
        write(tmp_path / "film.mp4", [1, 2, 3])
    assert list(tmp_path.iterdir()) == []


def test_times_in_a_broken_file_do_not_fill_the_disk(tmp_path):
    path = tmp_path / "film.avi"
    with VideoWriter(path, 10.0, (64, 48)) as video:
        for time in (0.0, 0.1, *(1e9 + np.arange(100) / 10)):
            video.add(np.zeros((48, 64, 3), np.uint8), time)
    assert len(list(Video(path))) < 250
