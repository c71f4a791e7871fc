import csv
import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from typer.testing import CliRunner

from fercourse import datasets
from fercourse.cli import app
from fercourse.course import grading
from fercourse.errors import CourseError

SETUP = 'import fercourse\n\ncourse = fercourse.setup("00")'


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def test_grade_marks_every_submission_and_goes_on_after_a_bad_one(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada [bold].ipynb").write_text("no notebook")
    good = new_notebook(cells=[new_code_cell(SETUP), new_code_cell("pixels = 48 * 48")])
    nbformat.write(good, tmp_path / "in" / "bob.ipynb")
    ran = run("grade", tmp_path / "in", "--out", tmp_path / "marks.csv")
    assert ran.exit_code == 0, ran.exception
    assert "2 submissions are marked" in ran.stdout
    assert "ada [bold]" in ran.stdout  # brackets are no markup
    with (tmp_path / "marks.csv").open(newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert rows["ada [bold]"]["state"] == "The file is no notebook."
    assert rows["bob"]["marks"] == "1"
    assert int(rows["bob"]["of"]) == 13


def test_grade_tells_before_it_runs_that_the_table_cannot_be_written(tmp_path):
    (tmp_path / "in").mkdir()
    nbformat.write(new_notebook(), tmp_path / "in" / "ada.ipynb")
    ran = run("grade", tmp_path / "in", "--out", tmp_path / "nowhere" / "marks.csv")
    assert isinstance(ran.exception, CourseError)
    assert "cannot be written" in str(ran.exception)


@pytest.mark.parametrize("out", [".", "", "/"])
def test_grade_refuses_a_folder_as_its_table(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    nbformat.write(new_notebook(), tmp_path / "ada.ipynb")
    error = run("grade", tmp_path, "--out", out).exception
    assert isinstance(error, CourseError)
    assert "is no file; name one for the table" in str(error)


def test_grade_keeps_a_table_that_is_there(tmp_path):
    nbformat.write(new_notebook(), tmp_path / "ada.ipynb")
    table = tmp_path / "marks.csv"
    table.write_text("of last week")
    assert "add --overwrite" in str(run("grade", tmp_path, "--out", table).exception)
    assert table.read_text() == "of last week"
    assert run("grade", tmp_path, "--out", table, "--overwrite").exit_code == 0
    assert "ada" in table.read_text()


def test_grade_replaces_a_table_only_when_there_are_marks(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(grading, "grade", interrupted)
    monkeypatch.setattr(datasets, "load", lambda name: None)
    nbformat.write(new_notebook(), tmp_path / "ada.ipynb")
    table = tmp_path / "marks.csv"
    table.write_text("of last week")
    assert run("grade", tmp_path, "--out", table, "--overwrite").exit_code != 0
    assert table.read_text() == "of last week"


def test_grade_goes_on_after_a_name_that_is_no_text(tmp_path):
    for name in (b"b\xffob", b"zoe"):
        folder = os.path.join(os.fsencode(tmp_path), b"in", name)  # noqa: PTH118 - of bytes
        try:
            os.makedirs(folder)  # noqa: PTH103
        except OSError:
            pytest.skip("this file system takes text only")
        with open(folder + b"/n.ipynb", "w"):  # noqa: PTH123
            pass
    ran = run("grade", tmp_path / "in", "--out", tmp_path / "marks.csv")
    assert ran.exit_code == 0, ran.exception
    with (tmp_path / "marks.csv").open(newline="", encoding="utf-8") as file:
        assert [row["submission"] for row in csv.DictReader(file)] == ["b\\xffob", "zoe"]


def test_progress_counts_what_the_saved_notebooks_show(tmp_path):
    right = new_output("stream", name="stdout", text="Right: pixels. Good.\n")
    cells = [
        new_code_cell("course.check('pixels', 2304)", outputs=[right]),
        new_code_cell("course.quiz('seeds', ...)"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "00_start_here.ipynb")
    ran = run("progress", tmp_path)
    assert ran.exit_code == 0
    line = next(line for line in ran.stdout.splitlines() if line.strip().startswith("00"))
    assert line.split()[-4:] == ["1", "0", "1", "seeds"]


def test_progress_looks_in_this_folder_where_there_is_no_work(tmp_path, monkeypatch):
    cell = new_code_cell("course.quiz('seeds', ...)")
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "00_start_here.ipynb")
    monkeypatch.chdir(tmp_path)
    assert "Start here" in run("progress").stdout


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_progress_without_notebooks_says_how_to_get_them(tmp_path, name):
    assert "open the course first: fercourse lab" in str(run("progress", tmp_path / name).exception)


def damaged(version=4, **changes):
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": [],
        "source": "course.check('pixels', 1)", **changes,
    }  # fmt: skip
    content = {"nbformat": version, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return json.dumps(content).encode()


NO_NOTEBOOK = {
    "empty": b"",
    "UTF-16": damaged().decode().encode("utf-16"),
    "Latin-1": damaged(source="# gr\xfcn").replace(b"\\u00fc", b"\xfc"),
    "a list": b"[]",
    "a number": b"5",
    "null": b"null",
    "of a version to come": damaged(version=99),
    "of a version in words": damaged(version="4"),
    "cells that are numbers": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, 2]}',
    "no kind of cell": damaged().replace(b'"cell_type": "code", ', b""),
    "a number as source": damaged(source=5),
    "numbers as source": damaged(source=[1, 2]),
    "a number as outputs": damaged(outputs=5),
    "output without a name": damaged(outputs=[{"output_type": "stream", "text": "Right: a. "}]),
    "a number as text": damaged(outputs=[{"output_type": "stream", "name": "stdout", "text": 5}]),
    "deep nesting": b"[" * 100_000,
}


@pytest.mark.parametrize("content", NO_NOTEBOOK.values(), ids=NO_NOTEBOOK)
def test_progress_names_a_damaged_notebook_and_how_to_get_a_fresh_copy(tmp_path, content):
    file = tmp_path / "00_start_here.ipynb"
    file.write_bytes(content)
    error = run("progress", tmp_path).exception
    assert isinstance(error, CourseError)
    assert str(error).startswith(f"{file} is no notebook; ")
    assert str(error).endswith("run: fercourse lab")
