"""Faces drawn from action units: pictures, and the truth about them."""

from fercourse.synth.camera import Camera
from fercourse.synth.drawing import Drawing, draw, draw_face
from fercourse.synth.light import Light
from fercourse.synth.occluders import OCCLUDERS
from fercourse.synth.tree import FORMS, write_tree
from fercourse.synth.truth import REGIONS
from fercourse.synth.units import ACTION_UNIT_NAMES

__all__ = [
    "ACTION_UNIT_NAMES",
    "FORMS",
    "OCCLUDERS",
    "REGIONS",
    "Camera",
    "Drawing",
    "Light",
    "draw",
    "draw_face",
    "write_tree",
]
