"""Mark what students handed in: run each notebook apart from the others, and read its checks.

A submission is code that a stranger wrote. It runs in a process of its own, in an empty folder,
with limits on time and memory and without the environment's secrets; but it runs as the user who
marks, and could harm what that user may write. A container is the wall; this is the fence.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG, Verdict
from fercourse.course.kernel import QUIET, OwnKernel
from fercourse.course.settings import Settings
from fercourse.course.verdicts import names_asked, verdict_of
from fercourse.errors import CourseError

MOST_BYTES = 50_000_000
RAN = "ran to its end"
# What a kernel needs of the environment; everything else, such as keys and tokens, stays out.
KEPT = {
    "PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV",
    "FERCOURSE_CACHE", "KERAS_BACKEND", "LD_LIBRARY_PATH",
}  # fmt: skip
SETUP = re.compile(r"""\bfercourse\s*\.\s*setup\s*\(\s*["'](\w+)["']\s*\)""")
# What an answer never needs, and who changes the checks does.
MEDDLES = re.compile(
    r"\bcourse\s*=(?!=|\s*fercourse\s*\.\s*setup\b)|\bcourse\s*\.\s*(\w+\s*=(?!=)|_|lesson)"
    r"|\bfercourse\s*\.\s*course\b|\bfrom\s+fercourse\.course\b|\bfrom\s+fercourse\s+import\s+course"
    r"|FERCOURSE_|\bsetattr\b|\bsys\s*\.\s*modules\b|\bbuiltins\b|\bget_ipython\b|\bgc\s*\."
)


class Limits(NamedTuple):
    """How long a cell and a notebook may take, and how much memory its processes."""

    cell_seconds: int = 120
    notebook_seconds: int = 1200
    memory_mb: int = 4000


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


def find_submissions(folder: Path) -> list[tuple[str, Path]]:
    """Return whose each notebook below a folder is, and its file, in order.

    Raises
    ------
    CourseError
        If there is no such folder, or no notebook in it.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder; name the one that holds the submissions.")
    files = sorted(
        file
        for file in folder.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in file.parts and not file.is_symlink()
    )
    if not files:
        raise CourseError(f"There is no notebook (.ipynb) in {folder}.")
    return [
        (parts[0] if len(parts := file.relative_to(folder).parts) > 1 else file.stem, file)
        for file in files
    ]


def grade(name: str, file: Path, settings: Settings, folder: Path, limits: Limits) -> Graded:
    """Run a submission with the course's own checks put back, and mark it.

    Parameters
    ----------
    name : str
        Whose it is.
    file : Path
        Their notebook. It is read, and never written.
    settings : Settings
        What ``course.toml`` says.
    folder : Path
        Where the student editions are, which the checks come from.
    limits : Limits
        What it may use.
    """
    number = ""
    try:
        submitted = _read(file)
        number = _number(submitted, settings)
        edition = nbformat.read(folder / f"{settings.notebook(number).stem}.ipynb", as_version=4)
        asked = _checks(edition)
        _refuse_meddling(submitted, edition)
    except CourseError as error:
        nothing = dict.fromkeys(_checks(edition) if number else (), Verdict(NOT_ATTEMPTED))
        return Graded(name, number, str(error), nothing)
    content, places = _with_own_checks(submitted, asked)
    state = _execute(content, limits)
    said = {check: verdict_of(content.cells[place]) for check, place in places.items()}
    return Graded(name, number, state, said)


def _read(file: Path) -> NotebookNode:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CourseError("The file is larger than 50 MB; clear its outputs.")
        content = nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(content)
    except OSError as error:
        raise CourseError(f"The file cannot be read: {error.strerror}.") from error
    # Whatever stands in a stranger's file, it is no more than no notebook.
    except Exception as error:
        if isinstance(error, CourseError):
            raise
        raise CourseError("The file is no notebook.") from error
    return content


def _number(content: NotebookNode, settings: Settings) -> str:
    for cell in content.cells:
        found = SETUP.search(cell.source) if cell.cell_type == "code" else None
        if found and found[1] in settings.notebooks:
            return found[1]
    raise CourseError('It is no notebook of this course: fercourse.setup("NN") is missing.')


def _checks(edition: NotebookNode) -> dict[str, str]:
    """Return the cell that asks about each exercise and question of a student edition."""
    return {name: cell.source for cell in edition.cells for name in names_asked(cell)}


def _refuse_meddling(submitted: NotebookNode, edition: NotebookNode) -> None:
    given = {cell.source for cell in edition.cells}
    for number, cell in enumerate(submitted.cells, 1):
        found = MEDDLES.search(cell.source) if cell.cell_type == "code" else None
        if found and cell.source not in given:
            words = " ".join(found[0].split())
            raise CourseError(
                f"Not run: cell {number} reaches for the checks ({words!r}). Look at it."
            )


def _with_own_checks(
    submitted: NotebookNode, asked: dict[str, str]
) -> tuple[NotebookNode, dict[str, int]]:
    """Put the course's check behind each cell that asks; return the notebook, and where checks are.

    What students did to a check cell is run too, and does not count.
    """
    cells, places = [], {}
    for cell in submitted.cells:
        cells.append(cell)
        for name in names_asked(cell):
            if name in asked:
                cells.append(nbformat.v4.new_code_cell(_answered(name, asked[name], cell.source)))
                places[name] = len(cells) - 1
    for name in asked.keys() - places.keys():
        cells.append(nbformat.v4.new_code_cell(asked[name]))
        places[name] = len(cells) - 1
    for cell in cells:
        if cell.cell_type == "code":
            cell.outputs = []
    content = nbformat.v4.new_notebook(cells=cells, metadata={})
    return content, {name: places[name] for name in asked}


def _answered(name: str, check: str, source: str) -> str:
    """Return the check; of a question, with the letter that stands in the student's cell."""
    letter = re.search(rf"""quiz\s*\(\s*["']{name}["']\s*,\s*["']\s*(\w)\s*["']""", source)
    return check.replace("...", repr(letter[1]), 1) if letter else check


def _execute(content: NotebookNode, limits: Limits) -> str:
    """Run a notebook in an empty folder that is gone afterwards; return how that ended."""
    with tempfile.TemporaryDirectory(prefix="fercourse-", ignore_cleanup_errors=True) as place:
        kernel = OwnKernel()
        client = NotebookClient(
            content,
            km=kernel,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            resources={"metadata": {"path": place}},
        )
        guard = _Guard(kernel, limits)
        guard.start()
        try:
            client.execute(env=_environment(place), stderr=subprocess.DEVNULL)
        except (DeadKernelError, AssertionError, AttributeError, RuntimeError):
            return guard.stopped or "Its kernel died in the middle."
        finally:
            guard.done.set()
            guard.join()
    return guard.stopped or RAN


def _environment(place: str) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return {
        **kept, **QUIET, "PATH": os.pathsep.join([programs, kept.get("PATH", "")]),
        "HOME": place, "USERPROFILE": place, "IPYTHONDIR": place, "MPLCONFIGDIR": place,
        "FERCOURSE_CACHE": str(_cache()), "FERCOURSE_PROFILE": "quick", "PYTHONHASHSEED": "0",
    }  # fmt: skip


def _cache() -> Path:
    from fercourse.datasets.cache import cache_folder

    return cache_folder()


class _Guard(threading.Thread):
    """Kills a kernel and its children when they take too much."""

    LOOK_EVERY_SECONDS = 0.1

    def __init__(self, kernel: OwnKernel, limits: Limits):
        super().__init__(daemon=True)
        self.kernel, self.limits = kernel, limits
        self.done, self.stopped = threading.Event(), ""

    def run(self) -> None:
        end = time.monotonic() + self.limits.notebook_seconds
        while not self.done.wait(self.LOOK_EVERY_SECONDS):
            processes = self._processes()
            if time.monotonic() > end:
                self.stopped = f"Stopped after {self.limits.notebook_seconds} s."
            elif _resident_mb(processes) > self.limits.memory_mb:
                self.stopped = f"Stopped: it used more than {self.limits.memory_mb} MB of memory."
            if self.stopped:
                for process in processes:
                    _kill(process)
                return

    def _processes(self) -> list[psutil.Process]:
        pid = getattr(self.kernel.provisioner, "pid", None)
        try:
            kernel = psutil.Process(pid) if pid else None
            return [*kernel.children(recursive=True), kernel] if kernel else []
        except psutil.Error:
            return []


def _resident_mb(processes: Iterable[psutil.Process]) -> float:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.kill()


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
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(
                file, ["submission", "notebook", "marks", "of", "state", "messages", *columns]
            )
            table.writeheader()
            table.writerows(_row(one) for one in graded)
        part.replace(path)
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
