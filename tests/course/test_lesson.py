import pytest

from fercourse.course.lesson import find_lesson, read_questions
from fercourse.errors import CourseError

OPTION = '[[q.options]]\ntext = "{}"\nwhy = "because"\n{}\n'


def quiz(*options, question='question = "Is it so?"'):
    return f"[q]\n{question}\n" + "".join(options)


def test_options_are_lettered_in_their_order():
    question = read_questions(quiz(OPTION.format("no", ""), OPTION.format("yes", "right = true")))[
        "q"
    ]
    assert [(one.letter, one.text, one.right) for one in question.options] == [
        ("a", "no", False),
        ("b", "yes", True),
    ]
    assert question.as_text().splitlines() == ["Question: Is it so?", "a. no", "b. yes"]


@pytest.mark.parametrize(
    "text",
    [
        quiz(OPTION.format("no", ""), OPTION.format("yes", "")),
        quiz(OPTION.format("no", "right = true"), OPTION.format("yes", "right = true")),
        quiz(OPTION.format("yes", "right = true")),
        quiz('[[q.options]]\ntext = "no"\n', OPTION.format("yes", "right = true")),
        quiz(OPTION.format("no", ""), OPTION.format("yes", "right = true"), question=""),
        "[q",
        "q = 3",
    ],
    ids=["none right", "two right", "one option", "no why", "no question", "no TOML", "no table"],
)
def test_broken_quiz_is_one_clear_sentence(text):
    with pytest.raises(CourseError, match=r"n01\.toml is not as a quiz must be"):
        read_questions(text, "n01.toml")


def test_notebook_without_a_lesson_has_no_exercises():
    lesson = find_lesson("no_such")
    assert not lesson.exercises
    assert not lesson.questions


def test_unknown_names_are_told_with_the_known_ones(lesson):
    with pytest.raises(CourseError, match="no exercise 'x'; it has double"):
        lesson.exercise("x")
    with pytest.raises(CourseError, match="no question 'x'; it has parity"):
        lesson.question("x")
