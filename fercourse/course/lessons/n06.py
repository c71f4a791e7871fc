"""The exercises of notebook 06."""

from fercourse.course.lessons.n06_budget import within_budget
from fercourse.course.lessons.n06_choices import front, mistakes, share_left, softened
from fercourse.course.lessons.n06_numbers import quantize, scale_and_zero

__all__ = [
    "front",
    "mistakes",
    "quantize",
    "scale_and_zero",
    "share_left",
    "softened",
    "within_budget",
]
