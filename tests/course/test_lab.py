import json

import pytest

from fercourse.course.lab import copy_files
from fercourse.errors import CourseError


@pytest.fixture
def course(tmp_path):
    """A student notebook of the course."""
    path = tmp_path / "course" / "00_start.ipynb"
    path.parent.mkdir()
    path.write_text("version 1")
    return path


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work"


def notebooks_in(work):
    return {path.name: path.read_text() for path in work.glob("*.ipynb")}


def test_notebooks_are_copied_and_the_folder_is_hidden_from_git(course, work):
    assert copy_files([course], work) == ["00_start.ipynb is ready."]
    assert notebooks_in(work) == {"00_start.ipynb": "version 1"}
    assert (work / ".gitignore").read_text() == "*\n"


def test_what_the_reader_wrote_stays_as_it_is(course, work):
    copy_files([course], work)
    (work / course.name).write_text("my answers")
    assert copy_files([course], work) == []
    assert notebooks_in(work) == {"00_start.ipynb": "my answers"}


def test_newer_version_is_put_beside_what_the_reader_wrote_once(course, work):
    copy_files([course], work)
    (work / course.name).write_text("my answers")
    course.write_text("version 2")
    (said,) = copy_files([course], work)
    assert "yours is kept" in said
    assert notebooks_in(work) == {"00_start.ipynb": "my answers", "00_start.new.ipynb": "version 2"}
    (work / "00_start.new.ipynb").unlink()
    assert copy_files([course], work) == []


def test_newer_page_is_put_beside_with_its_own_ending(tmp_path, work):
    page = tmp_path / "glossary.md"
    page.write_text("version 1")
    copy_files([page], work)
    (work / "glossary.md").write_text("my notes")
    page.write_text("version 2")
    copy_files([page], work)
    assert (work / "glossary.md").read_text() == "my notes"
    assert (work / "glossary.new.md").read_text() == "version 2"


def test_newer_version_replaces_a_notebook_the_reader_never_changed(course, work):
    copy_files([course], work)
    course.write_text("version 2")
    copy_files([course], work)
    assert notebooks_in(work) == {"00_start.ipynb": "version 2"}


def test_opening_and_saving_a_notebook_does_not_count_as_writing(course, work):
    cell = {"cell_type": "code", "source": ["1 + 1"], "outputs": [], "metadata": {}}
    course.write_text(json.dumps({"cells": [cell], "metadata": {}}))
    copy_files([course], work)
    saved = {"cells": [cell | {"source": "1 + 1"}], "metadata": {"language_info": "3.11"}}
    (work / course.name).write_text(json.dumps(saved))
    course.write_text("version 2")
    copy_files([course], work)
    assert notebooks_in(work) == {"00_start.ipynb": "version 2"}


def test_running_a_notebook_counts_as_writing(course, work):
    cell = {"cell_type": "code", "source": ["1 + 1"], "outputs": []}
    course.write_text(json.dumps({"cells": [cell]}))
    copy_files([course], work)
    (work / course.name).write_text(json.dumps({"cells": [cell | {"outputs": ["2"]}]}))
    course.write_text("version 2")
    copy_files([course], work)
    assert notebooks_in(work)["00_start.new.ipynb"] == "version 2"


def test_reader_may_work_on_in_the_new_version_too(course, work):
    copy_files([course], work)
    (work / course.name).write_text("my answers")
    course.write_text("version 2")
    copy_files([course], work)
    (work / "00_start.new.ipynb").write_text("my newer answers")
    course.write_text("version 3")
    copy_files([course], work)
    assert notebooks_in(work) == {
        "00_start.ipynb": "my answers",
        "00_start.new.ipynb": "my newer answers",
        "00_start.new2.ipynb": "version 3",
    }


@pytest.mark.parametrize("memory", ["", "[]", "{", None])
def test_nothing_is_lost_where_the_memory_is(course, work, memory):
    copy_files([course], work)
    (work / course.name).write_text("my answers")
    if memory is None:
        (work / ".fercourse.json").unlink()
    else:
        (work / ".fercourse.json").write_text(memory)
    course.write_text("version 2")
    copy_files([course], work)
    assert notebooks_in(work)["00_start.ipynb"] == "my answers"
    assert json.loads((work / ".fercourse.json").read_text())


def test_notebook_that_the_reader_deleted_comes_back(course, work):
    copy_files([course], work)
    (work / course.name).unlink()
    copy_files([course], work)
    assert notebooks_in(work) == {"00_start.ipynb": "version 1"}


def test_file_in_the_place_of_the_folder_is_one_clear_sentence(course, work):
    work.write_text("not a folder")
    with pytest.raises(CourseError, match="cannot be copied to"):
        copy_files([course], work)


def test_missing_notebook_is_one_clear_sentence(work, tmp_path):
    with pytest.raises(CourseError, match="Run: fercourse build"):
        copy_files([tmp_path / "gone.ipynb"], work)
