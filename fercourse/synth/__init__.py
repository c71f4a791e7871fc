"""Faces drawn from action units: pictures, and the truth about them."""

from fercourse.synth.camera import Camera
from fercourse.synth.clip import draw_clip, write_clip
from fercourse.synth.drawing import Drawing, draw, draw_face
from fercourse.synth.light import Light
from fercourse.synth.occluders import OCCLUDERS
from fercourse.synth.raters import VOTE_COLUMNS
from fercourse.synth.recipe import VARIANTS
from fercourse.synth.scene import draw_scene
from fercourse.synth.tree import FORMS, write_tree
from fercourse.synth.truth import REGIONS
from fercourse.synth.units import ACTION_UNIT_NAMES
from fercourse.synth.view import draw_view

__all__ = [
    "ACTION_UNIT_NAMES",
    "FORMS",
    "OCCLUDERS",
    "REGIONS",
    "VARIANTS",
    "VOTE_COLUMNS",
    "Camera",
    "Drawing",
    "Light",
    "draw",
    "draw_clip",
    "draw_face",
    "draw_scene",
    "draw_view",
    "write_clip",
    "write_tree",
]
