"""Photos of one's own, in a folder for each expression class; the detector finds the faces."""

from fercourse.datasets.folder import list_photos as list_files

__all__ = ["list_files"]
