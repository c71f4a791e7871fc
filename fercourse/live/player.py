"""A session without a browser: a video file to its results, or a camera in a window."""

import os
import sys
import time as clock
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.errors import DataError
from fercourse.faces import Box
from fercourse.live.annotating import annotate
from fercourse.live.session import Result, Session
from fercourse.live.video import Frame, Video, VideoWriter

WINDOW = "fercourse live (q closes)"
_QUIT = {ord("q"), 27}  # q, Escape
_INK = (40, 220, 40)


class Seen(NamedTuple):
    """A frame of a video and what was seen in it."""

    frame: Frame
    result: Result


def see_video(session: Session, video: Video, copy: VideoWriter | None = None) -> Iterator[Seen]:
    """Yield what is seen in each frame of a video; write an annotated copy where one is wanted."""
    for frame in video:
        seen = Seen(frame, session.see(frame.image, frame.time))
        if copy is not None:
            picture = cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR)
            _draw(picture, seen.result, session.classes)
            copy.add(picture, frame.time)
        yield seen


def as_rows(number: int, seen: Seen, classes: tuple[str, ...]) -> list[list]:
    """Return a table's rows for a frame: one for each face, one that is mostly empty for none."""
    begin = [number, round(seen.frame.time, 4)]
    rows = [
        [*begin, face.id, *face.box, classes[int(face.probabilities.argmax())],
         *(round(float(value), 6) for value in face.probabilities)]
        for face in seen.result.faces
    ]  # fmt: skip
    return rows or [[*begin, *[""] * (6 + len(classes))]]


def columns(classes: tuple[str, ...]) -> list[str]:
    """Return the names of the columns of `as_rows`."""
    return ["frame", "time", "face", "x", "y", "width", "height", "class", *classes]


def watch(session: Session, camera: int = 0, *, now: Callable[[], float] = clock.monotonic) -> None:
    """Show a camera's picture, mirrored, with what is seen in it, until q is pressed.

    Nothing is stored. Only whoever sits before the camera may be in the picture.

    Parameters
    ----------
    session : Session
        What looks at the frames.
    camera : int
        The number of the camera; 0 is the first.
    now : callable
        The clock, in seconds.

    Raises
    ------
    DataError
        If there is no window to show it in, no such camera, or the camera is taken away.
    """
    _refuse_no_screen()
    capture = cv2.VideoCapture(camera)
    try:
        if not capture.isOpened():
            raise DataError(
                f"There is no camera {camera}, or another program uses it; close that, or name "
                "another number with --camera, or a file with --video."
            )
        _show_until_closed(session, capture, now)
    finally:
        capture.release()
        with suppress(cv2.error):
            cv2.destroyAllWindows()


def _show_until_closed(session: Session, capture, now: Callable[[], float]) -> None:
    before = now()
    while True:
        ok, image = capture.read()
        if not ok:
            raise DataError("The camera gives no picture any more; plug it in and start again.")
        time = now()
        result = session.see(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), time)
        picture = np.ascontiguousarray(image[:, ::-1])
        _draw(picture, _mirrored(result, picture.shape[1]), session.classes)
        _write_rates(picture, result, 1 / max(time - before, 1e-3))
        before = time
        try:
            cv2.imshow(WINDOW, picture)
            pressed = cv2.waitKey(1) & 0xFF
            is_open = cv2.getWindowProperty(WINDOW, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error as error:
            raise DataError(_NO_SCREEN) from error
        if pressed in _QUIT or not is_open:
            return


_NO_SCREEN = (
    "There is no screen to open a window on, or OpenCV was installed without windows (headless); "
    "use --video with --out or --csv, or notebook 07."
)


def _refuse_no_screen() -> None:
    """OpenCV's window library ends the whole process where there is no screen."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        raise DataError(_NO_SCREEN)


def _draw(picture: np.ndarray, result: Result, classes: tuple[str, ...]) -> None:
    for face in result.faces:
        best = int(face.probabilities.argmax())
        annotate(picture, face.box, classes[best], float(face.probabilities[best]))


def _mirrored(result: Result, width: int) -> Result:
    def flip(box: Box) -> Box:
        return box._replace(x=width - box.x - box.width)

    return result._replace(faces=[face._replace(box=flip(face.box)) for face in result.faces])


def _write_rates(picture: np.ndarray, result: Result, rate: float) -> None:
    stages = "  ".join(f"{name} {value:.0f}" for name, value in result.milliseconds.items())
    words = f"{rate:.0f} frames/s; ms: {stages}"
    cv2.putText(picture, words, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
