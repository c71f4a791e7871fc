"""From a found face to a small upright square of gray pixels."""

import cv2
import numpy as np

from fercourse.errors import DataError, NoFaceError
from fercourse.faces.detection import Box, cascade, detect, detect_profiles
from fercourse.faces.reading import to_gray

_EYE_VOTES = 5
# Faces are searched for eyes at this size: large ones faster, small ones at all.
_EYE_SEARCH_SIDE = 160
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
    eyes = find_eyes(image, box)
    if eyes is None:
        return image, box
    (left_x, left_y), (right_x, right_y) = eyes
    tilt = float(np.degrees(np.arctan2(right_y - left_y, right_x - left_x)))
    if abs(tilt) > _MAX_TILT:
        return image, box
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    turn = cv2.getRotationMatrix2D(middle, tilt, 1.0)
    size = (image.shape[1], image.shape[0])
    return cv2.warpAffine(image, turn, size, borderMode=cv2.BORDER_REPLICATE), box


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
    middles = []
    for start in (0, side // 2):
        half = np.ascontiguousarray(face[: side * 3 // 5, start : start + side // 2])
        found = cascade("haarcascade_eye").detectMultiScale(half, 1.05, _EYE_VOTES)
        if not len(found):
            return None
        x, y, width, height = max(found.tolist(), key=lambda eye: (eye[2], eye))
        middles.append((start + x + width / 2, y + height / 2))
    return np.array(middles) * np.divide(box[2:], side) + box[:2]


def crop(
    image: np.ndarray,
    box: Box | None = None,
    *,
    size: int = 48,
    margin: float = 0.1,
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
        If `image` is no gray or RGB image, or `box` lies outside it.
    """
    gray = to_gray(image)
    box = _largest_face(gray) if box is None else Box(*map(round, box))
    if not _fits(gray, box):
        raise DataError(
            f"{box} does not fit a picture of {gray.shape[1]}x{gray.shape[0]} pixels; "
            "give a box that lies in it."
        )
    square = _square(box, margin)
    # The diagonal of the square holds all that a rotation can bring into it.
    around = _square(square, 0.25)
    region = _cut(gray, around)
    inner = Box(square.x - around.x, square.y - around.y, square.width, square.height)
    if align:
        face = box._replace(x=box.x - around.x, y=box.y - around.y)
        region, _ = _align(region, face)
    face = _cut(region, inner)
    shrinks = face.shape[0] >= size
    return cv2.resize(
        face, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )


_align = align  # `crop` has a parameter of that name


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
