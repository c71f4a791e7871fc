import json

import numpy as np
import pandas as pd
import pytest

from fercourse.course.results import as_plain, compare, fits, read_expected, write_record
from fercourse.errors import CourseError


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (3, 3),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array(2.0), 2.0),
        (np.str_("sad"), "sad"),
        (pd.Series([4]).sum(), 4),
        ("sad", "sad"),
    ],
)
def test_scalars_of_any_kind_become_plain(value, plain):
    got = as_plain("x", value)
    assert got == plain
    assert type(got) is type(plain)


def test_scalars_of_keras_become_plain():
    import keras

    mean = keras.metrics.Mean()
    mean.update_state([0.25, 0.75])
    for value in (keras.ops.mean(np.array([0.25, 0.75])), keras.Variable(0.5), mean.result()):
        assert as_plain("x", value) == 0.5


@pytest.mark.parametrize("value", [float("nan"), np.inf, np.float32("nan")])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(CourseError, match="only finite"):
        as_plain("x", value)


@pytest.mark.parametrize("value", [[1], None, np.zeros(2), {"a": 1}, 1j])
def test_what_is_no_scalar_is_refused(value):
    with pytest.raises(CourseError, match="one number, text or bool"):
        as_plain("x", value)


@pytest.mark.parametrize(
    ("value", "expected", "verdict"),
    [
        (1, [1, 2], True),
        (2.0, [1, 2], True),
        (2.1, [1, 2], False),
        (True, [0, 1], False),
        ("sad", "sad", True),
        ("sad", "happy", False),
        (True, True, True),
        (1, True, False),
    ],
)
def test_ranges_hold_their_ends_and_words_fit_exactly(value, expected, verdict):
    assert fits(value, expected) is verdict


def test_faults_name_what_is_outside_missing_or_unexpected():
    found = compare({"a": 1, "b": 5.0, "new": 2}, {"a": [0, 1], "b": [0.1, 0.2], "gone": True})
    assert {one.name: one.fault for one in found} == {
        "a": "",
        "b": "b is 5, expected 0.1 to 0.2",
        "new": "new has no entry in expected.toml",
        "gone": "gone is expected but was not recorded",
    }


def test_expected_ranges_are_read_for_notebook_and_profile(tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text("[01.quick]\na = [1, 2]\n")
    assert read_expected("01", "quick", path) == {"a": [1, 2]}
    assert read_expected("01", "class", path) == {}
    assert read_expected("01", "quick", tmp_path / "missing.toml") == {}


@pytest.mark.parametrize("entry", ["[0.4]", "[0.6, 0.4]", "3", '["a", "b"]', "[true, 1]"])
def test_an_expectation_that_can_never_be_met_is_named(tmp_path, entry):
    (tmp_path / "expected.toml").write_text(f"[00.quick]\nmean = {entry}\n")
    with pytest.raises(CourseError, match="notebook 00, profile quick: mean must be a range"):
        read_expected("00", "quick", tmp_path / "expected.toml")


def test_expected_file_that_is_not_toml_is_told(tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text("a = = 1")
    with pytest.raises(CourseError, match="not valid TOML"):
        read_expected("01", "quick", path)


def test_record_is_written_only_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("FERCOURSE_RECORD", raising=False)
    write_record({"results": {}})
    monkeypatch.setenv("FERCOURSE_RECORD", str(tmp_path / "record.json"))
    write_record({"results": {"a": 1}})
    assert json.loads((tmp_path / "record.json").read_text()) == {"results": {"a": 1}}
    assert len(list(tmp_path.iterdir())) == 1
