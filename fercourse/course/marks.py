"""The table of marks."""

import csv
from pathlib import Path
from typing import NamedTuple

from fercourse.course.exercises import RIGHT, WRONG, Verdict
from fercourse.errors import CourseError
from fercourse.whole import check_writable, whole_file


class Graded(NamedTuple):
    """What came of one submission.

    Parameters
    ----------
    name : str
        Whose it is: the folder below the submissions, or the file's name.
    notebook : str
        The notebook's number, or nothing where that could not be told.
    state : str
        `RAN`, or a sentence on what stopped it.
    verdicts : dict
        From each exercise and question of the notebook to its verdict.
    """

    name: str
    notebook: str
    state: str
    verdicts: dict[str, Verdict]

    @property
    def marks(self) -> int:
        """One for each right answer."""
        return sum(one.status == RIGHT for one in self.verdicts.values())


def check_target(path: Path, overwrite: bool = False) -> None:
    """Refuse a place that the table cannot or must not be written to, before the work begins.

    Parameters
    ----------
    path : Path
        Where the table is to be.
    overwrite : bool
        Whether it may replace a file.

    Raises
    ------
    CourseError
        If something stands there, or the folder cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            raise CourseError(f"{path} is no file; name one for the table, such as marks.csv.")
        if path.exists() and not overwrite:
            raise CourseError(f"{path} is there already; name another file or add --overwrite.")
        check_writable(path)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from error


def write_marks(graded: list[Graded], path: Path) -> None:
    """Write a table, one row for each submission, whole or not at all.

    Raises
    ------
    CourseError
        If the file cannot be written.
    """
    columns = dict.fromkeys(
        f"{one.notebook} {name}" for one in sorted(graded, key=_notebook) for name in one.verdicts
    )
    try:
        # What a student wrote may hold half a character, which is no text.
        with (
            whole_file(path) as fresh,
            fresh.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            table = csv.DictWriter(
                file, ["submission", "notebook", "marks", "of", "state", "messages", *columns]
            )
            table.writeheader()
            table.writerows(_row(one) for one in graded)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from error


def _notebook(graded: Graded) -> str:
    return graded.notebook


def _row(graded: Graded) -> dict:
    marks = {
        f"{graded.notebook} {name}": int(one.status == RIGHT)
        for name, one in graded.verdicts.items()
    }
    messages = "; ".join(
        f"{name}: {one.message}" for name, one in graded.verdicts.items() if one.status == WRONG
    )
    return {
        "submission": _harmless(graded.name), "notebook": graded.notebook, "marks": graded.marks,
        "of": len(marks), "state": _harmless(graded.state), "messages": messages, **marks,
    }  # fmt: skip


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a student's words for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
