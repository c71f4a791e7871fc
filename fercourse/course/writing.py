"""What keeps a folder from being written, said in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fercourse.errors import CourseError


@contextmanager
def writing(what: str, folder: Path) -> Iterator[None]:
    """Turn a full disk or a missing permission, while something is written, into one sentence.

    Parameters
    ----------
    what : str
        What is written, as it begins a sentence: ``"The report"``.
    folder : Path
        Where to.

    Raises
    ------
    CourseError
        Instead of an `OSError`.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise CourseError(f"{what} cannot be written to {folder}: {reason}.") from None
