"""AffectNet (Mollahosseini, Hasani and Mahoor, 2017), as CSV lists or in the form of 2021.

It has about a million pictures: no file is asked for one by one, and what is left out is
counted, not listed.
"""

from pathlib import Path

import pandas as pd

from fercourse.datasets.affectnet.annotations import find_sets, read_sets
from fercourse.datasets.affectnet.lists import find_lists, read_lists
from fercourse.datasets.listing import Listing
from fercourse.datasets.tree import check_folder, refuse, walk
from fercourse.emotions import (
    AFFECTNET_CODES,
    AFFECTNET_NOT_EXPRESSIONS,
    CLASSES,
    CLASSES_WITH_CONTEMPT,
)
from fercourse.errors import DataError


def list_files(root: Path) -> Listing:
    """List the pictures of AffectNet, in either of its forms.

    *CSV lists*: ``training.csv`` (split train), ``validation.csv`` (split validation) and
    ``automatically_annotated.csv`` (split train) with the numbered folders of pictures. A face
    is cut out by the box of the list. The column ``annotation`` tells labels given by a person
    (manual) from those given by a network (automatic); ``valence`` and ``arousal`` lie between
    -1 and 1.

    *Form of 2021*: ``train_set/images/0.jpg`` with ``train_set/annotations/0_exp.npy``, and
    ``val_set``. The pictures are cropped already and taken whole; valence and arousal are not
    read.

    Codes 8 (none), 9 (uncertain) and 10 (no face) are no expressions. What is left out stands
    in `unused` by reason, with its count.

    Parameters
    ----------
    root : Path
        The folder that holds either form, directly or up to two folders deeper.

    Returns
    -------
    Listing
        Classes are the seven, and contempt as the eighth where it occurs.

    Raises
    ------
    DataError
        If the folder holds neither form or no usable picture, or a list lacks a column or cannot
        be parsed.
    """
    root = Path(root)
    check_folder(root)
    lists, sets = find_lists(root), find_sets(root)
    if lists:
        return _listing(*read_lists(root, lists), "box")
    if sets:
        return _listing(*read_sets(root, sets), "whole")
    wanted = "AffectNet (training.csv, or train_set with its folders images and annotations)"
    refuse(root, wanted, walk(root, depth=2).files)


def _listing(table: pd.DataFrame, unused: list[tuple[str, str]], crop: str) -> Listing:
    """Turn the column ``code`` into labels; count, by ``source``, the codes without a class."""
    for (source, code), count in table.groupby(["source", "code"]).size().items():
        if code not in AFFECTNET_CODES:
            meaning = AFFECTNET_NOT_EXPRESSIONS.get(code, "unknown")
            unused.append(
                (source, f"pictures of code {code} ({meaning}), no expression: {count:,}")
            )
    table = table[table["code"].isin(AFFECTNET_CODES)]
    if table.empty:
        why = "; ".join(f"{source}, {reason}" for source, reason in unused) or "it is empty"
        raise DataError(
            f"No picture of AffectNet can be used here ({why}); put its pictures beside its lists."
        )
    words = table["code"].map(AFFECTNET_CODES)
    classes = CLASSES_WITH_CONTEMPT if (words == "contempt").any() else CLASSES
    table = table.drop(columns=["code", "source"])
    table.insert(0, "label", words.map(classes.index))
    table.insert(0, "file", table.pop("file"))
    return Listing(table.reset_index(drop=True), classes, crop, unused)
