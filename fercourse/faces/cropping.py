"""From a found face to a small upright square of gray pixels."""

from numbers import Integral

import cv2
import numpy as np

from fercourse.errors import DataError, NoFaceError
from fercourse.faces.detection import Box, cascade, detect, detect_profiles
from fercourse.faces.reading import to_gray

# Step between sizes, votes and least size of the search for eyes. The first finds two eyes in nine
# of ten faces and takes a quarter of the time of the second, which is for the others.
_EYE_SEARCHES = ((1.1, 3, 28), (1.05, 5, 0))
# Faces are searched for eyes at this size: large ones faster, small ones at all.
_EYE_SEARCH_SIDE = 160
# What `crop` adds on each side of a box: nothing, since the built-in faces, made like those of
# FER2013, end where the frontal cascade's boxes do. A tenth more cost 19 points of accuracy.
MARGIN = 0.0
# Pixels, and sides of a box.
LARGEST, LARGEST_MARGIN = 4096, 10
_SHARE_OF_PORTRAIT = 6
# A face that the frontal cascade finds is tilted less than this; a steeper line joins no two eyes.
_MAX_TILT = 30.0


def align(image: np.ndarray, box: Box) -> tuple[np.ndarray, Box]:
    """Rotate a picture about a face so that the eyes are level. Introduced in notebook 01.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray or RGB.
    box : Box
        Where the face is.

    Returns
    -------
    image : ndarray of the same shape and type
        The picture rotated about the middle of `box`; corners that come from outside repeat the
        border. The picture itself when two eyes are not found (Haar eye cascade) or the line
        between them is tilted by more than 30 degrees.
    box : Box
        The same box: its middle is where the rotation leaves the face.
    """
    tilt = find_tilt(image, box)
    if tilt is None:
        return image, box
    return _turned(image, box, tilt), box


def find_tilt(image: np.ndarray, box: Box) -> float | None:
    """Return by how many degrees a face is tilted clockwise, told by its eyes.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray or RGB.
    box : Box
        Where the face is.

    Returns
    -------
    float or None
        Within -30 to 30; None when two eyes are not found, or the line between what was found is
        steeper than that.
    """
    eyes = find_eyes(image, box)
    if eyes is None:
        return None
    (left_x, left_y), (right_x, right_y) = eyes
    tilt = float(np.degrees(np.arctan2(right_y - left_y, right_x - left_x)))
    return tilt if abs(tilt) <= _MAX_TILT else None


def find_eyes(image: np.ndarray, box: Box) -> np.ndarray | None:
    """Return the middle of the eye on the left and of the eye on the right of a face.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray or RGB.
    box : Box
        Where the face is; eyes are looked for in its upper three fifths.

    Returns
    -------
    ndarray, float64, shape (2, 2) or None
        x, y in pixels of `image`, as the picture shows left and right; None when one is missing.
    """
    side = _EYE_SEARCH_SIDE
    face = cv2.resize(_cut(to_gray(image), box), (side, side), interpolation=cv2.INTER_AREA)
    for search in _EYE_SEARCHES:
        middles = [_find_eye(face, start, search) for start in (0, side // 2)]
        if None not in middles:
            return np.array(middles) * np.divide(box[2:], side) + box[:2]
    return None


def _find_eye(face: np.ndarray, start: int, search: tuple) -> tuple[float, float] | None:
    """Return the middle of the largest eye in one half of a face, the half that begins at `start`."""
    side = face.shape[0]
    half = np.ascontiguousarray(face[: side * 3 // 5, start : start + side // 2])
    step, votes, least = search
    found = cascade("haarcascade_eye").detectMultiScale(
        half, scaleFactor=step, minNeighbors=votes, minSize=(least, least)
    )
    if not len(found):
        return None
    x, y, width, height = max(found.tolist(), key=lambda eye: (eye[2], eye))
    return start + x + width / 2, y + height / 2


def crop(
    image: np.ndarray,
    box: Box | None = None,
    *,
    size: int = 48,
    margin: float = MARGIN,
    align: bool = True,
) -> np.ndarray:
    """Cut a face out of a picture as a square of gray pixels. Introduced in notebook 01.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray or RGB.
    box : Box, optional
        Where the face is. Without it the largest frontal face is taken, and where there is
        none, the largest one seen from the side that is at least a sixth as wide as the picture.
    size : int
        Side of the result in pixels.
    margin : float
        What is added on each side, as a share of the longer side of `box`; negative values cut
        closer. Where this reaches over the edge, the edge's pixels are repeated.
    align : bool
        Whether the eyes are made level first, when they are found (see `align`).

    Returns
    -------
    ndarray, uint8, shape (size, size)

    Raises
    ------
    NoFaceError
        If no face is found.
    DataError
        If `image` is no gray or RGB image, `box` lies outside it, or `size` or `margin` make no
        sense.
    """
    _check_cut(size, margin)
    gray = to_gray(image)
    box = _largest_face(gray) if box is None else _whole(box)
    if not _fits(gray, box):
        raise DataError(
            f"{box} does not fit a picture of {gray.shape[1]}x{gray.shape[0]} pixels; "
            "give a box that lies in it."
        )
    tilt = find_tilt(gray, box) if align else None
    return cut_upright(gray, box, tilt or 0.0, size=size, margin=margin)


def _check_cut(size, margin) -> None:
    if not isinstance(size, Integral) or not 1 <= size <= LARGEST:
        raise DataError(f"size must be a whole number from 1 to {LARGEST:,}, not {size!r}.")
    # Of half a side, taken on each side, nothing is left; no number compares as within.
    if not -0.5 < margin <= LARGEST_MARGIN:
        raise DataError(
            f"margin must lie above -0.5 and be {LARGEST_MARGIN} at most, not {margin!r}."
        )


def _whole(box) -> Box:
    """Return a box in whole pixels."""
    try:
        return Box(*map(round, box))
    except (TypeError, ValueError, OverflowError):
        raise DataError(
            f"A box is four finite numbers, x, y, width and height, not {box!r}."
        ) from None


def cut_upright(
    gray: np.ndarray, box: Box, tilt: float, *, size: int = 48, margin: float = MARGIN
) -> np.ndarray:
    """Cut a face out whose box and tilt are known: the second half of `crop`.

    Parameters
    ----------
    gray : ndarray, uint8, shape (H, W)
        The picture.
    box : Box
        Where the face is; it may reach over the edge, whose pixels are then repeated.
    tilt : float
        Degrees by which the face is tilted clockwise; 0 leaves it as it is.
    size, margin
        As for `crop`.

    Returns
    -------
    ndarray, uint8, shape (size, size)
    """
    square = _square(box, margin)
    # The diagonal of the square holds all that a rotation can bring into it.
    around = _square(square, 0.25)
    region = _cut(gray, around)
    inner = Box(square.x - around.x, square.y - around.y, square.width, square.height)
    if tilt:
        region = _turned(region, box._replace(x=box.x - around.x, y=box.y - around.y), tilt)
    face = _cut(region, inner)
    shrinks = face.shape[0] >= size
    return cv2.resize(
        face, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )


def _turned(image: np.ndarray, box: Box, tilt: float) -> np.ndarray:
    """Return a picture rotated about the middle of a box so that a tilted face is upright."""
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    turn = cv2.getRotationMatrix2D(middle, tilt, 1.0)
    size = (image.shape[1], image.shape[0])
    return cv2.warpAffine(image, turn, size, borderMode=cv2.BORDER_REPLICATE)


def _largest_face(gray: np.ndarray) -> Box:
    large = min(gray.shape) // _SHARE_OF_PORTRAIT
    # Small windows take most of the time; in most photos the face is large.
    boxes = detect(gray, min_size=large) or detect(gray) or detect_profiles(gray, min_size=large)
    if not boxes:
        raise NoFaceError(
            "No face was found; use a picture in which a face looks at the camera, upright and "
            "well lit, or say where it is with box."
        )
    return boxes[0]


def _fits(gray: np.ndarray, box: Box) -> bool:
    """Return whether a box overlaps the picture and is not far larger than it."""
    height, width = gray.shape
    overlaps = -box.width < box.x < width and -box.height < box.y < height
    return overlaps and 1 <= min(box[2:]) <= max(box[2:]) <= 2 * max(gray.shape)


def _square(box: Box, margin: float) -> Box:
    """Return the square about the middle of a box, with a margin on each side."""
    side = max(box.width, box.height)
    grown = max(1, round(side * (1 + 2 * margin)))
    return Box(
        round(box.x + box.width / 2 - grown / 2),
        round(box.y + box.height / 2 - grown / 2),
        grown,
        grown,
    )


def _cut(image: np.ndarray, box: Box) -> np.ndarray:
    """Return what a box holds; beyond the edge of the image the edge is repeated."""
    rows = np.clip(np.arange(box.y, box.y + box.height), 0, image.shape[0] - 1)
    columns = np.clip(np.arange(box.x, box.x + box.width), 0, image.shape[1] - 1)
    return image[np.ix_(rows, columns)]
