"""Boxes and words, drawn on a picture."""

import cv2
import numpy as np

from fercourse.emotions import COLORS
from fercourse.faces import Box

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def annotate(picture: np.ndarray, box: Box, name: str, probability: float) -> None:
    """Draw a face's box, its class and the probability of it on a BGR picture, in place."""
    color = _bgr(COLORS.get(name, "#444444"))
    line = max(1, round(max(picture.shape[:2]) / 400))
    corner = (box.x + box.width, box.y + box.height)
    cv2.rectangle(picture, (box.x, box.y), corner, color, line)
    _write_words(picture, f"{name} {probability:.0%}", box, color)


def _write_words(picture: np.ndarray, words: str, box: Box, color: tuple) -> None:
    font, thickness = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(box.width / 150))
    (width, height), below = cv2.getTextSize(words, font, 1.0, thickness)
    scale = max(0.35, 0.9 * box.width / width)
    width, height, below = (round(side * scale) for side in (width, height, below))
    bottom = max(box.y, height + below)
    cv2.rectangle(picture, (box.x, bottom - height - below), (box.x + width, bottom), color, -1)
    ink = _BLACK if sum(color) > 382 else _WHITE
    cv2.putText(
        picture, words, (box.x, bottom - below // 2), font, scale, ink, thickness, cv2.LINE_AA
    )


def _bgr(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return blue, green, red
