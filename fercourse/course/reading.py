"""A notebook file that anybody may have written; what is no notebook is said in a sentence."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from fercourse.datasets.tree import printable
from fercourse.errors import CourseError


def read_notebook(path: Path, otherwise: str) -> NotebookNode:
    """Read a notebook file.

    Parameters
    ----------
    path : Path
        The file.
    otherwise : str
        The sentence to say when it is no notebook.

    Raises
    ------
    CourseError
        If the file cannot be read, or is no notebook.
    """
    try:
        # By these steps, since nbformat.reads prints its own report of what is not valid.
        content = nbformat.reader.reads(path.read_text(encoding="utf-8"))
        content = nbformat.convert(content, 4)
        nbformat.validate(content)
    except OSError as error:
        raise CourseError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    # Whatever stands in a stranger's file, it is no more than no notebook.
    except Exception as error:
        raise CourseError(otherwise) from error
    return content
