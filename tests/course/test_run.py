"""Each test that executes something starts a kernel, which takes about two seconds."""

import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from fercourse.course.run import Task, as_json, run_notebook
from fercourse.course.settings import DataChoice
from fercourse.errors import CourseError

RECORD = """
from fercourse.course.results import write_record
write_record({"results": {"mean": 0.5}, "checks": {"double": "right"}})
"""


@pytest.fixture
def run(tmp_path, notebook):
    """Execute cells as the tiny notebook's answer key, with an expected range for its mean."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "expected.toml").write_text(
        "[77.quick]\nmean = [0.4, 0.6]\n[77.class]\nmean = [1, 2]\n"
    )

    def execute(
        *cells, profile="quick", dataset="builtin", edition="key", seconds=60, progress=None
    ):
        folder = tmp_path / "solutions" if edition == "key" else tmp_path
        content = new_notebook(cells=[new_code_cell(text) for text in cells])
        nbformat.write(content, folder / "77_tiny.ipynb")
        task = Task(profile, DataChoice(dataset, None), tmp_path, seconds, edition)
        return run_notebook(notebook, task, progress)

    return execute


def test_what_is_recorded_is_compared_with_what_is_expected(run):
    steps = []
    outcome = run(RECORD, "1 + 1", progress=lambda cell, cells: steps.append((cell, cells)))
    assert outcome.passed
    assert [one[:3] for one in outcome.results] == [("mean", 0.5, "0.4 to 0.6")]
    assert outcome.checks_passed == 1
    assert outcome.executed.cells[1].outputs[0].data["text/plain"] == "2"
    assert steps == [(0, 2), (1, 2)]
    assert 0 < outcome.slowest_cell_seconds <= outcome.seconds


def test_result_outside_its_range_is_a_fault(run):
    outcome = run(RECORD, profile="class")
    assert outcome.faults == ["mean is 0.5, expected 1 to 2"]
    assert as_json([outcome], Task("class", DataChoice("builtin", None), None))["passed"] is False


def test_kernel_is_this_python_with_the_settings_of_the_run(run):
    code = (
        "import os, sys\n"
        "[sys.executable, sys.flags.hash_randomization]"
        "+ [os.environ.get('FERCOURSE_' + n) for n in ('PROFILE', 'DATASET', 'DATA', 'STRICT')]"
    )
    outcome = run(code, edition="student")
    shown = outcome.executed.cells[0].outputs[0].data["text/plain"]
    assert eval(shown) == [sys.executable, 0, "quick", "builtin", None, None]


def test_cell_that_raises_is_named_with_its_exception(run):
    outcome = run(RECORD, "x = 1\nx / 0")
    assert outcome.faults == ["Cell 2 (x = 1) raised ZeroDivisionError: division by zero"]
    assert outcome.record["results"] == {"mean": 0.5}


def test_warning_of_a_cell_or_of_fercourse_is_an_error(run):
    setup = "import fercourse; fercourse.setup('00')"
    outcome = run(setup, "import warnings; warnings.warn('old', DeprecationWarning)")
    assert "raised DeprecationWarning: old" in outcome.faults[0]


def test_warning_of_another_package_reaches_the_report(run):
    warn = "import warnings; warnings.warn_explicit('old', FutureWarning, 'their.py', 1)"
    outcome = run(warn, RECORD, dataset="fer2013")
    assert outcome.warnings == ["their.py:1: FutureWarning: old"]
    assert outcome.passed, "of real faces no range is expected"
    assert outcome.results[0].expected == ""


def test_kernel_that_dies_is_told_clearly(run):
    outcome = run("1 + 1", "import os; os._exit(1)")
    assert outcome.faults == [
        "Cell 2 (import os; os._exit(1)): the kernel died; has the machine run out of memory?"
    ]


def test_cell_that_hangs_is_stopped_and_told_clearly(run):
    outcome = run("import time\nwhile True: time.sleep(0.1)", seconds=2)
    assert outcome.faults == ["Cell 1 (import time) took longer than 2 s and was stopped."]


def test_missing_or_broken_answer_key_is_one_clear_sentence(tmp_path, notebook):
    task = Task("quick", DataChoice("builtin", None), tmp_path)
    with pytest.raises(CourseError, match=r"77_tiny\.ipynb is missing\. Run: fercourse build"):
        run_notebook(notebook, task)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "77_tiny.ipynb").write_text("no notebook")
    with pytest.raises(CourseError, match=r"is not a notebook\. Run: fercourse build"):
        run_notebook(notebook, task)


def test_temporary_files_of_a_notebook_are_gone_when_it_has_ended(run):
    outcome = run("import tempfile\nprint(tempfile.mkdtemp(), end='')")
    folder = Path(outcome.executed.cells[0].outputs[0].text)
    assert folder.is_absolute()
    assert not folder.exists()
