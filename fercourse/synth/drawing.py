"""Draw faces: one as it is wanted, or many by lot."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import cv2
import joblib
import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from fercourse.synth.camera import Camera, take
from fercourse.synth.face import Sitting, Truth, add_face
from fercourse.synth.identity import TONES, Identity, draw_identity
from fercourse.synth.light import Light
from fercourse.synth.occluders import OCCLUDERS
from fercourse.synth.pose import Pose
from fercourse.synth.raters import VOTE_COLUMNS
from fercourse.synth.recipe import Recipe, make_recipe
from fercourse.synth.surroundings import draw_background, plain_background
from fercourse.synth.units import as_intensities

_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Drawing:
    """Drawn faces and the truth about them.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, S, S)
    labels : ndarray, int64, shape (N,)
        The class that a careless rater named, an index into `fercourse.emotions.CLASSES`.
    table : DataFrame
        One row per face: ``split``, ``subject``, ``true_class``, votes of ten raters
        (``votes_angry`` ...), pose in degrees, light, skin tone (Monk 1 to 10), occluder.
    action_units : ndarray, float32, shape (N, A)
        Intensities 0 to 1, in the order of `ACTION_UNIT_NAMES`.
    regions : ndarray, uint8, shape (N, S, S)
        Bit masks in the order of `REGIONS`.
    landmarks : ndarray, float32, shape (N, 68, 2)
        x, y in pixels, in the order of iBUG 300-W; those that lie outside the picture too.
    """

    images: np.ndarray
    labels: np.ndarray
    table: pd.DataFrame
    action_units: np.ndarray
    regions: np.ndarray
    landmarks: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


def draw_face(
    action_units: Mapping[int | str, float] | None = None,
    *,
    identity: int = 0,
    seed: int = 0,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    gaze: tuple[float, float] = (0.0, 0.0),
    light: Light | None = None,
    camera: Camera | None = None,
    occluder: str = "none",
    person: Mapping[str, object] | None = None,
    size: int = 192,
) -> Drawing:
    """Draw one face as it is wanted. Introduced in notebook 01.

    Parameters
    ----------
    action_units : mapping, optional
        Intensities from 0 to 1, as ``{12: 0.8}`` for both sides or ``{"AU12_left": 0.5}`` for
        one; left is the left of the person drawn.
    identity : int
        Number of the person; each `seed` has people of its own.
    yaw, pitch, roll : float
        Degrees. Positive yaw turns the nose to the right of the picture, positive pitch lifts it,
        positive roll tilts the head clockwise.
    gaze : (float, float)
        Shift of the irises to the right and down, in half face widths (about -0.1 to 0.1).
    light, camera : optional
        When they are not given, a soft lamp from above, and a perfect camera set for the skin.
    occluder : str
        What hides part of the face, one of `OCCLUDERS`.
    person : mapping, optional
        What shall be other than it is with this person, everything else being equal: fields of
        `Identity`, such as ``{"tone": 9}`` (0 the lightest skin, 9 the darkest), ``{"glasses": 1.0}``.
    size : int
        Pixels of the square picture.

    Returns
    -------
    Drawing
        Of one face; ``drawing.images[0]`` is the picture.

    Raises
    ------
    DataError
        If an action unit, the occluder or a field of the person is unknown, an intensity is not within 0 to 1, a number
        is negative, or the size is too small.
    """
    check_numbers(identity=identity, seed=seed)
    if size < 16:
        raise DataError(f"A face needs at least 16 pixels, not {size}.")
    if occluder not in OCCLUDERS:
        raise DataError(f"There is no occluder {occluder!r}; choose one of {', '.join(OCCLUDERS)}.")
    drawn = _changed(draw_identity(identity, seed), person or {})
    pose = Pose(yaw, pitch, roll, size / 2.7, size / 2, size * 0.53)
    units = as_intensities(action_units)
    sitting = Sitting(drawn, units, pose, light or Light(), gaze, occluder)
    with one_thread():
        rng = np.random.default_rng([seed, identity, 2])
        background = plain_background(size)
        image, truth = photograph(sitting, camera or studio_camera(drawn), background, rng, rng)
    table = pd.DataFrame({
        "subject": [identity], "yaw": [yaw], "pitch": [pitch], "roll": [roll], "tone": [drawn.tone + 1],
    })  # fmt: skip
    return Drawing(
        image[None], np.array([CLASSES.index("neutral")]), table,
        units[None], truth.regions[None], truth.landmarks[None],
    )  # fmt: skip


def _changed(person: Identity, fields: Mapping[str, object]) -> Identity:
    unknown = [name for name in fields if name not in Identity._fields]
    if unknown:
        raise DataError(f"A person has no {unknown[0]!r}; there are {', '.join(Identity._fields)}.")
    if not 0 <= fields.get("tone", 0) < len(TONES):
        raise DataError(f"Tones go from 0 to {len(TONES) - 1}, from light to dark.")
    return person._replace(**fields)


def draw(
    count: int,
    *,
    seed: int = 0,
    start: int = 0,
    size: int = 48,
    variant: str = "default",
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Drawing:
    """Draw faces by lot. Face i depends on `seed` and i alone, not on how the work is shared out.

    Parameters
    ----------
    count, start : int
        Draw the faces from number `start` on.
    seed : int
        Other seeds are other people with other expressions.
    size : int
        Pixels of the square pictures.
    variant : {"default", "balanced", "easy", "shifted"}
        ``default`` is as unbalanced and as hard as FER2013; ``balanced`` has as many faces of each
        class; ``easy`` is balanced, well lit, near frontal, strong and rightly labeled; ``shifted``
        is another domain, under a lamp at the side and before a poor camera.
    processes : int
        Processes to share the work (joblib).
    progress : callable, optional
        Called with the number of faces done so far.

    Returns
    -------
    Drawing

    Raises
    ------
    DataError
        If the count, the size or the variant makes no sense.
    """
    if count < 1 or start < 0 or size < 16:
        raise DataError("Draw at least one face, from number 0 on, of at least 16 pixels.")
    check_numbers(seed=seed)
    ends = range(start, start + count, _CHUNK)
    jobs = (
        joblib.delayed(_draw_chunk)(first, min(first + _CHUNK, start + count), seed, variant, size)
        for first in ends
    )
    chunks, done = [], 0
    for chunk in joblib.Parallel(n_jobs=processes, return_as="generator")(jobs):
        chunks.append(chunk)
        done += len(chunk)
        if progress:
            progress(done)
    return _join(chunks)


def _join(chunks: list[Drawing]) -> Drawing:
    def together(name: str) -> np.ndarray:
        return np.concatenate([getattr(chunk, name) for chunk in chunks])

    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    return Drawing(
        together("images"), together("labels"), table,
        together("action_units"), together("regions"), together("landmarks"),
    )  # fmt: skip


def _draw_chunk(start: int, stop: int, seed: int, variant: str, size: int) -> Drawing:
    with one_thread():
        faces = [
            _draw_recipe(make_recipe(index, seed, variant, size), size)
            for index in range(start, stop)
        ]
    recipes, images, regions, landmarks, units = zip(*faces, strict=True)
    return Drawing(
        images=np.stack(images),
        labels=np.array([recipe.label for recipe in recipes], np.int64),
        table=pd.DataFrame([_row(recipe) for recipe in recipes]),
        action_units=np.stack(units),
        regions=np.stack(regions),
        landmarks=np.stack(landmarks),
    )


def check_numbers(**numbers: int) -> None:
    """Raise DataError if a number that chooses a person or a lot is negative."""
    for name, number in numbers.items():
        if number < 0:
            raise DataError(f"The {name} must be 0 or more, not {number}.")


def studio_camera(person: Identity, noise: float = 0.0) -> Camera:
    """Return a camera set for a person's skin, so that no expression changes the exposure."""
    return Camera(exposure=(0.62 / TONES[person.tone]) ** 0.6, noise=noise, metering=0)


def photograph(
    sitting: Sitting,
    camera: Camera,
    background: np.ndarray,
    rng: np.random.Generator,
    film: np.random.Generator,
) -> tuple[np.ndarray, Truth]:
    """Return a square picture of one person before a background, and the truth.

    `rng` chooses what is seen around the face, `film` the noise of the camera.
    """
    picture = background.copy()
    truth = add_face(picture, sitting, rng)
    return take(picture, camera, film), truth


def _draw_recipe(recipe: Recipe, size: int) -> tuple:
    background = draw_background((size, size), recipe.rng)
    image, truth = photograph(recipe.sitting, recipe.camera, background, recipe.rng, recipe.rng)
    return recipe, image, truth.regions, truth.landmarks, recipe.sitting.action_units


def _row(recipe: Recipe) -> dict:
    votes = dict(zip(VOTE_COLUMNS, recipe.votes.tolist(), strict=True))
    person, _, pose, light, gaze, occluder = recipe.sitting
    return {
        "split": recipe.split,
        "subject": recipe.subject,
        "true_class": recipe.expression.true_class,
        **votes,
        "strength": recipe.expression.strength,
        "yaw": pose.yaw,
        "pitch": pose.pitch,
        "roll": pose.roll,
        "gaze_x": gaze[0],
        "gaze_y": gaze[1],
        "light_azimuth": light.azimuth,
        "light_elevation": light.elevation,
        "light_strength": light.strength,
        "tone": person.tone + 1,
        "occluder": occluder,
    }


@cache
def _thread_pools() -> ThreadpoolController:
    """Return a handle on the libraries' threads; looking for them takes a fifth of a drawing's time."""
    return ThreadpoolController()


@contextmanager
def one_thread():
    """Keep the libraries from starting threads: small arrays gain nothing, processes would fight."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with _thread_pools().limit(limits=1):
            yield
    finally:
        cv2.setNumThreads(threads)
