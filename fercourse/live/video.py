"""Video files: read frame by frame, and written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.errors import DataError
from fercourse.faces import MAX_PIXELS
from fercourse.faces.reading import quiet_opencv
from fercourse.whole import whole_file

# FFmpeg, which reads this when it is first used, prints nothing: what is wrong, we say ourselves.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
CODECS = {".mp4": "mp4v", ".m4v": "mp4v", ".avi": "MJPG"}
_USUAL_RATE, _FASTEST = 25.0, 240.0
# A frame is shown for no longer than this in a copy, whatever the times in a broken file say.
_LONGEST_STILL = 10.0


class Frame(NamedTuple):
    """A frame of a video: RGB pixels as they are to be seen, and when, in seconds."""

    image: np.ndarray
    time: float


class Video:
    """A video file, to be read once from its beginning to its end.

    A rotation that a phone noted in the file is applied; a frame rate that varies shows in the
    times of the frames. Sound is left out.

    Parameters
    ----------
    path : path-like
        The file, of any kind that OpenCV's FFmpeg reads.

    Attributes
    ----------
    width, height : int
        In pixels.
    rate : float
        Frames per second, on average.
    expected_frames : int or None
        How many frames the file says that it has.

    Raises
    ------
    DataError
        If the file is missing, is no video, has no frame, or has more than `MAX_PIXELS` pixels.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if not self.path.is_file():
            raise DataError(f"There is no file {self.path}; check the path of the video.")
        with quiet_opencv():
            self._capture = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise DataError(
                f"{self.path.name} is no video that can be read; convert it to .mp4 (H.264) first."
            )
        self._refuse_huge()
        self._first = self._next()
        if self._first is None:
            raise DataError(f"{self.path.name} holds no frame that can be read.")
        self.height, self.width = self._first.image.shape[:2]
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 0 < rate <= _FASTEST else _USUAL_RATE
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.expected_frames = int(count) if 0 < count < 1e9 else None

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; times never go back."""
        frame, time = self._first, 0.0
        while frame is not None:
            time = max(time, frame.time)
            yield Frame(frame.image, time)
            frame = self._next()
        self._capture.release()

    def _next(self) -> Frame | None:
        ok, image = self._capture.read()
        if not ok:
            return None
        time = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        return Frame(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), time if np.isfinite(time) else 0.0)

    def _refuse_huge(self) -> None:
        width, height = (
            self._capture.get(name)
            for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        if width * height > MAX_PIXELS:
            raise DataError(
                f"{self.path.name} has {width:.0f}x{height:.0f} pixels a frame; make it smaller first."
            )


class VideoWriter:
    """Writes frames to a video of one frame rate, under its own name only when it is whole.

    Used as a context manager; what an error interrupts leaves nothing behind. Where the times of
    the frames vary, frames are repeated or left out, so that the copy keeps time.

    Parameters
    ----------
    path : path-like
        Its ending chooses the form, one of `CODECS`.
    rate : float
        Frames per second.
    size : (width, height)
        In pixels.

    Raises
    ------
    DataError
        If this kind of file cannot be written, or not there, or the disk is full.
    """

    def __init__(self, path: str | Path, rate: float, size: tuple[int, int]):
        self.path, self.rate = Path(path), rate
        check_target(self.path)
        with _sentence(self.path), ExitStack() as files:
            self._fresh = files.enter_context(whole_file(self.path))
            self._writer = self._open(size)
            files.push(self._finish)
            # Closed by __exit__ from here on.
            self._files = files.pop_all()
        self._waiting: np.ndarray | None = None
        self._begin, self._written = 0.0, 0

    def add(self, image: np.ndarray, time: float) -> None:
        """Add a BGR frame that is to be seen from `time` (seconds) on."""
        if self._waiting is None:
            self._begin = time
        else:
            owed = round((time - self._begin) * self.rate) - self._written
            most = round(_LONGEST_STILL * self.rate)
            if owed > most:  # the frames after it are not to make up for what is left out
                self._begin += (owed - most) / self.rate
            self._show(min(owed, most))
        self._waiting = image

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(self, kind, error, traceback) -> None:
        with _sentence(self.path):
            self._files.__exit__(kind, error, traceback)

    def _open(self, size: tuple[int, int]) -> cv2.VideoWriter:
        code = cv2.VideoWriter_fourcc(*CODECS[self.path.suffix.lower()])
        with quiet_opencv():
            writer = cv2.VideoWriter(str(self._fresh), code, self.rate, size)
        if not writer.isOpened():
            raise DataError(
                f"OpenCV has no codec here to write {self.path.name}; name a file that ends in "
                "another of " + ", ".join(CODECS) + "."
            )
        return writer

    def _show(self, times: int) -> None:
        for _ in range(times):
            self._writer.write(self._waiting)
            self._written += 1

    def _finish(self, kind, error, traceback) -> None:
        """Write the last frame, unless an error stopped the video, and see whether all are there."""
        if kind is None and self._waiting is not None:
            self._show(1)
        self._writer.release()
        # OpenCV is silent about writes that failed.
        if kind is None and (not self._written or _count_frames(self._fresh) != self._written):
            raise DataError(
                f"{self.path} cannot be written whole; free space on the disk and try again."
            )


def check_target(path: Path) -> None:
    """Refuse the name of a video that cannot be written, before any work is done."""
    if path.suffix.lower() not in CODECS:
        raise DataError(f"{path.name} must end in {' or '.join(CODECS)} to be written as a video.")
    if not path.parent.is_dir():
        raise DataError(f"There is no folder {path.parent}; make it first.")


@contextmanager
def _sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error


def _count_frames(path: Path) -> int:
    video, count = cv2.VideoCapture(str(path)), 0
    while video.grab():
        count += 1
    video.release()
    return count
