"""Import a folder of images: in parallel, in bounded memory, going on where it was stopped."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import joblib
import numpy as np
import pandas as pd

from fercourse import faces
from fercourse.datasets import cache
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.listing import Listing
from fercourse.datasets.progress import progress_bar
from fercourse.errors import DataError

SIDE = 48  # pixels
CHUNK = 256  # files: what is read again, at most, by each process after an interruption
_BOX = ["x", "y", "width", "height"]


@dataclass(frozen=True)
class Chunk:
    """Some neighboring files of a listing, read.

    Parameters
    ----------
    images : ndarray, uint8, shape (used, 48, 48)
        The faces of the files that could be used.
    used : ndarray, bool, shape (files,)
        Which files those are.
    reasons : list of str
        For each of the others, why not.
    """

    images: np.ndarray
    used: np.ndarray
    reasons: list[str]


def import_listing(
    listing: Listing,
    root: Path,
    target: Path,
    *,
    name: str,
    progress: bool = True,
    processes: int | None = None,
) -> None:
    """Read every file of a listing into the cache.

    The work runs through joblib, so that ``joblib.parallel_config(backend="dask")`` puts a
    cluster under it. Finished chunks are kept beside `target` until the whole is done; after an
    interruption the next import begins with the first chunk that is missing.

    Parameters
    ----------
    listing : Listing
        The files, and what is known of them.
    root : Path
        The folder that they are in.
    target : Path
        The folder of the cached data set. What could not be used stands in its ``unused.csv``.
    name : str
        The short name of the data set.
    progress : bool
        Show a progress bar.
    processes : int, optional
        How many processes read; by default one a core, or all workers of the cluster.

    Raises
    ------
    DataError
        If no file could be used, or the cache cannot be written.
    """
    chunks = target.with_name(f"{target.name}-{_fingerprint(listing)}{cache.CHUNKS}")
    with cache.writing(chunks):
        chunks.mkdir(parents=True, exist_ok=True)
        _read_missing(listing, root, chunks, progress, processes)
        _assemble(listing, root, chunks, target, name)
        shutil.rmtree(chunks, ignore_errors=True)


def _fingerprint(listing: Listing) -> str:
    """Return a digest of which pixels are read, so that only chunks of the same work are kept."""
    digest = hashlib.sha256(f"{listing.crop} {CHUNK} {SIDE}".encode())
    digest.update("\0".join(listing.table["file"]).encode("utf-8", "surrogateescape"))
    if listing.crop == "box":
        digest.update(listing.table[_BOX].to_numpy(np.float64).tobytes())
    return digest.hexdigest()[:8]


def _read_missing(
    listing: Listing, root: Path, chunks: Path, progress: bool, processes: int | None
) -> None:
    count = len(listing.table)
    missing = [start for start in range(0, count, CHUNK) if not _chunk_file(chunks, start).exists()]
    files = listing.table[["file", *_BOX] if listing.crop == "box" else ["file"]]
    jobs = (
        joblib.delayed(_read_chunk)(start, files[start : start + CHUNK], root, listing.crop)
        for start in missing
    )
    parallel = joblib.Parallel(
        # A second process costs more than it saves when there is one chunk to read.
        n_jobs=1 if len(missing) < 2 else processes or -1,
        batch_size=1,
        return_as="generator_unordered",
    )
    with progress_bar("Importing files", count, shown=progress) as tell:
        done = count - sum(min(CHUNK, count - start) for start in missing)
        tell(done)
        for start, chunk in parallel(jobs):
            _save_chunk(chunk, _chunk_file(chunks, start))
            done += len(chunk.used)
            tell(done)


def _read_chunk(start: int, table: pd.DataFrame, root: Path, crop: str) -> tuple[int, Chunk]:
    boxes = table[_BOX].to_numpy() if crop == "box" else [None] * len(table)
    images, used, reasons = [], [], []
    for file, box in zip(table["file"], boxes, strict=True):
        try:
            images.append(_read_face(root / file, crop, box))
            used.append(True)
        except DataError as error:
            used.append(False)
            reasons.append(str(error))
    pixels = np.stack(images) if images else np.empty((0, SIDE, SIDE), np.uint8)
    return start, Chunk(pixels, np.array(used), reasons)


def _read_face(path: Path, crop: str, box: Iterable[float] | None) -> np.ndarray:
    image = faces.to_gray(faces.read_image(path))
    if crop == "whole":
        return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if crop == "face":
        return faces.crop(image, size=SIDE)
    return faces.crop(image, faces.Box(*box), size=SIDE, margin=0.0, align=False)


def _chunk_file(chunks: Path, start: int) -> Path:
    return chunks / f"{start:09}.npz"


def _save_chunk(chunk: Chunk, path: Path) -> None:
    """Write a chunk so that it is there whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}")
    reasons = np.frombuffer(json.dumps(chunk.reasons).encode(), np.uint8)
    with partial.open("wb") as file:
        np.savez(file, images=chunk.images, used=chunk.used, reasons=reasons)
    partial.replace(path)


def _load_chunks(chunks: Path, count: int) -> Iterator[Chunk]:
    for start in range(0, count, CHUNK):
        with np.load(_chunk_file(chunks, start), allow_pickle=False) as stored:
            reasons = json.loads(stored["reasons"].tobytes())
            yield Chunk(stored["images"], stored["used"], reasons)


def _assemble(listing: Listing, root: Path, chunks: Path, target: Path, name: str) -> None:
    """Put the chunks together as a cached data set."""
    used, reasons = [], []
    with cache.building(target) as folder:
        with cache.GrowingArray(folder / "images.npy", (SIDE, SIDE), np.uint8) as images:
            for chunk in _load_chunks(chunks, len(listing.table)):
                images.append(chunk.images)
                used.append(chunk.used)
                reasons += chunk.reasons
        used = np.concatenate(used) if used else np.empty(0, bool)
        unused = [*listing.unused, *zip(listing.table["file"][~used], reasons, strict=True)]
        if not used.any():
            shutil.rmtree(chunks, ignore_errors=True)
            raise DataError(_nothing_used(root, unused))
        cache.write_unused(unused, folder)
        table = listing.table[used].reset_index(drop=True)
        found = FaceSet(
            images=np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False),
            labels=table["label"].to_numpy(np.int64),
            classes=listing.classes,
            table=table.drop(columns="label"),
            name=name,
        )
        cache.write_rest(found, folder, source=str(root), unused=len(unused))


def _nothing_used(root: Path, unused: list[tuple[str, str]]) -> str:
    if not unused:
        return f"{root} holds no image files; check the path."
    file, reason = unused[-1]
    return f"None of the {len(unused):,} files in {root} can be used; of {file}: {reason}"
