import pytest

from fercourse.course.source import (
    names_bound,
    names_used,
    with_solutions,
    without_solutions,
)
from fercourse.errors import CourseError

INSIDE = """def double(number):
    # BEGIN SOLUTION
    twice = 2 * number
    return twice
    # END SOLUTION"""
VALUE = """start = 3
# BEGIN SOLUTION
helper = start + 1
total = helper * 2
# END SOLUTION"""


def test_solution_becomes_dots_with_its_indentation():
    assert without_solutions(INSIDE) == "def double(number):\n    ...  # your code here"


def test_solution_at_the_margin_leaves_the_names_that_are_needed():
    assert (
        without_solutions(VALUE, {"total", "start"}) == "start = 3\ntotal = ...  # your code here"
    )
    assert without_solutions(VALUE) == "start = 3\n...  # your code here"


def test_blanks_stand_in_the_order_of_the_solution():
    text = "# BEGIN SOLUTION\nbefore, after = 30, 20\narea = before\n# END SOLUTION"
    blanks = without_solutions(text, {"after", "area", "before"})
    assert [line.split()[0] for line in blanks.splitlines()] == ["before", "after", "area"]


def test_solution_stays_whole_in_the_answer_key():
    assert with_solutions(INSIDE) == (
        "def double(number):\n    twice = 2 * number\n    return twice"
    )


@pytest.mark.parametrize(
    "text",
    [
        "# BEGIN SOLUTION\n1",
        "1\n# END SOLUTION",
        "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION",
    ],
)
def test_marks_that_do_not_pair_are_refused(text):
    with pytest.raises(CourseError, match="SOLUTION"):
        without_solutions(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('course.quiz("a", "b")', 'course.quiz("a", ...)'),
        ('course.quiz("é", "b"); x = "b"', 'course.quiz("é", ...); x = "b"'),
        ('course.quiz(\n    "a",\n    "c",\n)', 'course.quiz(\n    "a",\n    ...,\n)'),
        ('course.quiz("a")', 'course.quiz("a")'),
        (
            'course.quiz("a", "abc"); course.quiz("b", "d")',
            'course.quiz("a", ...); course.quiz("b", ...)',
        ),
        (
            'course.quiz("a", "b")\ncourse.quiz("c", "d")',
            'course.quiz("a", ...)\ncourse.quiz("c", ...)',
        ),
    ],
)
def test_quiz_letters_become_dots(text, hidden):
    assert without_solutions(text) == hidden


@pytest.mark.parametrize(
    ("text", "bound", "used"),
    [
        ("a = b", {"a"}, {"b"}),
        ("import numpy as np", {"np"}, set()),
        ("def f(x):\n    return x + y", {"f"}, {"y"}),
        ("for i in range(n): pass", {"i"}, {"range", "n"}),
        ("[x * k for x in xs]", set(), {"k", "xs"}),
        ("a = {x: [k for x in x] for x in xs}", {"a"}, {"k", "xs"}),
        ("%time a = b", set(), {"get_ipython"}),
        ("class A(B):\n    c = d", {"A"}, {"B", "d"}),
        ("with open(p) as f: f.read()", {"f"}, {"open", "p", "f"}),
    ],
)
def test_global_names_are_told_from_local_ones(text, bound, used):
    assert names_bound(text) == bound
    assert names_used(text) >= used
    assert "x" not in names_used(text)
