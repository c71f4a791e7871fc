"""The exercises of notebook 02 on features and shapes, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_equal_arrays,
    expect_function,
    expect_integer,
)
from fercourse.course.lessons.n02_mistakes import (
    AROUND,
    CELL_MISTAKES,
    CHANGE_MISTAKES,
    CODE_MISTAKES,
    HISTOGRAM_MISTAKES,
    cell,
    circle_changes,
    code,
    expect_no_mistake,
    histograms,
)

_PATCHES = (
    np.array([[90, 60, 30], [80, 70, 70], [10, 20, 75]]),
    np.array([[1, 2, 3], [8, 5, 4], [7, 6, 5]]),
    np.array([[9, 1, 1], [1, 3, 9], [3, 1, 1]], dtype=np.uint8),
)


@exercise(
    hints=[
        "List the places of the eight neighbors in the order of their bits. The first is row 1, "
        "column 2: the right neighbor.",
        "around = [(1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2)]",
        "Go through enumerate(around). Where patch[row, column] >= patch[1, 1], add 2 ** bit.",
    ]
)
def lbp_code(answer):
    """The LBP code of the middle of a 3x3 patch."""
    expect_function(answer, "patch")
    values = [expect_integer(call(answer, patch)) for patch in _PATCHES]
    expect_no_mistake(values, code, CODE_MISTAKES, [(patch,) for patch in _PATCHES])
    for patch, value in zip(_PATCHES, values, strict=True):
        if not 0 <= value <= 255:
            raise Wrong(f"Eight bits make a number from 0 to 255; yours is {value}.")
        what = f"For the patch {patch.tolist()} your code"
        expect_close(value, code(patch), tolerance=0, what=what)
    return "One byte for a pixel, and its brightness no longer matters."


def _code_of_ring(patch):
    ring = np.array([patch[at] for at in AROUND])
    return (ring >= patch[1, 1]) @ (1 << np.arange(8))


lbp_code.right(code)
lbp_code.right(_code_of_ring)
lbp_code.right(
    lambda patch: int("".join("01"[int(patch[at] >= patch[1, 1])] for at in AROUND[::-1]), 2)
)
lbp_code.wrong(lambda patch: code(patch) * 2, says="from 0 to 255")
lbp_code.wrong(lambda patch: 0, says="too small")
lbp_code.wrong(lambda patch: patch >= patch[1, 1], says="must be a number")
lbp_code.wrong(121, says="must be a function")
for _message, _mistake in CODE_MISTAKES.items():
    lbp_code.wrong(_mistake, says=_message)


@exercise(
    hints=[
        "First make a list of the eight bits: [(code >> k) & 1 for k in range(8)].",
        "Compare each bit with the next one. After the last one comes the first one again.",
        "(k + 1) % 8 is the number of the next bit, and 0 after 7. A comparison that is True counts 1 in a sum.",
    ]
)
def changes(answer):
    """How often neighboring bits differ around the circle of a code."""
    expect_function(answer, "code")
    values = [expect_integer(call(answer, number)) for number in range(256)]
    questions = [(number,) for number in range(256)]
    expect_no_mistake(values, circle_changes, CHANGE_MISTAKES, questions)
    for number, value in enumerate(values):
        what = f"For the code {number:08b} your number of changes"
        expect_close(value, circle_changes(number), tolerance=0, what=what)
    return "The number is always even: who leaves the zeros has to come back."


changes.right(circle_changes)
changes.right(lambda number: (number ^ (number >> 1 | (number & 1) << 7)).bit_count())
changes.right(lambda number: np.count_nonzero(np.diff([number >> k % 8 & 1 for k in range(9)])))
changes.wrong(lambda number: 4, says="too large")
changes.wrong(lambda number: [number >> k & 1 for k in range(8)], says="must be a number")
for _message, _mistake in CHANGE_MISTAKES.items():
    changes.wrong(_mistake, says=_message)


_CODES = np.random.default_rng(4).integers(0, 5, (6, 12))
_LARGE = np.random.default_rng(5).integers(0, 59, (12, 12))


@exercise(
    hints=[
        "np.split(codes, grid, axis=0) gives the strips from top to bottom; np.split(strip, grid, "
        "axis=1) cuts a strip into cells.",
        "np.bincount(cell.ravel(), minlength=bins) counts the codes of a cell, zeros included.",
        "Divide each histogram by cell.size, collect them in a list, and join: np.concatenate(list).",
    ]
)
def grid_histograms(answer):
    """The share of each code in each cell of a grid."""
    expect_function(answer, "codes", "grid", "bins")
    questions = [(_CODES, 3, 5), (_LARGE, 2, 59)]
    answers = [expect_array(call(answer, *given)) for given in questions]
    expect_no_mistake(answers, histograms, HISTOGRAM_MISTAKES, questions)
    for given, found in zip(questions, answers, strict=True):
        expected = histograms(*given)
        if found.size == expected.size and found.ndim > 1:
            raise Wrong(f"Your array has the shape {found.shape}; make one row of it with ravel().")
        if found.size < expected.size:
            raise Wrong(
                f"You return {found.size} numbers for a grid of {given[1]} and {given[2]} bins, not "
                f"{expected.size}. Does a code that does not occur in a cell have its bin (minlength)?"
            )
        expect_equal_arrays(found, expected, tolerance=1e-4)
    return "Each cell's shares add up to 1, whatever the size of the cell."


def _by_loops(codes, grid, bins):
    height, width = codes.shape[0] // grid, codes.shape[1] // grid
    return np.array(
        [
            np.mean(codes[r * height : (r + 1) * height, c * width : (c + 1) * width] == k)
            for r in range(grid)
            for c in range(grid)
            for k in range(bins)
        ]
    )


grid_histograms.right(histograms)
grid_histograms.right(_by_loops)
grid_histograms.right(lambda *given: histograms(*given).astype(np.float16))
grid_histograms.wrong(
    lambda codes, grid, bins: histograms(codes, grid, bins).reshape(-1, bins), says="ravel()"
)
grid_histograms.wrong(
    lambda codes, grid, bins: np.concatenate(
        [
            np.unique(part, return_counts=True)[1] / part.size
            for strip in np.split(codes, grid)
            for part in np.split(strip, grid, axis=1)
        ]
    ),
    says="minlength",
)
grid_histograms.wrong(lambda *given: histograms(*given).tolist(), says="must be a NumPy array")
grid_histograms.wrong(lambda *given: histograms(*given)[::-1].copy(), says="values differ")
for _message, _mistake in HISTOGRAM_MISTAKES.items():
    grid_histograms.wrong(_mistake, says=_message)


_LENGTHS = np.random.default_rng(6).uniform(1, 9, (8, 8))
_DEGREES = np.random.default_rng(7).uniform(5, 170, (8, 8))


@exercise(
    hints=[
        "np.histogram(values, bins=..., range=(low, high), weights=...) returns two things: the sums, "
        "and the borders of the bins. You want the first.",
        "The directions choose the bin, so they are the values; the lengths are the weights.",
        "return np.histogram(degrees, bins=orientations, range=(0, 180), weights=lengths)[0]",
    ]
)
def cell_histogram(answer):
    """The votes of one cell of HOG."""
    expect_function(answer, "lengths", "degrees", "orientations")
    questions = [(_LENGTHS, _DEGREES, orientations) for orientations in (9, 4)]
    answers = [call(answer, *given) for given in questions]
    if isinstance(answers[0], tuple):
        raise Wrong("You return sums and borders; return the sums alone: [0].")
    for found, (*_, orientations) in zip(answers, questions, strict=True):
        expect_array(found, shape=(orientations,))
    expect_no_mistake(answers, cell, CELL_MISTAKES, questions)
    for given, found in zip(questions, answers, strict=True):
        expect_equal_arrays(found, cell(*given), tolerance=1e-3)
    return "Strong edges speak loudly, weak ones whisper."


def _cell_by_loop(lengths, degrees, orientations):
    votes = np.zeros(orientations)
    for length, degree in zip(lengths.ravel(), degrees.ravel(), strict=True):
        votes[int(degree // (180 / orientations))] += length
    return votes


cell_histogram.right(cell)
cell_histogram.right(_cell_by_loop)
cell_histogram.right(
    lambda lengths, degrees, n: np.bincount(
        (degrees * n // 180).astype(int).ravel(), lengths.ravel(), n
    )
)
cell_histogram.right(lambda *given: cell(*given).astype(np.float32))
cell_histogram.wrong(
    lambda lengths, degrees, n: np.histogram(degrees, n, (0, 180), weights=lengths), says="[0]"
)
cell_histogram.wrong(lambda *given: cell(*given)[::-1].copy(), says="values differ")
cell_histogram.wrong(
    lambda lengths, degrees, n: np.histogram(degrees, 9, (0, 180), weights=lengths)[0], says="shape"
)
for _message, _mistake in CELL_MISTAKES.items():
    cell_histogram.wrong(_mistake, says=_message)


_POINTS = np.array([[10.0, 40.0], [30.0, 44.0], [21.0, 60.0], [12.0, 72.0], [31.0, 70.0]])


@exercise(
    hints=[
        "points.mean(axis=0) is the middle: the mean of all x and the mean of all y.",
        "np.linalg.norm(centered) is the root of the sum of all squares. One number, for x and y together.",
        "centered = points - points.mean(axis=0); return centered / np.linalg.norm(centered)",
    ]
)
def normalized_shape(answer):
    """Points moved to the origin and scaled to size 1."""
    expect_function(answer, "points")
    shape = expect_array(call(answer, _POINTS), shape=_POINTS.shape, dtype=np.floating)
    centered = _POINTS - _POINTS.mean(axis=0)
    if np.allclose(shape, centered):
        raise Wrong("Your shape is centered but not scaled; divide by its size.")
    if np.allclose(shape, _POINTS / np.linalg.norm(_POINTS)):
        raise Wrong("You scale before you center, or do not center; take off the mean first.")
    if np.allclose(np.linalg.norm(shape, axis=1), 1):
        raise Wrong(
            "You divide each point by its own length; divide all by one number, the length of all "
            "together."
        )
    if np.abs(shape.mean(axis=0)).max() > 1e-6:
        raise Wrong(
            "The mean of your points is not (0, 0); take off the mean of x and that of y, each its own."
        )
    if np.linalg.matrix_rank(np.column_stack([shape.ravel(), centered.ravel()]), tol=1e-6) > 1:
        raise Wrong("You scale x and y by different numbers; that would change the shape itself.")
    size = np.square(shape).sum()
    expect_close(size, 1.0, tolerance=1e-6, what="The sum of the squares of your coordinates")
    expect_equal_arrays(shape, centered / np.linalg.norm(centered), tolerance=1e-6)
    return "Place and size are gone; what is left is shape, and its turn."


def _by_complex(points):
    shape = points[:, 0] + 1j * points[:, 1]
    shape = (shape - shape.mean()) / shape.std() / np.sqrt(len(shape))
    return np.stack([shape.real, shape.imag], axis=1)


def _centered(points):
    return points - points.mean(axis=0)


normalized_shape.right(lambda points: _centered(points) / np.linalg.norm(_centered(points)))
normalized_shape.wrong(
    lambda points: _centered(points) / np.linalg.norm(_centered(points), axis=1, keepdims=True),
    says="its own length",
)
normalized_shape.right(_by_complex)
normalized_shape.right(lambda points: _centered(points) / np.sqrt((_centered(points) ** 2).sum()))
normalized_shape.wrong(_centered, says="not scaled")
normalized_shape.wrong(lambda points: points / np.linalg.norm(points), says="take off the mean")
normalized_shape.wrong(lambda points: points - points.mean(), says="each its own")
normalized_shape.wrong(
    lambda points: _centered(points) / points.std(axis=0), says="different numbers"
)
normalized_shape.wrong(lambda points: _centered(points) / points.max(), says="sum of the squares")
normalized_shape.wrong(
    lambda points: -_centered(points) / np.linalg.norm(_centered(points)), says="values differ"
)
normalized_shape.wrong(lambda points: np.linalg.norm(points), says="must be a NumPy array")
