"""The data sets that are known by name: ``datasets/registry.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache

from fercourse.content import content_path
from fercourse.errors import DataError


@dataclass(frozen=True)
class Entry:
    """What is known of a data set before anybody holds it.

    Parameters
    ----------
    name : str
        The short name, as in ``load("fer2013")``.
    title, classes, size, color, setting
        What it is: its full name, its expression classes, the size of its images, whether they
        are gray, posed or wild.
    licence, access, consent, citation : str
        What may be done with it, where to get it, what its subjects agreed to, whom to cite.
    forms, faults : tuple of str
        The forms in which people hold it, and what is known to be wrong with it.
    reader : str
        The module of ``fercourse.datasets`` that reads it.
    year, faces, subjects : int or None
        When it appeared and how many it has, where that is known.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    size: str
    color: str
    setting: str
    licence: str
    access: str
    consent: str
    citation: str
    forms: tuple[str, ...]
    faults: tuple[str, ...]
    reader: str
    year: int | None = None
    faces: int | None = None
    subjects: int | None = None


@cache
def registry() -> dict[str, Entry]:
    """Return the known data sets by name, in the order of ``datasets/registry.toml``."""
    with content_path("datasets", "registry.toml").open("rb") as file:
        known = tomllib.load(file)
    return {
        name: Entry(
            name, **{key: tuple(v) if isinstance(v, list) else v for key, v in about.items()}
        )
        for name, about in known.items()
    }


def entry(name: str) -> Entry:
    """Return what is known of the data set `name`.

    Raises
    ------
    DataError
        If there is no such data set.
    """
    if name not in registry():
        raise DataError(f"There is no data set {name!r}; there are {', '.join(registry())}.")
    return registry()[name]
