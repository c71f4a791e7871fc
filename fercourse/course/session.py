"""The set-up cell of every notebook, and what it gives: data, checks, quiz, recorded results."""

import logging
import random
import re
import sys
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fercourse.backend import import_keras
from fercourse.course import results
from fercourse.course.colab import keep_on_drive
from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG
from fercourse.course.lesson import Lesson, find_lesson, wrap
from fercourse.course.machine import device, versions
from fercourse.course.settings import (
    BUILT_IN,
    Notebook,
    Profile,
    data_choice,
    profile_name,
    read_settings,
    strict,
)
from fercourse.errors import CourseError

if TYPE_CHECKING:
    from fercourse.datasets import FaceSet

SEED = 0


@dataclass
class Course:
    """What a notebook has of the course; made by `setup`. Introduced in notebook 00."""

    notebook: str
    profile: Profile
    dataset: str
    data: Path | None
    device: str
    lesson: Lesson = field(repr=False)
    seed: int = SEED
    _results: dict = field(default_factory=dict, repr=False)
    _checks: dict = field(default_factory=dict, repr=False)
    _hints_told: dict = field(default_factory=dict, repr=False)

    def load(self) -> "FaceSet":
        """Return the faces of the chosen data set, about ``profile.faces`` of them."""
        from fercourse import datasets

        return datasets.load(self.dataset, self.data).sample(self.profile.faces, seed=self.seed)

    def check(self, name: str, answer, *given) -> None:
        """Say whether an answer is right, wrong (and what is wrong), or not attempted.

        Parameters
        ----------
        name : str
            The exercise.
        answer
            The reader's value or function.
        *given
            What the check needs besides, such as the faces that the notebook has loaded.
        """
        exercise = self.lesson.exercise(name)
        out = sys.stdout
        status, message = exercise.judge(answer, *given)
        sys.stdout = out  # an answer may have put another in its place
        begins = {RIGHT: f"Right: {name}. ", NOT_ATTEMPTED: f"Not attempted yet: {name}. "}
        if exercise.hints and status == WRONG:
            stop = "" if re.search(r"[.?!][)\"']*$", message) else "."
            message = f'{message}{stop} For a hint: course.hint("{name}")'
        self._tell(name, status, begins.get(status, "Wrong: ") + message)

    def hint(self, name: str) -> None:
        """Print the next hint of an exercise; the last one is repeated."""
        hints = self.lesson.exercise(name).hints
        if not hints:
            print(f"There is no hint for {name}.")
            return
        told = self._hints_told[name] = min(self._hints_told.get(name, 0) + 1, len(hints))
        print(wrap(f"Hint {told} of {len(hints)}: {hints[told - 1]}"))

    def quiz(self, name: str, letter=...) -> None:
        """Print a question; when an option is chosen by its letter, also why it is right or wrong."""
        question = self.lesson.question(name)
        print(question.as_text() + "\n")
        if letter is ... or letter is None:
            asked = "Put the letter of your answer, in quotes, for the dots."
            self._tell(name, NOT_ATTEMPTED, f"Not attempted yet: {name}. {asked}")
            return
        option = question.option(str(letter).strip().lower())
        if option is None:
            letters = ", ".join(one.letter for one in question.options)
            asked = f"There is no option {letter!r}; choose from {letters}."
            self._tell(name, NOT_ATTEMPTED, f"Not attempted yet: {name}. {asked}")
            return
        verdict = RIGHT if option.right else WRONG
        self._tell(name, verdict, f"You chose {option.letter}: {verdict}. {option.why}")

    def record(self, name: str, value) -> None:
        """Write down a measured result, and say what is expected of it where that is known.

        Parameters
        ----------
        name : str
            The name of the result, used once in a notebook (a cell may be run again).
        value : number, str or bool
            A scalar of Python, NumPy, pandas or Keras; NaN and infinity are refused.
        """
        if strict() and name in self._results:
            raise CourseError(f"The name {name!r} is recorded twice; give each result its own.")
        value = self._results[name] = results.as_plain(name, value)
        expected = self._expected.get(name)
        print(
            f"Recorded {name} = {results.as_text(value)}"
            + (f" (expected {results.describe(expected)})" if expected is not None else "")
        )
        self._write()

    @cached_property
    def _expected(self) -> dict:
        if self.dataset != BUILT_IN:
            return {}
        return results.read_expected(self.notebook, self.profile.name)

    def _tell(self, name: str, status: str, message: str) -> None:
        print(wrap(message))
        self._checks[name] = status
        self._write()
        if strict() and status != RIGHT:
            raise CourseError(f"The answer key's {name} is {status}. {message}")

    def _write(self) -> None:
        results.write_record(
            {
                "notebook": self.notebook,
                "profile": self.profile.name,
                "dataset": self.dataset,
                "device": self.device,
                "versions": versions(),
                "results": self._results,
                "checks": self._checks,
            }
        )


def setup(notebook: str) -> Course:
    """Set a notebook up: find profile, data set and device, fix every seed, and say so.

    Parameters
    ----------
    notebook : str
        The notebook's number as in its file name, such as ``"01"``.

    Returns
    -------
    Course
        What the cells below use.

    Raises
    ------
    CourseError
        If the notebook, the profile or the data set is unknown.
    """
    about = read_settings().notebook(notebook)
    profile = about.profiles[profile_name()]
    choice = data_choice()
    kept = keep_on_drive()
    fix_seeds(about)
    # That a small network is traced anew, say, is no news to a reader.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if strict():
        # What is deprecated or doubtful in the course's own code must not reach a reader.
        warnings.filterwarnings("error", module=r"__main__$|fercourse(\.|$)")
    course = Course(
        notebook, profile, choice.name, choice.path, device(), find_lesson(notebook), SEED
    )
    print("\n".join(filter(None, [_found(course), kept])))
    course._write()
    return course


def fix_seeds(notebook: Notebook) -> None:
    """Seed Python, NumPy, and Keras where the notebook uses it or has imported it."""
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002 - for libraries that still draw from the global generator
    if notebook.keras or "keras" in sys.modules:
        import_keras().utils.set_random_seed(SEED)


def _found(course: Course) -> str:
    profile = course.profile
    numbers = (
        f"{profile.faces:,} faces, {profile.epochs} epochs, "
        f"{profile.seeds} seed{'s' if profile.seeds > 1 else ''}"
    )
    where = f", read from {course.data}" if course.data else ""
    known = ", ".join(f"{name} {number}" for name, number in versions().items())
    return (
        f"Profile:  {profile.name} (at most {numbers})\n"
        f"Data set: {course.dataset}{where}\n"
        f"Device:   {course.device}\n"
        f"Versions: {known}"
    )
