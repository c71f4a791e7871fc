"""The cache: a data set as a folder of ``.npy`` memory maps, a table and ``meta.json``.

Nothing in it is pickled. A folder is written beside its place and renamed when it is whole, so
that a cached data set is either complete or absent.
"""

import contextlib
import csv
import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs

from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.tables import load_table, save_table
from fercourse.errors import DataError

FORMAT = 1
CHUNKS = ".chunks"  # work of an import that was interrupted and will go on
_PARTIAL = ".partial"
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, csv.Error, zipfile.BadZipFile)
_A_DAY = 86_400  # seconds


class DamagedCacheError(DataError):
    """A cached data set cannot be opened; importing again mends it."""


def cache_folder() -> Path:
    """Return the folder of cached data sets: ``FERCOURSE_CACHE``, or the user's cache folder."""
    return Path(os.environ.get("FERCOURSE_CACHE") or platformdirs.user_cache_dir("fercourse"))


def place(name: str, *key) -> Path:
    """Return the folder in which the data set `name` made from `key` is cached."""
    digest = hashlib.sha256(repr((FORMAT, name, *key)).encode("utf-8", "surrogateescape"))
    return cache_folder() / f"{name}-{digest.hexdigest()[:12]}"


def is_cached(folder: Path) -> bool:
    """Tell whether a finished data set stands in `folder`."""
    return (folder / "meta.json").is_file()


def is_sound(folder: Path) -> bool:
    """Tell whether a finished data set in `folder` can be opened."""
    try:
        load(folder)
    except DamagedCacheError:
        return False
    return True


def imports(name: str) -> list[Path]:
    """Return the folders of the data set `name`, the last import first."""
    found = [
        meta
        for meta in cache_folder().glob(f"{name}-*/meta.json")
        if not meta.parent.name.endswith(_PARTIAL)
    ]
    found.sort(key=lambda meta: meta.stat().st_mtime_ns, reverse=True)
    return [meta.parent for meta in found]


def remove_outdated(name: str, keep: Path, **origin) -> None:
    """Remove what was made of the same origin before that, or its reader, changed."""
    for folder in imports(name):
        with contextlib.suppress(DamagedCacheError):
            known = read_meta(folder)["origin"]
            if folder != keep and origin.items() <= known.items():
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """Give a new folder to write into; it becomes `target` when the block ends well.

    Raises
    ------
    DataError
        If it cannot be written, a full disk included; then nothing is left behind.
    """
    with writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target.parent)
        partial = Path(tempfile.mkdtemp(_PARTIAL, f"{target.name}.", target.parent))
        before = _identity(target)
        try:
            yield partial
            # What another process made meanwhile is as good, and may be being read: leave it.
            if _identity(target) == before:
                _install(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn an error of the operating system into one sentence about `folder`."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"Cannot write to {folder}: {error.strerror or error}; make room there, or set "
            "FERCOURSE_CACHE to another folder, and try again."
        ) from error


def _identity(folder: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError):
        return folder.stat().st_ino
    return None


def _install(partial: Path, target: Path) -> None:
    partial.chmod(0o755)
    if target.exists():
        old = Path(tempfile.mkdtemp(_PARTIAL, "old.", target.parent))
        with contextlib.suppress(FileNotFoundError):
            target.rename(old / target.name)
        shutil.rmtree(old, ignore_errors=True)
    try:
        partial.rename(target)
    except OSError:
        # Another process may have made the same in the meantime.
        if not is_cached(target):
            raise


def _remove_abandoned(parent: Path) -> None:
    """Remove what a killed import left behind, unless it may still be at work or taken up."""
    for ending, days in {_PARTIAL: 1, CHUNKS: 7}.items():
        for left in parent.glob(f"*{ending}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > days * _A_DAY:
                    shutil.rmtree(left, ignore_errors=True)


def save(faces: FaceSet, target: Path, **origin) -> None:
    """Write a data set into the cache.

    Parameters
    ----------
    faces : FaceSet
        The data set.
    target : Path
        Its folder, from `place`.
    **origin
        What ``meta.json`` is to say of where it came from, such as ``source``.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    with building(target) as folder:
        write_array(folder / "images.npy", faces.images)
        write_rest(faces, folder, **origin)


def write_rest(faces: FaceSet, folder: Path, **origin) -> None:
    """Write everything but the images; ``meta.json`` comes last."""
    write_array(folder / "labels.npy", np.asarray(faces.labels, np.int64))
    for key, values in faces.truth.items():
        write_array(folder / f"truth_{key}.npy", values)
    save_table(faces.table, folder / "table.npz")
    meta = {
        "format": FORMAT,
        "name": faces.name,
        "faces": len(faces),
        "classes": faces.classes,
        "action_unit_names": faces.action_unit_names,
        "truth": sorted(faces.truth),
        "origin": origin,
    }
    (folder / "meta.json").write_text(json.dumps(meta, indent=2), encoding="utf-8")


def write_unused(unused: list[tuple[str, str]], folder: Path) -> None:
    """Write the files that an import could not use, each with its reason, to ``unused.csv``."""
    path = folder / "unused.csv"
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        csv.writer(file).writerows([("file", "reason"), *unused])


def read_unused(folder: Path) -> list[tuple[str, str]]:
    """Return the files that the import of a cached data set could not use, with the reasons."""
    path = folder / "unused.csv"
    if not path.exists():
        return []
    with (
        _damage(folder),
        path.open(newline="", encoding="utf-8", errors="surrogateescape") as file,
    ):
        return [(name, reason) for name, reason in list(csv.reader(file))[1:]]


def read_meta(folder: Path) -> dict:
    """Return what ``meta.json`` says of a cached data set."""
    with _damage(folder):
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["format"] != FORMAT or not isinstance(meta["origin"], dict):
            raise ValueError("another format")
        return meta


def load(folder: Path) -> FaceSet:
    """Open a cached data set; no image is read until it is touched.

    Raises
    ------
    DataError
        If the folder is damaged.
    """
    meta = read_meta(folder)
    with _damage(folder):
        return FaceSet(
            images=np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False),
            labels=np.load(folder / "labels.npy", allow_pickle=False),
            classes=tuple(meta["classes"]),
            table=load_table(folder / "table.npz"),
            name=meta["name"],
            truth={
                key: np.load(folder / f"truth_{key}.npy", mmap_mode="r", allow_pickle=False)
                for key in meta["truth"]
            },
            action_unit_names=tuple(meta["action_unit_names"]),
        )


@contextlib.contextmanager
def _damage(folder: Path) -> Iterator[None]:
    try:
        yield
    except (*_DAMAGED, DataError):
        raise DamagedCacheError(
            f"The cached copy in {folder} is damaged; delete that folder, or import again: "
            f"fercourse data import {folder.name.rpartition('-')[0]} PATH --again"
        ) from None


class GrowingArray:
    """An ``.npy`` file to which rows are appended, so that no more than a block is in memory.

    Parameters
    ----------
    path : Path
        The file.
    shape : tuple of int
        The shape of one row.
    dtype : dtype
        The type of the values.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], dtype):
        self.rows, self.shape, self.dtype = 0, shape, np.dtype(dtype)
        self._file = path.open("wb")
        self._write_header()

    def append(self, rows: np.ndarray) -> None:
        """Write rows of shape ``(n, *shape)``."""
        self._file.write(np.ascontiguousarray(rows, self.dtype).data)
        self.rows += len(rows)

    def __enter__(self) -> "GrowingArray":
        return self

    def __exit__(self, *exception) -> None:
        try:
            self._file.seek(0)
            self._write_header()
        finally:
            self._file.close()

    def _write_header(self) -> None:
        # NumPy pads its header so that the number of rows can be written over when it is known.
        description = np.lib.format.dtype_to_descr(self.dtype)
        header = {"descr": description, "fortran_order": False, "shape": (self.rows, *self.shape)}
        np.lib.format.write_array_header_1_0(self._file, header)


def write_array(path: Path, array: np.ndarray, block: int = 4096) -> None:
    """Write an array to an ``.npy`` file, `block` rows at a time."""
    with GrowingArray(path, array.shape[1:], array.dtype) as out:
        for start in range(0, len(array), block):
            out.append(array[start : start + block])
