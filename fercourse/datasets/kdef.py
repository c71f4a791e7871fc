"""KDEF: the Karolinska Directed Emotional Faces (Lundqvist, Flykt and Öhman, 1998)."""

from pathlib import Path

from fercourse.datasets.listing import Listing
from fercourse.datasets.tree import misnamed, parse_names, refuse, walk
from fercourse.emotions import CLASSES, KDEF_CODES

ANGLES = {
    "FL": "full left",
    "HL": "half left",
    "S": "straight",
    "HR": "half right",
    "FR": "full right",
}
SEXES = {"F": "female", "M": "male"}


def list_files(root: Path) -> Listing:
    """List the pictures of a KDEF tree: ``AF01/AF01ANS.JPG`` and so on.

    The complete set has 4,900 color pictures of 562x762 pixels: 70 actors, two sessions, seven
    expressions, five angles. The face detector crops them: its frontal cascade finds straight
    faces and half profiles; for full profiles, which it misses, `faces.crop` falls back on the
    profile cascade, in the picture and in its mirror image. Where both fail, the import lists
    the picture as unused. For frontal faces alone, select ``table["angle"] == "straight"``.

    Parameters
    ----------
    root : Path
        The folder; the pictures may lie up to three folders deeper.

    Returns
    -------
    Listing
        The table has ``file``, ``label``, ``subject`` (sex and number: F01; the same person in
        both sessions), ``session`` (A or B), ``sex`` and ``angle`` (full left, half left,
        straight, half right, full right). There is no official split.

    Raises
    ------
    DataError
        If the folder holds no such picture.
    """
    tree = walk(Path(root), depth=4)
    names = parse_names(tree.files, "kdef")
    if names.empty:
        refuse(root, "KDEF pictures (names such as AF01ANS.JPG)", tree.files, "kdef")
    table = names[["file"]].assign(
        label=names["code"].map(KDEF_CODES).map(CLASSES.index),
        subject=names["sex"] + names["number"],
        session=names["session"],
        sex=names["sex"].map(SEXES),
        angle=names["angle"].map(ANGLES),
    )
    unused = tree.unused + misnamed(tree.files, table, "AF01ANS.JPG")
    return Listing(table, CLASSES, "face", unused)
