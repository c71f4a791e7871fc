"""The exercises of notebook 05 on making maps, with their examples."""

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

_FACE = np.random.default_rng(3).uniform(20, 200, (6, 8))


def _score(face):
    """A score that bends twice, so that one-sided differences and other steps are told apart."""
    face = np.asarray(face, float)  # the square of a byte does not fit into a byte
    bent = 0.02 * face[2, 3] ** 2 + 1e-4 * face[2, 3] ** 3
    return float(bent - 0.5 * face[4, 1] + face.sum() / 1000)


def _slope(score, face, row, column, step, ahead=1, behind=1):
    brighter, darker = face.copy(), face.copy()
    brighter[row, column] += ahead * step
    darker[row, column] -= behind * step
    return (score(brighter) - score(darker)) / ((ahead + behind) * step)


_SLOPE_MISTAKES = {
    "You compare the brighter face with the face itself; take the darker one, too.": (
        lambda *given: _slope(*given, behind=0)
    ),
    "You compare the face with the darker one; take the brighter one, too.": (
        lambda *given: _slope(*given, ahead=0)
    ),
    "Your slope is twice too steep: from darker to brighter it is two steps, not one.": (
        lambda *given: 2 * _slope(*given)
    ),
    "Your slope has the wrong sign: brighter minus darker.": lambda *given: -_slope(*given),
    "You do not divide by how many gray levels lie between the two faces: two steps.": (
        lambda score, face, row, column, step: 2 * step * _slope(score, face, row, column, step)
    ),
    "You change the pixel by one gray level; change it by step.": (
        lambda score, face, row, column, step: _slope(score, face, row, column, 1.0)
    ),
    "Row and column are changed over: the row comes first.": (
        lambda score, face, row, column, step: _slope(score, face, column, row, step)
    ),
}


@exercise(
    hints=[
        "Work on copies: brighter = face.copy(), then brighter[row, column] += step.",
        "The score of the brighter copy less that of the darker one, divided by ... how far apart are they?",
        "return (score(brighter) - score(darker)) / (2 * step)",
    ]
)
def slope(answer):
    """The slope of a score at one pixel, by a central difference."""
    expect_function(answer, "score", "face", "row", "column", "step")
    questions = [(_score, _FACE, 2, 3, 1.5), (_score, _FACE, 4, 1, 2.0)]
    found = [expect_number(call(answer, *given)) for given in questions]
    expect_no_mistake(found, _slope, _SLOPE_MISTAKES, questions)
    for given, value in zip(questions, found, strict=True):
        what = f"For row {given[2]}, column {given[3]} your slope"
        expect_close(value, _slope(*given), tolerance=1e-5, what=what)
    return "Backpropagation gives the same number for all pixels at once."


slope.right(_slope)
slope.right(lambda *given: np.float32(_slope(*given)))
slope.wrong(lambda *given: np.ones(3), says="must be a number")
slope.wrong(lambda *given: 0.0, says="too small")
slope.wrong(0.5, says="must be a function")
for _message, _mistake in _SLOPE_MISTAKES.items():
    slope.wrong(_mistake, says=_message)


_MAPS = np.random.default_rng(4).normal(0, 1, (3, 4, 5))  # their sums have both signs
_GRADIENTS = np.random.default_rng(5).normal(0, 1, (3, 4, 5))


def _cam(maps, gradients):
    return np.maximum((maps * gradients.mean(axis=(0, 1))).sum(axis=-1), 0)


_CAM_MISTAKES = {
    "Evidence against the class is still in your map: cut off what is negative.": (
        lambda maps, gradients: (maps * gradients.mean(axis=(0, 1))).sum(axis=-1)
    ),
    "You multiply place by place (that is nearer to Layer-CAM); each map has one weight, the mean.": (
        lambda maps, gradients: np.maximum((maps * gradients).sum(axis=-1), 0)
    ),
    "You cut off before you add up; a map with a negative weight may still take something away.": (
        lambda maps, gradients: np.maximum(maps * gradients.mean(axis=(0, 1)), 0).sum(axis=-1)
    ),
    "You take the sum of the gradients as the weight; take their mean.": (
        lambda maps, gradients: _cam(maps, 12 * gradients)
    ),
    "You take the absolute value; what is negative speaks against the class and becomes zero.": (
        lambda maps, gradients: np.abs((maps * gradients.mean(axis=(0, 1))).sum(axis=-1))
    ),
}


@exercise(
    hints=[
        "gradients.mean(axis=(0, 1)) gives one weight a channel.",
        "maps * weights multiplies each channel by its weight; sum over axis -1.",
        "return np.maximum((maps * weights).sum(axis=-1), 0)",
    ]
)
def weighted_maps(answer):
    """Grad-CAM from feature maps and gradients."""
    expect_function(answer, "maps", "gradients")
    questions = [(_MAPS, _GRADIENTS), (_MAPS[::-1], -_GRADIENTS)]
    found = [expect_array(call(answer, *given)) for given in questions]
    expect_no_mistake(found, _cam, _CAM_MISTAKES, questions)
    for given, values in zip(questions, found, strict=True):
        if values.shape == (5,):
            raise Wrong("You have one number a channel; add up over the channels, not the places.")
        expect_equal_arrays(values, _cam(*given), tolerance=1e-6)
    return "Three steps, and a map."


weighted_maps.right(_cam)
weighted_maps.right(
    lambda maps, gradients: np.clip(np.tensordot(maps, gradients.mean((0, 1)), 1), 0, None)
)
weighted_maps.wrong(lambda maps, gradients: maps.mean(axis=(0, 1)), says="one number a channel")
weighted_maps.wrong(lambda maps, gradients: maps.max(axis=-1), says="values differ")
weighted_maps.wrong(lambda maps, gradients: 1.0, says="must be a NumPy array")
for _message, _mistake in _CAM_MISTAKES.items():
    weighted_maps.wrong(_mistake, says=_message)


def _occlusion(score, face, size, fill=np.mean, sign=1, keep=False):
    found = np.zeros((face.shape[0] // size, face.shape[1] // size))
    covered = face.astype(float)
    for row, column in np.ndindex(found.shape):
        covered = covered if keep else face.astype(float)
        part = slice(row * size, (row + 1) * size), slice(column * size, (column + 1) * size)
        covered[part] = fill(face) if fill is not None else face[part].mean()
        found[row, column] = sign * (score(face) - score(covered))
    return found


def _whole_mean(face):
    return face.mean().astype(face.dtype)


def _floating(score, face, size):
    return _occlusion(score, face.astype(float), size)


_OCCLUSION_MISTAKES = {
    "Your signs are the wrong way round: what the score loses, whole minus covered.": (
        lambda *given: _occlusion(*given, sign=-1)
    ),
    "The patches stay covered; begin with a fresh copy of the face for each.": (
        lambda *given: _occlusion(*given, keep=True)
    ),
    "You cover with black; a black square is something new. Take the mean of the face.": (
        lambda *given: _occlusion(*given, fill=lambda face: 0)
    ),
    "You cover with the mean of the patch; take the mean of the whole face.": (
        lambda *given: _occlusion(*given, fill=None)
    ),
    "Your copy holds whole numbers, so the mean is cut off; take face.astype(float).": (
        lambda score, face, size: _occlusion(score, face, size, fill=_whole_mean)
    ),
    "You note the score that is left; note what is lost.": (
        lambda score, face, size: score(face) - _occlusion(score, face, size)
    ),
}


@exercise(
    hints=[
        "Two loops, over i in range(face.shape[0] // size) and j likewise for the columns.",
        "For each: covered = face.astype(float), then covered[i*size:(i+1)*size, j*size:(j+1)*size] = face.mean().",
        "lost[i, j] = score(face) - score(covered)",
    ]
)
def occlusion_by_hand(answer):
    """What a score loses under each patch."""
    expect_function(answer, "score", "face", "size")
    whole = np.round(_FACE).astype(np.uint8)
    questions = [(_score, _FACE, 2), (_score, whole[:, :6], 3)]
    found = [expect_array(call(answer, *given)) for given in questions]
    expect_no_mistake(found, _occlusion, _OCCLUSION_MISTAKES, questions)
    for given, values in zip(questions, found, strict=True):
        expected = _occlusion(*given)
        if values.shape == given[1].shape:
            raise Wrong("Give one number for each patch, not for each pixel.")
        # Scores of some hundreds, which a reader may well compute in single precision.
        expect_equal_arrays(values, expected, tolerance=1e-2)
    return "It asked for nothing but scores: so it explains any classifier."


occlusion_by_hand.right(_occlusion)
occlusion_by_hand.right(_floating)
occlusion_by_hand.right(
    lambda score, face, size: _occlusion(score, face.astype(np.float32), size).astype(np.float32)
)
occlusion_by_hand.right(
    lambda score, face, size: np.array(
        [
            [
                score(face)
                - score(
                    np.where(
                        np.kron(
                            np.arange(face.size // size**2).reshape(-1, face.shape[1] // size) == k,
                            np.ones((size, size)),
                        ),
                        face.mean(),
                        face,
                    )
                )
                for k in range(row * (face.shape[1] // size), (row + 1) * (face.shape[1] // size))
            ]
            for row in range(face.shape[0] // size)
        ]
    )
)
occlusion_by_hand.wrong(
    lambda score, face, size: np.kron(_occlusion(score, face, size), np.ones((size, size))),
    says="not for each pixel",
)
occlusion_by_hand.wrong(lambda score, face, size: score(face), says="must be a NumPy array")
occlusion_by_hand.wrong(lambda *given: _occlusion(*given).T, says="shape")
for _message, _mistake in _OCCLUSION_MISTAKES.items():
    occlusion_by_hand.wrong(_mistake, says=_message)
