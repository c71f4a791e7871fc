"""Exercises: a check that tells right, wrong and not attempted apart, its hints and its examples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

RIGHT = "right"
WRONG = "wrong"
NOT_ATTEMPTED = "not attempted"


class Wrong(Exception):  # noqa: N818 - a verdict, not an error
    """Raised by a check: the answer is wrong, and the message says what is wrong with it."""


class NotAttempted(Exception):  # noqa: N818
    """Raised by an expectation: there is no answer yet."""


class Verdict(NamedTuple):
    """What a check says of an answer."""

    status: str
    message: str = ""


class Example(NamedTuple):
    """An answer that a check must find right, or wrong with `says` in its message."""

    answer: Any
    given: tuple
    says: str | None


@dataclass
class Exercise:
    """One exercise of a notebook; made with the decorator `exercise`."""

    name: str
    examine: Callable[..., str | None]
    hints: Sequence[str] = ()
    examples: list[Example] = field(default_factory=list)

    def judge(self, answer, *given) -> Verdict:
        """Judge an answer; whatever goes wrong inside becomes a sentence, never a traceback.

        Parameters
        ----------
        answer
            What the reader wrote: a value, several or a function. ``...`` and None are not
            attempted.
        *given
            What the check needs besides, such as the faces the notebook has loaded.
        """
        parts = answer if isinstance(answer, tuple) and answer else (answer,)
        if all(part is None or part is ... for part in parts):
            return Verdict(NOT_ATTEMPTED)
        try:
            return Verdict(RIGHT, self.examine(answer, *given) or "")
        except NotAttempted as nothing:
            return Verdict(NOT_ATTEMPTED, str(nothing))
        except Wrong as wrong:
            return Verdict(WRONG, str(wrong))
        except Exception as error:
            return Verdict(
                WRONG,
                f"Your answer could not be checked: it led to {type(error).__name__}"
                + (f" ({error})." if str(error) else "."),
            )

    def right(self, answer, *given) -> None:
        """Add an example that must be found right; the tests run it."""
        self.examples.append(Example(answer, given, says=None))

    def wrong(self, answer, *given, says: str) -> None:
        """Add an example that must be found wrong, with the words `says` in the message."""
        self.examples.append(Example(answer, given, says=says))


def exercise(*, hints: Sequence[str]) -> Callable[[Callable], Exercise]:
    """Make the function below it the check of an exercise that has the function's name.

    The function takes the answer (and what is given besides), returns when the answer is right,
    with a sentence to tell the reader or nothing, and raises `Wrong` otherwise.
    """

    def decorate(examine: Callable[..., str | None]) -> Exercise:
        return Exercise(examine.__name__, examine, tuple(hints))

    return decorate


def exercises_of(module) -> dict[str, Exercise]:
    """Return the exercises that a lesson module defines or imports, by name, in that order."""
    found = (value for value in vars(module).values() if isinstance(value, Exercise))
    return {one.name: one for one in found}
