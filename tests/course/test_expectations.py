import numpy as np
import pandas as pd
import pytest

from fercourse.course.exercises import Wrong
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_equal_arrays,
    expect_function,
    expect_integer,
    expect_number,
    expect_text,
)
from fercourse.datasets import FaceSet


def faces():
    table = pd.DataFrame({"split": ["train", "test"]})
    return FaceSet(np.zeros((2, 4, 4), np.uint8), np.array([0, 1]), ("sad", "happy"), table)


def change_image(given):
    given.images[0, 0, 0] = 9
    return 1


def change_table(given):
    given.table.loc[0, "split"] = "gone"
    return 1


def test_a_whole_number_that_is_larger_than_any_float_is_told_so():
    with pytest.raises(Wrong, match="larger than any float; it must be a finite number"):
        expect_number(10**5000)


@pytest.mark.parametrize(
    ("change", "given"),
    [
        (lambda array: array.sort() or 1, np.array([3, 1, 2])),
        (lambda numbers: numbers.append(1) or 1, [3]),
        (lambda words: words.update(a=1) or 1, {"a": 0}),
        (lambda table: table.insert(0, "b", 2) or 1, pd.DataFrame({"a": [1]})),
        (lambda values: values.__setitem__(0, 3) or 1, [np.zeros(2)]),
        (lambda values: values.__setitem__(0, 3) or 1, [[1, 2]]),
        (change_image, faces()),
        (change_table, faces()),
    ],
)
def test_call_finds_out_a_function_that_changes_its_input(change, given):
    with pytest.raises(Wrong, match="changes its input"):
        call(change, given)


@pytest.mark.parametrize(
    "given",
    [np.array([1.0, np.nan]), faces(), pd.Series([1.0, None]), "text", {1, 2}, (1, [2])],
    ids=lambda given: type(given).__name__,
)
def test_call_returns_the_answer_when_the_input_stays(given):
    assert call(lambda value: 7, given) == 7


def test_call_leaves_the_given_array_alone():
    given = np.array([3, 1, 2])
    with pytest.raises(Wrong):
        call(lambda array: array.sort() or 1, given)
    assert given.tolist() == [3, 1, 2]


def test_call_lets_a_random_generator_move_on():
    assert 0 <= call(lambda rng: rng.random(), np.random.default_rng(0)) < 1


def test_call_tells_a_value_from_a_function():
    with pytest.raises(Wrong, match="must be a function"):
        call(3, 1)


@pytest.mark.parametrize("value", [3, 3.5, np.float32(3), np.int64(3), np.array(3.0)])
def test_numbers_of_python_and_numpy_are_numbers(value):
    assert expect_number(value) == float(value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("3", "a str; it must be a number"),
        (True, "a bool"),
        ([3], "a list"),
        (np.array([3]), r"an array of shape \(1,\)"),
        (float("nan"), "finite"),
        (-1, "too small"),
        (11, "too large"),
    ],
)
def test_what_is_no_number_of_the_range_is_named(value, says):
    with pytest.raises(Wrong, match=says):
        expect_number(value, low=0, high=10)


def test_whole_numbers_may_be_written_as_floats():
    assert expect_integer(3.0) == 3
    with pytest.raises(Wrong, match="whole"):
        expect_integer(3.5)


def test_close_tells_the_side_but_not_the_answer():
    expect_close(0.5, 0.51, tolerance=0.02)
    with pytest.raises(Wrong, match="too small") as told:
        expect_close(0.4, 0.51, tolerance=0.02)
    assert "0.51" not in str(told.value)


def test_text_must_be_one_of_the_choices():
    assert expect_text("sad", choices=("sad", "happy")) == "sad"
    with pytest.raises(Wrong, match="one of sad, happy"):
        expect_text("Sad", choices=("sad", "happy"))
    with pytest.raises(Wrong, match="must be text"):
        expect_text(3)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([1, 2], "must be a NumPy array"),
        (np.zeros((2, 3)), r"shape \(2, 3\); it must be \(any, 2\)"),
        (np.zeros((5, 2), int), "must hold floating numbers"),
        (np.full((5, 2), np.nan), "not finite"),
    ],
)
def test_arrays_of_another_kind_are_named(answer, says):
    with pytest.raises(Wrong, match=says):
        expect_array(answer, shape=(None, 2), dtype=np.floating)


def test_dtype_may_be_exact():
    with pytest.raises(Wrong, match="holds int64; it must hold uint8"):
        expect_array(np.zeros(2, np.int64), dtype=np.uint8)


def test_unequal_arrays_are_shown_where_they_differ():
    expect_equal_arrays(np.array([1.0, 2.001]), np.array([1.0, 2.0]), tolerance=0.01)
    with pytest.raises(Wrong, match=r"1 of 2 values differ.* at 1: yours is 3, it should be 2"):
        expect_equal_arrays(np.array([1, 3]), np.array([1, 2]))


def test_bool_arrays_can_be_compared():
    with pytest.raises(Wrong, match="1 of 2"):
        expect_equal_arrays(np.array([True, False]), np.array([True, True]))


def test_function_is_expected_with_its_arguments():
    with pytest.raises(Wrong, match=r"function of \(images, labels\)"):
        expect_function("x", "images", "labels")
