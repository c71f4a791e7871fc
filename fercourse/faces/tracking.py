"""From frame to frame: find faces now and then, follow them between, and keep them apart."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.errors import DataError
from fercourse.faces.cropping import find_tilt
from fercourse.faces.detection import Box, Detector, Haar
from fercourse.faces.reading import to_gray

# Frames are followed at this length of their longer side; a face there is some 20 to 150 pixels.
_FLOW_SIDE = 320
# Points across the middle of a face, in each direction.
_GRID = 7
_WINDOW = (15, 15)
# A point that is not led back to within a pixel of where it began has lost its way.
_MAX_RETURN_ERROR = 1.0
_FEWEST_POINTS = 10
# Of how many detections in a row a face may be missed before it is given up.
_PATIENCE = 3
_SAME_FACE = 0.25
# A detection near a face looks at this many widths of the face, shrunk so that it is so many pixels wide.
_NEAR, _NEAR_WIDTH = 1.6, 48
# Once the eyes have told the tilt, it is followed for so many frames before they are asked again.
_EYES_EVERY = 30
# What a detection corrects of a followed box; the rest is left, so that boxes do not jump.
_GAIN = 0.5


class Track(NamedTuple):
    """A face in view: its number, its box, and its tilt in degrees clockwise."""

    id: int
    box: Box
    tilt: float


@dataclass
class _Followed:
    id: int
    middle: np.ndarray  # x, y in pixels
    sides: np.ndarray  # width, height
    tilt: float | None = None  # until the eyes are found
    since_eyes: int = 0
    missed: int = 0
    is_lost: bool = False

    @property
    def box(self) -> Box:
        corner = self.middle - self.sides / 2
        return Box(*(round(float(value)) for value in (*corner, *self.sides)))


class Tracker:
    """Follows faces through the frames of a camera. Introduced in notebook 07.

    Every so many frames a detector looks for faces. In between, a grid of points on each face is
    followed by optical flow (Lucas and Kanade, 1981, in pyramids) from frame to frame and back;
    points that do not return are dropped (Kalal, Mikolajczyk and Matas, 2010), and the others tell
    how the face moved, grew and turned. Numbers count up from 1; a face that leaves and comes back
    gets a new one.

    Parameters
    ----------
    detector : callable, optional
        From a picture to boxes, such as `Haar` (the default) or `YuNet`.
    every : int
        The detector is asked at every so many frames; 1 asks it always. While no face is in view,
        and when one was lost, it is asked at once.
    whole : int
        Of how many detections one is shown the whole picture, where newcomers are found. The others
        are shown what is near the faces in view, which is several times as quick.

    Raises
    ------
    DataError
        If `every` or `whole` is below 1.
    """

    def __init__(self, detector: Detector | None = None, *, every: int = 5, whole: int = 1):
        if every < 1:
            raise DataError(f"Ask the detector at every frame (1) or more rarely, not at {every}.")
        if whole < 1:
            raise DataError(f"Search the whole picture always (1) or more rarely, not at {whole}.")
        self.detector = detector or Haar()
        self.every, self.whole = every, whole
        self._faces: list[_Followed] = []
        self._before: np.ndarray | None = None
        self._since_detection = 0
        self._since_whole = 0
        self._last_id = 0

    @property
    def tracks(self) -> list[Track]:
        """The faces in view, the oldest first."""
        return [Track(face.id, face.box, face.tilt or 0.0) for face in self._faces]

    @property
    def is_due(self) -> bool:
        """Whether the detector is to be asked at the frame that was followed last."""
        return (
            self._since_detection >= self.every
            or not self._faces
            or any(face.is_lost for face in self._faces)
        )

    def track(self, image: np.ndarray) -> list[Track]:
        """Take the next frame, gray or RGB, and return the faces in view."""
        self.follow(image)
        if self.is_due:
            self.detect(image)
        return self.tracks

    def follow(self, image: np.ndarray) -> None:
        """Move the faces from the last frame to this one; a frame of another size starts anew."""
        gray = to_gray(image)
        factor = min(1.0, _FLOW_SIDE / max(gray.shape))
        size = [max(1, round(side * factor)) for side in gray.shape[::-1]]
        now = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        if self._before is not None and self._before.shape == now.shape:
            for face in self._faces:
                _move(face, self._before, now, factor)
            self._faces = [face for face in self._faces if _is_inside(face, gray.shape)]
        else:
            self._faces = []
        self._before = now
        self._since_detection += 1

    def detect(self, image: np.ndarray) -> None:
        """Ask the detector, and correct the faces by what it finds."""
        gray = to_gray(image)
        for face, box in self._matched(self._find(image)):
            if box is None:
                face.missed += 1
            else:
                _correct(face, box, gray)
        self._faces = [face for face in self._faces if face.missed < _PATIENCE]
        for face in self._faces:
            face.is_lost = False
        self._since_detection = 0

    def _find(self, image: np.ndarray) -> list[Box]:
        """Search the whole picture where that is due or a face was lost, else near the faces."""
        self._since_whole += 1
        is_lost = any(face.is_lost or face.missed for face in self._faces)
        if self._since_whole >= self.whole or is_lost or not self._faces:
            self._since_whole = 0
            return self.detector(image)
        return [box for face in self._faces for box in find_near(self.detector, image, face.box)]

    def _matched(self, boxes: list[Box]) -> list[tuple[_Followed, Box | None]]:
        """Pair faces with boxes, those that overlap most first; a box without a face starts one."""
        overlaps = sorted(
            ((overlap(face.box, box), -face.id, face, box) for face in self._faces for box in boxes),
            key=lambda pair: pair[:2], reverse=True,
        )  # fmt: skip
        found: dict[int, Box] = {}
        left = list(boxes)
        for share, _, face, box in overlaps:
            if share > _SAME_FACE and face.id not in found and box in left:
                found[face.id] = box
                left.remove(box)
        pairs = [(face, found.get(face.id)) for face in self._faces]
        for box in left:
            # A second find of a face that is known is no new face.
            if all(overlap(face.box, box) <= _SAME_FACE for face in self._faces):
                pairs.append((self._begin(box), box))
        return pairs

    def _begin(self, box: Box) -> _Followed:
        self._last_id += 1
        sides = np.array(box[2:], float)
        face = _Followed(self._last_id, box[:2] + sides / 2, sides)
        self._faces.append(face)
        return face


def overlap(a: Box, b: Box) -> float:
    """Return what two boxes share, as a part of what they cover together (IoU), 0 to 1."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (a.width * a.height + b.width * b.height - both)


def find_near(detector: Detector, image: np.ndarray, box: Box) -> list[Box]:
    """Return what a detector finds in a box and around it, in pixels of the whole picture."""
    around = [round((_NEAR - 1) / 2 * side) for side in box[2:]]
    left, top = max(0, box.x - around[0]), max(0, box.y - around[1])
    right, bottom = box.x + box.width + around[0], box.y + box.height + around[1]
    part = image[top:bottom, left:right]
    factor = min(1.0, _NEAR_WIDTH / box.width)
    size = [max(1, round(side * factor)) for side in part.shape[1::-1]]
    found = detector(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
    boxes = [Box(*(round(value / factor) for value in one)) for one in found]
    return [one._replace(x=one.x + left, y=one.y + top) for one in boxes]


def _move(face: _Followed, before: np.ndarray, now: np.ndarray, factor: float) -> None:
    """Move, scale and turn a face as the points on it did between two small frames."""
    across = np.linspace(-0.3, 0.3, _GRID)
    grid = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    points = ((face.middle + grid * face.sides) * factor).astype(np.float32)
    there, ok, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, winSize=_WINDOW, maxLevel=3)
    back, _, _ = cv2.calcOpticalFlowPyrLK(now, before, there, None, winSize=_WINDOW, maxLevel=3)
    kept = (ok.ravel() == 1) & (np.linalg.norm(back - points, axis=1) < _MAX_RETURN_ERROR)
    face.since_eyes += 1
    turn = None
    if kept.sum() >= _FEWEST_POINTS:
        turn, _ = cv2.estimateAffinePartial2D(points[kept], there[kept])
    scale = 0.0 if turn is None else float(np.hypot(turn[0, 0], turn[1, 0]))
    if not 0.7 < scale < 1.4:
        face.is_lost = True
        return
    face.middle = (turn[:, :2] @ (face.middle * factor) + turn[:, 2]) / factor
    face.sides = face.sides * scale
    if face.tilt is not None:
        face.tilt += float(np.degrees(np.arctan2(turn[1, 0], turn[0, 0])))


def _correct(face: _Followed, box: Box, gray: np.ndarray) -> None:
    """Bring a followed face nearer to where it was found; without eyes the tilt stays."""
    sides = np.array(box[2:], float)
    face.middle = face.middle + _GAIN * (box[:2] + sides / 2 - face.middle)
    face.sides = face.sides + _GAIN * (sides - face.sides)
    face.missed = 0
    if face.tilt is not None and face.since_eyes < _EYES_EVERY:
        return
    face.since_eyes = 0
    tilt = find_tilt(gray, box)
    if tilt is not None:
        face.tilt = tilt if face.tilt is None else face.tilt + _GAIN * (tilt - face.tilt)


def _is_inside(face: _Followed, shape: tuple[int, int]) -> bool:
    """Return whether the middle of a face is in the picture, and the face is neither dot nor wall."""
    x, y = face.middle
    return 0 <= x < shape[1] and 0 <= y < shape[0] and 8 <= face.sides.min() <= 2 * max(shape)
