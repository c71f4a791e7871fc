"""The exercises of notebook 07 on rates, dropped frames and smoothing, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_function,
    expect_number,
)


@exercise(
    hints=[
        "The stages run one after the other, so their times add up. How many such sums fit into a second?",
        "1 + 14 + 9 + 1 = 25 ms: that alone would be 40 a second. But what does the camera give?",
        "before = min(30, 1000 / 25), after = min(30, 1000 / (1 + 40 + 9 + 1))",
    ]
)
def rates(answer):
    """Results a second before and after a stage became slower."""
    if not isinstance(answer, tuple | list | np.ndarray) or np.shape(answer) != (2,):
        raise Wrong("Give two numbers, before and after.")
    if any(value is ... for value in answer):
        raise Wrong("One of the two numbers is still missing.")
    before, after = (expect_number(value) for value in answer)
    if abs(before - 40) < 0.5:
        raise Wrong("40 results a second need 40 frames a second; the camera gives 30.")
    if abs(after - 25) < 0.1 or abs(before - 1000 / 14) < 1:
        raise Wrong("Only the slowest stage is counted; they run one after the other: add them up.")
    if abs(after - 15) < 0.1:
        raise Wrong(
            "After, you wait for the camera's next frame when the program is free; the newest one is "
            "there already."
        )
    if before < 1 or after < 1:
        raise Wrong("These are seconds a frame; give frames a second.")
    if abs(before - 25) < 0.1 and abs(after - 51) < 0.1:
        raise Wrong("These are milliseconds a frame; 1000 divided by them are frames a second.")
    expect_close(before, 30, tolerance=0.2, what="Before, your rate")
    expect_close(after, 1000 / 51, tolerance=0.2, what="After, your rate")
    return "The slower detector costs a third of the frames, whatever the network does."


rates.right((30, 1000 / 51))
rates.right([30.0, 19.6])
rates.right(np.array([30, 19.608]))
rates.wrong((40, 1000 / 51), says="the camera gives 30")
rates.wrong((30, 25), says="add them up")
rates.wrong((30, 15), says="there already")
rates.wrong((25, 51), says="milliseconds a frame")
rates.wrong((0.025, 0.051), says="seconds a frame")
rates.wrong((30, ...), says="still missing")
rates.wrong(30, says="two numbers")
rates.wrong((30, 30), says="too large")


_EVEN = np.arange(0, 1000, 33.0)
_ROUND = np.arange(0, 1000, 50.0)
_UNEVEN = np.array([0.0, 10, 20, 30, 200, 205, 260, 400])


def _newest(taken, busy):
    handled, free, number = [], -np.inf, 0
    while number < len(taken):
        while number + 1 < len(taken) and taken[number + 1] <= free:
            number += 1
        handled.append(number)
        free = max(free, taken[number]) + busy
        number += 1
    return handled


def _before_that_moment(taken, busy):
    """Leave out a frame that comes just when the program becomes free."""
    handled, free, number = [], -np.inf, 0
    while number < len(taken):
        while number + 1 < len(taken) and taken[number + 1] < free:
            number += 1
        handled.append(number)
        free = max(free, taken[number]) + busy
        number += 1
    return handled


def _next_to_come(taken, busy):
    """Wait for the next frame even when one has come meanwhile."""
    handled, free = [], -np.inf
    for number, moment in enumerate(taken):
        if moment >= free:
            handled.append(number)
            free = moment + busy
    return handled


def _oldest(taken, busy):
    return list(range(len(taken)))


def _first_that_waits(taken, busy):
    """Take the first frame that has come since the last one was begun, not the newest."""
    handled, free, begun = [], -np.inf, -np.inf
    for number, moment in enumerate(taken):
        if moment > begun:
            handled.append(number)
            begun = max(free, moment)
            free = begun + busy
    return handled


def _begun_when_taken(taken, busy):
    """Forget that a frame which waited is begun only when the program is free."""
    handled, free, number = [], -np.inf, 0
    while number < len(taken):
        while number + 1 < len(taken) and taken[number + 1] <= free:
            number += 1
        handled.append(number)
        free = taken[number] + busy
        number += 1
    return handled


@exercise(
    hints=[
        "Keep two things: the number of the next frame, and the time at which the program becomes free.",
        "Before a frame is handled, go on to the next one as long as that one has come by then: "
        "while the next exists and taken[number + 1] <= free: number += 1.",
        "A frame is begun at max(free, taken[number]), and the program is free `busy` later. At the very "
        "beginning free is -np.inf.",
    ]
)
def frames_handled(answer):
    """The frames that are handled when others are dropped."""
    expect_function(answer, "taken", "busy")
    # In the last one a frame comes at the very moment at which the program becomes free.
    for taken, busy in (
        (_EVEN, 80.0),
        (_EVEN, 50.0),
        (_UNEVEN, 45.0),
        (_EVEN, 5.0),
        (_ROUND, 100.0),
    ):
        handled = list(call(answer, taken, busy))
        if any(isinstance(number, bool | np.bool_) for number in handled):
            raise Wrong("Return the numbers of the frames, such as [0, 2, 3], not True and False.")
        handled = [int(number) for number in handled]
        if handled == _newest(taken, busy):
            continue
        about = f"With a frame of {busy:g} ms of work and frames at {taken[:6].tolist()} ... "
        if handled == _oldest(taken, busy):
            raise Wrong(about + "you handle every frame: that is the queue that grows for ever.")
        if handled == _begun_when_taken(taken, busy):
            raise Wrong(
                about
                + "you count its work from when the frame came; one that waited is begun only "
                "when the program is free."
            )
        if handled == _before_that_moment(taken, busy):
            raise Wrong(
                about + "a frame that comes at the very moment you are free counts as well."
            )
        if handled == _next_to_come(taken, busy):
            raise Wrong(
                about + "you wait for a new frame although one has come meanwhile; take the newest."
            )
        if handled == _first_that_waits(taken, busy):
            raise Wrong(about + "you take the oldest frame that waits; take the newest.")
        if len(set(handled)) < len(handled):
            raise Wrong(about + "you handle a frame twice.")
        raise Wrong(about + f"you handle {handled[:6]} ...; that is not it.")
    return (
        "However slow the program, a result is never older than two frames' work when it appears."
    )


frames_handled.right(_newest)
frames_handled.right(lambda taken, busy: np.array(_newest(taken, busy)))
frames_handled.right(lambda taken, busy: tuple(_newest(list(taken), busy)))
frames_handled.wrong(_oldest, says="grows for ever")
frames_handled.wrong(_begun_when_taken, says="from when the frame came")
frames_handled.wrong(_next_to_come, says="take the newest")
frames_handled.wrong(_first_that_waits, says="the oldest frame that waits")
frames_handled.wrong(_before_that_moment, says="very moment")
frames_handled.wrong(lambda taken, busy: np.ones(len(taken), bool), says="not True and False")
frames_handled.wrong(lambda taken, busy: [0] * len(taken), says="twice")
frames_handled.wrong(lambda taken, busy: [0], says="that is not it")


_BEFORE, _NEW = np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.1, 0.8])
_TIMES = ((0.3, 0.3), (0.1, 0.3), (2.0, 0.5), (0.0, 0.3))


def _smooth(before, new, passed, tau):
    return before + (1 - np.exp(-passed / tau)) * (new - before)


_SMOOTH_MISTAKES = {
    "the wrong way round": lambda before, new, passed, tau: _smooth(new, before, passed, tau),
    "the same for every frame": lambda before, new, passed, tau: before + 0.2 * (new - before),
    "goes beyond": lambda before, new, passed, tau: before + passed / tau * (new - before),
    "passed / tau": lambda before, new, passed, tau: (
        before + (1 - np.exp(-tau / max(passed, 1e-9))) * (new - before)
    ),
}
_SMOOTH_WORDS = {
    "the wrong way round": "It is the wrong way round: your answer begins at the new one and moves to the old.",
    "the same for every frame": "Your share is the same for every frame; it must depend on the time that has passed.",
    "goes beyond": "After a long pause your answer goes beyond the new one; the share is 1 - exp(-passed / tau).",
    "passed / tau": "Longer pauses must show more of a change: the exponent is -passed / tau, not -tau / passed.",
}


@exercise(
    hints=[
        "share = 1 - np.exp(-passed / tau) is how far to go.",
        "Begin at `before`, and go that share of the way to `new`.",
        "return before + share * (new - before)",
    ]
)
def smooth(answer):
    """Exponential smoothing over time."""
    expect_function(answer, "before", "new", "passed", "tau")
    rows = [
        expect_array(call(answer, _BEFORE, _NEW, passed, tau), shape=(3,)) for passed, tau in _TIMES
    ]
    for message, mistake in _SMOOTH_MISTAKES.items():
        if np.allclose(rows, [mistake(_BEFORE, _NEW, *times) for times in _TIMES]):
            raise Wrong(_SMOOTH_WORDS[message])
    for (passed, tau), row in zip(_TIMES, rows, strict=True):
        what = f"After {passed} s with tau = {tau} s your first probability"
        expect_close(row[0], _smooth(_BEFORE, _NEW, passed, tau)[0], tolerance=1e-6, what=what)
        if not np.allclose(row, _smooth(_BEFORE, _NEW, passed, tau)):
            raise Wrong("The first probability is right, but not the others; use whole arrays.")
    return "Sums of one stay sums of one, and the frame rate does not matter."


def _in_place(before, new, passed, tau):
    before += (1 - np.exp(-passed / tau)) * (new - before)
    return before


smooth.right(_smooth)
smooth.right(
    lambda before, new, passed, tau: new + np.exp(-passed / tau) * (np.array(before) - new)
)
smooth.right(
    lambda before, new, passed, tau: np.average(
        [before, new], axis=0, weights=[np.exp(-passed / tau), 1 - np.exp(-passed / tau)]
    )
)
for _message, _mistake in _SMOOTH_MISTAKES.items():
    smooth.wrong(_mistake, says=_message)
smooth.wrong(_in_place, says="changes its input")
smooth.wrong(lambda before, new, passed, tau: new, says="too small")
smooth.wrong(lambda before, new, passed, tau: 0.5, says="must be a NumPy array")
