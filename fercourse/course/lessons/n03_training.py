"""The exercises of notebook 03 on training, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_equal_arrays,
    expect_function,
    expect_number,
)
from fercourse.course.lessons.n02_mistakes import expect_no_mistake

_IMAGES = np.arange(40 * 4, dtype=np.uint8).reshape(40, 2, 2)
_LABELS = np.arange(40)
_RESTLESS = np.random.default_rng(5)


@exercise(
    hints=[
        "rng.shuffle draws a new order each time it is called, and it changes what it is given.",
        "Draw one order for both: order = rng.permutation(len(images)).",
        "images[order] is a new array with the images in that order.",
    ]
)
def shuffled(answer):
    """Images and labels in a new order, still side by side."""
    expect_function(answer, "images", "labels", "rng")
    result = call(answer, _IMAGES, _LABELS, np.random.default_rng(3))
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong("Return a pair: images, labels.")
    images = expect_array(result[0], shape=_IMAGES.shape)
    labels = expect_array(result[1], shape=_LABELS.shape)
    if len(np.unique(labels)) < len(_LABELS):
        raise Wrong(
            "Some faces come twice and others not at all; draw an order, rng.permutation, not lots."
        )
    if not np.array_equal(images, _IMAGES[labels]):
        raise Wrong("An image has the label of another one; use one order for both.")
    if np.array_equal(labels, _LABELS):
        raise Wrong("The order is the old one.")
    again = call(answer, _IMAGES, _LABELS, np.random.default_rng(3))[1]
    if not np.array_equal(again, labels):
        raise Wrong("The same generator gives another order each time; draw it from rng.")
    other = call(answer, _IMAGES, _LABELS, np.random.default_rng(4))[1]
    if np.array_equal(other, labels):
        raise Wrong("Two generators give the same order; draw it from rng.")
    return "One order for both, and nothing of the caller's was touched."


def _right(images, labels, rng):
    order = rng.permutation(len(labels))
    return images[order], labels[order]


def _by_sorting(images, labels, rng):
    order = np.argsort(rng.random(len(images)))
    return [np.take(images, order, axis=0), np.take(labels, order)]


def _hers(images, labels, rng):
    rng.shuffle(images)
    rng.shuffle(labels)
    return images, labels


def _two_orders(images, labels, rng):
    return images[rng.permutation(len(images))], labels[rng.permutation(len(labels))]


def _lots(images, labels, rng):
    rows = rng.integers(len(images), size=len(images))
    return images[rows], labels[rows]


def _no_generator(images, labels, rng):
    order = _RESTLESS.permutation(len(labels))
    return images[order], labels[order]


def _own_generator(images, labels, rng):
    return _right(images, labels, np.random.default_rng(0))


shuffled.right(_right)
shuffled.right(_by_sorting)
shuffled.wrong(_no_generator, says="The same generator")
shuffled.wrong(_hers, says="chang")
shuffled.wrong(_two_orders, says="one order for both")
shuffled.wrong(_lots, says="come twice")
shuffled.wrong(_own_generator, says="draw it from rng")
shuffled.wrong(lambda images, labels, rng: (images, labels), says="order is the old one")
shuffled.wrong(lambda images, labels, rng: images[::-1].copy(), says="Return a pair")

_RARE = np.repeat([0, 1, 2, 3], [50, 30, 15, 5])
_FEW = np.array([1, 0, 0, 0, 2, 2])


def weights(labels, classes):
    """Return N / (classes x faces of the class)."""
    return len(labels) / (classes * np.bincount(labels, minlength=classes))


def _inverse(labels, classes):
    return 1 / np.bincount(labels, minlength=classes)


WEIGHT_MISTAKES = {
    "These are shares: frequent classes get the large weights. Turn it round.": (
        lambda labels, classes: np.bincount(labels, minlength=classes) / len(labels)
    ),
    "The classes count alike, but the mean weight of a face is not 1: multiply by N / classes.": (
        _inverse
    ),
    "The weights have the right ratios, but sum to 1; the mean weight of a face is to be 1.": (
        lambda labels, classes: _inverse(labels, classes) / _inverse(labels, classes).sum()
    ),
    "You left out the number of classes: N / (classes x faces of the class).": (
        lambda labels, classes: len(labels) * _inverse(labels, classes)
    ),
    "You return a weight for each face; return one for each class.": (
        lambda labels, classes: weights(labels, classes)[labels]
    ),
}


@exercise(
    hints=[
        "np.bincount(labels, minlength=classes) counts the faces of each class.",
        "Divide N = len(labels) by classes times these counts.",
    ]
)
def weights_of(answer):
    """A weight for each class, with which all classes count the same."""
    expect_function(answer, "labels", "classes")
    questions = [(_RARE, 4), (_FEW, 3)]
    answers = [expect_array(call(answer, *given)) for given in questions]
    expect_no_mistake(answers, weights, WEIGHT_MISTAKES, questions)
    for given, found in zip(questions, answers, strict=True):
        expect_equal_arrays(found, weights(*given), tolerance=1e-9)
    return "In this test a face of the rarest class now counts ten times as much as one of the most frequent."


weights_of.right(weights)
weights_of.right(
    lambda labels, classes: np.array(
        [len(labels) / classes / np.sum(labels == c) for c in range(classes)]
    )
)
weights_of.wrong(lambda labels, classes: 1.0, says="NumPy array")
weights_of.wrong(lambda labels, classes: weights(labels, classes) + 1, says="differ")
for _message, _mistake in WEIGHT_MISTAKES.items():
    weights_of.wrong(_mistake, says=_message)


def schedule(step, steps, warmup, peak):
    """Return the learning rate of a step: a straight rise, then half a cosine."""
    if step < warmup:
        return peak * step / warmup
    return peak * (1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2


def _after(step, steps, warmup, peak, part):
    return peak * step / warmup if step < warmup else peak * (1 + np.cos(np.pi * part)) / 2


SCHEDULE_MISTAKES = {
    "After the warm-up your cosine starts in its middle: part must be 0 at `warmup`.": (
        lambda step, steps, warmup, peak: _after(step, steps, warmup, peak, step / steps)
    ),
    "Your part does not reach 1 at the end: divide by steps - warmup.": (
        lambda step, steps, warmup, peak: _after(
            step, steps, warmup, peak, (step - warmup) / steps
        )
    ),
    "There is no warm-up: below `warmup` the rate rises from 0.": (
        lambda step, steps, warmup, peak: _after(
            max(step, warmup), steps, warmup, peak,
            (max(step, warmup) - warmup) / (steps - warmup),
        )
    ),
    "You forgot pi: cos takes radians.": (
        lambda step, steps, warmup, peak: (
            schedule(step, steps, warmup, peak) if step < warmup
            else peak * (1 + np.cos((step - warmup) / (steps - warmup))) / 2
        )
    ),
    "Halve it: 1 + cos goes from 2 to 0.": (
        lambda step, steps, warmup, peak: schedule(step, steps, warmup, peak)
        * (1 if step < warmup else 2)
    ),
}  # fmt: skip


@exercise(
    hints=[
        "Two cases: if step < warmup, return peak * step / warmup.",
        "Otherwise part = (step - warmup) / (steps - warmup).",
        "np.cos(np.pi * part) goes from 1 to -1; add 1, halve it, multiply by peak.",
    ]
)
def cosine(answer):
    """The learning rate of a step: warm-up, then half a cosine."""
    expect_function(answer, "step", "steps", "warmup", "peak")
    questions = [(step, 120, 20, 0.01) for step in (0, 5, 10, 20, 45, 70, 119, 120)]
    values = [expect_number(call(answer, *given)) for given in questions]
    expect_no_mistake(values, schedule, SCHEDULE_MISTAKES, questions)
    for given, value in zip(questions, values, strict=True):
        what = f"At step {given[0]} of 120 your rate"
        expect_close(value, schedule(*given), tolerance=1e-9, what=what)
    return "Half of the way the rate is half of its peak, and at the end it is nothing."


cosine.right(schedule)
cosine.right(
    lambda step, steps, warmup, peak: (
        peak * min(step / warmup, 1)
        * np.cos(np.pi / 2 * max(0, step - warmup) / (steps - warmup)) ** 2
    )
)  # fmt: skip
cosine.wrong(lambda step, steps, warmup, peak: "0.01", says="must be a number")
cosine.wrong(lambda step, steps, warmup, peak: peak, says="At step 0")
for _message, _mistake in SCHEDULE_MISTAKES.items():
    cosine.wrong(_mistake, says=_message)
