"""Everything that is drawn by lot for face number i; nothing here depends on the class but the muscles."""

from typing import NamedTuple

import numpy as np

from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from fercourse.synth.camera import Camera
from fercourse.synth.expression import SHARES, Expression, draw_expression
from fercourse.synth.face import Sitting
from fercourse.synth.identity import draw_identity
from fercourse.synth.light import Light
from fercourse.synth.occluders import draw_occluder
from fercourse.synth.pose import Pose, project
from fercourse.synth.raters import rate

VARIANTS = ("default", "balanced", "easy")
# Nine faces in a row: seven to train, one to validate, one to test; twenty of each person.
SPLITS = ("train",) * 7 + ("validation", "test")
FACES_PER_SUBJECT = 20

_FACE = np.array((0.0, 0.5, 1.1))  # the point of the head that a face detector would center


class Recipe(NamedTuple):
    """One face to be drawn, all but its pixels."""

    split: str
    subject: int
    sitting: Sitting
    expression: Expression
    votes: np.ndarray
    label: int
    camera: Camera
    rng: np.random.Generator


def subject_of(index: int) -> int:
    """Return the number of the person on face `index`; no person stands in two splits."""
    row = len(SPLITS)
    return index // (row * FACES_PER_SUBJECT) * row + index % row


def make_recipe(index: int, seed: int, variant: str, size: int) -> Recipe:
    """Draw by lot what face `index` is; it depends on `seed` and `index` alone."""
    if variant not in VARIANTS:
        raise DataError(f"There is no variant {variant!r}; choose one of {', '.join(VARIANTS)}.")
    rng = np.random.default_rng([seed, index])
    easy = variant == "easy"
    row = len(SPLITS)
    true_class = int(rng.choice(len(CLASSES), p=SHARES))
    if variant != "default":
        true_class = (index // row + index % row) % len(CLASSES)
    expression = draw_expression(true_class, rng, easy)
    votes, label = rate(expression, rng, careful=easy)
    subject = subject_of(index)
    sitting = Sitting(
        person=draw_identity(subject, seed),
        action_units=expression.sides[:, ::-1].reshape(-1).astype(np.float32),
        pose=_pose(rng, size, 0.35 if easy else 1.0),
        light=_light(rng, easy),
        gaze=tuple(rng.normal(0, (0.04, 0.015)).clip(-0.09, 0.09).tolist()),
        occluder="none" if easy else draw_occluder(rng),
    )
    camera = _camera(rng, easy)
    return Recipe(SPLITS[index % row], subject, sitting, expression, votes, label, camera, rng)


def _pose(rng: np.random.Generator, size: int, spread: float) -> Pose:
    """Hold the head by lot, and put the face, however it is held, in the middle of the picture."""
    yaw, pitch, roll = rng.normal(0, (13 * spread, 7 * spread, 5 * spread)).clip(-45, 45).tolist()
    scale = float(size / 2.52 * np.exp(rng.normal(0, 0.06 * spread)))
    distance = float(np.exp(rng.normal(2.3, 0.35 * spread)))
    scale *= (distance - _FACE[2]) / distance / 0.88  # as large a face from near and from far
    pose = Pose(yaw, pitch, roll, float(scale), 0.0, 0.0, distance)
    x, y = (size * rng.normal((0.5, 0.612), 0.02 * spread) - project(_FACE, pose)).tolist()
    return pose._replace(x=x, y=y)


def _light(rng: np.random.Generator, easy: bool) -> Light:
    if easy:
        return Light(rng.normal(0, 20), rng.uniform(20, 45), 0.7, 0.5)
    strength = rng.uniform(0.35, 0.95)
    return Light(
        rng.normal(0, 38), rng.normal(30, 18), strength, 1.12 - strength + rng.normal(0, 0.08)
    )


def _camera(rng: np.random.Generator, easy: bool) -> Camera:
    if easy:
        return Camera(exposure=rng.uniform(0.9, 1.1), noise=1.5)
    return Camera(
        exposure=float(np.exp(rng.normal(0.05, 0.18))),
        gamma=float(np.exp(rng.normal(0, 0.15))),
        resolution=1.0 if rng.random() < 0.7 else float(rng.uniform(0.45, 1.0)),
        blur=float(rng.exponential(0.22)),
        noise=float(rng.exponential(2.5)),
        jpeg=int(rng.integers(55, 96)) if rng.random() < 0.7 else 0,
    )
