"""Where the files live that are not Python: notebooks, course.toml, the data registry.

In a checkout they stand at the top of the repository; in an installed wheel they
are carried inside the package, under ``_content``.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Return the top of the source checkout that this package is run from, or None."""
    top = _PACKAGE.parent
    return top if (top / "course.toml").is_file() and (top / "pyproject.toml").is_file() else None


def how_to_mend() -> str:
    """Return what to do where a notebook of the course is missing or damaged."""
    return "Run: fercourse build" if checkout() else "Install fercourse again."


def content_path(*parts: str) -> Path:
    """Return the path of a file that belongs to the course, such as ``("notebooks",)``.

    Parameters
    ----------
    *parts
        The path below the repository's top, one folder or file a part.

    Returns
    -------
    Path
        The path; nothing is said about whether it exists.
    """
    return (checkout() or _PACKAGE / "_content").joinpath(*parts)
