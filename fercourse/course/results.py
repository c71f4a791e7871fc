"""Recorded results: plain values, written down, and compared with what is expected."""

import json
import math
import numbers
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fercourse.content import content_path
from fercourse.errors import CourseError
from fercourse.whole import whole_file

Plain = bool | int | float | str


class Comparison(NamedTuple):
    """A recorded result beside what is expected of it."""

    name: str
    value: Plain | None
    expected: str
    fault: str

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return "not recorded" if self.value is None else as_text(self.value)


def as_text(value: Plain) -> str:
    """Return a value as people read it: six digits of a float."""
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def as_plain(name: str, value) -> Plain:
    """Return a number, a string or a bool of Python for one of NumPy, pandas or Keras.

    Raises
    ------
    CourseError
        If it is none of these, or not finite.
    """
    if hasattr(value, "numpy"):  # a tensor or a variable of Keras
        value = value.numpy()
    if not isinstance(value, str) and hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    if isinstance(value, str | bool):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise CourseError(f"The result {name!r} is {value}; only finite numbers are recorded.")
        return float(value)
    raise CourseError(
        f"The result {name!r} is a {type(value).__name__}; record one number, text or bool."
    )


def read_expected(number: str, profile: str, path: Path | None = None) -> dict:
    """Return what ``expected.toml`` says for a notebook in a profile; empty when it says nothing.

    A number is expected in a range ``[low, high]``, a text or a bool exactly.
    """
    path = path or content_path("notebooks", "expected.toml")
    if not path.is_file():
        return {}
    try:
        expected = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is not valid TOML: {error}.") from None
    found = expected.get(number, {}).get(profile, {})
    for name, entry in found.items():
        if not _is_expectation(entry):
            raise CourseError(
                f"{path.name}, notebook {number}, profile {profile}: {name} must be a range "
                f"[low, high], a text or a bool, not {entry!r}."
            )
    return found


def _is_expectation(entry) -> bool:
    if not isinstance(entry, list):
        return isinstance(entry, str | bool)
    numbers_only = all(type(one) in (int, float) for one in entry)
    return numbers_only and len(entry) == 2 and entry[0] <= entry[1]


def describe(expected) -> str:
    """Say what is expected: ``0.1 to 0.2``, or the exact value."""
    if isinstance(expected, list):
        low, high = expected
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return str(expected)


def fits(value: Plain, expected) -> bool:
    """Tell whether a value is the one expected, or lies in the range expected (ends included)."""
    if isinstance(expected, list):
        low, high = expected
        return not isinstance(value, str | bool) and low <= value <= high
    return type(value) is type(expected) and value == expected


def compare(results: Mapping[str, Plain], expected: Mapping) -> list[Comparison]:
    """Set the results of a notebook beside what is expected of them, and name each fault."""
    return [
        _compare(name, results.get(name), expected.get(name))
        for name in dict.fromkeys((*results, *expected))
    ]


def _compare(name: str, value: Plain | None, expected) -> Comparison:
    if expected is None:
        return Comparison(name, value, "", f"{name} has no entry in expected.toml")
    words = describe(expected)
    if value is None:
        return Comparison(name, None, words, f"{name} is expected but was not recorded")
    fault = "" if fits(value, expected) else f"{name} is {as_text(value)}, expected {words}"
    return Comparison(name, value, words, fault)


def write_record(record: Mapping) -> None:
    """Write what a notebook recorded to the file named by ``FERCOURSE_RECORD``, when it is set."""
    path = os.environ.get("FERCOURSE_RECORD")
    if not path:
        return
    with whole_file(Path(path)) as fresh:
        fresh.write_text(json.dumps(record, indent=1), encoding="utf-8")
