"""AffectNet in the form of 2021: one small .npy file of annotation per picture."""

import io
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from fercourse.datasets.tree import is_utf8, regular_names, subfolders
from fercourse.faces import PICTURE_SUFFIXES

_SETS = {"train_set": "train", "val_set": "validation"}
_MOST_BYTES = 4096


def find_sets(root: Path) -> dict[str, str]:
    """Return the split of each folder of pictures and annotations, by its path below the root."""
    tops = subfolders(root)
    below = [f"{top}/{name}" for top in tops if not top.isdigit() for name in _SETS]
    return {
        path: _SETS[path.rpartition("/")[2]]
        for path in tops + below
        if path.rpartition("/")[2] in _SETS and (root / path / "annotations").is_dir()
    }


def read_sets(root: Path, sets: dict[str, str]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Read the expression code of every picture.

    Parameters
    ----------
    root : Path
        The folder.
    sets : dict of str to str
        What `find_sets` returned.

    Returns
    -------
    table : DataFrame
        Columns ``file``, ``split``, ``code`` and ``source`` (the set's folder).
    unused : list of (folder, reason)
        How many pictures are left out, by reason.
    """
    parts, unused = [], []
    for path, split in sets.items():
        codes, faults = _read_set(root / path)
        files = [f"{path}/images/{name}" for name in codes]
        part = pd.DataFrame({"file": files, "code": np.array(list(codes.values()), "int64")})
        parts.append(part.assign(split=split, source=path))
        unused += [(f"{path}/images", f"{reason}: {n:,}") for reason, n in faults.items()]
    return pd.concat(parts, ignore_index=True), unused


def _read_set(folder: Path) -> tuple[dict[str, int], Counter]:
    annotated = regular_names(folder / "annotations")
    codes, faults = {}, Counter()
    for name in sorted(regular_names(folder / "images"), key=lambda name: (len(name), name)):
        stem, dot, suffix = name.rpartition(".")
        annotation = f"{stem}_exp.npy"
        if dot + suffix.lower() not in PICTURE_SUFFIXES or not is_utf8(name):
            faults["files that are no picture or whose name is not valid UTF-8"] += 1
        elif annotation not in annotated:
            faults["pictures without an annotation"] += 1
        elif (code := _read_code(f"{folder}/annotations/{annotation}")) is None:
            faults["pictures whose annotation is no single number in a .npy file"] += 1
        else:
            codes[name] = code
    return codes, faults


def _read_code(path: str) -> int | None:
    # Path objects would take longer than the reading itself.
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return _parse_code(file.read(_MOST_BYTES))
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _parse_code(data: bytes) -> int | None:
    """Return the number in a .npy file; the few different ones are parsed once each."""
    try:
        stream = io.BytesIO(data)
        if np.lib.format.read_magic(stream) != (1, 0):
            return None
        shape, _, kind = np.lib.format.read_array_header_1_0(stream)
        if shape not in ((), (1,)) or kind.hasobject:
            return None
        code = np.load(io.BytesIO(data), allow_pickle=False).item()
        return int(code) if float(code).is_integer() else None
    except (ValueError, TypeError, EOFError, OverflowError):
        return None
