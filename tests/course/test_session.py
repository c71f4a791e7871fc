import json
import random
import subprocess
import sys
import types

import numpy as np
import pytest

import fercourse
from fercourse.course.session import Course
from fercourse.course.settings import Profile
from fercourse.errors import CourseError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("PROFILE", "DATASET", "DATA", "STRICT", "RECORD"):
        monkeypatch.delenv(f"FERCOURSE_{name}", raising=False)


@pytest.fixture
def course(lesson):
    return Course("77", Profile("quick", 10, 0, 1), "builtin", None, "CPU", lesson)


@pytest.fixture
def key(course, monkeypatch):
    """The same in the answer key, where every check must pass."""
    monkeypatch.setenv("FERCOURSE_STRICT", "1")
    return course


def test_setup_prints_profile_data_set_device_and_versions(capsys, monkeypatch):
    monkeypatch.setenv("FERCOURSE_PROFILE", "quick")
    course = fercourse.setup("00")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Profile", "Data set", "Device", "Versions"]
    assert course.profile.name == "quick"
    assert course.dataset == "builtin"


def test_setup_fixes_every_seed():
    def draw():
        fercourse.setup("00")
        return random.random(), np.random.random()  # noqa: NPY002 - the global one is meant

    assert draw() == draw()


def test_keras_is_seeded_where_it_is_imported_and_left_alone_elsewhere(monkeypatch):
    seeds = []
    utils = types.SimpleNamespace(set_random_seed=seeds.append)
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    fercourse.setup("00")
    assert "keras" not in sys.modules
    backend = types.SimpleNamespace(backend=lambda: "jax")
    keras = types.SimpleNamespace(utils=utils, backend=backend)
    monkeypatch.setitem(sys.modules, "keras", keras)
    fercourse.setup("00")
    assert seeds == [0]


def test_setup_imports_neither_tensorflow_nor_matplotlib():
    code = (
        "import fercourse, sys; fercourse.setup('00');"
        "print({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("PROFILE", "fast", "no profile 'fast'"), ("DATASET", "fer", "no data set 'fer'")],
)
def test_setup_refuses_what_is_unknown(monkeypatch, name, value, says):
    monkeypatch.setenv(f"FERCOURSE_{name}", value)
    with pytest.raises(CourseError, match=says):
        fercourse.setup("00")
    with pytest.raises(CourseError, match="no notebook '0'"):
        fercourse.setup("0")


def test_check_tells_right_wrong_and_not_attempted_apart(course, capsys):
    course.check("double", lambda n: 2 * n)
    course.check("double", lambda n: n)
    course.check("double", ...)
    right, wrong, nothing = capsys.readouterr().out.splitlines()
    assert right == "Right: double. Well doubled."
    assert wrong == 'Wrong: Twice 4 is 8. For a hint: course.hint("double")'
    assert nothing.startswith("Not attempted yet: double.")


def test_a_question_without_an_answer_says_so_by_its_name(course, capsys):
    name = next(iter(course.lesson.questions))
    for nothing in (..., None, "z"):
        course.quiz(name, nothing)
        assert f"Not attempted yet: {name}. " in capsys.readouterr().out


def test_an_error_without_a_full_stop_gets_one_before_the_hint(course, capsys):
    def broken(n):
        raise ValueError("the array is read-only")

    course.check("double", broken)
    assert "the array is read-only. For a hint:" in capsys.readouterr().out.replace("\n", " ")


def test_answer_key_raises_unless_every_check_is_right(key):
    key.check("double", lambda n: 2 * n)
    with pytest.raises(CourseError, match="double is wrong"):
        key.check("double", lambda n: n)
    with pytest.raises(CourseError, match="double is not attempted"):
        key.check("double", ...)
    with pytest.raises(CourseError, match="parity is wrong"):
        key.quiz("parity", "a")


def test_hints_come_in_steps_and_the_last_stays(course, capsys):
    course.hint("double")
    course.hint("double")
    assert capsys.readouterr().out.splitlines() == ["Hint 1 of 1: Add the number to itself."] * 2


def test_quiz_shows_the_question_and_explains_the_option_chosen(course, capsys):
    course.quiz("parity", ...)
    asked = capsys.readouterr().out
    assert "a. odd\nb. even\n" in asked
    assert "divisible" not in asked
    course.quiz("parity", "a")
    assert "You chose a: wrong. Twice 1 is 2, which is even." in capsys.readouterr().out
    course.quiz("parity", " B")
    assert "You chose b: right. It is divisible by two." in capsys.readouterr().out


@pytest.mark.parametrize("letter", ["z", "", 3])
def test_letter_that_is_no_option_is_told_not_raised(course, capsys, letter):
    course.quiz("parity", letter)
    assert "choose from a, b" in capsys.readouterr().out


def test_record_is_printed_beside_the_expected_range(course, capsys, monkeypatch):
    course.__dict__["_expected"] = {"mean": [0.4, 0.6]}
    course.record("mean", np.float32(0.5))
    course.record("count", 3)
    assert capsys.readouterr().out.splitlines() == [
        "Recorded mean = 0.5 (expected 0.4 to 0.6)",
        "Recorded count = 3",
    ]


def test_name_is_recorded_once_in_the_answer_key(key):
    key.record("mean", 1)
    with pytest.raises(CourseError, match="recorded twice"):
        key.record("mean", 2)


def test_cell_may_be_run_again_by_hand(course, capsys):
    course.record("mean", 1)
    course.record("mean", 2)
    assert capsys.readouterr().out.splitlines()[-1].startswith("Recorded mean = 2")


def test_results_and_checks_are_written_where_they_are_asked_for(course, tmp_path, monkeypatch):
    monkeypatch.setenv("FERCOURSE_RECORD", str(tmp_path / "record.json"))
    course.record("mean", 0.5)
    course.check("double", ...)
    written = json.loads((tmp_path / "record.json").read_text())
    assert written["results"] == {"mean": 0.5}
    assert written["checks"] == {"double": "not attempted"}
    assert written["profile"] == "quick"
