"""Turn the head: find for each pixel the point of the face that its ray meets first.

Relief mapping (Policarpo, Oliveira and Comba, 2005): rays march through the height field, so that
features foreshorten and a nose hides the cheek behind it.
"""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from fercourse.synth.field import LEFT, TOP, Field

_FRONT, _BACK, _DEEPEST = 1.75, -1.2, -0.35


class Pose(NamedTuple):
    """How the head is held (degrees) and where the picture's middle lies.

    Positive yaw turns the nose to the right of the picture, positive pitch lifts the chin,
    positive roll turns the picture of the head clockwise. `scale` is pixels per half face width;
    `x`, `y` are the pixels at which the middle of the head (height of the nose) is seen, and
    `distance` is how far away the camera is, in half face widths (9 is about 60 cm): the nearer
    it is, the larger the nose.
    """

    yaw: float
    pitch: float
    roll: float
    scale: float
    x: float
    y: float
    distance: float = 9.0


MIDDLE = np.array((0.0, 0.42, 0.2))  # the point of the head about which it turns


def rotation(pose: Pose) -> np.ndarray:
    """Return the matrix from the head's frame to the camera's (x right, y down, z to the viewer)."""
    return _rotation(pose.yaw, pose.pitch, pose.roll)


@lru_cache(maxsize=64)
def _rotation(*degrees: float) -> np.ndarray:
    yaw, pitch, roll = np.radians(degrees)
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    turn = np.array(((cy, 0, sy), (0, 1, 0), (-sy, 0, cy)))
    nod = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
    tilt = np.array(((cr, -sr, 0), (sr, cr, 0), (0, 0, 1)))
    return tilt @ nod @ turn


def project(points: np.ndarray, pose: Pose) -> np.ndarray:
    """Return where points of the head (..., 3) are seen, in pixels (..., 2)."""
    seen = (points - MIDDLE) @ rotation(pose).T
    nearer = pose.distance / (pose.distance - seen[..., 2:])
    return seen[..., :2] * nearer * pose.scale + (pose.x, pose.y)


def cast_rays(
    field: Field, height: np.ndarray, pose: Pose, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each pixel the texel its ray meets, and whether it meets the head at all.

    Parameters
    ----------
    height : ndarray, float32, shape (H, W)
        Height of the head; `relief.FAR` where there is none.
    size : (height, width)
        Of the picture.

    Returns
    -------
    map_x, map_y : ndarray, float32, shape `size`
        Coordinates in the field, as `cv2.remap` takes them.
    hit : ndarray, bool, shape `size`
    """
    turn = rotation(pose).astype(np.float32)
    u = (np.arange(size[1], dtype=np.float32) + 0.5 - pose.x) / pose.scale
    v = (np.arange(size[0], dtype=np.float32) + 0.5 - pose.y) / pose.scale
    # A ray is the points (u, v, 0) + t (-u/D, -v/D, 1) of the camera's frame.
    plane = [turn[0, a] * u + turn[1, a] * v[:, None] for a in range(3)]
    start = [at + np.float32(MIDDLE[a]) for a, at in enumerate(plane)]
    step = [turn[2, a] - at / pose.distance for a, at in enumerate(plane)]
    ax, bx = start[0] * field.density - (LEFT * field.density + 0.5), step[0] * field.density
    ay, by = start[1] * field.density - (TOP * field.density + 0.5), step[1] * field.density

    map_x, map_y, ray = (np.empty_like(ax) for _ in range(3))

    def gap(t):
        """Return how far the surface lies above the ray at depth t; positive inside the head."""
        for first, slope, place in ((ax, bx, map_x), (ay, by, map_y), (start[2], step[2], ray)):
            np.add(first, np.multiply(slope, t, out=place), out=place)
        seen = cv2.remap(height, map_x, map_y, cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_CONSTANT, borderValue=-3.0)  # fmt: skip
        return np.subtract(seen, ray, out=seen)

    t, met = _first_meeting(gap, size, steps=5 + int(np.ceil(24 * np.hypot(*turn[2, :2]))))
    return ax + bx * t, ay + by * t, met & (start[2] + step[2] * t > _DEEPEST)


def _first_meeting(gap, size: tuple[int, int], steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the depth at which each ray first enters the head, and whether it does."""
    depths = np.linspace(_FRONT, _BACK, steps, dtype=np.float32)
    outside = np.ones(size, bool)
    entered = np.zeros(size, np.uint8)
    for depth in depths[1:]:
        outside &= gap(depth) < 0
        entered += outside.view(np.uint8)
    entered = np.minimum(entered, steps - 2)
    near, far = depths.take(entered), depths.take(entered + 1)
    gap_near, gap_far = gap(near), gap(far)
    for halve in (True, True, False, False):
        t = (near + far) / 2 if halve else _between(near, far, gap_near, gap_far)
        now = gap(t)
        inside = now >= 0
        for bound, gap_there, where in ((far, gap_far, inside), (near, gap_near, ~inside)):
            cv2.copyTo(t, where.view(np.uint8), bound)  # ten times as fast as np.where
            cv2.copyTo(now, where.view(np.uint8), gap_there)
    return _between(near, far, gap_near, gap_far), ~outside


def _between(near, far, gap_near, gap_far):
    """Return where a straight line between two gaps is zero."""
    return near + (far - near) * np.clip(gap_near / (gap_near - gap_far - 1e-6), 0.02, 0.98)
