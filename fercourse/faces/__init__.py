"""From a photo to a face: read, find, make upright, cut out."""

from fercourse.faces.cropping import align, crop, find_eyes
from fercourse.faces.detection import Box, detect, detect_profiles
from fercourse.faces.reading import MAX_PIXELS, PICTURE_SUFFIXES, read_image, to_gray

__all__ = [
    "MAX_PIXELS",
    "PICTURE_SUFFIXES",
    "Box",
    "align",
    "crop",
    "detect",
    "detect_profiles",
    "find_eyes",
    "read_image",
    "to_gray",
]
