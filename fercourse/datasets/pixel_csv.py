"""Tables of faces written as text: ``fer2013.csv`` and those in its form."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fercourse.datasets.archives import read_lines
from fercourse.datasets.pixel_parser import BadRowError, parse_pixels, parse_whole
from fercourse.errors import DataError

SIDE = 48  # pixels
USAGES = {"training": "train", "publictest": "validation", "privatetest": "test"}
_COLUMNS = ("emotion", "pixels", "usage")
_BLOCK = 256  # rows


@dataclass(frozen=True)
class PixelTable:
    """A data set that is one table of ``emotion``, ``pixels`` and ``Usage``.

    Parameters
    ----------
    names : tuple of str
        What the file is called, the best name first.
    classes : tuple of str
        The words of the classes, in the order of their numbers.
    votes : str
        What the file of votes is called that may lie beside it; empty where there is none.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    votes: str = ""

    def find(self, folder: Path) -> Path | None:
        """Return the table that lies in a folder, or None."""
        endings = ("", ".gz", ".zip", ".tar.gz")
        stems = [name.removesuffix(".csv") for name in self.names]
        wanted = [name + ending for name in (*self.names, *stems) for ending in endings]
        return next((folder / name for name in wanted if (folder / name).is_file()), None)

    def votes_beside(self, path: Path) -> Path | None:
        """Return the file of votes that lies beside a table, or None."""
        votes = path.with_name(self.votes) if self.votes else None
        return votes if votes and votes.is_file() else None


class Faces(NamedTuple):
    """Neighboring rows: images uint8 (n, 48, 48), labels int64 (n,), and a split for each."""

    images: np.ndarray
    labels: np.ndarray
    splits: list[str]


class _Row(NamedTuple):
    line: int
    label: int
    split: str
    pixels: bytes


def read_faces(
    path: Path, table: PixelTable, progress: Callable[[int], None] = lambda done: None
) -> Iterator[Faces]:
    """Yield the faces of a table, some rows at a time, in their order.

    Parameters
    ----------
    path : Path
        The table, or an archive that holds it.
    table : PixelTable
        Its form.
    progress : callable, optional
        Is told how many bytes of the file have been read.

    Raises
    ------
    DataError
        If the file or any row of it is damaged; one bad row is a damaged file.
    """
    lines = enumerate(read_lines(path, table.names, progress), start=1)
    order = _read_header(next(lines)[1], path)
    rows = (_read_row(line, text, order, table, path) for line, text in lines if not text.isspace())
    found = False
    while block := list(islice(rows, _BLOCK)):
        found = True
        yield _parse(block, path)
    if not found:
        raise DataError(f"{path} names its columns but holds no faces; get it again.")


def _read_header(text: bytes, path: Path) -> tuple[int, ...]:
    """Return the number of columns and where emotion, pixels and usage stand."""
    words = text.decode("utf-8-sig", "replace").split(",")
    names = [word.strip().strip('"').strip().lower() for word in words]
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise DataError(
            f"{path} has no column {' and no '.join(missing)}; its first line must name "
            "emotion, pixels and Usage."
        )
    twice = [name for name in _COLUMNS if names.count(name) > 1]
    if twice:
        raise DataError(f"{path} names the column {twice[0]} twice; leave one of them.")
    return len(names), *(names.index(name) for name in _COLUMNS)


def _read_row(
    line: int, text: bytes, order: tuple[int, ...], table: PixelTable, path: Path
) -> _Row:
    count, label, pixels, usage = order
    fields = _split_quoted(text) if b'"' in text else text.strip().split(b",")
    if len(fields) != count:
        raise _bad_line(path, line, f"has {len(fields)} columns where {count} belong")
    return _Row(
        line,
        _read_label(fields[label], table, path, line),
        _read_usage(fields[usage], path, line),
        fields[pixels],
    )


def _split_quoted(text: bytes) -> list[bytes]:
    try:
        row = next(csv.reader([text.decode("latin-1")]), [])
    except csv.Error:
        return []
    return [field.encode("latin-1") for field in row]


def _read_label(field: bytes, table: PixelTable, path: Path, line: int) -> int:
    last = len(table.classes) - 1
    try:
        label = parse_whole(field)
    except ValueError:
        raise _bad_line(path, line, f"has the emotion {_shown(field)}, no whole number") from None
    if not 0 <= label <= last:
        raise _bad_line(path, line, f"has the emotion {_shown(field)}; emotions are 0 to {last}")
    return label


def _read_usage(field: bytes, path: Path, line: int) -> str:
    usage = USAGES.get(field.strip().lower().decode("latin-1"))
    if usage is None:
        raise _bad_line(
            path,
            line,
            f"has the Usage {_shown(field)}; known are Training, PublicTest and PrivateTest",
        )
    return usage


def _parse(rows: list[_Row], path: Path) -> Faces:
    try:
        pixels = parse_pixels([row.pixels for row in rows], SIDE * SIDE)
    except BadRowError as error:
        raise _bad_line(path, rows[error.row].line, str(error)) from None
    return Faces(
        pixels.reshape(-1, SIDE, SIDE),
        np.array([row.label for row in rows], np.int64),
        [row.split for row in rows],
    )


def _bad_line(path: Path, line: int, problem: str) -> DataError:
    return DataError(f"Line {line:,} of {path} {problem}; the file is damaged, get it again.")


def _shown(field: bytes) -> str:
    return repr(field[:20].decode("utf-8", "backslashreplace"))
