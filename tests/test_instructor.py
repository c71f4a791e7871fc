"""What the instructor reads agrees with the course."""

import re

import pytest

from fercourse.content import checkout
from fercourse.course.settings import read_settings

FOLDER = checkout() / "instructor"
NOTEBOOKS = read_settings().notebooks


def text(name):
    return (FOLDER / name).read_text("utf-8")


def table(below):
    """Return the rows of the first table under a heading, as lists of cells."""
    after = text("README.md").split(f"{below}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_minutes_are_those_of_the_course():
    rows = {row[0][:2]: row for row in table("## How the hours divide")}
    for number, notebook in NOTEBOOKS.items():
        expected = notebook.title, notebook.teaching_minutes, notebook.exercise_minutes
        title, teaching, exercises = rows[number][0][3:], *map(int, rows[number][1:])
        assert (title, teaching, exercises) == expected


def test_one_day_has_six_hours():
    assert sum(int(row[-1]) for row in table("### One day")) in range(330, 391)


def test_one_week_holds_every_notebook_once():
    minutes = {row[0][:2]: row for row in table("## How the hours divide")}
    seen = []
    for _, numbers, teaching, exercises in table("### One week"):
        seen += (of_day := numbers.split(", "))
        assert int(teaching) == sum(int(minutes[number][1]) for number in of_day)
        assert int(exercises) == sum(int(minutes[number][2]) for number in of_day)
    assert seen == sorted(minutes)


def test_the_semester_gives_each_notebook_its_minutes():
    spent = dict.fromkeys((row[0][:2] for row in table("## How the hours divide")), 0)
    weeks = table("### A semester of ten weeks")
    assert len(weeks) == 10
    for _, lectures, minutes in weeks:
        for lecture, part in zip(lectures.split("; "), minutes.split(" + "), strict=True):
            spent[lecture[:2]] += int(part)
    assert spent == {row[0][:2]: int(row[1]) for row in table("## How the hours divide")}


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_every_notebook_has_notes_and_a_project_in_the_rubric(number):
    title = f"## {number} {NOTEBOOKS[number].title}\n"
    notes = text("notes.md").split(title, 1)[1].split("\n## ", 1)[0]
    for part in ("Aim", "Misconceptions", "Where people get stuck", "When time is short", "To discuss", "Prepare"):  # fmt: skip
        assert f"**{part}.**" in notes, part
    assert f"\n| {number} |" in text("rubric.md")
    source = checkout() / "notebooks" / "source" / f"{NOTEBOOKS[number].stem}.py"
    assert re.search(r"open project|# ## Project", source.read_text("utf-8"), re.IGNORECASE)
