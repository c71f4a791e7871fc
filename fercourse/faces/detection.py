"""Where the faces are in a picture: OpenCV's Haar cascades, and YuNet.

A detector is a function from a picture to boxes, largest first: `detect` is one, thorough and for
photos; `Haar` and `YuNet` make quick ones, for frame after frame.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.errors import DataError, ModelError
from fercourse.faces.reading import to_gray

# Larger pictures are searched at this length of their longer side: a face that fills a twentieth
# of the picture is still 64 pixels wide there.
_SEARCH_SIDE = 1280
_SCALE_STEP = 1.1
_FRONTAL = "haarcascade_frontalface_alt2"
# How many overlapping hits make a face. Fewer false faces than with frontalface_default and 5 votes,
# and more true ones, on photographs and on drawn faces.
_VOTES = 3
_loaded = threading.local()


class Box(NamedTuple):
    """A rectangle in pixels: its left upper corner, its width and its height."""

    x: int
    y: int
    width: int
    height: int


Detector = Callable[[np.ndarray], list[Box]]


def detect(image: np.ndarray, *, min_size: int = 32) -> list[Box]:
    """Find the frontal faces in a picture. Introduced in notebook 01.

    A cascade of boosted Haar features (Viola and Jones, 2001) slides over the picture at many
    sizes (OpenCV's ``frontalface_alt2``, Lienhart and Maydt, 2002). It finds upright faces that
    look at the camera; it misses many that are tilted, turned away or half hidden.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray or RGB.
    min_size : int
        Smaller faces, in pixels of `image`, are not looked for. Pictures whose longer side
        exceeds 1,280 pixels are searched at that size, where a face must be 20 pixels wide.

    Returns
    -------
    list of Box
        Largest first; empty when no face is found.

    Raises
    ------
    DataError
        If `image` is no gray or RGB image.
    """
    return _search(to_gray(image), _FRONTAL, min_size)


class Haar:
    """A quick detector of frontal faces: the cascade of `detect`, searched at fewer sizes.

    Introduced in notebook 07. On 40 drawn scenes of one to three people in 640x480 pixels it found
    all 67 frontal faces, where `detect` found 66, in a quarter of the time.

    Parameters
    ----------
    side : int
        Pictures are searched at this length of their longer side.
    least : float
        Smaller faces, as a share of the longer side, are not looked for.
    step : float
        Factor from one size that is searched to the next.
    votes : int
        How many overlapping hits make a face.

    Raises
    ------
    DataError
        If `least` is not between 0 and 1, or `step` not above 1.
    """

    def __init__(self, *, side: int = 320, least: float = 0.075, step: float = 1.2, votes: int = 2):
        if not (0 < least < 1 < step and side >= 20 and votes >= 1):
            raise DataError(
                f"A search for faces needs 0 < least < 1 < step, not least={least} and step={step}, "
                "a side of 20 pixels and one vote."
            )
        self.side, self.least, self.step, self.votes = side, least, step, votes

    def __call__(self, image: np.ndarray) -> list[Box]:
        """Return the boxes of the faces in a picture, gray or RGB, largest first."""
        small, factor = _shrunk(to_gray(image), self.side)
        least = max(20, round(self.least * max(small.shape)))
        found = cascade(_FRONTAL).detectMultiScale(
            small, self.step, self.votes, minSize=(least, least)
        )
        return _as_boxes(found, factor)


class YuNet:
    """A small neural detector (Wu, Peng and Yu, 2023), which also finds tilted and turned faces.

    Introduced in notebook 07. Its weights are not part of fercourse: get ``face_detection_yunet``
    from OpenCV's model zoo, under its own licence.

    Parameters
    ----------
    path : path-like
        The ``.onnx`` file.
    side : int
        Pictures are searched at this length of their longer side.
    score : float
        From 0 to 1: what scores less is no face.

    Raises
    ------
    ModelError
        If the file is missing or OpenCV cannot use it.
    """

    def __init__(self, path, *, side: int = 320, score: float = 0.7):
        path = Path(path)
        if not path.is_file():
            raise ModelError(f"There is no file {path}; give the .onnx file of YuNet.")
        self.side = side
        try:
            self._network = cv2.FaceDetectorYN.create(str(path), "", (side, side), score)
            self._network.detect(np.zeros((side, side, 3), np.uint8))
        except cv2.error as error:
            raise ModelError(
                f"{path.name} is not a YuNet that OpenCV can use; get face_detection_yunet from "
                "OpenCV's model zoo."
            ) from error

    def __call__(self, image: np.ndarray) -> list[Box]:
        """Return the boxes of the faces in a picture, gray or RGB, largest first."""
        to_gray(image)  # refuses what is no picture
        colors = cv2.COLOR_GRAY2BGR if image.ndim == 2 or image.shape[2] == 1 else cv2.COLOR_RGB2BGR
        small, factor = _shrunk(cv2.cvtColor(image, colors), self.side)
        self._network.setInputSize((small.shape[1], small.shape[0]))
        found = self._network.detect(small)[1]
        return [] if found is None else _as_boxes(np.round(found[:, :4]), factor)


def detect_profiles(image: np.ndarray, *, min_size: int = 32) -> list[Box]:
    """Find faces seen from the side, looking left or right.

    The profile cascade knows one side; the other is found in the mirrored picture. It errs more
    often than the frontal one, so it is used only where that finds nothing.

    Parameters, returns and errors are those of `detect`.
    """
    gray = to_gray(image)
    width = gray.shape[1]
    boxes = _search(gray, "haarcascade_profileface", min_size)
    mirrored = _search(np.ascontiguousarray(gray[:, ::-1]), "haarcascade_profileface", min_size)
    return sorted(boxes + [b._replace(x=width - b.x - b.width) for b in mirrored], key=_rank)


def cascade(name: str) -> cv2.CascadeClassifier:
    """Return one of OpenCV's bundled cascades, read from its file once per thread.

    A cascade keeps state while it searches, so threads must not share one; it cannot be pickled,
    so worker processes read their own.
    """
    if not hasattr(_loaded, name):
        setattr(_loaded, name, cv2.CascadeClassifier(_cascade_file(name)))
    return getattr(_loaded, name)


def _cascade_file(name: str) -> str:
    return str(Path(cv2.data.haarcascades) / f"{name}.xml")


def _search(gray: np.ndarray, name: str, min_size: int) -> list[Box]:
    gray, factor = _shrunk(gray, _SEARCH_SIDE)
    least = max(1, round(min_size * factor))
    found = cascade(name).detectMultiScale(gray, _SCALE_STEP, _VOTES, minSize=(least, least))
    return _as_boxes(found, factor)


def _shrunk(image: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """Return an image whose longer side is at most `side`, and the factor by which it shrank.

    It is longer where the shorter side would otherwise shrink to nothing.
    """
    factor = min(1.0, max(side / max(image.shape[:2]), 1 / min(image.shape[:2])))
    if factor < 1:
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return image, factor


def _as_boxes(found, factor: float) -> list[Box]:
    """Return found rectangles in pixels of the picture before it shrank, largest first."""
    boxes = [Box(*(round(int(value) / factor) for value in box)) for box in found]
    return sorted((box for box in boxes if min(box[2:]) > 0), key=_rank)


def _rank(box: Box):
    """Order by falling area; by place where areas tie, so that threads never change the order."""
    return -box.width * box.height, box
