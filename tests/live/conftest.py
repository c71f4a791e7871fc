"""A clip whose truth is known, and a classifier that is quick and tells gray levels."""

import numpy as np
import pytest

from fercourse import synth
from fercourse.faces import Box

CLASSES = ("dark", "bright")


class Brightness:
    """The mean gray level as the probability of one of two classes."""

    classes = CLASSES

    def predict_proba(self, faces):
        bright = faces.reshape(len(faces), -1).mean(axis=1) / 255
        return np.stack([1 - bright, bright], axis=1).astype(np.float32)


@pytest.fixture
def classifier():
    return Brightness()


@pytest.fixture(scope="session")
def clip():
    """Sixty frames of a person who sways, comes nearer and tilts the head: frames and boxes."""
    frames, boxes = [], []
    for step in range(60):
        turn = 2 * np.pi * step / 60
        frame, box = synth.draw_view(
            {12: (1 - np.cos(turn)) / 2}, identity=1, x=0.5 + 0.12 * np.sin(turn),
            y=0.5 + 0.04 * np.sin(2 * turn), side=0.5 + 0.1 * np.sin(turn), roll=8 * np.sin(turn),
            size=(240, 320),
        )  # fmt: skip
        frames.append(frame)
        boxes.append(Box(*box.tolist()))
    return frames, boxes
