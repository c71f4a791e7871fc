"""The exercises of notebook 05 on testing maps, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_close,
    expect_function,
    expect_number,
)
from fercourse.course.lessons.n02_mistakes import expect_no_mistake


@exercise(
    hints=[
        "The shares share out the whole change of the score between the two ends of the path.",
        "From -1.3 up to 5.2: how far is that?",
        "5.2 - (-1.3)",
    ]
)
def sum_of_shares(answer):
    """What the shares of integrated gradients add up to."""
    value = expect_number(answer)
    for wrong, message in {
        5.2: "That is the score at the end; the path does not begin at zero.",
        3.9: "Minus a negative number adds it: from -1.3 up to 5.2.",
        -6.5: "The path goes up, from the gray picture to the face.",
        1.0: "They are shares of the score, in logits, not of one.",
    }.items():
        if abs(value - wrong) < 1e-6:
            raise Wrong(message)
    expect_close(value, 6.5, tolerance=1e-6)
    return "This is completeness. The package takes more steps until it holds to half a percent."


sum_of_shares.right(6.5)
sum_of_shares.right(5.2 + 1.3)
sum_of_shares.wrong(5.2, says="does not begin at zero")
sum_of_shares.wrong(3.9, says="adds it")
sum_of_shares.wrong(-6.5, says="goes up")
sum_of_shares.wrong(1, says="not of one")
sum_of_shares.wrong(7.0, says="too large")
sum_of_shares.wrong("6.5", says="must be a number")


_VALUES = np.random.default_rng(6).uniform(0, 1, (8, 10))
_PLACE = np.zeros((8, 10), bool)
_PLACE[:2, :5] = True


def _energy(values, place):
    return values[place].sum() / values.sum() / place.mean()


_ENERGY_MISTAKES = {
    "That is the share of the map alone; divide it by the share of the area.": (
        lambda values, place: values[place].sum() / values.sum()
    ),
    "You compare the mean inside with the mean outside; compare with the mean of the whole map.": (
        lambda values, place: values[place].mean() / values[~place].mean()
    ),
    "You multiply by the share of the area; divide by it.": (
        lambda values, place: values[place].sum() / values.sum() * place.mean()
    ),
    "You divide by the number of pixels of the place; divide by its share of all pixels.": (
        lambda values, place: values[place].sum() / values.sum() / place.sum()
    ),
}


@exercise(
    hints=[
        "values[place] are the values of the map inside the place.",
        "place.mean() is the share of the area: True counts 1.",
        "return (values[place].sum() / values.sum()) / place.mean()",
    ]
)
def energy_per_area(answer):
    """The energy in a place, per area."""
    expect_function(answer, "values", "place")
    questions = [(_VALUES, _PLACE), (_VALUES**3, ~_PLACE)]
    found = [expect_number(call(answer, *given)) for given in questions]
    expect_no_mistake(found, _energy, _ENERGY_MISTAKES, questions)
    for given, value in zip(questions, found, strict=True):
        expect_close(value, _energy(*given), tolerance=1e-6)
    return "An even map has 1 everywhere, whatever the size of the place."


energy_per_area.right(_energy)
energy_per_area.right(lambda values, place: values[place].mean() / values.mean())
energy_per_area.wrong(lambda values, place: 1.0, says="too")
energy_per_area.wrong(lambda values, place: values[place], says="must be a number")
for _message, _mistake in _ENERGY_MISTAKES.items():
    energy_per_area.wrong(_mistake, says=_message)


_CASES = []
for _row, _column in ((1, 3), (3, 1), (0, 4), (2, 2), (4, 0)):
    _map = np.random.default_rng(_row).uniform(0, 0.5, (5, 7))
    _map[_row, _column] = 1
    _region = np.zeros((5, 7), bool)
    _region[:2] = True
    _CASES.append((_map, _region))
# A region that is high all over, and the peak beside it.
_CASES.append((np.where(_region, 0.8, 0.1), _region))
_CASES[-1][0][3, 5] = 1


def _hit(values, region):
    return bool(region.ravel()[values.argmax()])


@exercise(
    hints=[
        "np.unravel_index gives the indices in the order of the axes. Which axis of a picture comes first?",
        "Try it on a small map by hand: the largest value in row 1, column 3.",
        "row, column = np.unravel_index(values.argmax(), values.shape)",
    ]
)
def points_rightly(answer):
    """Whether the largest value of a map lies in a region."""
    expect_function(answer, "values", "region")
    for values, region in _CASES:
        found = call(answer, values, region)
        if not isinstance(found, bool | np.bool_):
            raise Wrong(f"Return True or False, not {found!r}.")
        if bool(found) != _hit(values, region):
            row, column = (int(place) for place in np.unravel_index(values.argmax(), values.shape))
            said = "a hit" if found else "no hit"
            raise Wrong(
                f"The largest value is in row {row}, column {column}, and the region is the upper "
                f"two rows; you call that {said}."
            )
    return "A swap of rows and columns passes every test that uses only one symmetric example."


points_rightly.right(_hit)
points_rightly.right(lambda values, region: region[values == values.max()].any())
points_rightly.wrong(lambda values, region: bool(region[2, 2]), says="you call that no hit")
points_rightly.wrong(
    lambda values, region: bool(region.T.ravel()[values.argmax()]), says="you call that"
)
points_rightly.wrong(lambda values, region: 1, says="True or False")
points_rightly.wrong(
    lambda values, region: bool(values[region].mean() > values[~region].mean()),
    says="you call that",
)
points_rightly.wrong(
    lambda values, region: bool(region[np.unravel_index(values.argmin(), values.shape)]),
    says="you call that",
)
points_rightly.wrong(
    lambda values, region: bool(region[np.unravel_index(values.argmax(), values.shape)[::-1]]),
    says="you call that",
)


@exercise(
    hints=[
        "What does an edge detector look at: the face, the network, or both?",
        "It never sees the weights. So what changes in its map when they are shuffled?",
        "A map and an identical map have the rank correlation 1.",
    ]
)
def correlation_of_edges(answer):
    """How alike an edge detector's maps are before and after the weights are shuffled."""
    value = expect_number(answer, low=-1, high=1)
    if value == 0:
        raise Wrong("Nothing in common? An edge detector never sees the weights that are shuffled.")
    if value == -1:
        raise Wrong("-1 would be the map turned upside down; does anything in it change at all?")
    expect_close(value, 1.0, tolerance=1e-9)
    return (
        "It explains the picture. Its map would be as convincing for a network that knows nothing."
    )


correlation_of_edges.right(1)
correlation_of_edges.right(1.0)
correlation_of_edges.wrong(0, says="never sees the weights")
correlation_of_edges.wrong(-1, says="upside down")
correlation_of_edges.wrong(0.5, says="too small")
correlation_of_edges.wrong(2, says="too large")
correlation_of_edges.wrong("one", says="must be a number")
