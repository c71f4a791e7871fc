"""The lines of a table that may lie in a ``.gz``, ``.zip`` or ``.tar.gz``; nothing is unpacked.

What is read is bounded, and so is each line, so that a small hostile file cannot fill the memory
or the disk.
"""

import contextlib
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fercourse.errors import DataError

MAX_LINE = 1 << 16  # bytes; a row of 48x48 pixels has at most 9,300
MAX_BYTES = 1 << 31  # fer2013.csv has 0.3 GB
_MAX_READ = 1 << 24  # bytes in one go; the header of a hostile tar could claim any size
_BUFFER = 1 << 20
# What the standard library raises on archives that are cut short, damaged or made to do harm.
_BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_lines(
    path: Path, names: tuple[str, ...], progress: Callable[[int], None] = lambda done: None
) -> Iterator[bytes]:
    """Yield the lines of a table, each with its line end.

    Parameters
    ----------
    path : Path
        The table itself, or an archive that holds it.
    names : tuple of str
        What the table is called in an archive, the best name first.
    progress : callable, optional
        Is told how many bytes of the file have been read.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged, too big, or holds no such table.
    """
    try:
        with path.open("rb", _BUFFER) as raw, contextlib.ExitStack() as opened:
            stream = _open_table(raw, path, names, opened)
            yield from _bounded_lines(stream, raw, path, progress)
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(
            f"Cannot read {path}: {reason.rstrip('.')}; if it was cut short on the way, "
            "get it again."
        ) from error


def _bounded_lines(stream: BinaryIO, raw: BinaryIO, path: Path, progress) -> Iterator[bytes]:
    read = told = 0
    while line := stream.readline(MAX_LINE):
        read += len(line)
        if len(line) == MAX_LINE or read > MAX_BYTES:
            raise DataError(
                f"{path} is no table of faces: a line has more than {MAX_LINE:,} bytes, "
                f"or all of them more than {MAX_BYTES:,}."
            )
        yield line
        if read - told > _BUFFER:
            told = read
            progress(raw.tell())
    progress(raw.tell())
    if read == 0:
        raise DataError(f"{path} is empty; get it again.")


def _open_table(
    raw: BinaryIO, path: Path, names: tuple[str, ...], opened: contextlib.ExitStack
) -> BinaryIO:
    """Return the stream of the table, judged by what the file holds and not by its name."""
    start = raw.peek(4)[:4]
    if start.startswith(b"PK\x03\x04"):
        archive = opened.enter_context(zipfile.ZipFile(raw))
        member = _choose(archive.namelist(), names, path)
        return io.BufferedReader(opened.enter_context(archive.open(member)), _BUFFER)
    if not start.startswith(b"\x1f\x8b"):
        return raw
    unzipped = io.BufferedReader(opened.enter_context(gzip.GzipFile(fileobj=raw)), _BUFFER)
    if not _is_tar(unzipped, path):
        return unzipped
    archive = opened.enter_context(tarfile.TarFile(fileobj=_Bounded(unzipped)))
    member = _choose(archive.getnames(), names, path)
    return archive.extractfile(member) or io.BytesIO()


def _is_tar(stream: io.BufferedReader, path: Path) -> bool:
    return stream.peek(262)[257:262] == b"ustar" or path.name.endswith((".tar.gz", ".tgz"))


def _choose(members: list[str], names: tuple[str, ...], path: Path) -> str:
    """Return the member that is the table; refuse an archive that would climb out of a folder."""
    paths = {member: PurePosixPath(member.replace("\\", "/")) for member in members}
    for member, inner in paths.items():
        if inner.is_absolute() or ".." in inner.parts or inner.drive or ":" in member[:2]:
            raise DataError(
                f"{path} is no archive to trust: it holds the path {member!r}, which leads out "
                "of its folder."
            )
    tables = [m for m, p in paths.items() if p.suffix == ".csv" and not p.name.startswith(".")]
    known = [m for name in names for m in tables if paths[m].name == name]
    if not known and len(tables) != 1:
        raise DataError(
            f"{path} holds no {' or '.join(names)}; if it holds folders of images, unpack it "
            "and give the folder."
        )
    return (known or tables)[0]


class _Bounded:
    """A stream that refuses to go very far, or to read very much in one go."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.tell = stream.tell

    def seek(self, position: int) -> int:
        if position > MAX_BYTES:
            raise tarfile.ReadError(f"it holds more than {MAX_BYTES:,} bytes")
        return self._stream.seek(position)

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise tarfile.ReadError("a header in it has no sensible size")
        return self._stream.read(size)
