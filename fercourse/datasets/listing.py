"""What a folder of images holds, before a single image is opened."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Listing:
    """The image files of a data set and what their names and tables say of them.

    Parameters
    ----------
    table : DataFrame
        One row per image: ``file`` (path below the root, with forward slashes), ``label`` (index
        into `classes`), and where known ``split`` and ``subject``; with ``crop="box"`` also
        ``x``, ``y``, ``width``, ``height`` in pixels of the file. Other columns are kept as they are.
    classes : tuple of str
        The words of the classes, in the order of their indices.
    crop : {"whole", "face", "box"}
        How a face is cut out of a file: the whole picture, the face that the detector finds, or
        the box of the table.
    unused : list of (file, reason)
        Files that were seen and cannot be used, each with one sentence of reason.
    """

    table: pd.DataFrame
    classes: tuple[str, ...]
    crop: str = "whole"
    unused: list[tuple[str, str]] = field(default_factory=list)
