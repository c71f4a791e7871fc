"""From a photo or a frame to a face: read, find, follow, make upright, cut out."""

from fercourse.faces.cropping import MARGIN, align, crop, cut_upright, find_eyes, find_tilt
from fercourse.faces.detection import Box, Detector, Haar, YuNet, detect, detect_profiles
from fercourse.faces.reading import (
    MAX_PIXELS,
    PICTURE_SUFFIXES,
    decode_image,
    read_image,
    to_gray,
)
from fercourse.faces.tracking import Track, Tracker, overlap

__all__ = [
    "MARGIN",
    "MAX_PIXELS",
    "PICTURE_SUFFIXES",
    "Box",
    "Detector",
    "Haar",
    "Track",
    "Tracker",
    "YuNet",
    "align",
    "crop",
    "cut_upright",
    "decode_image",
    "detect",
    "detect_profiles",
    "find_eyes",
    "find_tilt",
    "overlap",
    "read_image",
    "to_gray",
]
