"""Photo-sized pictures of several people, for the face detector."""

import numpy as np
import pandas as pd

from fercourse.errors import DataError
from fercourse.synth.camera import Camera, take
from fercourse.synth.drawing import check_numbers, one_thread
from fercourse.synth.face import add_face
from fercourse.synth.pose import Pose, project
from fercourse.synth.recipe import FACES_PER_SUBJECT, SPLITS, make_recipe
from fercourse.synth.surroundings import draw_background

# A face's box is the square that OpenCV's frontal cascade finds: hairline to chin.
_MIDDLE = np.array((0.0, 0.19, 0.9))
_SIDE = 2.5  # in half face widths
_CAMERA = Camera(blur=0.4, noise=2.0, jpeg=90, metering=0.6, gamma=0.9)
_TRIES = 400


def draw_scene(
    count: int, seed: int = 0, size: tuple[int, int] = (480, 640)
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Draw a picture of several people. Faces in one picture never overlap, and nothing hides them.

    Parameters
    ----------
    count : int
        How many people.
    seed : int
        Other seeds are other pictures.
    size : (height, width)
        In pixels.

    Returns
    -------
    image : ndarray, uint8, shape (height, width)
    boxes : ndarray, int64, shape (count, 4)
        x, y, width, height of the square around each face, hairline to chin, in pixels.
    table : DataFrame
        One row per face: ``true_class``, ``yaw``, ``pitch``, ``roll``, ``tone``.

    Raises
    ------
    DataError
        If the picture has no room for so many faces of at least 40 pixels.
    """
    check_numbers(seed=seed)
    rng = np.random.default_rng([seed, 8])
    picture = draw_background(size, rng)
    boxes, rows = [], []
    places = _places(count, size, rng)
    light = make_recipe(0, seed, "default", 100).sitting.light
    with one_thread():
        for number, (x, y, side) in enumerate(places):
            recipe = make_recipe(number * FACES_PER_SUBJECT * len(SPLITS), seed, "default", 100)
            sitting = recipe.sitting
            pose = move(sitting.pose, x, y, side)
            add_face(picture, sitting._replace(pose=pose, light=light, occluder="none"), recipe.rng)
            boxes.append(face_box(pose))
            rows.append({
                "true_class": recipe.expression.true_class, "yaw": pose.yaw, "pitch": pose.pitch,
                "roll": pose.roll, "tone": sitting.person.tone + 1,
            })  # fmt: skip
        image = take(picture, _CAMERA, rng)
    return image, np.array(boxes, np.int64), pd.DataFrame(rows)


def _places(count: int, size: tuple[int, int], rng: np.random.Generator) -> list[tuple]:
    """Return the middle and the side of each face, the upper (farther) ones first."""
    if count < 1:
        raise DataError("Draw at least one face.")
    largest = min(0.5 * min(size), 0.66 * np.sqrt(size[0] * size[1] / count))
    if largest < 40:
        raise DataError(f"{count} faces do not fit into {size[1]}x{size[0]} pixels; draw fewer.")
    for _ in range(_TRIES):
        places = []
        for _ in range(_TRIES):
            side = rng.uniform(max(40, 0.5 * largest), largest)
            x = rng.uniform(0.6 * side, size[1] - 0.6 * side)
            y = rng.uniform(0.65 * side, size[0] - 0.6 * side)
            if all(_apart(x - a, y - b, side + c) for a, b, c in places):
                places.append((x, y, side))
            if len(places) == count:
                return sorted(places, key=lambda place: place[1])
        largest *= 0.93
    raise DataError(f"{count} faces do not fit into {size[1]}x{size[0]} pixels; draw fewer.")


def _apart(dx: float, dy: float, sides: float) -> bool:
    """Return whether two people of these distances hide nothing of each other's faces."""
    return abs(dx) > 0.78 * sides or abs(dy) > 0.62 * sides


def move(pose: Pose, x: float, y: float, side: float) -> Pose:
    """Return a pose whose face has its box of `side` pixels about the point x, y."""
    pose = pose._replace(x=0.0, y=0.0, scale=float(side / _SIDE))
    at = project(_MIDDLE, pose)
    return pose._replace(x=float(x - at[0]), y=float(y - at[1]))


def face_box(pose: Pose) -> tuple[int, int, int, int]:
    """Return x, y, width and height of the square that a face detector finds around a face."""
    x, y = project(_MIDDLE, pose)
    side = _SIDE * pose.scale
    return tuple(round(float(value)) for value in (x - side / 2, y - side / 2, side, side))
