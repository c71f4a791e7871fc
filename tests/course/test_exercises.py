import numpy as np
import pytest

from fercourse.course.exercises import (
    NOT_ATTEMPTED,
    RIGHT,
    WRONG,
    Wrong,
    exercise,
    exercises_of,
)
from fercourse.course.expectations import call


@exercise(hints=["It is even."])
def two(answer):
    if answer != 2:
        raise Wrong("It is not two.")
    return "Indeed."


@exercise(hints=[])
def doubled(answer):
    if call(answer, 2) != 4:
        raise Wrong("Twice 2 is 4.")


@pytest.mark.parametrize("nothing", [..., None, (..., ...)])
def test_dots_and_none_are_not_attempted(nothing):
    assert two.judge(nothing).status == NOT_ATTEMPTED


@pytest.mark.parametrize("nothing", [..., None])
def test_function_that_returns_dots_or_none_is_not_attempted(nothing):
    verdict = doubled.judge(lambda number: nothing)
    assert verdict.status == NOT_ATTEMPTED
    assert "return" in verdict.message


def test_function_that_raises_not_implemented_is_not_attempted():
    def answer(number):
        raise NotImplementedError

    assert doubled.judge(answer).status == NOT_ATTEMPTED


def test_right_and_wrong_answers_are_told_apart():
    assert two.judge(2) == (RIGHT, "Indeed.")
    assert two.judge(3) == (WRONG, "It is not two.")


def test_answer_that_breaks_the_check_is_wrong_and_the_exception_is_named():
    verdict = two.judge(np.arange(3))
    assert verdict.status == WRONG
    assert "ValueError" in verdict.message


def test_exception_in_the_readers_function_is_named_with_its_message():
    verdict = doubled.judge(lambda number: number / 0)
    assert verdict.status == WRONG
    assert "ZeroDivisionError" in verdict.message
    assert "called with 2" in verdict.message


def test_given_values_reach_the_check():
    @exercise(hints=[])
    def largest(answer, numbers):
        if answer != max(numbers):
            raise Wrong("There is a larger one.")

    assert largest.judge(3, [1, 3]).status == RIGHT
    assert largest.judge(1, [1, 3]).status == WRONG


def test_exercises_of_a_module_keep_the_order_of_the_file():
    class Module:
        pass

    Module.b, Module.a, Module.other = two, doubled, 3
    assert list(exercises_of(Module)) == ["two", "doubled"]


def test_examples_are_kept_beside_the_check():
    @exercise(hints=[])
    def any_number(answer, given):
        pass

    any_number.right(1, "given")
    any_number.wrong(2, "given", says="not")
    assert [(one.answer, one.given, one.says) for one in any_number.examples] == [
        (1, ("given",), None),
        (2, ("given",), "not"),
    ]
