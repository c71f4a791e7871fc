"""What the checks said: ``fercourse grade`` for a class, ``fercourse progress`` for oneself."""

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from fercourse.errors import CourseError


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(grade)
    app.command()(progress)


def grade(
    submissions: Path = typer.Argument(..., help="A folder of notebooks, or of students' folders."),
    out: Path = typer.Option(Path("marks.csv"), help="The table of marks."),
    overwrite: bool = typer.Option(False, help="Replace a table that is there."),
    cell_seconds: int = typer.Option(120, min=1, help="The most a cell may take."),
    notebook_seconds: int = typer.Option(1200, min=1, help="The most a notebook may take."),
    memory: int = typer.Option(4000, min=100, help="The most memory a notebook may use, in MB."),
) -> None:
    """Run students' notebooks one by one, and write a table of marks.

    This runs code that other people wrote. It is kept apart, but it could harm your files: run it
    in a container, as docs/grading.md shows.
    """
    from fercourse import datasets
    from fercourse.content import content_path
    from fercourse.course.machine import require_course

    require_course()
    from fercourse.course.grading import find_submissions
    from fercourse.course.grading import grade as grade_one
    from fercourse.course.isolation import Limits
    from fercourse.course.marks import check_target, write_marks
    from fercourse.course.settings import read_settings

    found, settings = find_submissions(submissions), read_settings()
    limits, folder = Limits(cell_seconds, notebook_seconds, memory), content_path("notebooks")
    check_target(out, overwrite)  # a place that cannot be written is told before the work begins
    datasets.load("builtin")  # drawn once, and not at the cost of the first student
    screen, graded = Console(stderr=True, soft_wrap=True, highlight=False), []
    screen.print("Running code that other people wrote; see docs/grading.md.", style="yellow")
    for name, file in track(found, "Grading", console=screen):
        graded.append(grade_one(name, file, settings, folder, limits))
        write_marks(graded, out)  # so that an interruption loses nothing
    _show(graded)
    print(f"{len(graded)} submissions are marked in {out}.")


def _show(graded) -> None:
    table = Table("Submission", "Notebook", "Marks", "State", box=None)
    for one in graded:
        marks = f"{one.marks} of {len(one.verdicts)}"
        table.add_row(*map(Text, (one.name, one.notebook, marks, one.state)))
    Console(soft_wrap=True).print(table)


def progress(
    folder: Path = typer.Argument(None, help="The folder of your notebooks; work/ or this one."),
) -> None:
    """Say which exercises and questions of your saved notebooks are answered, and how."""
    from fercourse.course.machine import require_course
    from fercourse.course.settings import read_settings

    require_course()
    from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG
    from fercourse.course.reading import read_notebook
    from fercourse.course.verdicts import verdicts

    table = Table("Notebook", "Right", "Wrong", "Not attempted", "Next", box=None)
    notebooks = read_settings().notebooks.values()
    folders = [folder] if folder else [Path("work"), Path()]
    places = (_present(notebooks, one) for one in folders)
    present = next(filter(None, places), [])
    if not present:
        raise CourseError(
            f"There are no notebooks of the course in {folders[-1].resolve()}. Name their folder, as in "
            "'fercourse progress work', or open the course first: fercourse lab"
        )
    for notebook, file in present:
        otherwise = f"{file} is no notebook; move it away, and for a fresh copy run: fercourse lab"
        said = dict(verdicts(read_notebook(file, otherwise)))
        counts = [
            sum(one.status == status for one in said.values())
            for status in (RIGHT, WRONG, NOT_ATTEMPTED)
        ]
        first = next((name for name, one in said.items() if one.status != RIGHT), "done")
        table.add_row(f"{notebook.number} {notebook.title}", *map(str, counts), first)
    Console(soft_wrap=True).print(table)
    print("Counted from what your notebooks showed when they were last saved.")


def _present(notebooks, folder: Path) -> list:
    """Return the notebooks of the course that lie in a folder, each with its file."""
    files = ((notebook, folder / f"{notebook.stem}.ipynb") for notebook in notebooks)
    return [(notebook, file) for notebook, file in files if file.is_file()]
