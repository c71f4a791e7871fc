"""The notebooks are up to date, run to their end, and record what is expected, twice the same."""

import pytest

from fercourse.content import content_path
from fercourse.course.build import editions, orphans, stale
from fercourse.course.exercises import RIGHT
from fercourse.course.lesson import find_lesson
from fercourse.course.results import read_expected
from fercourse.course.settings import read_settings

NUMBERS = list(read_settings().notebooks)


def test_notebooks_are_what_their_sources_make():
    folder, settings = content_path("notebooks"), read_settings()
    built = editions(folder, settings)
    assert built.faults == []
    assert stale(built.files) == []
    assert orphans(folder, settings) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_answer_key_runs_and_records_what_is_expected(number, execute):
    outcome = execute(number)
    assert outcome.faults == []
    lesson = find_lesson(number)
    asked = {*lesson.exercises, *lesson.questions}
    assert outcome.record["checks"] == dict.fromkeys(asked, RIGHT)


@pytest.mark.parametrize("number", NUMBERS)
def test_quick_and_class_expect_the_same_results(number):
    assert read_expected(number, "quick").keys() == read_expected(number, "class").keys()


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_untouched_student_edition_runs_to_its_end_and_records_what_is_expected(number, execute):
    outcome = execute(number, edition="student")
    assert outcome.faults == []
    assert outcome.record["results"]
    assert set(outcome.record["checks"].values()) == {"not attempted"}
