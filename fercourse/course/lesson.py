"""The lesson that stands behind a notebook: its exercises and its quiz questions."""

import string
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, resources
from typing import NamedTuple

from fercourse.course.exercises import Exercise, exercises_of
from fercourse.errors import CourseError

_PACKAGE = "fercourse.course.lessons"
_WIDTH = 92


class Option(NamedTuple):
    """One answer that a question offers, and why it is right or wrong."""

    letter: str
    text: str
    right: bool
    why: str


class Question(NamedTuple):
    """A quiz question; exactly one option is right."""

    name: str
    text: str
    options: tuple[Option, ...]

    def option(self, letter: str) -> Option | None:
        """Return the option of a letter, or None where there is none."""
        return next((one for one in self.options if one.letter == letter), None)

    def as_text(self) -> str:
        """Return the question and its options as plain text."""
        lines = [wrap(f"Question: {self.text}")]
        lines += [wrap(f"{one.letter}. {one.text}", "   ") for one in self.options]
        return "\n".join(lines)


@dataclass(frozen=True)
class Lesson:
    """The exercises and questions of one notebook."""

    number: str
    exercises: Mapping[str, Exercise]
    questions: Mapping[str, Question]

    def exercise(self, name: str) -> Exercise:
        """Return an exercise by name."""
        if name not in self.exercises:
            known = ", ".join(self.exercises) or "no exercises"
            raise CourseError(f"Notebook {self.number} has no exercise {name!r}; it has {known}.")
        return self.exercises[name]

    def question(self, name: str) -> Question:
        """Return a quiz question by name."""
        if name not in self.questions:
            known = ", ".join(self.questions) or "no questions"
            raise CourseError(f"Notebook {self.number} has no question {name!r}; it has {known}.")
        return self.questions[name]


def find_lesson(number: str) -> Lesson:
    """Return the lesson of a notebook: ``lessons/nNN.py`` and ``lessons/nNN.toml``, if they exist."""
    name = f"n{number}"
    files = resources.files(_PACKAGE)
    module = files / f"{name}.py"
    quiz = files / f"{name}.toml"
    return Lesson(
        number,
        exercises_of(import_module(f"{_PACKAGE}.{name}")) if module.is_file() else {},
        read_questions(quiz.read_text("utf-8"), quiz.name) if quiz.is_file() else {},
    )


def read_questions(text: str, file: str = "the quiz") -> dict[str, Question]:
    """Read quiz questions from TOML.

    Raises
    ------
    CourseError
        If a question lacks its text, or an option its text or its explanation, or if not exactly
        one option is right.
    """
    try:
        return {name: _question(name, entry) for name, entry in tomllib.loads(text).items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise CourseError(f"{file} is not as a quiz must be: {error}.") from None


def _question(name: str, entry: dict) -> Question:
    options = tuple(
        Option(letter, one["text"].strip(), one.get("right", False), one["why"].strip())
        for letter, one in zip(string.ascii_lowercase, entry["options"], strict=False)
    )
    if len(options) < 2 or sum(one.right for one in options) != 1:
        raise ValueError(f"{name} needs at least two options, exactly one of them right")
    return Question(name, entry["question"].strip(), options)


def wrap(text: str, indent: str = "") -> str:
    """Wrap a paragraph to the width of a notebook's output; later lines get the indent."""
    return textwrap.fill(" ".join(text.split()), _WIDTH, subsequent_indent=indent)
