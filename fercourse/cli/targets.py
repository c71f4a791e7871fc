"""The files that a command writes: whole, and never over what somebody may want to keep."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from fercourse.datasets.tree import printable
from fercourse.errors import DataError
from fercourse.whole import real_file, whole_file


def check_targets(targets: Iterable[Path], read: Mapping[Path, str]) -> None:
    """Raise a DataError where a file to write is one that is read, or one that is written, too.

    Parameters
    ----------
    targets : iterable of Path
        The files to write.
    read : mapping
        The files that the command reads, each with what it is, such as ``"the video itself"``.
    """
    taken = {_identity(path): what for path, what in read.items()}
    for path in targets:
        if not path.name:
            raise DataError(f"{printable(path)} is no name of a file; name the file to write.")
        try:
            identity = _identity(real_file(path))
        except (OSError, ValueError) as error:
            raise _unwritable(path, error) from error
        if identity in taken:
            raise DataError(f"{printable(path)} is {taken[identity]}; name another file.")
        taken[identity] = "named twice"


def check_free(path: Path, overwrite: bool) -> None:
    """Raise a DataError where a file is there that the user did not say to replace."""
    if path.exists() and not overwrite:
        raise DataError(
            f"{printable(path)} is there already; name another file or add --overwrite."
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, and its folder, so that it is there whole or not at all."""
    check_targets([path], {})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as fresh:
            fresh.write_bytes(content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _identity(path: Path):
    """Return what two names of one file have in common, also where capitals do not count."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return os.path.realpath(path)
    return facts.st_dev, facts.st_ino


def _unwritable(path: Path, error: Exception) -> DataError:
    reason = getattr(error, "strerror", None) or error
    return DataError(f"{printable(path)} cannot be written: {reason}.")
