"""Walk a folder of pictures that is not to be trusted, and say what stands in it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pandas as pd

from fercourse.errors import DataError
from fercourse.faces import PICTURE_SUFFIXES

# How the pictures of a data set are named; told apart so that a mix-up can be named too.
NAMES = {
    "ckplus": re.compile(r"(?P<subject>S\d{3})_(?P<session>\d{3})_(?P<frame>\d{8})\.\w+", re.I),
    "jaffe": re.compile(
        r"(?P<subject>[A-Z]{2})\.(?P<code>AN|DI|FE|HA|NE|SA|SU)\d+\.(?P<number>\d{1,9})\.\w+", re.I
    ),
    "kdef": re.compile(
        r"(?P<session>[AB])(?P<sex>[FM])(?P<number>0[1-9]|[12]\d|3[0-5])"
        r"(?P<code>AF|AN|DI|HA|NE|SA|SU)(?P<angle>S|HL|HR|FL|FR)\.\w+",
        re.I,
    ),
    "fer2013": re.compile(r"(Training|PublicTest|PrivateTest)_\d+\.\w+", re.I),
}


@dataclass(frozen=True)
class Tree:
    """The files below a folder, as paths with forward slashes, and those that are of no use."""

    files: list[str]
    unused: list[tuple[str, str]]


def walk(root: Path, depth: int, suffixes: frozenset[str] = PICTURE_SUFFIXES) -> Tree:
    """List the files below a folder, in the order of their names.

    Links are followed only to files that lie below `root` themselves. No file is opened.

    Parameters
    ----------
    root : Path
        The folder.
    depth : int
        How many levels are looked at; 1 is the folder itself.
    suffixes : set of str
        The endings of names that are wanted, in lower case.

    Returns
    -------
    Tree
        Whatever was seen and is not wanted stands in its `unused`, each with the reason.

    Raises
    ------
    DataError
        If `root` is no folder, or a folder may not be read.
    """
    check_folder(root)
    tree = Tree([], [])
    _walk(root, "", depth, suffixes, tree)
    return tree


def check_folder(root: Path):
    """Raise DataError unless `root` is a folder."""
    if not root.exists():
        raise DataError(f"There is no folder {printable(root)}; check the path.")
    if not root.is_dir():
        raise DataError(f"{printable(root)} is a file; give the folder that holds the pictures.")


def scan(folder: Path) -> list[os.DirEntry]:
    """Return what stands in a folder, by name; raises DataError when it may not be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"The folder {printable(folder)} cannot be read ({reason}); change its permissions."
        ) from None


def subfolders(folder: Path) -> list[str]:
    """Return the names of the folders in a folder that `walk` would enter."""
    return [
        entry.name
        for entry in scan(folder)
        if entry.is_dir(follow_symlinks=False)
        and is_utf8(entry.name)
        and not _is_hidden(entry.name)
    ]


def regular_names(folder: Path) -> set[str]:
    """Return the names of a folder's files, links left out; empty when it is no folder.

    One read of the folder tells names and kinds, so that no file is asked one by one.
    """
    if not folder.is_dir():
        return set()
    return {entry.name for entry in scan(folder) if entry.is_file(follow_symlinks=False)}


def printable(path) -> str:
    """Return a path as text that can be printed and stored, whatever bytes its name holds."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_utf8(name: str) -> bool:
    """Return whether a file's name can be written down as text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_names(files: list[str], form: str) -> pd.DataFrame:
    """Return what the names of a form say: a row per file that has such a name.

    Columns are ``file`` and the groups of ``NAMES[form]``, in capitals.
    """
    rows = []
    for file in files:
        match = NAMES[form].fullmatch(file.rpartition("/")[2])
        if match:
            rows.append(
                {"file": file, **{key: word.upper() for key, word in match.groupdict().items()}}
            )
    return pd.DataFrame(rows, columns=["file", *NAMES[form].groupindex])


def misnamed(files: list[str], table: pd.DataFrame, example: str) -> list[tuple[str, str]]:
    """Return the files that are missing from a table because of their names, with that reason."""
    known = set(table["file"])
    reason = f"its name is not of the form {example}"
    return [(file, reason) for file in files if file not in known]


def refuse(root: Path, wanted: str, files: list[str], form: str | None = None) -> NoReturn:
    """Raise the DataError of a folder that is not of its form, naming the one it looks like.

    Parameters
    ----------
    root, wanted
        The folder, and in words what it does not hold.
    files : list of str
        The pictures that were found in it.
    form : str, optional
        The key of `NAMES` that was tried.
    """
    for other, pattern in NAMES.items():
        names = [file.rpartition("/")[2] for file in files[:1000]]
        alike = sum(bool(pattern.fullmatch(name)) for name in names)
        if other != form and alike > len(names) / 2:
            raise DataError(f"{printable(root)} holds no {wanted}; it looks like {other!r}.")
    raise DataError(f"{printable(root)} holds no {wanted}; check the path and the data set's name.")


def _walk(root: Path, below: str, depth: int, suffixes: frozenset[str], tree: Tree):
    for entry in scan(root / below):
        file = below + entry.name
        reason = _reason_against(entry, root, depth, suffixes)
        if reason:
            tree.unused.append((printable(file), reason))
        elif entry.is_dir():
            _walk(root, file + "/", depth - 1, suffixes, tree)
        else:
            tree.files.append(file)


def _reason_against(entry: os.DirEntry, root: Path, depth: int, suffixes) -> str | None:
    """Return in words why an entry is not used, or None."""
    if not is_utf8(entry.name):
        return "its name is not valid UTF-8: rename it"
    if entry.is_symlink() and not _stays_below(root, Path(entry.path)):
        return "it is a link to a folder, to no file, or out of the data set: not followed"
    if entry.is_dir():
        if _is_hidden(entry.name):
            return "it is a hidden folder"
        return None if depth > 1 else "it is a folder where only pictures are expected"
    suffix = Path(entry.name).suffix.lower()
    if suffix not in suffixes or entry.name.startswith(".") or not entry.is_file():
        return "it is not a picture file"
    return None


def _stays_below(root: Path, link: Path) -> bool:
    try:
        target = link.resolve()
        return target.is_file() and target.is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a place that may not be looked at, a link to itself
        return False


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
