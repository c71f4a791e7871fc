"""The exercises of notebook 07 on boxes, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import call, expect_close, expect_function, expect_number

_TRUTH = np.array([[10.0, 20.0], [12.0, 20.0], [14.0, 21.0], [16.0, 20.0]])
# Some errors cross zero, from one side of the face to the other; each mistake below gives another value.
_FOUND = np.array([[9.0, 23.0], [12.0, 17.0], [10.0, 23.0], [18.0, 18.0]])


def _jitter(found, truth):
    return np.abs(np.diff(found - truth, axis=0)).mean()


_JITTER_MISTAKES = {
    "moves with the face": lambda found, truth: np.abs(np.diff(found, axis=0)).mean(),
    "how far it lies off": lambda found, truth: np.abs(found - truth).mean(),
    "cancel": lambda found, truth: np.diff(found - truth, axis=0).mean(),
    "before their changes": lambda found, truth: np.abs(
        np.diff(np.abs(found - truth), axis=0)
    ).mean(),
    "difference of x and y": lambda found, truth: np.abs(np.diff(found - truth)).mean(),
    "the way in the plane": lambda found, truth: np.hypot(*np.diff(found - truth, axis=0).T).mean(),
    "how far both move": lambda found, truth: (
        np.abs(np.diff(found, axis=0)).mean() - np.abs(np.diff(truth, axis=0)).mean()
    ),
    "the median": lambda found, truth: np.median(np.abs(np.diff(found - truth, axis=0))),
}
_JITTER_WORDS = {
    "moves with the face": "A box that moves with the face would jitter; take the truth off first.",
    "how far it lies off": "That is how far it lies off; a box that is always three pixels off stands still.",
    "before their changes": "You take the size of the errors before their changes: a box that jumps from left "
    "of the face to right of it would stand still.",
    "cancel": "Ways to the left and to the right cancel in your mean; take their sizes.",
    "difference of x and y": "You take the difference of x and y; from frame to frame is axis=0.",
    "the way in the plane": "That is the way in the plane; here x and y each count by themselves.",
    "how far both move": "You compare how far both move; a box that goes left while the face goes right "
    "would not count. Take the error first, then its changes.",
    "the median": "You take the median of the sizes; take their mean.",
}


@exercise(
    hints=[
        "The error of each frame is found - truth, an array (T, 2).",
        "np.diff(error, axis=0) is by how much it changes from one frame to the next.",
        "return np.abs(np.diff(found - truth, axis=0)).mean()",
    ]
)
def jitter(answer):
    """By how many pixels a box moves a frame beyond what the face does."""
    expect_function(answer, "found", "truth")
    value = expect_number(call(answer, _FOUND, _TRUTH))
    for message, mistake in _JITTER_MISTAKES.items():
        if np.isclose(value, mistake(_FOUND, _TRUTH)):
            raise Wrong(_JITTER_WORDS[message])
    expect_close(value, _jitter(_FOUND, _TRUTH), tolerance=1e-6, what="Your jitter of four frames")
    return (
        "A box may lie wrong and stand still, or lie right and tremble: two numbers, two questions."
    )


jitter.right(_jitter)
jitter.right(
    lambda found, truth: np.mean(
        [abs(one) for row in (found[1:] - found[:-1]) - (truth[1:] - truth[:-1]) for one in row]
    )
)
for _message, _mistake in _JITTER_MISTAKES.items():
    jitter.wrong(_mistake, says=_message)
jitter.wrong(lambda found, truth: 99.0, says="too large")


_SCREENS = (((10, 20, 30, 40), 2, 640), ((0, 0, 100, 100), 1, 320), ((200, 50, 60, 60), 2, 640))


def _to_screen(box, scale, width):
    x, y, w, h = (value * scale for value in box)
    return width - x - w, y, w, h


_SCREEN_MISTAKES = {
    "still is the colleague's": lambda box, scale, width: (
        width - box[0] * scale,
        *(value * scale for value in box[1:]),
    ),
    "not mirrored": lambda box, scale, width: tuple(value * scale for value in box),
    "in the small frame's pixels": lambda box, scale, width: (
        width - box[0] - box[2],
        *(value * scale for value in box[1:]),
    ),
    "negative": lambda box, scale, width: (
        width - box[0] * scale,
        box[1] * scale,
        -box[2] * scale,
        box[3] * scale,
    ),
}
_SCREEN_WORDS = {
    "still is the colleague's": "This still is the colleague's: which corner of the box does width - x give?",
    "not mirrored": "Your box is scaled but not mirrored.",
    "in the small frame's pixels": "You subtract x and w in the small frame's pixels; scale them first.",
    "negative": "Your box has a negative width; move its corner instead.",
}


@exercise(
    hints=[
        "Draw it on paper: a box at the left edge, 30 wide, on a screen 320 wide. Where is it in a mirror?",
        "A box is told by its *left* edge. In the mirror, the left edge is what was the right one: x + w.",
        "return width - x - w, y, w, h (all of them scaled)",
    ]
)
def to_screen(answer):
    """A box on a mirrored screen."""
    expect_function(answer, "box", "scale", "width")
    boxes = []
    for screen in _SCREENS:
        box = call(answer, *screen)
        if np.shape(box) != (4,):
            raise Wrong("Return four numbers: x, y, width and height.")
        boxes.append([expect_number(value) for value in box])
    for message, mistake in _SCREEN_MISTAKES.items():
        if np.allclose(boxes, [mistake(*screen) for screen in _SCREENS]):
            raise Wrong(_SCREEN_WORDS[message])
    for screen, box in zip(_SCREENS, boxes, strict=True):
        for name, value, expected in zip("xywh", box, _to_screen(*screen), strict=True):
            what = f"For the box {screen[0]} at scale {screen[1]} on {screen[2]} pixels your {name}"
            expect_close(value, expected, tolerance=1e-6, what=what)
    return "A box at the left edge ends up at the right edge, and touches it."


to_screen.right(_to_screen)
to_screen.right(lambda box, scale, width: np.array(_to_screen(box, scale, width)))
to_screen.right(
    lambda box, scale, width: [
        width - scale * (box[0] + box[2]),
        *(value * scale for value in box[1:]),
    ]
)
for _message, _mistake in _SCREEN_MISTAKES.items():
    to_screen.wrong(_mistake, says=_message)
to_screen.wrong(lambda box, scale, width: (0, 0, 1, 1), says="too small")
to_screen.wrong(lambda box, scale, width: 5, says="four numbers")
