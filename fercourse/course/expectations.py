"""What a check may expect of an answer; each expectation raises `Wrong` with a sentence."""

import copy
import math
import numbers
from collections.abc import Iterable
from dataclasses import is_dataclass

import numpy as np
import pandas as pd

from fercourse.course.exercises import NotAttempted, Wrong


def expect_function(answer, *arguments: str) -> None:
    """Expect something that can be called, and say which arguments it should take."""
    if not callable(answer):
        raise Wrong(
            f"Your answer is {_a(answer)}; it must be a function of ({', '.join(arguments)})."
        )


def call(function, *arguments, **options):
    """Call the reader's function with copies of the arguments and return its answer.

    Raises
    ------
    NotAttempted
        If it returns ``...`` or None.
    Wrong
        If it raises, or changes what it was given.
    """
    expect_function(function, "...")
    given = copy.deepcopy((arguments, options))
    try:
        answer = function(*given[0], **given[1])
    except NotImplementedError:
        raise NotAttempted("Your function raises NotImplementedError.") from None
    except Exception as error:
        about = ", ".join(_brief(value) for value in (*arguments, *options.values()))
        raise Wrong(
            f"Your function raised {type(error).__name__} when it was called with {about}: {error}"
        ) from None
    if answer is None or answer is ...:
        raise NotAttempted(
            "Your function returns nothing. If you have written it, does it end with return?"
        )
    if not _same((arguments, options), given):
        raise Wrong("Your function changes its input; work on a copy of it and return that.")
    return answer


def expect_number(answer, *, low: float | None = None, high: float | None = None) -> float:
    """Expect one finite number between `low` and `high`, and return it as a float."""
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer[()]
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, numbers.Real):
        raise Wrong(f"Your answer is {_a(answer)}; it must be a number.")
    if not _is_finite(answer):
        raise Wrong(f"Your answer is {_short(answer)}; it must be a finite number.")
    if low is not None and answer < low:
        raise Wrong(f"Your answer is {_short(answer)}, which is too small: it is at least {low}.")
    if high is not None and answer > high:
        raise Wrong(f"Your answer is {_short(answer)}, which is too large: it is at most {high}.")
    return float(answer)


def _is_finite(number: numbers.Real) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number larger than any float
        return False


def expect_integer(answer, *, low: int | None = None, high: int | None = None) -> int:
    """Expect one whole number between `low` and `high`, and return it as an int."""
    value = expect_number(answer, low=low, high=high)
    if value != int(value):
        raise Wrong(f"Your answer is {_short(answer)}; it must be a whole number.")
    return int(value)


def expect_close(answer, expected: float, *, tolerance: float, what: str = "Your answer") -> None:
    """Expect a number within `tolerance` of `expected`, without telling the expected one."""
    value = expect_number(answer)
    if abs(value - expected) > tolerance:
        side = "small" if value < expected else "large"
        raise Wrong(f"{what} is {_short(value)}, which is too {side}.")


def expect_text(answer, *, choices: Iterable[str] | None = None) -> str:
    """Expect a string, one of `choices` where they are given, and return it."""
    if not isinstance(answer, str):
        raise Wrong(f"Your answer is {_a(answer)}; it must be text, such as 'happy'.")
    if choices is not None and answer not in (choices := list(choices)):
        raise Wrong(f"Your answer is {answer!r}; it must be one of {', '.join(choices)}.")
    return answer


def expect_array(answer, *, shape: tuple | None = None, dtype=None) -> np.ndarray:
    """Expect an array of this shape (None for any length of an axis) and dtype (or kind).

    `dtype` may be a kind that NumPy knows, such as ``np.floating``.
    """
    if not isinstance(answer, np.ndarray):
        raise Wrong(f"Your answer is {_a(answer)}; it must be a NumPy array.")
    if shape is not None and not _fits(answer.shape, shape):
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise Wrong(f"Your array has the shape {answer.shape}; it must be {wanted}.")
    if dtype is not None and not np.issubdtype(answer.dtype, dtype):
        raise Wrong(
            f"Your array holds {answer.dtype}; it must hold {np.dtype(dtype).name}."
            if not _is_kind(dtype)
            else f"Your array holds {answer.dtype}; it must hold {dtype.__name__} numbers."
        )
    if np.issubdtype(answer.dtype, np.inexact) and not np.isfinite(answer).all():
        raise Wrong("Your array holds values that are not finite (NaN or infinity).")
    return answer


def expect_equal_arrays(answer, expected: np.ndarray, *, tolerance: float = 0.0) -> None:
    """Expect an array equal to `expected`, each value within `tolerance`; say where it differs."""
    expect_array(answer, shape=expected.shape)
    differs = np.abs(answer.astype(np.float64) - expected.astype(np.float64)) > tolerance
    if differs.any():
        where = tuple(int(i) for i in np.argwhere(differs)[0])
        place = where[0] if len(where) == 1 else where
        raise Wrong(
            f"{differs.sum():,} of {differs.size:,} values differ from what they should be; "
            f"the first is at {place}: yours is {_short(answer[where])}, "
            f"it should be {_short(expected[where])}."
        )


def _fits(shape: tuple, wanted: tuple) -> bool:
    return len(shape) == len(wanted) and all(
        want is None or length == want for length, want in zip(shape, wanted, strict=True)
    )


def _is_kind(dtype) -> bool:
    return isinstance(dtype, type) and dtype in (np.floating, np.integer, np.number, np.inexact)


def _same(left, right) -> bool:
    """Compare nested values as they were before and after a call; unknown kinds count as same."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, np.ndarray):
        floats = np.issubdtype(left.dtype, np.inexact)
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=floats)
    if isinstance(left, pd.DataFrame | pd.Series):
        return left.equals(right)
    if is_dataclass(left):
        return _same(vars(left), vars(right))
    return not isinstance(left, str | bytes | numbers.Number | set) or left == right


def _a(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    word = type(value).__name__
    return f"{'an' if word[0].lower() in 'aeiou' else 'a'} {word}"


def _brief(value) -> str:
    text = repr(value)
    return _a(value) if isinstance(value, np.ndarray) or len(text) > 40 else text


def _short(value) -> str:
    try:
        return f"{value:.6g}" if isinstance(value, numbers.Real) else str(value)
    except OverflowError:
        return "larger than any float"
