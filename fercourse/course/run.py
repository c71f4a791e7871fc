"""Execute the answer keys without a browser, and compare what they record with what is expected."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from fercourse.content import how_to_mend
from fercourse.course.exercises import RIGHT
from fercourse.course.kernel import OwnKernel, kernel_environment
from fercourse.course.machine import device, versions
from fercourse.course.reading import read_notebook
from fercourse.course.results import Comparison, compare, read_expected
from fercourse.course.settings import BUILT_IN, DataChoice, Notebook
from fercourse.errors import CourseError

# No cell of the default profile should take a minute; these stop what hangs.
CELL_SECONDS = {"quick": 300, "class": 1800, "full": None}
COMPARED = ("quick", "class")
RECORD = "record.json"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """What is run: profile, data set, and where the notebooks and expected ranges are.

    The edition is ``"key"``, in which every check must pass, or ``"student"``, untouched.
    """

    profile: str
    choice: DataChoice
    folder: Path
    cell_seconds: int | None = None
    edition: Literal["key", "student"] = "key"

    @property
    def is_compared(self) -> bool:
        """Whether ``expected.toml`` speaks of this profile and data set."""
        return self.choice.name == BUILT_IN and self.profile in COMPARED

    def path(self, notebook: Notebook) -> Path:
        """Return the file that is executed."""
        folder = self.folder / "solutions" if self.edition == "key" else self.folder
        return folder / f"{notebook.stem}.ipynb"

    def environment(self, record: Path) -> dict[str, str]:
        """Return the environment of the kernel; its temporary files go where the record is."""
        return kernel_environment(
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(record.parent)),
            FERCOURSE_PROFILE=self.profile,
            FERCOURSE_DATASET=self.choice.name,
            FERCOURSE_DATA=str(self.choice.path) if self.choice.path else None,
            FERCOURSE_STRICT="1" if self.edition == "key" else None,
            FERCOURSE_RECORD=str(record),
        )


@dataclass(frozen=True)
class Outcome:
    """What came of one notebook."""

    notebook: Notebook
    seconds: float
    executed: NotebookNode
    record: dict
    results: list[Comparison]
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether it ran to its end and recorded what was expected."""
        return not self.faults

    @property
    def checks_passed(self) -> int:
        """How many checks and questions were answered rightly."""
        return sum(status == RIGHT for status in self.record.get("checks", {}).values())

    @property
    def slowest_cell_seconds(self) -> float:
        """How long the reader waits for the slowest cell that ran to its end."""
        return max((_seconds(cell) for cell in self.executed.cells), default=0.0)

    def as_json(self) -> dict:
        """Return it in plain values, without the executed notebook."""
        return {
            "notebook": self.notebook.number,
            "title": self.notebook.title,
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "slowest_cell_seconds": round(self.slowest_cell_seconds, 1),
            "checks": self.record.get("checks", {}),
            "results": {one.name: one.value for one in self.results if one.value is not None},
            "expected": {one.name: one.expected for one in self.results if one.expected},
            "faults": self.faults,
            "warnings": self.warnings,
        }


def _seconds(cell: NotebookNode) -> float:
    times = cell.metadata.get("execution", {})
    begin, end = (times.get(key) for key in ("iopub.status.busy", "shell.execute_reply"))
    if not begin or not end:
        return 0.0
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


def as_json(outcomes: list[Outcome], task: Task) -> dict:
    """Return a run in plain values, for programs."""
    return {
        "passed": all(one.passed for one in outcomes),
        "profile": task.profile,
        "dataset": task.choice.name,
        "data": str(task.choice.path) if task.choice.path else None,
        "device": device(),
        "versions": versions(),
        "seconds": round(sum(one.seconds for one in outcomes), 1),
        "notebooks": [one.as_json() for one in outcomes],
    }


def run_notebook(notebook: Notebook, task: Task, progress: Progress | None = None) -> Outcome:
    """Execute one notebook in a kernel of its own.

    Parameters
    ----------
    notebook : Notebook
        Which one.
    task : Task
        Profile, data and place.
    progress : callable, optional
        Told the position of each cell as it starts, and how many there are.

    Raises
    ------
    CourseError
        If its file is missing or is not a notebook. What goes wrong inside it is told in
        the outcome's faults.
    """
    file = task.path(notebook)
    if not file.is_file():
        raise CourseError(f"{file} is missing. {how_to_mend()}")
    content = read_notebook(file, f"{file} is not a notebook. {how_to_mend()}")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fercourse-", ignore_cleanup_errors=True) as place:
        fault = _execute(content, Path(place), task, progress)
        record = Path(place) / RECORD
        written = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    seconds = time.perf_counter() - start
    results = _compared(notebook, task, written.get("results", {}))
    faults = [fault] if fault else [one.fault for one in results if one.fault]
    return Outcome(notebook, seconds, content, written, results, faults, warnings_in(content))


def _execute(content: NotebookNode, place: Path, task: Task, progress: Progress | None) -> str:
    """Execute a notebook in place; return a sentence on what went wrong, or nothing."""
    reached = 0

    def starts(cell, cell_index):
        nonlocal reached
        reached = cell_index
        if progress:
            progress(cell_index, len(content.cells))

    client = NotebookClient(
        content,
        timeout=task.cell_seconds,
        kernel_name="python3",
        kernel_manager_class=OwnKernel,
        # What it recorded is written; TensorFlow would take seconds to say goodbye.
        shutdown_kernel="immediate",
        on_cell_start=starts,
        resources={"metadata": {"path": str(place)}},
    )
    try:
        # Libraries' own noise on the kernel's standard error would break the progress display.
        client.execute(env=task.environment(place / RECORD), stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        return f"{_cell(content, reached)} raised {error.ename}: {_one_line(error.evalue)}"
    except CellTimeoutError:
        return f"{_cell(content, reached)} took longer than {task.cell_seconds} s and was stopped."
    except (DeadKernelError, AssertionError, AttributeError):
        # Cleaning up after a dead kernel, nbclient may trip over its own missing manager.
        return f"{_cell(content, reached)}: the kernel died; has the machine run out of memory?"
    except (NoSuchKernel, RuntimeError) as error:
        return f"The kernel did not start ({_one_line(str(error))}); run: fercourse doctor"
    return ""


def _cell(content: NotebookNode, position: int) -> str:
    lines = content.cells[position].source.strip().splitlines()
    return f"Cell {position + 1} ({lines[0][:60] if lines else 'empty'})"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:400]


def _compared(notebook: Notebook, task: Task, results: dict) -> list[Comparison]:
    if not task.is_compared:
        return [Comparison(name, value, "", "") for name, value in results.items()]
    expected = read_expected(notebook.number, task.profile, task.folder / "expected.toml")
    return compare(results, expected)


def warnings_in(content: NotebookNode) -> list[str]:
    """Return the warnings that an executed notebook shows, each once."""
    lines = [
        line.strip()
        for cell in content.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
        for line in output.text.splitlines()
        if "Warning:" in line
    ]
    return list(dict.fromkeys(lines))
