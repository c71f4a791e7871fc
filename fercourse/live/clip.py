"""The clip that is supplied: a drawn person, neutral, happy, neutral, surprised."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fercourse import synth
from fercourse.faces import Box

RATE = 12.0  # frames per second
SECONDS = 8.0
# When each expression begins to rise, is there, begins to fall, and is gone, in seconds.
_COURSE = (
    ("happy", (1.2, 1.7, 3.4, 4.0), {6: 0.9, 12: 0.9, 25: 0.7}),
    ("surprise", (5.0, 5.4, 7.0, 7.6), {1: 0.9, 2: 0.9, 5: 0.8, 26: 0.9}),
)


class ClipFrame(NamedTuple):
    """A drawn frame and the truth about it.

    Parameters
    ----------
    image : ndarray, uint8, shape (240, 320)
    time : float
        Seconds from the beginning.
    expression : str
        What is shown, or is coming or going.
    intensity : float
        The share of the apex, 0 to 1; 0 where the face is at rest.
    box : Box
        Where the face is.
    """

    image: np.ndarray
    time: float
    expression: str
    intensity: float
    box: Box


def draw_supplied_clip(rate: float = RATE, *, identity: int = 11) -> Iterator[ClipFrame]:
    """Yield the frames of the clip, drawn as they are asked for. Introduced in notebook 07.

    Parameters
    ----------
    rate : float
        Frames per second.
    identity : int
        The person, as for `synth.draw_face`.
    """
    for number in range(round(SECONDS * rate)):
        yield draw_supplied_frame(number, rate, identity=identity)


def draw_supplied_frame(number: int, rate: float = RATE, *, identity: int = 11) -> ClipFrame:
    """Draw one frame of the clip, by its number; parameters are those of `draw_supplied_clip`."""
    time = number / rate
    expression, intensity, units = _shown_at(time)
    sway = 2 * np.pi * time / SECONDS
    image, box = synth.draw_view(
        {unit: value * intensity for unit, value in units.items()},
        identity=identity,
        x=0.5 + 0.06 * np.sin(sway),
        y=0.52 + 0.02 * np.sin(2 * sway),
        side=0.55 + 0.04 * np.sin(sway),
        yaw=4 * np.sin(sway),
        roll=3 * np.sin(2 * sway),
        size=(240, 320),
    )
    return ClipFrame(image, time, expression, intensity, Box(*box.tolist()))


def _shown_at(time: float) -> tuple[str, float, dict]:
    for name, (begin, there, falling, gone), units in _COURSE:
        share = min((time - begin) / (there - begin), (gone - time) / (gone - falling))
        if share > 0:
            share = min(1.0, share)
            return name, share * share * (3 - 2 * share), units
    return "neutral", 0.0, {}
