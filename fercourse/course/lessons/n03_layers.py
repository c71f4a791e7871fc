"""The exercises of notebook 03 on what layers compute, with their examples."""

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

_PICTURE = np.arange(30.0).reshape(5, 6) ** 1.5
_KERNEL = np.array([[1.0, 2, 0], [0, -1, 3], [4, 0, -2]])
_SQUARE = np.array([[2.0, -1], [0, 5]])


def convolution(picture, kernel):
    """Return the sums of products of a kernel with each patch inside a picture."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, np.shape(kernel))
    return (windows * kernel).sum(axis=(2, 3))


def _padded(picture, kernel):
    before = (len(kernel) - 1) // 2
    return convolution(np.pad(picture, (before, len(kernel) - 1 - before)), kernel)


CONVOLUTION_MISTAKES = {
    "Your kernel is turned by half a turn; lay it over the patch as it is.": (
        lambda picture, kernel: convolution(picture, kernel[::-1, ::-1])
    ),
    "Your kernel has rows and columns exchanged.": (
        lambda picture, kernel: convolution(picture, kernel.T)
    ),
    "You pad the picture with zeros; here the kernel has to lie wholly inside it.": _padded,
    "You take the mean of the products; take their sum.": (
        lambda picture, kernel: convolution(picture, kernel) / kernel.size
    ),
    "The last row and the last column are missing: range(H - k + 1) ends where the kernel still fits.": (
        lambda picture, kernel: convolution(picture, kernel)[:-1, :-1]
    ),
}


@exercise(
    hints=[
        "How many places does a kernel of k rows have in a picture of H rows? H - k + 1.",
        "For each row and column cut a patch: picture[row : row + k, column : column + k].",
        "Multiply patch and kernel, which NumPy does number by number, and take .sum().",
    ]
)
def convolve(answer):
    """The sums of products of a kernel with each patch inside a picture."""
    expect_function(answer, "picture", "kernel")
    questions = [(_PICTURE, _KERNEL), (_PICTURE[:4], _SQUARE)]
    answers = [expect_array(call(answer, *given)) for given in questions]
    expect_no_mistake(answers, convolution, CONVOLUTION_MISTAKES, questions)
    for given, found in zip(questions, answers, strict=True):
        expect_equal_arrays(found, convolution(*given), tolerance=1e-9)
    return "That is all that a convolution layer does, many times."


def _by_loops(picture, kernel):
    k = len(kernel)
    rows, columns = range(len(picture) - k + 1), range(len(picture[0]) - k + 1)
    return np.array(
        [[np.sum(picture[r : r + k, c : c + k] * kernel) for c in columns] for r in rows]
    )


convolve.right(convolution)
convolve.right(_by_loops)
convolve.wrong(lambda picture, kernel: 3.0, says="NumPy array")
convolve.wrong(lambda picture, kernel: convolution(picture, kernel) + 1, says="differ")
for _message, _mistake in CONVOLUTION_MISTAKES.items():
    convolve.wrong(_mistake, says=_message)

_SIDES = [23, 10, 4, 1]
_SIDE_MISTAKES = {
    (24, 12, 6, 3): "You forgot that a 3x3 convolution without padding takes two pixels away.",
    (46, 44, 42, 40): "You forgot the pooling: it halves the width in each block.",
    (
        22,
        9,
        3,
        0,
    ): "You take away too much: a kernel of 3 loses one pixel on each side, two in all.",
    (23, 11, 5, 2): "Round down: of 21 columns pooling makes 10, and the last one is lost.",
    (46, 21, 8, 2): "These are the widths after the convolutions; then comes the pooling.",
}


@exercise(
    hints=[
        "48 wide; a kernel of 3 has 46 places.",
        "Pooling halves it: 23. Now the next block: 23 - 2, and half of that, rounded down.",
    ]
)
def sides(answer):
    """The width of the maps after each of four blocks."""
    try:
        given = tuple(float(value) for value in answer)
    except (TypeError, ValueError):
        raise Wrong("Give a list of four whole numbers, such as [40, 30, 20, 10].") from None
    if any(not value.is_integer() for value in given):
        raise Wrong("A map has a whole number of columns: pooling rounds down.")
    if len(given) != 4:
        raise Wrong(f"There are four blocks, so four numbers; you gave {len(given)}.")
    if given in _SIDE_MISTAKES:
        raise Wrong(_SIDE_MISTAKES[given])
    for block, (value, right) in enumerate(zip(given, _SIDES, strict=True), start=1):
        if value != right:
            raise Wrong(f"The width after block {block} is not {value:g}; take away 2, then halve.")
    return "After the fourth block one pixel is left: a face of 48 is just large enough."


sides.right([23, 10, 4, 1])
sides.right(np.array([23, 10, 4, 1]))
sides.wrong(23, says="list of four")
sides.wrong([23, 10.5, 4.25, 1.125], says="rounds down")
sides.wrong([23, 10, 4], says="you gave 3")
sides.wrong([23, 10, 5, 1], says="after block 3 is not 5")
for _given, _message in _SIDE_MISTAKES.items():
    sides.wrong(list(_given), says=_message)

_LOSS_MISTAKES = {
    np.log10(7): "That is the logarithm to the base 10; the loss takes the natural one, np.log.",
    np.log2(7): "That is the logarithm to the base 2; the loss takes the natural one, np.log.",
    -np.log(7): "The logarithm of 1/7 is negative, and the loss is minus that.",
    1 / 7: "That is the probability of the right class; the loss is minus its logarithm.",
    6 / 7: "That is how often it is wrong; the loss is minus the logarithm of 1/7.",
}


@exercise(
    hints=[
        "Seven classes, all alike: each gets the probability 1/7.",
        "The loss is minus the logarithm of 1/7, which is the logarithm of 7.",
    ]
)
def loss_of_ignorance(answer):
    """The cross-entropy of a network that gives seven classes the same probability."""
    value = expect_number(answer)
    for mistaken, message in _LOSS_MISTAKES.items():
        if abs(value - mistaken) < 0.006:
            raise Wrong(message)
    expect_close(value, np.log(7), tolerance=0.006, what="Your loss")
    return "1.95. Whatever starts far above it is sure of nonsense."


loss_of_ignorance.right(np.log(7))
loss_of_ignorance.right(1.95)
loss_of_ignorance.wrong("ln 7", says="must be a number")
loss_of_ignorance.wrong(7, says="too large")
for _mistaken, _message in _LOSS_MISTAKES.items():
    loss_of_ignorance.wrong(float(_mistaken), says=_message)


def _counts(kernel, inputs, outputs):
    return kernel**2 * inputs * outputs, kernel**2 * inputs + inputs * outputs


MULTIPLICATION_MISTAKES = {
    "A kernel of 3x3 has nine numbers, not three: square its side.": (
        lambda k, i, o: (k * i * o, k * i + i * o)
    ),
    "Your pointwise step mixes no channels: it takes inputs x outputs multiplications.": (
        lambda k, i, o: (k * k * i * o, k * k * i + o)
    ),
    "Your depthwise step makes outputs maps; it has one kernel for each input channel.": (
        lambda k, i, o: (k * k * i * o, k * k * o + i * o)
    ),
    "The two steps come one after the other: add their multiplications, do not multiply them.": (
        lambda k, i, o: (k * k * i * o, k * k * i * i * o)
    ),
    "You exchanged the two: the ordinary convolution comes first.": (
        lambda k, i, o: _counts(k, i, o)[::-1]
    ),
}


@exercise(
    hints=[
        "Ordinary: each of the `outputs` kernels multiplies kernel x kernel x inputs numbers.",
        "Separable, first step: one kernel x kernel kernel for each of the inputs.",
        "Second step: a 1x1 convolution, so inputs x outputs. Add the two steps.",
    ]
)
def multiplications(answer):
    """The multiplications at a pixel of an ordinary and a separable convolution."""
    expect_function(answer, "kernel", "inputs", "outputs")
    questions = [(3, 64, 128), (5, 8, 32), (3, 16, 16)]
    answers = [_pair(call(answer, *given)) for given in questions]
    expect_no_mistake(answers, _counts, MULTIPLICATION_MISTAKES, questions)
    for given, found in zip(questions, answers, strict=True):
        for kind, value, right in zip(
            ("ordinary", "separable"), found, _counts(*given), strict=True
        ):
            what = f"For {given} your number for the {kind} convolution"
            expect_close(value, right, tolerance=0, what=what)
    return "The ratio is 1/outputs + 1/kernel²: for 3x3, never more than nine times fewer."


def _pair(value) -> tuple[float, float]:
    if not isinstance(value, tuple | list | np.ndarray) or len(value) != 2:
        raise Wrong("Return a pair: ordinary, separable.")
    return tuple(expect_number(one) for one in value)


multiplications.right(_counts)
multiplications.right(lambda k, i, o: [k * k * i * o, i * (k * k + o)])
multiplications.wrong(lambda k, i, o: k * k * i * o, says="Return a pair")
multiplications.wrong(lambda k, i, o: (1, 2), says="ordinary convolution")
for _message, _mistake in MULTIPLICATION_MISTAKES.items():
    multiplications.wrong(_mistake, says=_message)
