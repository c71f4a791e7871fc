"""Every exercise has hints and examples, and its check finds every example as it should be."""

import pytest

from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG
from fercourse.course.lesson import find_lesson
from fercourse.course.settings import read_settings

EXERCISES = [
    pytest.param(exercise, id=f"{number}-{name}")
    for number in read_settings().notebooks
    for name, exercise in find_lesson(number).exercises.items()
]
EXAMPLES = [
    pytest.param(*exercise.values, example, id=f"{exercise.id}-{position}")
    for exercise in EXERCISES
    for position, example in enumerate(exercise.values[0].examples)
]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_exercise_has_hints_two_right_examples_and_three_wrong_ones(exercise):
    assert exercise.hints
    assert sum(example.says is None for example in exercise.examples) >= 2
    assert sum(bool(example.says) for example in exercise.examples) >= 3


@pytest.mark.parametrize(("exercise", "example"), EXAMPLES)
def test_example_is_judged_as_it_should_be(exercise, example):
    verdict = exercise.judge(example.answer, *example.given)
    if example.says is None:
        assert verdict.status == RIGHT, verdict.message
    else:
        assert verdict.status == WRONG
        assert example.says in verdict.message


@pytest.mark.parametrize("exercise", EXERCISES)
def test_missing_answer_is_not_attempted(exercise):
    given = exercise.examples[0].given
    assert exercise.judge(..., *given).status == NOT_ATTEMPTED
    if callable(exercise.examples[0].answer):
        nothing = exercise.judge(lambda *values, **options: None, *given)
        assert nothing.status == NOT_ATTEMPTED, nothing.message
