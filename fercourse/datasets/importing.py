"""Import a folder of images: in parallel, in bounded memory, going on where it was stopped."""

import hashlib
import shutil
from pathlib import Path

import joblib
import numpy as np

from fercourse.datasets import cache
from fercourse.datasets.chunks import SIDE, load_chunk, read_chunk, save_chunk
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.listing import Listing
from fercourse.datasets.progress import progress_bar
from fercourse.errors import DataError

CHUNK = 256  # files: what is read again, at most, by each process after an interruption
_FACES = 8  # finding a face takes much longer than reading a picture: so many times smaller chunks
_BOX = ["x", "y", "width", "height"]


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
    try:
        with cache.writing(chunks):
            chunks.mkdir(parents=True, exist_ok=True)
            _read_missing(listing, root, chunks, progress, processes)
            _assemble(listing, root, chunks, target, name)
    except DataError as error:
        # Another process that imported the same may have finished and cleared the chunks away.
        if not (isinstance(error.__cause__, FileNotFoundError) and cache.is_cached(target)):
            raise
    shutil.rmtree(chunks, ignore_errors=True)


def _size(listing: Listing) -> int:
    """Return how many files make a chunk."""
    return max(1, CHUNK // _FACES) if listing.crop == "face" else CHUNK


def _fingerprint(listing: Listing) -> str:
    """Return a digest of which pixels are read, so that only chunks of the same work are kept."""
    digest = hashlib.sha256(f"{listing.crop} {_size(listing)} {SIDE}".encode())
    digest.update("\0".join(listing.table["file"]).encode("utf-8", "surrogateescape"))
    if listing.crop == "box":
        digest.update(listing.table[_BOX].to_numpy(np.float64).tobytes())
    return digest.hexdigest()[:8]


def _read_missing(
    listing: Listing, root: Path, chunks: Path, progress: bool, processes: int | None
) -> None:
    count, size = len(listing.table), _size(listing)
    missing = [start for start in range(0, count, size) if not _chunk_file(chunks, start).exists()]
    jobs = (
        joblib.delayed(read_chunk)(*_work(listing, start), root, listing.crop) for start in missing
    )
    parallel = joblib.Parallel(
        # A second process costs more than it saves when there is one chunk to read.
        n_jobs=1 if len(missing) < 2 else processes or -1,
        batch_size=1,
        return_as="generator_unordered",
    )
    with progress_bar("Importing files", count, shown=progress) as tell:
        done = count - sum(min(size, count - start) for start in missing)
        tell(done)
        for start, chunk in parallel(jobs):
            save_chunk(chunk, _chunk_file(chunks, start))
            done += len(chunk.used)
            tell(done)


def _work(listing: Listing, start: int) -> tuple[int, list[str], np.ndarray | None]:
    table = listing.table[start : start + _size(listing)]
    return start, table["file"].tolist(), table[_BOX].to_numpy() if listing.crop == "box" else None


def _chunk_file(chunks: Path, start: int) -> Path:
    return chunks / f"{start:09}.npz"


def _assemble(listing: Listing, root: Path, chunks: Path, target: Path, name: str) -> None:
    """Put the chunks together as a cached data set."""
    used, reasons = [], []
    with cache.building(target) as folder:
        with cache.GrowingArray(folder / "images.npy", (SIDE, SIDE), np.uint8) as images:
            for start in range(0, len(listing.table), _size(listing)):
                chunk = load_chunk(_chunk_file(chunks, start))
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
        del found  # Windows renames no folder in which a file is open


def _nothing_used(root: Path, unused: list[tuple[str, str]]) -> str:
    if not unused:
        return f"{root} holds no image files; check the path."
    file, reason = unused[-1]
    if len(unused) == 1:
        return f"The only file in {root}, {file}, cannot be used: {reason}"
    return f"None of the {len(unused):,} files in {root} can be used; of {file}: {reason}"
