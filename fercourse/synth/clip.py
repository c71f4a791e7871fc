"""Clips: an expression that comes, stays and goes, on a head that moves and blinks."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT
from fercourse.errors import DataError
from fercourse.synth.camera import Camera
from fercourse.synth.drawing import (
    Drawing,
    check_numbers,
    one_thread,
    photograph,
    studio_camera,
)
from fercourse.synth.expression import draw_expression
from fercourse.synth.face import Sitting
from fercourse.synth.identity import draw_identity
from fercourse.synth.light import Light
from fercourse.synth.pose import Pose
from fercourse.synth.surroundings import plain_background
from fercourse.synth.units import ACTION_UNIT_NAMES, as_intensities
from fercourse.whole import whole_file

_BLINK_SECONDS = 0.30
_BLINKS_EVERY = 3.5  # seconds, on average


def draw_clip(
    expression: str | Mapping[int | str, float] = "happy",
    *,
    identity: int = 0,
    seed: int = 0,
    seconds: float = 3.0,
    frames_per_second: float = 25.0,
    size: int = 192,
    camera: Camera | None = None,
) -> Drawing:
    """Draw a clip of one person: neutral, onset, apex, offset, with blinks and head motion.

    Parameters
    ----------
    expression : str or mapping
        An expression class, or action units and their intensities at the apex.
    identity, seed : int
        The person, and how the head moves.
    seconds, frames_per_second : float
        Length and rate.
    size : int
        Pixels of the square frames.

    Returns
    -------
    Drawing
        One row a frame; the table also has ``time`` in seconds and ``intensity``, the share of
        the apex from 0 to 1. Labels are those of the class, neutral for other action units.

    Raises
    ------
    DataError
        If the class is unknown, a number is not finite or the clip has no frame.
    """
    if not np.isfinite([seconds, frames_per_second, seconds * frames_per_second]).all():
        raise DataError("The seconds and the frames per second of a clip must be finite numbers.")
    count = round(seconds * frames_per_second)
    if count < 1 or size < 16:
        raise DataError("A clip needs at least one frame of at least 16 pixels.")
    check_numbers(identity=identity, seed=seed)
    rng = np.random.default_rng([seed, identity, 9])
    apex, label = _apex(expression, rng)
    time = np.arange(count) / frames_per_second
    intensity = rise_and_fall(time / seconds)
    units = intensity[:, None] * apex
    closed = [ACTION_UNIT_NAMES.index(f"AU43_{side}") for side in ("left", "right")]
    units[:, closed] = np.maximum(units[:, closed], _blinks(time, rng)[:, None])
    poses = _head_motion(time, size, rng)
    frames = _film(
        draw_identity(identity, seed), units.astype(np.float32), poses, size, camera, rng
    )
    table = pd.DataFrame({
        "subject": identity, "time": time, "intensity": intensity,
        "yaw": [pose.yaw for pose in poses], "pitch": [pose.pitch for pose in poses],
        "roll": [pose.roll for pose in poses],
    })  # fmt: skip
    images, truths = zip(*frames, strict=True)
    return Drawing(
        images=np.stack(images),
        labels=np.full(count, label, np.int64),
        table=table,
        action_units=units.astype(np.float32),
        regions=np.stack([truth.regions for truth in truths]),
        landmarks=np.stack([truth.landmarks for truth in truths]),
    )


def rise_and_fall(share: np.ndarray) -> np.ndarray:
    """Return the intensity at each share (0 to 1) of a clip: onset, apex, offset, no corners."""
    return np.minimum(_smooth((share - 0.12) / 0.25), _smooth((0.92 - share) / 0.3))


def write_clip(drawing: Drawing, path: str | Path, frames_per_second: float = 25.0) -> Path:
    """Write the frames of a clip to a video file; ``.avi`` and ``.mp4`` work everywhere.

    Raises
    ------
    DataError
        If OpenCV cannot write this kind of file, or not there, or the disk is full.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise DataError(f"There is no folder {path.parent}; make it first.")
    try:
        with whole_file(path) as fresh:
            _write_frames(drawing.images, fresh, path, frames_per_second)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _write_frames(images: np.ndarray, fresh: Path, path: Path, frames_per_second: float) -> None:
    codec = "MJPG" if path.suffix.lower() == ".avi" else "mp4v"
    height, width = images.shape[1:]
    writer = cv2.VideoWriter(
        str(fresh), cv2.VideoWriter_fourcc(*codec), frames_per_second, (width, height)
    )
    if not writer.isOpened():
        raise DataError(f"No video can be written to {path}; name a .avi or .mp4 file.")
    for image in images:
        writer.write(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    writer.release()
    # OpenCV is silent about writes that failed.
    if _count_frames(fresh) != len(images):
        raise DataError(f"{path} cannot be written whole; free space on the disk and try again.")


def _count_frames(path: Path) -> int:
    video, count = cv2.VideoCapture(str(path)), 0
    while video.grab():
        count += 1
    video.release()
    return count


def _apex(expression, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    if not isinstance(expression, str):
        return as_intensities(expression), CLASSES.index("neutral")
    if expression not in CLASSES_WITH_CONTEMPT:
        raise DataError(
            f"There is no expression {expression!r}; choose one of {', '.join(CLASSES_WITH_CONTEMPT)}."
        )
    label = CLASSES_WITH_CONTEMPT.index(expression)
    return draw_expression(label, rng).sides[:, ::-1].reshape(-1), label


def _smooth(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def _blinks(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    starts = np.cumsum(rng.exponential(_BLINKS_EVERY, 2 + int(2 * time[-1] / _BLINKS_EVERY)))
    within = np.abs(time[:, None] - starts) / (_BLINK_SECONDS / 2)
    return np.clip(1.4 * (1 - within), 0, 1).max(axis=1)


def _head_motion(time: np.ndarray, size: int, rng: np.random.Generator) -> list[Pose]:
    """Return a slow sway: two sines with frequencies and phases drawn by lot, for each angle."""
    rate, phase = rng.uniform(0.1, 0.5, (3, 2)), rng.uniform(0, 2 * np.pi, (3, 2))
    sway = np.sin(2 * np.pi * rate * time[:, None, None] + phase).sum(axis=2)
    angles = rng.normal(0, (6, 3, 2)) + sway * (4.0, 2.0, 1.5)
    return [Pose(*map(float, row), size / 2.7, size / 2, size * 0.53) for row in angles]


def _film(person, units, poses, size, camera, film) -> list[tuple]:
    """Draw the frames; light and clothes stay, the noise of the camera does not."""
    background, light = plain_background(size), Light()
    with one_thread():
        return [
            photograph(
                Sitting(person, row, pose, light), camera or studio_camera(person, noise=1.5), background,
                np.random.default_rng(person.seed), film,
            )
            for row, pose in zip(units, poses, strict=True)
        ]  # fmt: skip
