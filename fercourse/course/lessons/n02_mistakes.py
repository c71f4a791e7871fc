"""The right answers of notebook 02 and the typical mistakes, each as the function that makes it."""

import numpy as np

from fercourse.course.exercises import Wrong


def expect_no_mistake(answers: list, right, mistakes: dict, questions: list) -> None:
    """Raise the message of the typical mistake that leads to just these wrong answers.

    `right` and each mistake are called with the arguments in each of `questions`.
    """
    if _alike(answers, [right(*given) for given in questions]):
        return
    for message, mistake in mistakes.items():
        if _alike(answers, [mistake(*given) for given in questions]):
            raise Wrong(message)


def _alike(answers: list, others: list) -> bool:
    return all(
        np.shape(one) == np.shape(other) and np.allclose(one, other, atol=1e-9)
        for one, other in zip(answers, others, strict=True)
    )


AROUND = ((1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2))


def code(patch, around=AROUND, brighter=np.greater_equal):
    """Return the LBP code of the middle of a 3x3 patch."""
    return sum(int(brighter(patch[at], patch[1, 1])) << bit for bit, at in enumerate(around))


CODE_MISTAKES = {
    "You go around clockwise; after the right neighbor comes the one above it on the right.": (
        lambda patch: code(patch, (AROUND[0], *AROUND[:0:-1]))
    ),
    "You begin at the upper left; bit 0 belongs to the right neighbor.": (
        lambda patch: code(patch, AROUND[3:] + AROUND[:3])
    ),
    "You go row by row; the bits go around the center.": (
        lambda patch: code(patch, [(r, c) for r in range(3) for c in range(3) if (r, c) != (1, 1)])
    ),
    "You leave out neighbors that are just as bright as the center; they count as one, too.": (
        lambda patch: code(patch, brighter=np.greater)
    ),
    "Your bits are one where the neighbor is darker; they are to be one where it is brighter.": (
        lambda patch: code(patch, brighter=np.less)
    ),
    "You count the bright neighbors; each has a weight of its own: 1, 2, 4, up to 128.": (
        lambda patch: int((patch >= patch[1, 1]).sum()) - 1
    ),
    "The bit of the right neighbor counts 128 with you; it is bit 0 and counts 1.": (
        lambda patch: code(patch, AROUND[::-1])
    ),
}


def circle_changes(number):
    """Return how often neighboring bits of an 8-bit code differ around the circle."""
    bits = [number >> k & 1 for k in range(8)]
    return sum(bits[k] != bits[k - 1] for k in range(8))


def line_changes(number):
    """Return how often neighboring bits differ, without the step from the last to the first."""
    return circle_changes(number) - ((number >> 7 & 1) != (number & 1))


CHANGE_MISTAKES = {
    "You leave out the step from the last bit back to the first; the bits stand in a circle.": (
        line_changes
    ),
    "You count the bits that are one; count where neighboring bits differ.": (
        lambda number: number.bit_count()
    ),
    "You count only the steps from 0 to 1; those from 1 to 0 are changes as well.": (
        lambda number: circle_changes(number) // 2
    ),
}


def histograms(codes, grid, bins, shares=True, by_columns=False):
    """Return the histograms of codes in a grid of cells."""
    cells = [np.split(strip, grid, axis=1) for strip in np.split(codes, grid)]
    if by_columns:
        cells = zip(*cells, strict=True)
    counts = [
        np.bincount(cell.ravel(), minlength=bins) / (cell.size if shares else 1)
        for strip in cells
        for cell in strip
    ]
    return np.concatenate(counts)


HISTOGRAM_MISTAKES = {
    "You return counts; divide those of each cell by the number of its pixels.": (
        lambda codes, grid, bins: histograms(codes, grid, bins, shares=False)
    ),
    "You divide by the pixels of the whole face; divide by those of one cell.": (
        lambda codes, grid, bins: histograms(codes, grid, bins) / grid**2
    ),
    "Your cells go column by column; they go row by row.": (
        lambda codes, grid, bins: histograms(codes, grid, bins, by_columns=True)
    ),
    "You make one histogram of the whole face; make one for each cell.": (
        lambda codes, grid, bins: histograms(codes, 1, bins)
    ),
    "Your bins begin and end where the codes of a cell do; give np.histogram range=(0, bins).": (
        lambda codes, grid, bins: np.concatenate(
            [
                np.histogram(part, bins)[0] / part.size
                for strip in np.split(codes, grid)
                for part in np.split(strip, grid, axis=1)
            ]
        )
    ),
}


def cell(lengths, degrees, orientations, most=180):
    """Return the sum of lengths in each of `orientations` bins of directions."""
    return np.histogram(degrees, orientations, (0, most), weights=lengths)[0]


CELL_MISTAKES = {
    "Every pixel counts the same with you; it votes with the length of its gradient.": (
        lambda lengths, degrees, orientations: cell(np.ones_like(lengths), degrees, orientations)
    ),
    "Your bins reach to 360 degrees; directions here end at 180.": (
        lambda lengths, degrees, orientations: cell(lengths, degrees, orientations, most=360)
    ),
    "Your bins begin and end where the data do; give np.histogram range=(0, 180).": (
        lambda lengths, degrees, orientations: np.histogram(degrees, orientations, weights=lengths)[
            0
        ]
    ),
    "You divide the votes by their sum; return plain sums, blocks are normalized later.": (
        lambda *given: cell(*given) / cell(*given).sum()
    ),
    "You divide the votes by their length; return plain sums, blocks are normalized later.": (
        lambda *given: cell(*given) / np.linalg.norm(cell(*given))
    ),
    "Your bins end at pi; the directions are in degrees and end at 180.": (
        lambda lengths, degrees, orientations: cell(lengths, degrees, orientations, most=np.pi)
    ),
    "You divide by the number of pixels; return plain sums, that comes later.": (
        lambda *given: cell(*given) / given[0].size
    ),
    "You exchanged the two: directions choose the bin, lengths are the votes.": (
        lambda lengths, degrees, orientations: cell(degrees, lengths, orientations)
    ),
}


def f1(pairs):
    """Return the F1 of each class from counts, labeled rows and predicted columns."""
    return 2 * np.diag(pairs) / (pairs.sum(axis=0) + pairs.sum(axis=1))


def _f1_of_means(pairs):
    hits, guessed = np.diag(pairs), pairs.sum(axis=0)
    precision = np.mean(hits / np.maximum(guessed, 1))
    recall = np.mean(hits / pairs.sum(axis=1))
    return 2 * precision * recall / (precision + recall)


F1_MISTAKES = {
    "This is the accuracy: all hits over all faces. F1 is asked for each class first.": (
        lambda pairs: np.trace(pairs) / pairs.sum()
    ),
    "This is the mean recall (balanced accuracy); F1 looks at false alarms as well.": (
        lambda pairs: np.mean(np.diag(pairs) / pairs.sum(axis=1))
    ),
    "You take the means of precision and recall first; take F1 of each class, then the mean.": (
        _f1_of_means
    ),
    "You weigh each class by its number of faces; here all classes count the same.": (
        lambda pairs: np.average(f1(pairs), weights=pairs.sum(axis=1))
    ),
    "You leave out the class that is never predicted; its F1 counts as 0.": (
        lambda pairs: f1(pairs)[pairs.sum(axis=0) > 0].mean()
    ),
    "You forgot the factor 2 of F1.": lambda pairs: f1(pairs).mean() / 2,
}
