"""A site gets its name when it is whole, and replaces nothing but an earlier site."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from fercourse.course.writing import writing
from fercourse.errors import CourseError
from fercourse.whole import real_path

_LISTED = ".fercourse-site"


def require_free(folder: Path) -> None:
    """Raise unless a site may be put there.

    Raises
    ------
    CourseError
        If `folder` is a file, a loop of links, or holds a file that is not of an earlier site.
    """
    with writing("The site", folder):
        real_path(folder)
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; choose a folder with --out.")
    with writing("The site", folder):
        listed = folder / _LISTED
        own = {_LISTED, *(listed.read_text("utf-8").splitlines() if listed.is_file() else ())}
        files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
        other = sorted({path.relative_to(folder).as_posix() for path in files} - own)
    if other:
        raise CourseError(
            f"{folder} holds {other[0]}, which is not of an earlier site; "
            "choose another folder with --out."
        )


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a site; where that fails, nothing is left behind and an earlier site stays.

    Parameters
    ----------
    files : mapping
        The content of each file, by its path below `folder`.
    folder : Path
        Where the site is to be; an earlier one is replaced.

    Raises
    ------
    CourseError
        As `require_free`, or if the folder cannot be written.
    """
    require_free(folder)
    with writing("The site", folder):
        folder = real_path(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
            fresh = Path(place) / "fresh"
            listed = "\n".join(sorted(files)) + "\n"
            for path, content in {**files, _LISTED: listed.encode()}.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            _replace(folder, fresh, Path(place) / "old")


def _replace(folder: Path, fresh: Path, old: Path) -> None:
    """Put a fresh folder in the place of another; where that fails, the other is back."""
    if not folder.exists():
        fresh.rename(folder)
        return
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
