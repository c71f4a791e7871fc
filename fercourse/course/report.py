"""The report of a run: an index page, and every executed notebook as a page. It needs no server."""

import copy
import datetime
from importlib import resources
from pathlib import Path

import nbconvert
from jinja2 import Environment
from nbformat import NotebookNode

from fercourse.course.machine import device, versions
from fercourse.course.run import Outcome, Task
from fercourse.course.writing import writing
from fercourse.errors import CourseError

_WIDGET = "application/vnd.jupyter.widget-view+json"
_MARK = "# A report of fercourse run: it may show faces of people, and is not to be committed.\n*\n"


def write_report(outcomes: list[Outcome], task: Task, folder: Path) -> Path:
    """Write the report of a run into a prepared folder, and return the path of its index page.

    Raises
    ------
    CourseError
        If the folder cannot be written.
    """
    with writing("The report", folder):
        for outcome in outcomes:
            page = folder / f"{outcome.notebook.stem}.html"
            page.write_text(notebook_page(outcome), encoding="utf-8")
        index = folder / "index.html"
        index.write_text(index_page(outcomes, task), encoding="utf-8")
    return index


def prepare(folder: Path) -> None:
    """Make the folder of a report, and take the pages of an earlier one out, but nothing else.

    The folder tells git to ignore it: a run on real data shows faces of people, who have not
    agreed to be published.

    Raises
    ------
    CourseError
        If the folder holds something else than a report, or cannot be written.
    """
    mark = folder / ".gitignore"
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; choose a folder with --out.")
    with writing("The report", folder):
        if folder.is_dir() and any(folder.iterdir()):
            if not mark.is_file() or not _is_mark(mark):
                raise CourseError(
                    f"{folder} holds something else than a report; choose another with --out."
                )
            for page in folder.glob("*.html"):
                page.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(_MARK, encoding="utf-8", newline="\n")


def _is_mark(mark: Path) -> bool:
    return mark.read_bytes().replace(b"\r\n", b"\n") == _MARK.encode()


def notebook_page(outcome: Outcome) -> str:
    """Return an executed notebook as one HTML page, figures included."""
    exporter = nbconvert.HTMLExporter(raw_template=_template("page.html.j2"), anchor_link_text="")
    about = {
        "metadata": {"name": f"{outcome.notebook.number} · {outcome.notebook.title}"},
        "has_math": any("$" in cell.source for cell in outcome.executed.cells),
    }
    page, _ = exporter.from_notebook_node(without_widgets(outcome.executed), about)
    return page


def without_widgets(notebook: NotebookNode) -> NotebookNode:
    """Return a copy in which a sentence stands for each control that needs a running kernel.

    A bare ``Output()`` goes without one: it is a progress bar that has come to its end.
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        for output in [one for one in outputs if _WIDGET in one.get("data", {})]:
            if output.data.get("text/plain") == "Output()":
                outputs.remove(output)
            else:
                output.data = {"text/plain": "(A control: open the notebook to use it.)"}
    return notebook


def index_page(outcomes: list[Outcome], task: Task) -> str:
    """Return the page that sums a run up."""
    return (
        Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        .from_string(_template("report.html.j2"))
        .render(
            outcomes=outcomes,
            task=task,
            date=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
            device=device(),
            versions=versions(),
            seconds=sum(one.seconds for one in outcomes),
            failed=[one for one in outcomes if not one.passed],
        )
    )


def _template(name: str) -> str:
    return resources.files("fercourse.course").joinpath(name).read_text(encoding="utf-8")
