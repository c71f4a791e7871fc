"""AffectNet's CSV lists: a million rows, read in pieces."""

import posixpath
from collections import Counter
from pathlib import Path

import pandas as pd

from fercourse.datasets.tree import printable, regular_names, subfolders
from fercourse.errors import DataError

# What each list is: the split, and who gave the labels.
_LISTS = {
    "training.csv": ("train", "manual"),
    "validation.csv": ("validation", "manual"),
    "automatically_annotated.csv": ("train", "automatic"),
}
_PATH = "subDirectory_filePath"
_BOX = {"face_x": "x", "face_y": "y", "face_width": "width", "face_height": "height"}
_COLUMNS = (_PATH, *_BOX, "expression")
_ON_SCALES = ("valence", "arousal")
_ROWS = 100_000
_LARGEST_BOX = 100_000
# Letters, digits, dots and dashes between slashes: a row cannot lead anywhere else.
_SAFE_PATH = r"[\w\- ][\w.\- ]*(?:/[\w\- ][\w.\- ]*)*"


def find_lists(root: Path) -> list[str]:
    """Return the paths, below the root, of the lists that are there."""
    folders = ["", *_outer_folders(root)]
    found = [(name, folder) for folder in folders for name in regular_names(root / folder)]
    return [
        f"{folder}/{name}".lstrip("/")
        for wanted in _LISTS
        for name, folder in found
        if name.lower() == wanted
    ]


def read_lists(root: Path, lists: list[str]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Read the lists, and keep the rows whose pictures are there.

    Parameters
    ----------
    root : Path
        The folder.
    lists : list of str
        What `find_lists` returned.

    Returns
    -------
    table : DataFrame
        Columns ``file``, ``split``, ``annotation``, ``x``, ``y``, ``width``, ``height``,
        ``valence``, ``arousal``, ``code`` and ``source`` (the list).
    unused : list of (list, reason)
        How many rows are left out, by reason.

    Raises
    ------
    DataError
        If a list lacks a column or cannot be parsed.
    """
    parts, unused = [], []
    for path in lists:
        part, faults = _read_list(root, path)
        split, annotation = _LISTS[path.rpartition("/")[2].lower()]
        parts.append(part.assign(split=split, annotation=annotation, source=path))
        unused += [(path, f"{reason}: {count:,}") for reason, count in faults.items()]
    return pd.concat(parts, ignore_index=True), unused


def _outer_folders(root: Path) -> list[str]:
    """Return the folders down to the second level, but none of the numbered ones."""
    tops = [top for top in subfolders(root) if not top.isdigit()]
    below = [f"{top}/{name}" for top in tops for name in subfolders(root / top)]
    return tops + [path for path in below if not path.rpartition("/")[2].isdigit()]


def _read_list(root: Path, path: str) -> tuple[pd.DataFrame, Counter]:
    faults = Counter()
    try:
        pieces = [_usable_rows(piece, faults) for piece in _pieces(root / path)]
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"{printable(path)} is no table ({str(error).strip()}); copy it again."
        ) from None
    except OSError as error:
        raise DataError(f"{printable(path)} cannot be read: {error.strerror}.") from None
    rows = pd.concat(pieces, ignore_index=True)
    base = _base_folder(root, rows["file"])
    there = _is_there(root, base, rows["file"])
    if not there.all():
        faults["rows whose picture is not there (links do not count)"] = int((~there).sum())
    return rows[there].assign(file=base + rows.loc[there, "file"]), faults


def _pieces(path: Path):
    names = pd.read_csv(path, nrows=0, encoding_errors="replace").columns
    missing = set(_COLUMNS) - {name.strip() for name in names}
    if missing:
        raise DataError(
            f"{printable(path.name)} lacks the columns {', '.join(sorted(missing))}; "
            "give the list as its owners publish it."
        )
    wanted = {*_COLUMNS, *_ON_SCALES}
    with pd.read_csv(
        path,
        usecols=lambda name: name.strip() in wanted,
        chunksize=_ROWS,
        encoding_errors="replace",
        low_memory=False,
    ) as reader:
        for piece in reader:
            yield piece.rename(columns=str.strip)


def _usable_rows(piece: pd.DataFrame, faults: Counter) -> pd.DataFrame:
    """Return the rows of a piece that name a picture, a code and a box; count the others."""
    numbers = piece.drop(columns=_PATH).apply(pd.to_numeric, errors="coerce")
    rows = numbers.rename(columns={**_BOX, "expression": "code"})
    rows = rows.assign(file=piece[_PATH].astype(str))
    box = rows[list(_BOX.values())]
    has_box = box.abs().le(_LARGEST_BOX).all(axis=1) & box[["width", "height"]].ge(1).all(axis=1)
    # Rows of codes 8 to 10 often have no box: their code is the reason that counts.
    tests = {
        "rows whose path is not of the form folder/picture.jpg": rows["file"].str.fullmatch(
            _SAFE_PATH
        ),
        "rows whose expression is no code from 0 to 10": rows["code"].isin(range(11)),
        "rows that give no box of the face": has_box | rows["code"].ge(8),
    }
    good = pd.Series(True, rows.index)
    for reason, passes in tests.items():
        faults.update({reason: count} if (count := int((good & ~passes).sum())) else {})
        good &= passes
    return _typed(rows[good])


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    whole = dict.fromkeys(("code", *_BOX.values()), "int64")
    scales = {
        name: rows[name].where(rows[name].abs() <= 1).astype("float32")
        for name in _ON_SCALES
        if name in rows
    }
    return rows.fillna(dict.fromkeys(_BOX.values(), 0)).astype(whole).assign(**scales)


def _base_folder(root: Path, files: pd.Series) -> str:
    """Return the folder, with a slash, below which most of a list's first pictures lie."""
    bases = ["", *(f"{folder}/" for folder in _outer_folders(root))]
    first = files.head(100)
    return max(bases, key=lambda base: sum((root / (base + file)).is_file() for file in first))


def _is_there(root: Path, base: str, files: pd.Series) -> pd.Series:
    """Return for each file whether it is there, asking each folder once."""
    there = pd.Series(False, files.index)
    for folder, group in files.groupby(files.map(posixpath.dirname)):
        path = root / base / folder
        if path.resolve().is_relative_to(root.resolve()):
            present = regular_names(path)
            there[group.index] = group.map(posixpath.basename).isin(present)
    return there
