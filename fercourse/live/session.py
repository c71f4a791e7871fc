"""From a frame to what its faces show. Nothing is read, written or kept beyond the next frame."""

import sys
import time as clock
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from fercourse import faces
from fercourse.classifier import Classifier, as_classifier
from fercourse.errors import DataError, ModelError

STAGES = ("track", "detect", "crop", "classify")
SIDE = 48


class Face(NamedTuple):
    """A face in a frame.

    Parameters
    ----------
    id : int
        Its number while it is in view; who leaves and comes back gets a new one.
    box : Box
        Where it is, in pixels of the frame.
    image : ndarray, uint8, shape (48, 48)
        What the classifier was shown.
    probabilities : ndarray, float32, shape (C,)
        Of the expression classes, smoothed over time.
    now : ndarray, float32, shape (C,)
        Those of this frame alone.
    """

    id: int
    box: faces.Box
    image: np.ndarray
    probabilities: np.ndarray
    now: np.ndarray


class Result(NamedTuple):
    """What was seen in a frame, and the milliseconds that each stage took."""

    faces: list[Face]
    milliseconds: dict[str, float]


class Session:
    """Follows the faces of a camera or a video, and says what they show.

    Introduced in notebook 07.

    Parameters
    ----------
    classifier : Classifier or path
        A LiteRT or ONNX file, or any other quick classifier (see `as_classifier`).
    detector : callable, optional
        From a picture to boxes: `faces.Haar` (the default), `faces.YuNet`.
    every : int
        The detector is asked at every so many frames.
    whole : int
        Of so many detections one searches the whole frame; see `faces.Tracker`.
    seconds : float
        Time constant of the exponential smoothing (Brown, 1959) of the probabilities: after a
        sudden change 63 % of it shows after so long. 0 does not smooth.

    Raises
    ------
    ModelError
        If the classifier is a Keras network, which is far too slow for one face at a time, or no
        classifier at all.
    DataError
        If `every`, `whole` or `seconds` makes no sense.
    """

    def __init__(
        self,
        classifier: Classifier | str,
        *,
        detector: faces.Detector | None = None,
        every: int = 5,
        whole: int = 6,
        seconds: float = 0.3,
    ):
        if not 0 <= seconds < np.inf:
            raise DataError(f"Smooth over 0 or more seconds, not {seconds}.")
        self.classifier = _quick(classifier)
        self.seconds = seconds
        self._margin = getattr(self.classifier, "crop_margin", faces.MARGIN)
        self._tracker = faces.Tracker(detector, every=every, whole=whole)
        self._smoothed: dict[int, np.ndarray] = {}
        self._time: float | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The words of the classes."""
        return self.classifier.classes

    def see(self, frame: np.ndarray, time: float) -> Result:
        """Take the next frame and return its faces.

        Parameters
        ----------
        frame : ndarray, uint8, shape (H, W) or (H, W, 3)
            Gray or RGB. It is not changed. A frame of another size than the last starts anew.
        time : float
            When it was taken, in seconds. A time before the last one counts as the same time.

        Returns
        -------
        Result

        Raises
        ------
        DataError
            If the frame is no picture or the time not finite; the session can go on with others.
        """
        if not np.isfinite(time):
            raise DataError(f"The time of a frame must be a finite number of seconds, not {time}.")
        spent = dict.fromkeys(STAGES, 0.0)
        with _stopwatch(spent, "track"):
            gray = faces.to_gray(frame)
            self._tracker.follow(gray)
        with _stopwatch(spent, "detect"):
            if self._tracker.is_due:
                self._tracker.detect(frame)
        tracks = self._tracker.tracks
        with _stopwatch(spent, "crop"):
            images = [
                faces.cut_upright(gray, track.box, track.tilt, size=SIDE, margin=self._margin)
                for track in tracks
            ]
        with _stopwatch(spent, "classify"):
            rows = self.classifier.predict_proba(np.stack(images)) if images else []
        smoothed = self._smooth([track.id for track in tracks], rows, time)
        found = [
            Face(track.id, track.box, image, smooth, row)
            for track, image, smooth, row in zip(tracks, images, smoothed, rows, strict=True)
        ]
        return Result(found, spent)

    def _smooth(self, ids: list[int], rows, time: float) -> list[np.ndarray]:
        """Move each face's probabilities towards the new ones; forget the faces that left."""
        passed = 0.0 if self._time is None else max(0.0, time - self._time)
        share = 1.0 if self.seconds == 0 else 1 - np.exp(-passed / self.seconds)
        self._time = time if self._time is None else max(time, self._time)
        self._smoothed = {
            number: row + (1 - share) * (self._smoothed.get(number, row) - row)
            for number, row in zip(ids, rows, strict=True)
        }
        return [self._smoothed[number].astype(np.float32) for number in ids]


def _quick(classifier) -> Classifier:
    """Return a classifier, unless it is a Keras network."""
    classifier = as_classifier(classifier)
    networks = sys.modules.get("fercourse.classifier.keras")
    if networks is not None and isinstance(classifier, networks.KerasClassifier):
        raise ModelError(
            "A Keras network takes tens of milliseconds for a single face; export it to a .tflite "
            "or .onnx file with 'fercourse edge export' and use that."
        )
    return classifier


@contextmanager
def _stopwatch(spent: dict[str, float], stage: str):
    start = clock.perf_counter()
    try:
        yield
    finally:
        spent[stage] = 1000 * (clock.perf_counter() - start)
