"""A small pool of drawn faces, and cheap ways to make many different pictures of them."""

from typing import NamedTuple

import cv2
import numpy as np

from fercourse.emotions import CLASSES_WITH_CONTEMPT
from fercourse.synth.drawing import draw_face
from fercourse.synth.expression import draw_expression
from fercourse.synth.units import ACTION_UNIT_NAMES

_SIZE = 72
_PEOPLE = 10

# Blue, green and red of light skin, as a share of its gray.
_TINT = np.float32((0.82, 0.96, 1.16))


class Portrait(NamedTuple):
    """A person in neutral and at the apex of an expression; landmarks (68, 2) of the apex."""

    neutral: np.ndarray
    apex: np.ndarray
    landmarks: np.ndarray

    def at(self, intensity: float) -> np.ndarray:
        """Return a picture between neutral (0) and apex (1); a plain cross-fade."""
        return cv2.addWeighted(self.neutral, 1 - intensity, self.apex, intensity, 0)


class Pool:
    """Portraits, each drawn once when it is first wanted."""

    def __init__(self, seed: int):
        self.seed = seed
        self._portraits: dict[tuple, Portrait] = {}
        self._neutral: dict[tuple, np.ndarray] = {}

    def portrait(self, name: str, person: int, yaw: float = 0.0) -> Portrait:
        """Return a person of the pool showing a class, by its word."""
        key = (name, person % _PEOPLE, yaw)
        if key not in self._portraits:
            self._portraits[key] = self._draw(*key)
        return self._portraits[key]

    def _draw(self, name: str, person: int, yaw: float) -> Portrait:
        label = CLASSES_WITH_CONTEMPT.index(name)
        rng = np.random.default_rng([self.seed, person, label, 5])
        sides = draw_expression(label, rng).sides
        units = dict(zip(ACTION_UNIT_NAMES, sides[:, ::-1].ravel().tolist(), strict=True))
        view = {"identity": person, "seed": self.seed, "yaw": yaw, "size": _SIZE}
        if (person, yaw) not in self._neutral:
            self._neutral[person, yaw] = draw_face(**view).images[0]
        apex = draw_face(units, **view)
        return Portrait(self._neutral[person, yaw], apex.images[0], apex.landmarks[0])

    def vary(self, face: np.ndarray, number: int, size: tuple[int, int]) -> np.ndarray:
        """Return picture `number` of a face: (height, width) pixels, other light and noise."""
        rng = np.random.default_rng([self.seed, number, 6])
        scale = min(size) / len(face)
        shift = (
            np.array(size[::-1]) / 2
            - scale * len(face) / 2
            + rng.uniform(-1, 1, 2) * 0.02 * min(size)
        )
        place = np.float64(((scale, 0, shift[0]), (0, scale, shift[1])))
        picture = cv2.warpAffine(face, place, size[::-1], borderMode=cv2.BORDER_REPLICATE)
        speckle = rng.integers(0, 7, (32, 32), np.uint8)
        speckle = cv2.resize(speckle, size[::-1], interpolation=cv2.INTER_NEAREST)
        return cv2.convertScaleAbs(cv2.add(picture, speckle), alpha=rng.uniform(0.75, 1.1))

    def tint(self, gray: np.ndarray, number: int) -> np.ndarray:
        """Return a gray picture in the colors (BGR) of skin under a warm or a cold lamp."""
        warmth = np.random.default_rng([self.seed, number, 7]).uniform(0.6, 1.3)
        levels = np.arange(256, dtype=np.float32)[:, None] * (1 + (_TINT - 1) * warmth)
        table = np.clip(levels, 0, 255).astype(np.uint8)[None]
        return cv2.LUT(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), table)
