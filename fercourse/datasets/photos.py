"""Photos of one's own, in a folder for each expression class; the detector finds the faces."""

from dataclasses import replace
from pathlib import Path

from fercourse.datasets import folder
from fercourse.datasets.listing import Listing


def list_files(root: Path) -> Listing:
    """List the photos of a folder that is laid out as `folder` says.

    Of each photo the largest face is cropped; a photo without one is listed as unused by the
    import. Parameters, returns and errors are those of `folder.list_files`.
    """
    return replace(folder.list_files(root), crop="face")
