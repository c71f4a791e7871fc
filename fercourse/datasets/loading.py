"""`load` and `import_dataset`: from what a person holds to a cached `FaceSet`."""

import warnings
from pathlib import Path

from fercourse.datasets import builtin, cache
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.registry import Entry, entry
from fercourse.errors import DataError


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
    about = entry(name)
    if name == builtin.NAME:
        if path is not None:
            raise DataError("The built-in faces are drawn; they take no path.")
        return builtin.load_builtin(progress=progress, processes=processes)
    if path is None:
        return cache.load(_last_import(about))
    raise DataError(f"Importing {path} is not written yet.")


def import_dataset(
    name: str, path: str | Path, *, progress: bool = True, processes: int | None = None
) -> FaceSet:
    """Read a data set into the cache, even where it is cached already."""
    raise DataError(f"Importing {name} from {path} is not written yet.")


def _last_import(about: Entry) -> Path:
    folder = cache.latest(about.name)
    if folder is None:
        raise DataError(
            f"{about.title} is not imported yet. {about.access} "
            f"Then: fercourse data import {about.name} PATH"
        )
    return folder
