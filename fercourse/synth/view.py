"""One person somewhere in a wide picture, as a webcam sees them."""

from collections.abc import Mapping

import numpy as np

from fercourse.errors import DataError
from fercourse.synth.camera import Camera, take
from fercourse.synth.drawing import check_numbers, one_thread, studio_camera
from fercourse.synth.face import Sitting, add_face
from fercourse.synth.identity import draw_identity
from fercourse.synth.light import Light
from fercourse.synth.pose import Pose
from fercourse.synth.scene import face_box, move
from fercourse.synth.units import as_intensities

_WALL = 0.36


def draw_view(
    action_units: Mapping[int | str, float] | np.ndarray | None = None,
    *,
    identity: int = 0,
    seed: int = 0,
    x: float = 0.5,
    y: float = 0.5,
    side: float = 0.5,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    light: Light | None = None,
    camera: Camera | None = None,
    size: tuple[int, int] = (480, 640),
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one person where they are wanted in a picture. Introduced in notebook 07.

    Parameters
    ----------
    action_units : mapping or ndarray, optional
        Intensities as for `draw_face`, or all of them in the order of `ACTION_UNIT_NAMES`.
    identity, seed : int
        The person, as for `draw_face`.
    x, y : float
        The middle of the face, as shares of the width and of the height of the picture.
    side : float
        The side of the face's box as a share of the height of the picture.
    yaw, pitch, roll : float
        Degrees, as for `draw_face`.
    light, camera : optional
        As for `draw_face`.
    size : (height, width)
        In pixels.

    Returns
    -------
    image : ndarray, uint8, shape (height, width)
    box : ndarray, int64, shape (4,)
        x, y, width, height of the square around the face, hairline to chin, in pixels; it may
        reach over the edge.

    Raises
    ------
    DataError
        If an action unit is unknown or the face would be smaller than 16 pixels.
    """
    check_numbers(identity=identity, seed=seed)
    if min(size) < 16 or not side * size[0] >= 16:
        raise DataError("A face in a picture needs at least 16 pixels; name a larger side or size.")
    person = draw_identity(identity, seed)
    turned = Pose(yaw, pitch, roll, 1.0, 0.0, 0.0)
    pose = move(turned, x * size[1], y * size[0], side * size[0])
    units = action_units if isinstance(action_units, np.ndarray) else as_intensities(action_units)
    rng = np.random.default_rng([seed, identity, 2])
    picture = np.full(size, _WALL, np.float32)
    with one_thread():
        add_face(picture, Sitting(person, units, pose, light or Light()), rng)
        image = take(picture, camera or studio_camera(person), rng)
    return image, np.array(face_box(pose), np.int64)
