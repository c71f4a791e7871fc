"""JAFFE: Japanese Female Facial Expression (Lyons et al., 1998)."""

from pathlib import Path

from fercourse.datasets.listing import Listing
from fercourse.datasets.tree import misnamed, parse_names, refuse, walk
from fercourse.emotions import CLASSES, JAFFE_CODES


def list_files(root: Path) -> Listing:
    """List the pictures of a JAFFE folder: ``KA.AN1.39.tiff`` and so on.

    The complete set has 213 pictures of ten women, 256x256 pixels with head and hair; the
    detector finds the face in them.

    Parameters
    ----------
    root : Path
        The folder; the pictures may lie up to two folders deeper.

    Returns
    -------
    Listing
        The table has ``file``, ``label``, ``subject`` (the two letters) and ``number`` (that of
        the picture, 1 to 219). There is no official split.

    Raises
    ------
    DataError
        If the folder holds no such picture.
    """
    tree = walk(Path(root), depth=3)
    names = parse_names(tree.files, "jaffe")
    if names.empty:
        refuse(root, "JAFFE pictures (names such as KA.AN1.39.tiff)", tree.files, "jaffe")
    table = names[["file"]].assign(
        label=names["code"].map(JAFFE_CODES).map(CLASSES.index),
        subject=names["subject"],
        number=names["number"].astype("int64"),
    )
    unused = tree.unused + misnamed(tree.files, table, "KA.AN1.39.tiff")
    return Listing(table, CLASSES, "face", unused)
