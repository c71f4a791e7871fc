"""`load` and `import_dataset`: from what a person holds to a cached `FaceSet`."""

import warnings
from importlib import import_module
from pathlib import Path

from fercourse.datasets import builtin, cache, ckplus_csv, fer2013, ferplus
from fercourse.datasets.entries import Entry, entry
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.importing import import_listing
from fercourse.datasets.pixel_csv import PixelTable
from fercourse.datasets.sources import existing, stamp
from fercourse.datasets.table_importing import import_table
from fercourse.errors import DataError

_TABLES = {"fer2013": fer2013.TABLE, "ferplus": fer2013.TABLE, "ckplus": ckplus_csv.TABLE}


def load(
    name: str = builtin.NAME,
    path: str | Path | None = None,
    *,
    progress: bool = True,
    processes: int | None = None,
) -> FaceSet:
    """Return a data set; no image is read until it is touched. Introduced in notebook 01.

    Parameters
    ----------
    name : str
        A name of ``datasets/registry.toml``, such as ``"builtin"`` or ``"fer2013"``.
    path : path, optional
        The file or folder that you hold. It is imported once, and again when it has changed.
        Without it, the last import of this data set is opened.
    progress : bool
        Show a progress bar while faces are drawn or imported.
    processes : int, optional
        How many processes draw or import; by default one a core.

    Returns
    -------
    FaceSet
        The faces, as read-only memory maps.

    Raises
    ------
    DataError
        If there is no such data set, or it cannot be read.
    """
    entry(name)
    if name == builtin.NAME and path is None:
        return builtin.load_builtin(progress=progress, processes=processes)
    folder = place(name, path)
    if path is None:
        return cache.load(folder)
    if cache.is_cached(folder):
        try:
            return cache.load(folder)
        except cache.DamagedCacheError:
            warnings.warn(f"The cached copy of {path} is damaged; importing again.", stacklevel=2)
    return import_dataset(name, path, progress=progress, processes=processes)


def import_dataset(
    name: str, path: str | Path, *, progress: bool = True, processes: int | None = None
) -> FaceSet:
    """Read a data set into the cache, even where it is cached already.

    An import that was interrupted goes on where it stopped. Files that could not be used stand
    in ``unused.csv`` in the folder of the cached data set; a warning says how many.

    Parameters
    ----------
    name : str
        A name of ``datasets/registry.toml``.
    path : path
        The file or folder that you hold.
    progress : bool
        Show a progress bar.
    processes : int, optional
        How many processes read images; by default one a core, or all workers of a cluster that
        ``joblib.parallel_config`` names.

    Returns
    -------
    FaceSet
        The faces, as read-only memory maps.

    Raises
    ------
    DataError
        If there is no such data set, or it cannot be read; nothing half-written is left.
    """
    target = place(name, path)
    source, table = _source(name, existing(path))
    if name == "ferplus":
        fer = load("fer2013", source, progress=progress, processes=processes)
        cache.save(ferplus.relabel(fer), target, source=str(source), unused=0)
    elif table:
        import_table(source, table, target, name=name, progress=progress)
    else:
        listing = import_module(f"fercourse.datasets.{entry(name).reader}").list_files(source)
        import_listing(listing, source, target, name=name, progress=progress, processes=processes)
    cache.remove_outdated(name, target, source=str(source))
    _tell_unused(target)
    return cache.load(target)


def place(name: str, path: str | Path | None = None) -> Path:
    """Return the folder in which the data set that a person holds is cached, or will be.

    Without a path, that of its last import.
    """
    about = entry(name)
    if name == builtin.NAME:
        raise DataError("The built-in faces are drawn, not imported; they take no path.")
    if path is None:
        return _last_import(about)
    source, table = _source(name, existing(path))
    votes = table.votes_beside(source) if table else None
    return cache.place(name, stamp(source), stamp(votes) if votes else None)


def _source(name: str, path: Path) -> tuple[Path, PixelTable | None]:
    """Return the table that `path` is or holds, with its form; or else the folder itself."""
    table = _TABLES.get(name)
    if path.is_file() and table is None:
        raise DataError(f"{path} is a file; {entry(name).title} is imported from a folder.")
    if path.is_file():
        return path, table
    found = table.find(path) if table else None
    return (found, table) if found else (path, None)


def _tell_unused(folder: Path) -> None:
    unused = cache.read_meta(folder)["origin"]["unused"]
    if unused:
        files = "1 file" if unused == 1 else f"{unused:,} files"
        warnings.warn(f"{files} could not be used; {folder / 'unused.csv'} says why.", stacklevel=3)


def _last_import(about: Entry) -> Path:
    folders = cache.imports(about.name)
    if not folders:
        raise DataError(
            f"{about.title} is not imported yet. {about.access} "
            f"Then: fercourse data import {about.name} PATH"
        )
    return folders[0]
