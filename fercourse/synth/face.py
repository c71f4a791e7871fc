"""One head, from the person and the action units to light in the picture."""

from typing import NamedTuple

import cv2
import numpy as np

from fercourse.synth.curves import draw_outlines
from fercourse.synth.field import field_for
from fercourse.synth.head import add_ears, add_hair
from fercourse.synth.identity import TONES, Identity
from fercourse.synth.light import Light, light_direction, light_up
from fercourse.synth.occluders import lay_over, put_on
from fercourse.synth.paint import paint_face
from fercourse.synth.pose import Pose, cast_rays, project, rotation
from fercourse.synth.relief import FAR, face_relief, half_widths
from fercourse.synth.surroundings import add_body
from fercourse.synth.truth import landmark_points, region_field
from fercourse.synth.units import by_side, moved_shape


class Sitting(NamedTuple):
    """Who is seen, doing what, from where, in what light."""

    person: Identity
    action_units: np.ndarray  # intensities, in the order of ACTION_UNIT_NAMES
    pose: Pose
    light: Light = Light()
    gaze: tuple[float, float] = (0.0, 0.0)
    occluder: str = "none"


class Truth(NamedTuple):
    """Region bits (uint8, the size of the picture) and landmarks (68, 2) in its pixels."""

    regions: np.ndarray
    landmarks: np.ndarray


def build_head(sitting: Sitting):
    """Return the frontal head: its field, lit texels, height, region bits and landmarks in 3-D."""
    person, pose = sitting.person, sitting.pose
    field = field_for(pose.scale)
    sides = by_side(sitting.action_units)
    shape = moved_shape(person.own, sides)
    widths = half_widths(field, shape, person)
    height, dark = face_relief(field, shape, person, sides, widths)
    points = landmark_points(field, shape, widths, height)
    outlines = draw_outlines(field, shape)
    albedo = paint_face(field, shape, outlines, person, dark, sitting.gaze)
    rim = widths[:, None] - np.abs(field.x)
    cover = np.clip(rim * field.density + 0.5, 0, 1)
    cover = np.maximum(cover, add_ears(field, person, albedo, height))
    cover = np.maximum(cover, add_hair(field, person, widths, albedo, height))
    put_on(sitting.occluder, field, shape, person, albedo, height)
    turn = rotation(pose)
    direction = turn.T @ light_direction(sitting.light)
    lit = light_up(field, albedo, height, sitting.light, direction, view=turn[2])
    return field, lit, height + FAR * (1 - cover), region_field(field, shape, outlines), points


def add_face(picture: np.ndarray, sitting: Sitting, rng: np.random.Generator) -> Truth:
    """Draw a person, neck and shoulders included, onto a picture of light, in place.

    Parameters
    ----------
    picture : ndarray, float32, shape (H, W)
        About 0 to 1. Twice as many rows and columns are drawn, and reduced, against jagged edges.
    rng : Generator
        For what is neither the person nor the expression: clothes, the place of a hand.
    """
    pose, person = sitting.pose, sitting.person
    field, lit, height, bits, points = build_head(sitting)
    chin = person.length("chin_y")
    add_body(picture, pose, sitting.light, TONES[person.tone], chin, rng)
    rows, columns = _around_head(pose, picture.shape)
    regions = np.zeros(picture.shape, np.uint8)
    if picture[rows, columns].size:  # otherwise the head is beside the picture
        near = _twice(pose, rows, columns)
        regions[rows, columns] = _add_head(picture[rows, columns], near, field, lit, height, bits)
    lay_over(sitting.occluder, picture, pose, sitting.light, person, rng)
    return Truth(regions, project(points, pose).astype(np.float32))


def _add_head(part: np.ndarray, pose: Pose, field, lit, height, bits) -> np.ndarray:
    """Draw a head onto a part of a picture, in place, by way of twice its size; return its regions."""
    size = (2 * part.shape[0], 2 * part.shape[1])
    map_x, map_y, hit = cast_rays(field, height, pose, size)
    seen = cv2.remap(lit, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    behind = cv2.resize(part, size[::-1], interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(seen, hit.view(np.uint8), behind)
    part[:] = cv2.resize(behind, part.shape[::-1], interpolation=cv2.INTER_AREA)
    here = cv2.remap(bits, map_x[::2, ::2], map_y[::2, ::2], cv2.INTER_NEAREST)
    return here * hit[::2, ::2]


def _around_head(pose: Pose, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of the picture in which the head may be seen."""
    reach = 2.6 * pose.scale
    return tuple(
        slice(*np.clip((int(at - reach), int(at + reach) + 1), 0, side).tolist())
        for at, side in zip((pose.y, pose.x), size, strict=True)
    )


def _twice(pose: Pose, rows: slice, columns: slice) -> Pose:
    """Return the pose in the pixels of a part of the picture, drawn at twice its size."""
    x, y = 2 * (pose.x - columns.start), 2 * (pose.y - rows.start)
    return pose._replace(scale=2 * pose.scale, x=x, y=y)
