"""FER2013 (Goodfellow et al., 2013) in the forms in which people hold it."""

from dataclasses import replace
from pathlib import Path

from fercourse.datasets import ferplus, folder
from fercourse.datasets.listing import Listing
from fercourse.datasets.pixel_csv import PixelTable
from fercourse.datasets.tree import check_folder, subfolders
from fercourse.emotions import CLASSES
from fercourse.errors import DataError

TABLE = PixelTable(("fer2013.csv", "icml_face_data.csv"), CLASSES, votes=ferplus.FILE)
_PREFIXES = {"training_": "train", "publictest_": "validation", "privatetest_": "test"}


def list_files(root: Path) -> Listing:
    """List the faces of the folder form: ``train/happy/1.jpg``, ``test/happy/1.jpg``.

    Its ``test`` holds PublicTest and PrivateTest together. Where the names begin with
    ``PublicTest_`` and ``PrivateTest_`` they are told apart, as validation and test; where they
    do not, all of them are test.

    Parameters
    ----------
    root : Path
        The folder that holds ``train`` and ``test``.

    Returns
    -------
    Listing
        The table has ``file``, ``label`` and ``split``.

    Raises
    ------
    DataError
        If the folder is not of this form.
    """
    check_folder(root)
    listing = folder.list_files(root) if subfolders(root) else None
    if listing is None or listing.classes != CLASSES or "split" not in listing.table:
        raise DataError(
            f"{root} is not FER2013: it holds neither {' nor '.join(TABLE.names)} nor the folders "
            "train and test with the seven classes; for a folder of your own use the name 'folder'."
        )
    names = listing.table["file"].str.rpartition("/")[2].str.lower()
    splits = names.str.extract(r"^([a-z]+_)", expand=False).map(_PREFIXES)
    table = listing.table.assign(split=splits.fillna(listing.table["split"]))
    return replace(listing, table=table)
