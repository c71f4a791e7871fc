"""What a person holds: a file or a folder, told apart from what it was before a change."""

from collections.abc import Iterator
from itertools import takewhile
from os import DirEntry, scandir
from pathlib import Path

from fercourse.errors import DataError


def existing(path: str | Path) -> Path:
    """Return the whole path of a file or folder that exists.

    Raises
    ------
    DataError
        If there is none, or it may not be looked at.
    """
    path = Path(path).expanduser()
    try:
        path.stat()
        return path.resolve()
    except FileNotFoundError:
        raise DataError(f"There is no file or folder {path}; check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"Cannot look at {path}: {reason}.") from None


def stamp(path: Path) -> tuple:
    """Return what changes when a file or folder does, at the price of a glance.

    For a file its size and time; for a folder its time and that of the folders in it, two levels
    deep, which change when files come or go. A file that is altered in place goes unnoticed.
    """
    try:
        about = path.stat()
        if path.is_file():
            return str(path), about.st_size, about.st_mtime_ns
        return str(path), about.st_mtime_ns, *sorted(_times(path))
    except OSError as error:
        raise DataError(f"Cannot look at {path}: {error.strerror or error}.") from None


def _times(folder: Path) -> Iterator[tuple[str, int]]:
    for child in _folders(folder):
        yield child.name, child.stat().st_mtime_ns
        with scandir(child.path) as grandchildren:
            # A folder that begins with a file holds images, often very many.
            for grandchild in takewhile(DirEntry.is_dir, grandchildren):
                yield f"{child.name}/{grandchild.name}", grandchild.stat().st_mtime_ns


def _folders(folder: Path) -> list[DirEntry]:
    with scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir()]
