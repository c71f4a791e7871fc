"""The exercises of notebook 01."""

from fercourse.course.lessons.n01_data import (
    face_from_pixels,
    subjects_in_both,
    table_from_folder,
)
from fercourse.course.lessons.n01_images import (
    components_needed,
    duplicate_groups,
    equalize,
    smile_with_the_eyes,
)
from fercourse.course.lessons.n01_labels import entropy_of_votes, imbalance_ratio
from fercourse.course.lessons.n01_units import face_of_fear

__all__ = [
    "components_needed",
    "duplicate_groups",
    "entropy_of_votes",
    "equalize",
    "face_from_pixels",
    "face_of_fear",
    "imbalance_ratio",
    "smile_with_the_eyes",
    "subjects_in_both",
    "table_from_folder",
]
