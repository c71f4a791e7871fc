"""What ``course.toml`` and the environment say: the notebooks, the profile, the data set."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fercourse.content import content_path
from fercourse.errors import CourseError

PROFILES = ("quick", "class", "full")
DEFAULT_PROFILE = "class"
BUILT_IN = "builtin"


class Profile(NamedTuple):
    """How much work a notebook does: one name and three numbers."""

    name: str
    faces: int
    epochs: int
    seeds: int


@dataclass(frozen=True)
class Notebook:
    """What ``course.toml`` says of one notebook."""

    number: str
    slug: str
    title: str
    teaching_minutes: int
    exercise_minutes: int
    device: str
    profiles: Mapping[str, Profile]
    keras: bool = False

    @property
    def stem(self) -> str:
        """The name of its files without the ending, such as ``01_meet_the_faces``."""
        return f"{self.number}_{self.slug}"


@dataclass(frozen=True)
class Settings:
    """The whole of ``course.toml``."""

    title: str
    repository: str = ""
    notebooks: Mapping[str, Notebook] = field(default_factory=dict)

    def notebook(self, number: str) -> Notebook:
        """Return what is known of a notebook; `number` is written as in its file's name."""
        if number not in self.notebooks:
            known = ", ".join(sorted(self.notebooks)) or "none"
            raise CourseError(f"There is no notebook {number!r}; the course has {known}.")
        return self.notebooks[number]

    def choose(self, numbers: list[str]) -> list[Notebook]:
        """Return the notebooks of these numbers, in the order of the course; all when empty."""
        chosen = {number: self.notebook(number) for number in numbers} or self.notebooks
        return [chosen[number] for number in sorted(chosen)]


def read_settings(path: Path | None = None) -> Settings:
    """Read ``course.toml``.

    Raises
    ------
    CourseError
        If the file is missing, is not TOML, or lacks something.
    """
    path = path or content_path("course.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing; install fercourse again.") from None
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is not valid TOML: {error}.") from None
    about = content.get("course", {})
    return Settings(
        title=about.get("title", "fercourse"),
        repository=about.get("repository", "").rstrip("/"),
        notebooks={
            number: _notebook(number, entry)
            for number, entry in sorted(content.get("notebooks", {}).items())
        },
    )


def _notebook(number: str, entry: dict) -> Notebook:
    try:
        profiles = {name: Profile(name, **entry.pop(name)) for name in PROFILES}
        return Notebook(number=number, profiles=profiles, **entry)
    except (KeyError, TypeError) as error:
        raise CourseError(
            f"Notebook {number} in course.toml is not as it must be: {error}."
        ) from None


def profile_name(name: str | None = None) -> str:
    """Return the profile asked for: `name`, else ``FERCOURSE_PROFILE``, else ``class``."""
    name = name or os.environ.get("FERCOURSE_PROFILE") or DEFAULT_PROFILE
    if name not in PROFILES:
        raise CourseError(f"There is no profile {name!r}; choose {_either(PROFILES)}.")
    return name


class DataChoice(NamedTuple):
    """The data set that a notebook works on, and where the reader holds it."""

    name: str
    path: Path | None


def data_choice(name: str | None = None, path: str | Path | None = None) -> DataChoice:
    """Return the data set asked for: the arguments, else ``FERCOURSE_DATASET``/``_DATA``.

    Raises
    ------
    CourseError
        If the data set is unknown, or the path does not exist.
    """
    from fercourse.datasets import registry

    usual = os.environ.get("FERCOURSE_DATASET")
    # Whose copy FERCOURSE_DATA is; it is no other's.
    owner = usual or (name if name != BUILT_IN else None)
    if name in (None, owner):
        path = path or os.environ.get("FERCOURSE_DATA") or None
    name = name or usual or BUILT_IN
    if name not in registry():
        raise CourseError(f"There is no data set {name!r}; choose {_either(registry())}.")
    if path is not None and name == BUILT_IN:
        raise CourseError(
            f"The built-in faces are drawn and need no copy, but {path} is named as one. Say whose "
            "copy it is (FERCOURSE_DATASET, or --dataset), or leave it away (FERCOURSE_DATA, --data)."
        )
    if path is not None and not Path(path).expanduser().exists():
        raise CourseError(
            f"There is nothing at {path}; check --data or FERCOURSE_DATA, which name your copy of "
            f"{name}."
        )
    return DataChoice(name, Path(path).expanduser().resolve() if path is not None else None)


def _either(words) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def strict() -> bool:
    """Tell whether a wrong or missing answer must raise, as it does in the answer keys."""
    return os.environ.get("FERCOURSE_STRICT") == "1"
