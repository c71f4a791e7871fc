"""Import a table of pixels, such as ``fer2013.csv``, into the cache."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from fercourse.datasets import cache, ferplus
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.pixel_csv import SIDE, PixelTable, read_faces
from fercourse.datasets.progress import progress_bar_of_bytes
from fercourse.errors import DataError


def import_table(
    path: Path, form: PixelTable, target: Path, *, name: str, progress: bool = True
) -> None:
    """Read a table of pixels into the cache, some rows at a time.

    Votes of FER+ that lie beside it, row for row, become columns of the table.

    Parameters
    ----------
    path : Path
        The table, or an archive that holds it.
    form : PixelTable
        Its form.
    target : Path
        The folder of the cached data set.
    name : str
        The short name of the data set.
    progress : bool
        Show a progress bar.

    Raises
    ------
    DataError
        If the table is damaged or the cache cannot be written; nothing is left behind then.
    """
    labels, splits = [], []
    with cache.building(target) as folder:
        with (
            progress_bar_of_bytes(
                f"Importing {path.name}", path.stat().st_size, shown=progress
            ) as tell,
            cache.GrowingArray(folder / "images.npy", (SIDE, SIDE), np.uint8) as images,
        ):
            for faces in read_faces(path, form, tell):
                images.append(faces.images)
                labels.append(faces.labels)
                splits += faces.splits
        table = pd.DataFrame({"split": splits, "row": np.arange(len(splits))})
        found = FaceSet(
            images=np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False),
            labels=np.concatenate(labels),
            classes=form.classes,
            table=_with_votes(table, form.votes_beside(path)),
            name=name,
        )
        cache.write_rest(found, folder, source=str(path), unused=0)
        del found  # Windows renames no folder in which a file is open


def _with_votes(table: pd.DataFrame, path: Path | None) -> pd.DataFrame:
    if path is None:
        return table
    votes = ferplus.read_votes(path)
    if len(votes) != len(table):
        warnings.warn(
            f"{path} has {len(votes):,} rows for {len(table):,} faces; its votes are left out.",
            stacklevel=2,
        )
        return table
    if (votes["split"] != table["split"]).any():
        raise DataError(f"The rows of {path} stand in another order than the faces; get it again.")
    return table.join(votes.drop(columns="split"))
