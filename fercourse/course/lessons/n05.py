"""The exercises of notebook 05."""

from fercourse.course.lessons.n05_maps import occlusion_by_hand, slope, weighted_maps
from fercourse.course.lessons.n05_tests import (
    correlation_of_edges,
    energy_per_area,
    points_rightly,
    sum_of_shares,
)

__all__ = [
    "correlation_of_edges",
    "energy_per_area",
    "occlusion_by_hand",
    "points_rightly",
    "slope",
    "sum_of_shares",
    "weighted_maps",
]
