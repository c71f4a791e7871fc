"""A site gets its name when it is whole, and replaces nothing but an earlier site."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fercourse.errors import CourseError

_LISTED = ".fercourse-site"


def require_free(folder: Path) -> None:
    """Raise unless a site may be put there.

    Raises
    ------
    CourseError
        If `folder` is a file, or holds a file that is not of an earlier site.
    """
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; choose a folder with --out.")
    with _told(folder):
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
    folder = folder.resolve()
    with _told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
            fresh = Path(place) / "fresh"
            listed = "\n".join(sorted(files)) + "\n"
            for path, content in {**files, _LISTED: listed.encode()}.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            if folder.exists():
                folder.rename(Path(place) / "old")
            fresh.rename(folder)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn a full disk or a missing permission into one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise CourseError(f"The site cannot be written to {folder}: {reason}.") from None
