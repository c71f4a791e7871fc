"""Where the faces are in a picture: OpenCV's Haar cascades."""

import threading
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.faces.reading import to_gray

# Larger pictures are searched at this length of their longer side: a face that fills a twentieth
# of the picture is still 64 pixels wide there.
_SEARCH_SIDE = 1280
_SCALE_STEP = 1.1
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
    return _search(to_gray(image), "haarcascade_frontalface_alt2", min_size)


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
    factor = min(1.0, _SEARCH_SIDE / max(gray.shape))
    if factor < 1:
        gray = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    least = max(1, round(min_size * factor))
    found = cascade(name).detectMultiScale(gray, _SCALE_STEP, _VOTES, minSize=(least, least))
    boxes = [Box(*(round(int(value) / factor) for value in box)) for box in found]
    return sorted(boxes, key=_rank)


def _rank(box: Box):
    """Order by falling area; by place where areas tie, so that threads never change the order."""
    return -box.width * box.height, box
