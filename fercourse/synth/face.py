"""One face, from the person and the action units to light on the picture."""

from typing import NamedTuple

import cv2
import numpy as np

from fercourse.synth.field import field_for
from fercourse.synth.identity import Identity
from fercourse.synth.light import Light, light_direction, shade
from fercourse.synth.paint import paint_face, paint_hair
from fercourse.synth.pose import Pose, cast_rays, project, rotation
from fercourse.synth.relief import FAR, face_relief
from fercourse.synth.truth import landmark_points, region_field
from fercourse.synth.units import CODES, by_side, moved_shape


class Seen(NamedTuple):
    """A head in a picture: light (float32), cover (0 to 1), region bits, landmarks in pixels."""

    light: np.ndarray
    cover: np.ndarray
    regions: np.ndarray
    landmarks: np.ndarray


def see_face(
    person: Identity,
    intensities: np.ndarray,
    pose: Pose,
    light: Light,
    gaze: tuple[float, float],
    size: tuple[int, int],
) -> Seen:
    """Draw a head as light that reaches the picture.

    Parameters
    ----------
    intensities : ndarray, shape (A,)
        In the order of `ACTION_UNIT_NAMES`.
    gaze : (x, y)
        Where the eyes look, as the shift of the iris in half face widths.
    size : (height, width)
        Of the picture in pixels; twice as many are drawn, and reduced, against jagged edges.
    """
    field = field_for(pose.scale)
    sides = by_side(intensities)
    shape = moved_shape(person.own, sides)
    units = dict(zip(CODES, sides, strict=True))
    height, dark = face_relief(field, shape, person, units)
    points = landmark_points(field, shape, person, height)
    albedo = paint_face(field, shape, person, dark, gaze)
    head = paint_hair(field, person, shape, albedo, height)
    direction = rotation(pose).T @ light_direction(light)
    bright = albedo * shade(field, height, light, direction)
    height = np.where(head > 0.5, height, np.float32(FAR))
    fine = pose._replace(scale=2 * pose.scale, x=2 * pose.x, y=2 * pose.y)
    map_x, map_y, hit = cast_rays(field, height, fine, (2 * size[0], 2 * size[1]))
    seen = cv2.remap(bright, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = hit.astype(np.float32)
    small = size[::-1]
    cover_small = cv2.resize(cover, small, interpolation=cv2.INTER_AREA)
    light_small = cv2.resize(seen * cover, small, interpolation=cv2.INTER_AREA)
    bits = cv2.remap(
        region_field(field, shape), map_x[::2, ::2], map_y[::2, ::2], cv2.INTER_NEAREST
    )
    bits[~hit[::2, ::2]] = 0
    return Seen(light_small, cover_small, bits, project(points, pose).astype(np.float32))
