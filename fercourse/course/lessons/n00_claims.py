"""The exercises of notebook 00 on what a face tells: theories, and alarms that are right."""

from collections import Counter

import numpy as np

from fercourse.course.exercises import NotAttempted, Wrong, exercise
from fercourse.course.expectations import call, expect_close, expect_function, expect_number
from fercourse.course.lessons.n00_mistakes import ALARM_MISTAKES, expect_no_mistake, right_alarms

_SAID_BY = {
    "A": ("James-Lange", "the body moves first, and feeling is how that is noticed"),
    "B": ("appraisal", "what the event means for oneself decides"),
    "C": ("Ekman", "a few emotions, each with an expression that all people share"),
    "D": ("constructed", "each instance is made anew, of body, memory and concept"),
    "E": ("Darwin", "a movement once useful is kept as a habit"),
    "F": ("facial feedback", "the face, and only the face, acts back on feeling"),
    "G": ("component process", "one check after another, each leaving its own trace"),
}
THEORIES = tuple(sorted(name for name, _ in _SAID_BY.values()))


@exercise(
    hints=[
        "Look for what comes first: the feeling, the body, the face, or a judgment.",
        "A and F both run from body to feeling. One speaks of the whole body, the other of the face.",
        "B and G both begin with a judgment. One says that it decides, the other splits it into a "
        "series of checks.",
        "C and E both look to heredity. One is about where movements come from, the other about how "
        "many emotions there are and who can read them.",
    ]
)
def theories(answer):
    """Which theory speaks in which sentence."""
    if not isinstance(answer, dict):
        raise Wrong('Your answer must be a dictionary, such as {"A": "Darwin", ...}.')
    missing = [letter for letter in _SAID_BY if answer.get(letter) in (None, ...)]
    stray = [key for key in answer if key not in _SAID_BY]
    if stray:
        raise Wrong(f'{stray[0]!r} is none of the letters; the keys are "A" to "G".')
    if len(missing) == len(_SAID_BY):
        raise NotAttempted
    if missing:
        raise Wrong(f"There is no answer for {', '.join(missing)}.")
    spelled = {name.casefold(): name for name in THEORIES}
    answer = {
        letter: spelled.get(str(name).strip().casefold(), name) for letter, name in answer.items()
    }
    unknown = [name for name in answer.values() if name not in THEORIES]
    if unknown:
        raise Wrong(f"{unknown[0]!r} is none of the theories: {', '.join(THEORIES)}.")
    twice = [name for name, count in Counter(answer.values()).items() if count > 1]
    if twice:
        raise Wrong(f"{twice[0]!r} stands more than once; each theory speaks one sentence.")
    right = sum(answer[letter] == name for letter, (name, _) in _SAID_BY.items())
    for letter, (name, clue) in _SAID_BY.items():
        if answer[letter] != name:
            raise Wrong(f"{right} of 7 are right. Look at {letter} again: {clue}.")
    return "Keep the seven apart: they answer different questions, and most of them can be tested."


_ALL_RIGHT = {letter: name for letter, (name, _) in _SAID_BY.items()}
theories.right(_ALL_RIGHT)
theories.wrong({letter.lower(): name for letter, name in _ALL_RIGHT.items()}, says="the keys are")
theories.wrong({name: letter for letter, name in _ALL_RIGHT.items()}, says="the keys are")
theories.right({letter: f"{name.swapcase()} " for letter, name in _ALL_RIGHT.items()})
theories.right(dict(reversed(_ALL_RIGHT.items())))
theories.right({letter: str(np.str_(name)) for letter, name in _ALL_RIGHT.items()})
theories.wrong(
    _ALL_RIGHT | {"A": "facial feedback", "F": "James-Lange"}, says="5 of 7 are right. Look at A"
)
theories.wrong(
    _ALL_RIGHT | {"B": "component process", "G": "appraisal"},
    says="Look at B again: what the event",
)
theories.wrong(_ALL_RIGHT | {"C": "Darwin"}, says="more than once")
theories.wrong(_ALL_RIGHT | {"C": "Freud"}, says="none of the theories")
theories.wrong({"A": "Darwin"}, says="no answer for B, C")
theories.wrong(_ALL_RIGHT | {"B": ...}, says="no answer for B.")
theories.wrong(list(_ALL_RIGHT.values()), says="must be a dictionary")


@exercise(
    hints=[
        "Think of 1,000 faces. How many are angry? Of these, how many raise an alarm?",
        "The others are not angry. How many of them raise an alarm all the same?",
        "true = base_rate * hit_rate; false = (1 - base_rate) * false_alarm_rate",
        "return true / (true + false), with names that you chose: Python reserves True and False.",
    ]
)
def alarms(answer):
    """The share of alarms that are right (Bayes' rule)."""
    expect_function(answer, "base_rate", "hit_rate", "false_alarm_rate")
    for rates in ((0.02, 0.8, 0.05), (0.5, 0.9, 0.2), (0.1, 0.3, 0.02)):
        value = expect_number(call(answer, *rates))
        expected = right_alarms(*rates)
        expect_no_mistake(value, expected, ALARM_MISTAKES, *rates)
        at = "Of the alarms at base rate {}, hit rate {}, false-alarm rate {}, your share"
        expect_close(value, expected, tolerance=1e-9, what=at.format(*rates))
    return (
        "When what you look for is rare, most alarms are false, "
        "unless false alarms are rarer still."
    )


alarms.right(right_alarms)
alarms.right(lambda base, hit, false: 1 / (1 + (1 - base) * false / (base * hit)))
alarms.right(lambda base, hit, false: np.float64(right_alarms(base, hit, false)))
alarms.wrong(lambda base, hit, false: 1.0, says="too large")
for _message, _mistake in ALARM_MISTAKES.items():
    alarms.wrong(_mistake, says=_message)
