"""Files and folders that are there whole or not at all: made beside their place, then renamed.

They are made in a new folder of their own, so that nothing that stands there already is in the way
and, unlike `tempfile.mkstemp`, with the mode that new files have.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give the name of a file to write; it takes the place of `path` when the block ends well.

    Parameters
    ----------
    path : Path
        A file that is there is replaced, a link is followed.

    Yields
    ------
    Path
        A file of the same name, which does not exist yet, in a folder of its own.

    Raises
    ------
    OSError
        As `check_writable`, or if it cannot be written later.
    """
    path = real_file(path)
    with _place_in(path.parent) as place:
        yield place / path.name
        (place / path.name).replace(path)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a new folder to fill; what is in it stands in `folder` when the block ends well.

    Parameters
    ----------
    folder : Path
        One that does not exist, or an empty one.

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    OSError
        If the folder cannot be made, or a loop of links leads to it.
    """
    folder = real_path(folder)
    is_there = folder.is_dir()
    if not is_there:
        folder.parent.mkdir(parents=True, exist_ok=True)
    with _place_in(folder if is_there else folder.parent) as place:
        fresh = place / "fresh"
        fresh.mkdir()
        yield fresh
        if not is_there:
            fresh.rename(folder)
            return
        # Somebody may stand in the empty folder, so it is not replaced by another.
        for entry in fresh.iterdir():
            entry.rename(folder / entry.name)


def check_writable(path: Path) -> None:
    """Find out before any work is done whether a file can be written.

    Raises
    ------
    OSError
        As `real_file`, or if its folder is missing or closed.
    """
    with _place_in(real_file(path).parent):
        pass


def real_path(path: Path) -> Path:
    """Return an absolute path, links followed, whether or not there is something.

    Raises
    ------
    OSError
        If links lead in a circle, where `Path.resolve` raises a RuntimeError or nothing, or if
        the path cannot be looked up for another reason.
    """
    path = Path(os.path.realpath(path))
    with suppress(FileNotFoundError):
        path.stat()
    return path


def real_file(path: Path) -> Path:
    """Return an absolute path, links followed, at which a file stands or can be put.

    Raises
    ------
    OSError
        As `real_path`, or if something other than a file stands there, such as a folder or a device.
    """
    path = real_path(path)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(path))
    return path


@contextmanager
def _place_in(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix=".fercourse-", dir=folder, ignore_cleanup_errors=True
    ) as place:
        yield Path(place)
