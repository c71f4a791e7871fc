"""The exercises of notebook 06 on measuring, pruning, distilling and choosing, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_function,
    expect_number,
)


@exercise(
    hints=[
        "Ask of each line: would somebody else, or you tomorrow, measure the same?",
        "The first call after loading is special. How many calls does a percentile need?",
        "It goes wrong at three lines; loading the file before, and one face a call, are fine.",
    ]
)
def mistakes(answer):
    """The lines that are mistakes."""
    if isinstance(answer, str):
        raise Wrong('Give a set of letters, such as {"a", "b"}, not one text.')
    if not isinstance(answer, set | frozenset | list | tuple):
        raise Wrong('Give a set of letters, such as {"a", "b"}.')
    given = {str(letter).strip().lower() for letter in answer}
    if given - set("abcde"):
        raise Wrong(f"There are lines a to e; {', '.join(sorted(given - set('abcde')))} is none.")
    if "a" in given:
        raise Wrong("Line a is as it should be: loading is not counted, and it is done once.")
    if "d" in given:
        raise Wrong("Line d is as it should be: one face at a time is what is asked about.")
    for letter, question in (
        ("b", "The clock starts before any call. What is different about the very first one?"),
        ("c", "Could you give the 99 % from what was measured?"),
        ("e", "Could somebody else repeat it, from what is printed?"),
    ):
        if letter not in given:
            raise Wrong(f"One line is missing. {question}")
    return "Warm up, measure often, and say on what."


mistakes.right({"b", "c", "e"})
mistakes.right(["E", "b", "c"])
mistakes.wrong("bce", says="not one text")
mistakes.wrong(3, says="set of letters")
mistakes.wrong({"a", "b", "c", "e"}, says="Line a")
mistakes.wrong({"b", "c", "d", "e"}, says="Line d")
mistakes.wrong({"c", "e"}, says="very first one")
mistakes.wrong({"b", "e"}, says="99 %")
mistakes.wrong({"b", "c"}, says="repeat it")
mistakes.wrong({"b", "x"}, says="is none")


@exercise(
    hints=[
        "A filter of the second convolution looks at every output of the first one.",
        "Half as many filters, and each looks at half as many inputs.",
    ]
)
def share_left(answer):
    """The share of multiply-adds that is left in the second convolution."""
    share = expect_number(answer)
    if share == 25:
        raise Wrong("Give a share of one, not of a hundred.")
    if abs(share - 0.5) < 1e-9:
        raise Wrong("Half is left in the first one. In the second, also what goes in is halved.")
    if abs(share - 0.75) < 1e-9:
        raise Wrong("This is the share that is saved; what is left?")
    if abs(share - 0.25) > 1e-9:
        raise Wrong("Count: outputs times inputs times 9. How does each of them change?")
    return "Filters count twice: as outputs here, and as inputs in the next layer."


share_left.right(0.25)
share_left.right(1 / 4)
share_left.wrong(25, says="not of a hundred")
share_left.wrong(0.5, says="also what goes in")
share_left.wrong(0.75, says="what is left")
share_left.wrong(0.1, says="Count")

_LOGITS = np.array([[2.0, 0.0, -1.0], [4000.0, 3999.0, 0.0]])


@exercise(
    hints=[
        "Divide all logits by the temperature first.",
        "scaled.max(axis=1, keepdims=True) is the largest of each row, as a column.",
        "powers / powers.sum(axis=1, keepdims=True) makes each row sum to one.",
    ]
)
def softened(answer):
    """The softmax at a temperature."""
    expect_function(answer, "logits", "temperature")
    with np.errstate(all="ignore"):
        result = call(answer, _LOGITS, 4.0)
    if isinstance(result, np.ndarray) and not np.isfinite(result).all():
        raise Wrong(
            "With logits of 4000 your exponentials overflow, or all of another row vanish; take each row's "
            "own largest off first."
        )
    result = expect_array(result, shape=_LOGITS.shape, dtype=np.floating)
    expected = _softened(_LOGITS, 4.0)
    if np.allclose(result, _softened(_LOGITS, 0.25)):
        raise Wrong("You multiply by the temperature; that sharpens. Divide.")
    if np.allclose(result, _softened(_LOGITS, 1.0)):
        raise Wrong("The temperature changes nothing in what you return.")
    if not np.allclose(result.sum(axis=1), 1):
        raise Wrong(
            f"Your first row sums to {result[0].sum():.3g}; divide each row by its own sum."
        )
    if not np.allclose(result, expected):
        raise Wrong(
            f"For {_LOGITS[0]} at T = 4 the first is {expected[0, 0]:.3f}, not {result[0, 0]:.3f}."
        )
    return "The order of the classes stays; only how far apart they are changes."


def _softened(logits, temperature):
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _divided_afterwards(logits, temperature):
    return _softened(logits, 1.0) / temperature


def _over_all(logits, temperature):
    powers = np.exp(logits / temperature - (logits / temperature).max(axis=1, keepdims=True))
    return powers / powers.sum()


def _largest_of_all(logits, temperature):
    powers = np.exp((logits - logits.max()) / temperature)
    with np.errstate(all="ignore"):
        return powers / powers.sum(axis=1, keepdims=True)


def _by_rows(logits, temperature):
    return np.array([_softened(row[None], temperature)[0] for row in logits])


softened.right(_softened)
softened.right(_by_rows)
softened.wrong(
    lambda logits, t: np.exp(logits) / np.exp(logits).sum(1, keepdims=True), says="overflow"
)
softened.wrong(lambda logits, t: _softened(logits, 1 / t), says="that sharpens")
softened.wrong(lambda logits, t: _softened(logits, 1.0), says="changes nothing")
softened.wrong(_largest_of_all, says="own largest")
softened.wrong(_over_all, says="its own sum")
softened.wrong(_divided_afterwards, says="its own sum")
softened.wrong(lambda logits, t: _softened(logits, t + 1), says="the first is")

_COSTS = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 1.0])
_WORTHS = np.array([0.5, 0.6, 0.6, 0.7, 0.65, 0.5])


@exercise(
    hints=[
        "Take one network after the other, and ask whether any other one beats it.",
        "'At least as good in both, and better in one' is what beats.",
        "np.any((costs <= costs[k]) & (worths >= worths[k]) & ((costs < costs[k]) | (worths > worths[k])))",
    ]
)
def front(answer):
    """Which networks nobody beats."""
    expect_function(answer, "costs", "worths")
    result = expect_array(call(answer, _COSTS, _WORTHS), shape=_COSTS.shape)
    if result.dtype != bool:
        raise Wrong(f"Your array holds {result.dtype}; return True or False for each network.")
    if (result == ~_front(_COSTS, _WORTHS)).all():
        raise Wrong("It is the wrong way round: True is for those that nobody beats.")
    if (result == _front(_COSTS, -_WORTHS)).all() or (result == _front(-_COSTS, _WORTHS)).all():
        raise Wrong("Costs should be small and worths large; you have one of them the other way.")
    if result[2]:
        raise Wrong("Cost 3 with worth 0.6 is beaten: another one has 0.6 for a cost of 2.")
    if result[4]:
        raise Wrong("Cost 5 with worth 0.65 is beaten by one that is cheaper and better.")
    if not result[1] or not result[3]:
        raise Wrong(
            "You leave out a network that nobody beats: the front is more than the best one."
        )
    if not (result[0] and result[5]):
        raise Wrong("Two networks that are equal do not beat each other; both stay.")
    return "Everything else need not be discussed."


def _front(costs, worths):
    cheaper = (costs[:, None] < costs) & (worths[:, None] >= worths)
    better = (costs[:, None] <= costs) & (worths[:, None] > worths)
    return ~(cheaper | better).any(axis=0)


def _by_loop(costs, worths):
    return np.array(
        [
            not any(
                c <= cost and w >= worth and (c < cost or w > worth)
                for c, w in zip(costs, worths, strict=True)
            )
            for cost, worth in zip(costs, worths, strict=True)
        ]
    )


def _weakly(costs, worths):
    return ~((costs[:, None] <= costs) & (worths[:, None] > worths)).any(axis=0)


def _strictly(costs, worths):
    return np.array(
        [
            not any(
                costs[j] <= costs[k] and worths[j] >= worths[k] for j in range(len(costs)) if j != k
            )
            for k in range(len(costs))
        ]
    )


def _swept(costs, worths):
    """Go from cheap to dear and keep what is better than all before: of two equals one is lost."""
    stays, best = np.zeros(len(costs), bool), -np.inf
    for place in np.lexsort((-worths, costs)):
        stays[place] = worths[place] > best
        best = max(best, worths[place])
    return stays


front.right(_front)
front.right(_by_loop)
front.wrong(lambda costs, worths: _front(costs, worths).astype(int), says="True or False")
front.wrong(lambda costs, worths: ~_front(costs, worths), says="wrong way round")
front.wrong(lambda costs, worths: _front(-costs, worths), says="the other way")
front.wrong(_strictly, says="both stay")
front.wrong(_swept, says="both stay")
front.wrong(_weakly, says="for a cost of 2")
front.wrong(lambda costs, worths: _front(costs, worths) | (costs == 5), says="cheaper and better")
front.wrong(
    lambda costs, worths: _front(costs, worths) & (worths != 0.7), says="more than the best"
)
