"""The exercises of notebook 04."""

from fercourse.course.lessons.n04_domains import matched, paired_gain
from fercourse.course.lessons.n04_layers import learning_layers, learning_parameters, prepared

__all__ = ["learning_layers", "learning_parameters", "matched", "paired_gain", "prepared"]
