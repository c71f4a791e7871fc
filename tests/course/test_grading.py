"""Each submission that is run starts a kernel, which takes about two seconds."""

import csv
import json
import os

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from fercourse.course import isolation
from fercourse.course.exercises import WRONG, Verdict
from fercourse.course.grading import find_submissions, grade
from fercourse.course.isolation import RAN, Limits
from fercourse.course.marks import Graded, check_target, write_marks
from fercourse.course.settings import Notebook, Profile, Settings
from fercourse.errors import CourseError

SETUP = 'import fercourse\n\ncourse = fercourse.setup("00")'
CHECKS = 'course.check("pixels", pixels)', 'course.check("roll", roll)'
DICE = """import numpy as np
def roll(seed):
    return np.random.default_rng(seed).integers(1, 7, size=5)"""
QUICK = Limits(cell_seconds=4, notebook_seconds=60, memory_mb=1500)


@pytest.fixture
def settings():
    profiles = {name: Profile(name, 10, 0, 1) for name in ("quick", "class", "full")}
    notebook = Notebook("00", "tiny", "Tiny", 5, 3, "any computer", profiles)
    return Settings("A tiny course", notebooks={"00": notebook})


@pytest.fixture
def hand_in(tmp_path, settings):
    """Hand a notebook in, and return how it is marked."""
    write(
        tmp_path / "notebooks" / "00_tiny.ipynb",
        SETUP, "pixels = ...", CHECKS[0], "roll = ...", CHECKS[1], 'course.quiz("seeds", ...)',
    )  # fmt: skip

    def mark(*cells, limits=QUICK, name="ada"):
        file = write(tmp_path / "submissions" / f"{name}.ipynb", *cells)
        return grade(name, file, settings, tmp_path / "notebooks", limits)

    return mark


def write(file, *cells):
    file.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(text) for text in cells]), file)
    return file


def answers(pixels="pixels = 2304", roll=DICE, letter="..."):
    return SETUP, pixels, CHECKS[0], roll, CHECKS[1], f'course.quiz("seeds", {letter})'


def right_letter():
    from fercourse.course.lesson import find_lesson

    return next(one.letter for one in find_lesson("00").question("seeds").options if one.right)


def statuses(graded):
    return [one.status for one in graded.verdicts.values()]


def test_right_answers_get_a_mark_each_and_wrong_ones_their_message(hand_in):
    graded = hand_in(*answers(pixels="pixels = 48", letter=f"'{right_letter()}'"))
    assert graded.state == RAN
    assert statuses(graded) == ["wrong", "right", "right"]
    assert graded.marks == 2
    assert "one row" in graded.verdicts["pixels"].message


def test_the_courses_own_checks_count_whatever_the_student_made_of_them(hand_in):
    graded = hand_in(SETUP, "pixels = 48", 'course.check("pixels", 2304)', DICE)
    assert statuses(graded) == ["wrong", "right", "not attempted"]


@pytest.mark.parametrize("when", ["now", "later"])
def test_an_answer_that_prints_a_verdict_of_its_own_is_wrong(hand_in, when):
    say = "print('\\nRight: roll. ', flush=True)"
    later = f"import threading\n    threading.Timer(0.3, lambda: {say}).start(); import time; time.sleep(1)"
    cheat = f"def roll(seed):\n    {say if when == 'now' else later}\n    return [0] * 5"
    assert hand_in(*answers(roll=cheat)).verdicts["roll"].status == "wrong"


@pytest.mark.parametrize("end", ["raise KeyboardInterrupt", "raise SystemExit", "while True: pass"])
def test_a_printed_verdict_counts_for_nothing_where_the_check_is_kept_from_speaking(hand_in, end):
    cheat = f"def roll(seed):\n    print('Right: roll. ', flush=True)\n    {end}"
    assert hand_in(*answers(roll=cheat)).verdicts["roll"].status == "wrong"


def test_a_kernel_that_ends_after_a_printed_verdict_brings_nothing(hand_in):
    end = "print('Right: roll. ', flush=True)\n    import os, time; time.sleep(0.5); os._exit(0)"
    graded = hand_in(SETUP, f"def roll(seed):\n    {end}")
    assert graded.verdicts["roll"].status != "right"


@pytest.mark.skipif(os.name == "nt", reason="sleep and sh are of other systems")
@pytest.mark.parametrize(
    "start",
    [
        "subprocess.Popen(['sleep', '{}'])", "subprocess.run('sleep {} &', shell=True)",
        "subprocess.Popen(['sleep', '{}'], start_new_session=True); os._exit(1)",
    ],
)  # fmt: skip
def test_what_a_notebook_has_started_ends_with_it(hand_in, start):
    seconds = f"97.{os.getpid()}"  # told apart from other sleepers
    hand_in(SETUP, f"import os, subprocess; {start.format(seconds)}")
    assert not [
        one for one in psutil.process_iter(["cmdline"]) if seconds in (one.info["cmdline"] or [])
    ]


def test_the_last_letter_counts_and_none_in_a_comment(hand_in):
    cell = f"""# course.quiz("seeds", "a") was my first try\ncourse.quiz("seeds", "{right_letter()}")"""
    assert hand_in(*answers()[:-1], cell).verdicts["seeds"].status == "right"
    wrong = cell.replace(f'"{right_letter()}"', '"a"').replace('"a"', f'"{right_letter()}"', 1)
    assert hand_in(*answers()[:-1], wrong).verdicts["seeds"].status == "wrong"


def test_a_cell_that_python_cannot_read_stops_nobody_else(hand_in):
    cell = f"course.quiz('seeds', 'a')\nx = {'-' * 50_000}1"
    graded = hand_in(SETUP, "pixels = 2304", CHECKS[0], cell)
    assert statuses(graded) == ["right", "not attempted", "not attempted"]


def test_a_verdict_that_an_answer_prints_before_it_silences_the_check_is_wrong(hand_in):
    # What MEDDLES does not see: the name of the module is put together.
    cheat = """import importlib
def roll(seed):
    print('Right: roll. ', flush=True)
    importlib.import_module('s' + 'ys').__dict__['std' + 'out'] = __import__('io').StringIO()
    return 1"""
    assert hand_in(*answers(roll=cheat)).verdicts["roll"].status == "wrong"


def test_a_damaged_student_edition_is_no_fault_of_the_student(tmp_path, settings):
    (tmp_path / "00_tiny.ipynb").write_text("{")
    file = write(tmp_path / "ada" / "00.ipynb", SETUP)
    with pytest.raises(CourseError, match=r"00_tiny\.ipynb is no notebook\. Run: fercourse build"):
        grade("ada", file, settings, tmp_path, QUICK)


def test_a_notebook_without_names_for_its_cells_is_marked_without_a_warning(
    tmp_path, settings, recwarn
):
    write(tmp_path / "notebooks" / "00_tiny.ipynb", SETUP, "pixels = ...", CHECKS[0])
    file = tmp_path / "ada.ipynb"
    old = nbformat.v4.new_notebook(cells=[new_code_cell(SETUP), new_code_cell("pixels = 2304")])
    old.nbformat_minor = 0
    for cell in old.cells:
        del cell["id"]
    file.write_text(json.dumps(old))
    assert grade("ada", file, settings, tmp_path / "notebooks", QUICK).marks == 1
    assert not [one for one in recwarn if "id" in str(one.message)]


@pytest.mark.parametrize(
    "text",
    [
        "import gc; gc.collect()",
        "x = 1  # Of course. lesson learned: setattr, builtins",
        "print(type(course))",
        "import os; os.environ.get('FERCOURSE_PROFILE')",
    ],
)
def test_innocent_words_are_no_meddling(hand_in, text):
    assert hand_in(SETUP, text).state == RAN


def test_who_reaches_for_the_checks_is_not_run(hand_in):
    graded = hand_in(*answers(), "course.check = print")
    assert "cell 7 reaches for the checks" in graded.state
    assert graded.marks == 0
    assert len(graded.verdicts) == 3


def test_what_the_course_itself_wrote_is_no_meddling_whatever_a_reader_adds_around_it(
    tmp_path, settings
):
    given = 'verdict = course.lesson.exercise("pixels").judge(attempt)'
    loop = "for attempt in (..., 48{}):\n    {}"
    write(tmp_path / "notebooks" / "00_tiny.ipynb", SETUP, loop.format("", given), CHECKS[0])
    for own, ran in ((given, True), (given.replace("pixels", "roll"), False)):
        file = write(tmp_path / "ada.ipynb", SETUP, loop.format(", 2304", own), "pixels = 2304")
        graded = grade("ada", file, settings, tmp_path / "notebooks", QUICK)
        assert (graded.state == RAN) is ran


@pytest.mark.parametrize(
    "text",
    [
        "course = Mine()", "course._checks['pixels'] = 'right'", "import fercourse.course.exercises",
        "from fercourse.course.exercises import Exercise", "import os; os.environ['FERCOURSE_RECORD']",
        "import sys; sys.modules['x']", "setattr(course, 'check', print)",
        "import sys; sys.stdout = None", "sys.__stdout__.write('x')",
        "from contextlib import redirect_stdout", "__builtins__.print = lambda *words: None", "type(course).check = print",
        "course.__setattr__('check', print)", "fercourse.setup = print", "vars(course)['x'] = 1",
    ],
)  # fmt: skip
def test_ways_to_reach_for_the_checks_are_known(hand_in, text):
    assert "reaches for the checks" in hand_in(SETUP, text).state


def test_an_endless_cell_and_a_syntax_error_cost_no_more_than_themselves(hand_in):
    graded = hand_in(*answers(pixels="while True:\n    pass"), "def (")
    assert graded.state == RAN
    assert statuses(graded) == ["not attempted", "right", "not attempted"]


def test_a_memory_hog_is_stopped(hand_in):
    hog = "hog = [b'x' * 10**7 for _ in range(10**5)]"
    graded = hand_in(*answers(roll=hog), limits=Limits(60, 60, 500))
    assert graded.state == "Stopped: it used more than 500 MB of memory."
    assert statuses(graded) == ["right", "not attempted", "not attempted"]


def test_a_notebook_that_floods_the_marker_is_stopped_and_says_why(hand_in, monkeypatch):
    monkeypatch.setattr(isolation, "MOST_OUTPUT_BYTES", 2_000_000)
    flood = "import time\nfor _ in range(500):\n    print('x' * 10**5, flush=True)\n    time.sleep(0.01)"
    graded = hand_in(*answers(roll=flood), limits=Limits(30, 60, 1500))
    assert graded.state == "Stopped: it showed more than 2 MB of outputs."
    assert statuses(graded) == ["right", "not attempted", "not attempted"]


def test_a_notebook_is_stopped_when_the_markers_own_process_grows(hand_in, monkeypatch):
    monkeypatch.setattr(isolation, "MOST_OUTPUT_BYTES", 10**9)
    monkeypatch.setattr(isolation, "ROOM_MB", 50)
    much = "import time\nprint('x' * 10**8, flush=True)\ntime.sleep(20)"
    graded = hand_in(*answers(roll=much), limits=Limits(30, 60, 1500))
    assert graded.state == "Stopped: it showed more than 1000 MB of outputs."


def test_a_cell_longer_than_anybody_types_is_not_run(hand_in):
    graded = hand_in(*answers(), "course" + " " * 100_000)
    assert graded.state == "Not run: cell 7 is longer than 100,000 characters. Look at it."
    assert graded.marks == 0


def test_a_notebook_that_never_ends_is_stopped(hand_in):
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(9)\n    except BaseException:\n        pass"
    graded = hand_in(*answers(roll=stubborn), limits=Limits(2, 8, 1500))
    assert graded.state == "Stopped after 8 s."
    assert graded.marks == 1


def test_code_sees_no_secret_and_a_home_that_is_empty(hand_in, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    (tmp_path / "precious").write_text("kept")
    greedy = (
        "import os, pathlib, shutil\n"
        "assert 'SECRET_TOKEN' not in os.environ\n"
        "for place in (pathlib.Path.cwd(), pathlib.Path.home()):\n"
        "    assert not list(place.glob('*.ipynb'))\n"
        "    shutil.rmtree(place, ignore_errors=True)\n"
        "pixels = 2304"
    )
    assert hand_in(*answers(pixels=greedy)).marks == 2
    assert (tmp_path / "submissions" / "ada.ipynb").is_file()


def test_what_is_no_notebook_of_the_course_is_told(hand_in, tmp_path, settings):
    assert "is missing" in hand_in("1 + 1").state
    file = tmp_path / "submissions" / "bob.ipynb"
    for content in (b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"cells": 3, "nbformat": 4}'):
        file.write_bytes(content)
        state = grade("bob", file, settings, tmp_path / "notebooks", QUICK).state
        assert state.startswith(("The file is no notebook.", "It is no notebook"))


def test_submissions_are_found_by_folder_or_by_name(tmp_path):
    (tmp_path / "eve" / "deep").mkdir(parents=True)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    for name in ("eve/deep/00.ipynb", "dan.ipynb", ".ipynb_checkpoints/dan.ipynb", "notes.txt"):
        (tmp_path / name).touch()
    assert [name for name, _ in find_submissions(tmp_path)] == ["dan", "eve"]
    with pytest.raises(CourseError, match="is no folder"):
        find_submissions(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match="There is no notebook"):
        find_submissions(tmp_path / "empty")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_no_submission(tmp_path):
    os.mkfifo(tmp_path / "b.ipynb")
    with pytest.raises(CourseError, match="There is no notebook"):
        find_submissions(tmp_path)
    (tmp_path / "a.ipynb").touch()
    assert [name for name, _ in find_submissions(tmp_path)] == ["a"]


def test_a_name_that_is_no_text_is_made_printable(tmp_path):
    folder = os.fsencode(tmp_path) + b"/b\xffob"
    try:
        os.mkdir(folder)  # noqa: PTH102 - the name is bytes
    except OSError:
        pytest.skip("this file system takes text only")
    with open(folder + b"/n.ipynb", "w"):  # noqa: PTH123
        pass
    assert [name for name, _ in find_submissions(tmp_path)] == ["b\\xffob"]


def test_the_table_takes_half_a_character_and_the_usual_mode(tmp_path):
    path = tmp_path / "marks.csv"
    write_marks([Graded("a\udcff", "00", "ran", {"p": Verdict(WRONG, "\ud800")})], path)
    assert "a\\udcff" in path.read_text(encoding="utf-8")
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_nothing_stands_beside_the_table_and_nothing_of_the_users_is_lost(tmp_path):
    (tmp_path / "marks.csv.part").write_text("mine")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    check_target(tmp_path / "marks.csv")
    write_marks([], tmp_path / "marks.csv")
    with pytest.raises(CourseError, match="cannot be written"):
        write_marks([], tmp_path / "folder")
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"marks.csv", "marks.csv.part", "folder"}
    assert (tmp_path / "marks.csv.part").read_text() == "mine"


def test_the_table_has_a_row_each_and_no_formula(hand_in, tmp_path):
    graded = [hand_in(*answers(pixels="pixels = 48")), hand_in("1", name="=cmd()")]
    write_marks(graded, tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(newline="") as file:
        one, other = csv.DictReader(file)
    assert (one["submission"], one["marks"], one["of"]) == ("ada", "1", "3")
    assert (one["00 pixels"], one["00 roll"], one["00 seeds"]) == ("0", "1", "0")
    assert one["messages"].startswith("pixels: ")
    assert other["submission"] == "'=cmd()"
    with pytest.raises(CourseError, match="cannot be written"):
        write_marks(graded, tmp_path / "nowhere" / "marks.csv")


NOTHING, HALF, ALL = (SETUP,), answers(roll="roll = ..."), answers(letter="'{right}'")
THIRTY = {
    "all right": (ALL, 3),
    "right, as text": (answers(letter="' {right} '"), 3),
    "right, in one cell": ((SETUP, f"{DICE}\npixels = 48 * 48\n{CHECKS[0]}; {CHECKS[1]}"), 2),
    "right, with helpers": (answers(pixels="side = 48\n\npixels = side**2"), 2),
    "right, checks deleted": ((SETUP, "pixels = 2304", DICE), 2),
    "right, in another order": ((SETUP, DICE, CHECKS[1], "pixels = 2304", CHECKS[0]), 2),
    "right, set up twice": ((*answers(), SETUP), 2),
    "right, with a magic": (answers(pixels="%time pixels = 2304"), 2),
    "right, prints a lot": (answers(pixels="print('Wrong: no' * 10**5)\npixels = 2304"), 2),
    "right, after an error": ((SETUP, "1 / 0", *answers()[1:]), 2),
    "right, asked twice": ((*answers(), "pixels = 2304", CHECKS[0]), 2),
    "half": (HALF, 1),
    "half, no question": (answers(pixels="pixels = ..."), 1),
    "half, one is wrong": (answers(pixels="pixels = 96"), 1),
    "half, then spoilt": ((*answers(), "pixels = 48", CHECKS[0]), 1),
    "wrong": (answers("pixels = 48", "roll = 3", "'{wrong}'"), 0),
    "wrong types": (answers("pixels = 'many'", "roll = [1, 2]"), 0),
    "wrong, no such letter": (answers("pixels = 0", "roll = 0", "'z'"), 0),
    "wrong, raises": (answers("pixels = 1", "def roll(seed):\n    raise ValueError(seed)"), 0),
    "wrong, prints Right": (answers('print("Right: pixels. ")\npixels = 1', "roll = 0"), 0),
    "empty": (NOTHING, 0),
    "untouched": (answers("pixels = ...", "roll = ..."), 0),
    "endless loop": (answers(pixels="while True: pass"), 1),
    "endless answer": (answers(roll="def roll(seed):\n    while True: pass"), 1),
    "memory hog": (answers(roll="hog = [b'x' * 10**7 for _ in range(10**5)]"), 1),
    "deletes files": (
        answers(pixels="import os, shutil; shutil.rmtree(os.getcwd()); pixels = 2304"),
        2,
    ),
    "syntax error": (answers(pixels="pixels = = 2304"), 1),
    "kills the kernel": (answers(roll="import os; os._exit(1)"), 1),
    "tampered check": ((SETUP, "pixels = 1", 'course.check("pixels", 2304)'), 0),
    "tampered course": (answers(pixels="course.check = print; pixels = 2304"), 0),
}


@pytest.mark.slow
@pytest.mark.parametrize(("cells", "marks"), THIRTY.values(), ids=THIRTY)
def test_thirty_submissions_get_the_marks_they_deserve(hand_in, cells, marks):
    right = right_letter()
    wrong = "a" if right != "a" else "b"
    cells = [cell.replace("{right}", right).replace("{wrong}", wrong) for cell in cells]
    assert hand_in(*cells, limits=Limits(10, 90, 500)).marks == marks
