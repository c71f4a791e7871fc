"""Everything that is drawn by lot for face number i. Only the muscles know the class."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from fercourse.synth.camera import Camera
from fercourse.synth.expression import SHARES, TEXTBOOK, Expression, Variety, draw_expression
from fercourse.synth.face import Sitting
from fercourse.synth.identity import draw_identity
from fercourse.synth.light import Light
from fercourse.synth.occluders import draw_occluder
from fercourse.synth.pose import Pose, project
from fercourse.synth.raters import careful_label, careless_label, vote

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
    lot = VARIANTS[variant]
    rng = np.random.default_rng([seed, index])
    expression = draw_expression(lot.true_class(index, rng), rng, lot.variety)
    subject = subject_of(index)
    sitting = Sitting(
        person=draw_identity(subject, seed),
        action_units=expression.sides[:, ::-1].reshape(-1).astype(np.float32),
        pose=_pose(rng, size, lot.pose_spread),
        light=lot.light(rng),
        gaze=tuple(rng.normal(0, (0.04, 0.015)).clip(-0.09, 0.09).tolist()),
        occluder=lot.occluder(rng),
    )
    return Recipe(
        split=SPLITS[index % len(SPLITS)],
        subject=subject,
        sitting=sitting,
        expression=expression,
        votes=vote(expression, rng),
        label=lot.label(expression, rng),
        camera=lot.camera(rng),
        rng=rng,
    )


def _class_by_lot(index: int, rng: np.random.Generator) -> int:
    """Return a class, as often as it stands in FER2013."""
    return int(rng.choice(len(CLASSES), p=SHARES))


def _class_in_turn(index: int, rng: np.random.Generator) -> int:
    """Return each class as often as the others, in every split."""
    return (index // len(SPLITS) + index % len(SPLITS)) % len(CLASSES)


def _pose(rng: np.random.Generator, size: int, spread: float) -> Pose:
    """Hold the head by lot, and put the face, however it is held, in the middle of the picture."""
    yaw, pitch, roll = rng.normal(0, (15 * spread, 8 * spread, 7 * spread)).clip(-45, 45).tolist()
    scale = float(size / 2.52 * np.exp(rng.normal(0, 0.07 * spread)))
    distance = float(np.clip(np.exp(rng.normal(2.4, 0.3 * spread)), 6, 30))
    scale *= (distance - _FACE[2]) / distance / 0.88  # as large a face from near and from far
    pose = Pose(yaw, pitch, roll, float(scale), 0.0, 0.0, distance)
    x, y = (size * rng.normal((0.5, 0.600), 0.025 * spread) - project(_FACE, pose)).tolist()
    return pose._replace(x=x, y=y)


def _any_light(rng: np.random.Generator) -> Light:
    strength = rng.uniform(0.25, 0.85)
    ambient = 1.12 - strength + rng.normal(0, 0.08)
    azimuth, elevation = rng.normal((0, 20), (36, 18)).clip((-75, -15), (75, 70)).tolist()
    return Light(azimuth, elevation, strength, ambient)


def _good_light(rng: np.random.Generator) -> Light:
    return Light(rng.normal(0, 20), rng.uniform(20, 45), 0.7, 0.5)


def _any_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        exposure=float(np.exp(rng.normal(0.15, 0.18))),
        gamma=float(np.exp(rng.normal(0, 0.15))),
        resolution=1.0 if rng.random() < 0.85 else float(rng.uniform(0.5, 1.0)),
        blur=float(rng.exponential(0.15)),
        noise=float(rng.exponential(2.0)),
        jpeg=int(rng.integers(55, 96)) if rng.random() < 0.7 else 0,
    )


def _good_camera(rng: np.random.Generator) -> Camera:
    return Camera(exposure=rng.uniform(0.9, 1.1), noise=1.5)


def _lamp_at_the_side(rng: np.random.Generator) -> Light:
    side = rng.choice((-1, 1))
    return Light(side * rng.uniform(40, 70), rng.uniform(-10, 40), 0.8, rng.uniform(0.35, 0.55))


def _poor_camera(rng: np.random.Generator) -> Camera:
    return Camera(
        exposure=float(np.exp(rng.normal(0, 0.2))),
        gamma=float(np.exp(rng.normal(0.15, 0.15))),
        resolution=float(rng.uniform(0.5, 0.8)),
        blur=float(rng.uniform(0.2, 0.6)),
        noise=float(rng.uniform(3, 8)),
        jpeg=int(rng.integers(30, 60)),
    )


def _no_occluder(rng: np.random.Generator) -> str:
    return "none"


class Lot(NamedTuple):
    """By what lots a variant of the data set is drawn."""

    true_class: Callable[[int, np.random.Generator], int] = _class_by_lot
    variety: Variety = Variety()
    label: Callable[[Expression, np.random.Generator], int] = careless_label
    pose_spread: float = 1.0
    light: Callable[[np.random.Generator], Light] = _any_light
    occluder: Callable[[np.random.Generator], str] = draw_occluder
    camera: Callable[[np.random.Generator], Camera] = _any_camera


VARIANTS = {
    "default": Lot(),
    "balanced": Lot(true_class=_class_in_turn),
    # Another domain: the same muscles, under other lamps, before another camera, turned further.
    "shifted": Lot(
        true_class=_class_in_turn,
        label=careful_label,
        pose_spread=1.5,
        light=_lamp_at_the_side,
        occluder=_no_occluder,
        camera=_poor_camera,
    ),
    "easy": Lot(
        true_class=_class_in_turn,
        variety=TEXTBOOK,
        label=careful_label,
        pose_spread=0.35,
        light=_good_light,
        occluder=_no_occluder,
        camera=_good_camera,
    ),
}
