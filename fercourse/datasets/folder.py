"""A folder of one's own: a folder for each expression class, with or without splits above."""

from pathlib import Path

import pandas as pd

from fercourse.datasets.listing import Listing
from fercourse.datasets.tree import Tree, printable, refuse, subfolders, walk
from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT, SYNONYMS
from fercourse.errors import DataError

SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


def list_files(root: Path) -> Listing:
    """List the faces of a folder of one's own, each picture a face already cut out.

    Classes are folders: ``happy/1.png``; above them may stand ``train``, ``val`` and ``test``:
    ``train/happy/1.png``. Class words are those of `emotions.SYNONYMS`, in any case. For photos
    that show more than the face, see `photos`.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    Listing
        The table has ``file``, ``label`` and, where there are split folders, ``split``. Classes
        are the seven, and contempt as the eighth where it has a folder.

    Raises
    ------
    DataError
        If there are no class folders, or one is unknown or holds no picture.
    """
    root = Path(root)
    tree = walk(root, depth=3)
    folders = _class_folders(root, tree)
    holds = {file.rpartition("/")[0] for file in tree.files}
    for folder in folders:
        if folder not in holds:
            raise DataError(
                f"The class folder {folder!r} holds no picture; put some in it or delete it."
            )
    table = pd.DataFrame({"file": tree.files})
    parents = table["file"].str.rpartition("/")[0]
    stray = table["file"][~parents.isin(folders)]
    unused = tree.unused + [(file, "it stands in no class folder") for file in stray]
    table, parents = table[parents.isin(folders)], parents[parents.isin(folders)]
    words = parents.map(folders)
    classes = CLASSES_WITH_CONTEMPT if (words == "contempt").any() else CLASSES
    table = table.assign(label=words.map(classes.index))
    splits = parents.str.partition("/")[0].str.lower().map(SPLIT_WORDS)
    if splits.notna().any():
        table = table.assign(split=splits)
    return Listing(table.reset_index(drop=True), classes, "whole", unused)


def _class_folders(root: Path, tree: Tree) -> dict[str, str]:
    """Return the class of each class folder, by its path below the root."""
    tops = subfolders(root)
    splits = [top for top in tops if top.lower() in SPLIT_WORDS]
    if splits and len(splits) < len(tops):
        others = ", ".join(sorted(set(tops) - set(splits)))
        raise DataError(
            f"{printable(root)} holds split folders ({', '.join(splits)}) beside others ({others});"
            " put every class folder into a split folder."
        )
    folders = tops if not splits else [f"{s}/{f}" for s in splits for f in subfolders(root / s)]
    if not any(folder.rpartition("/")[2].lower() in SYNONYMS for folder in folders):
        refuse(root, "class folders (happy, sad, ...)", tree.files)
    return {folder: _class_of(folder) for folder in folders}


def _class_of(folder: str) -> str:
    word = folder.rpartition("/")[2].lower()
    if word not in SYNONYMS:
        raise DataError(
            f"The folder {folder!r} is no expression class; rename it to one of "
            f"{', '.join(CLASSES_WITH_CONTEMPT)}, or move it away."
        )
    return SYNONYMS[word]
