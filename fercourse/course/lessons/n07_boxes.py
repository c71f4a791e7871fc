"""The exercises of notebook 07 on boxes, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import call, expect_close, expect_function, expect_number

_BOXES = [
    ((0, 0, 10, 10), (5, 0, 10, 10)),
    ((0, 0, 10, 20), (4, 5, 10, 10)),
    ((3, 4, 8, 6), (3, 4, 8, 6)),
    ((0, 0, 10, 10), (20, 0, 10, 12)),
    ((0, 0, 10, 10), (15, 15, 10, 10)),
]


def _iou(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def _shared(a, b):
    width = max(0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    return width * max(0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))


def _corners(a, b):
    """Read the boxes as two corners each."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def _unclipped(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


_IOU_MISTAKES = {
    "the shared area is counted twice": lambda a, b: _shared(a, b) / (a[2] * a[3] + b[2] * b[3]),
    "divided by one of the boxes": lambda a, b: _shared(a, b) / (a[2] * a[3]),
    "two corners": _corners,
    "do not touch": _unclipped,
}


@exercise(
    hints=[
        "What is shared begins at the larger of the two left edges and ends at the smaller of the two right ones.",
        "width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]); likewise the height. If one is not above 0, "
        "return 0.",
        "Covered together: the area of a, plus the area of b, minus what is shared (it is in both).",
    ]
)
def iou(answer):
    """Intersection over union of two boxes."""
    expect_function(answer, "a", "b")
    values = [expect_number(call(answer, a, b)) for a, b in _BOXES]
    for message, mistake in _IOU_MISTAKES.items():
        if np.allclose(values, [mistake(a, b) for a, b in _BOXES]):
            raise Wrong(_IOU_WORDS[message])
    for (a, b), value in zip(_BOXES, values, strict=True):
        expect_close(value, _iou(a, b), tolerance=1e-6, what=f"For {a} and {b} your overlap")
    return "It punishes boxes that are too large as much as boxes that are too small."


_IOU_WORDS = {
    "the shared area is counted twice": "In your lower part the shared area is counted twice; subtract it once.",
    "divided by one of the boxes": "You have divided by one of the boxes; divide by what both cover together.",
    "two corners": "You read a box as two corners, but it is x, y, width and height.",
    "do not touch": "Boxes that do not touch get an overlap: two negative sides make a positive area.",
}

iou.right(_iou)
iou.right(lambda a, b: _shared(a, b) / (a[2] * a[3] + b[2] * b[3] - _shared(a, b)))
iou.right(lambda a, b: np.float64(_iou(a, b)))
for _message, _mistake in _IOU_MISTAKES.items():
    iou.wrong(_mistake, says=_message)
iou.wrong(lambda a, b: 1.0, says="too large")


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
