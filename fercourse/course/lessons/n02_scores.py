"""The exercises of notebook 02 on scores, with their examples."""

import numpy as np
import pandas as pd

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import call, expect_close, expect_function, expect_number
from fercourse.course.lessons.n02_mistakes import F1_MISTAKES, expect_no_mistake, f1

_WORDS = ["fear", "happy", "sad"]
_PAIRS = pd.DataFrame([[10, 2, 8], [30, 200, 5], [4, 14, 22]], index=_WORDS, columns=_WORDS)


@exercise(
    hints=[
        "confusion.div(confusion.sum(axis=1), axis=0) divides each row by its sum.",
        "Take the diagonal out of the race: shares = ....to_numpy().copy(); np.fill_diagonal(shares, -1)",
        "np.unravel_index(shares.argmax(), shares.shape) gives row and column of the largest share; "
        "confusion.index[row] and confusion.columns[column] are the words.",
    ]
)
def most_confused(answer):
    """The mistake that takes the largest share of its row."""
    expect_function(answer, "confusion")
    pair = _as_tuple(call(answer, _PAIRS))
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise Wrong(f"You return {pair!r}; return two words, (labeled, predicted).")
    labeled, predicted = pair
    if labeled not in _WORDS or predicted not in _WORDS:
        raise Wrong(f"You return {pair!r}; return the words of the classes, not their places.")
    if labeled == predicted:
        raise Wrong("You return a place on the diagonal: those are the faces that were right.")
    if (labeled, predicted) == ("sad", "fear"):
        raise Wrong("The pair is the wrong way round: the labeled class (the row) comes first.")
    if (labeled, predicted) == ("happy", "fear"):
        raise Wrong(
            "This is the largest count, or the largest share of a column. 30 of 235 happy faces are "
            "few; divide each row by its own sum, the diagonal included, and take the diagonal out only then."
        )
    if (labeled, predicted) != ("fear", "sad"):
        raise Wrong(
            f"{labeled} is taken for {predicted} less often than another pair, by its share."
        )
    again = call(
        answer, pd.DataFrame([[1, 9], [2, 3]], index=["sad", "fear"], columns=["sad", "fear"])
    )
    if _as_tuple(again) != ("sad", "fear"):
        raise Wrong("It works for one matrix only; take the words from the table you are given.")
    return (
        "Look at shares to find a confusion, and at counts to see whether it rests on enough faces."
    )


def _as_tuple(pair):
    return tuple(pair) if isinstance(pair, list | np.ndarray | pd.Index) else pair


def _most_confused(confusion):
    shares = confusion.div(confusion.sum(axis=1), axis=0).to_numpy().copy()
    np.fill_diagonal(shares, -1)
    row, column = np.unravel_index(shares.argmax(), shares.shape)
    return confusion.index[row], confusion.columns[column]


def _by_stack(confusion):
    shares = {
        (row, column): confusion.loc[row, column] / confusion.loc[row].sum()
        for row in confusion.index
        for column in confusion.columns
        if row != column
    }
    return max(shares, key=shares.get)


def _places(confusion, axis, diagonal):
    shares = (confusion / confusion.sum(axis=axis)).to_numpy().copy()
    if not diagonal:
        np.fill_diagonal(shares, -1)
    return [confusion.index[k] for k in np.unravel_index(shares.argmax(), shares.shape)]


most_confused.right(_most_confused)
most_confused.right(_by_stack)
most_confused.right(lambda confusion: list(_most_confused(confusion)))
most_confused.right(lambda confusion: np.array(_most_confused(confusion)))
most_confused.wrong(lambda confusion: _places(confusion, 0, diagonal=True), says="diagonal")
most_confused.wrong(lambda confusion: _places(confusion, 0, diagonal=False), says="largest count")
most_confused.wrong(lambda confusion: _most_confused(confusion)[::-1], says="wrong way round")
most_confused.wrong(lambda confusion: (0, 2), says="not their places")
most_confused.wrong(lambda confusion: "sad", says="two words")
most_confused.wrong(lambda confusion: ("sad", "happy"), says="less often")
most_confused.wrong(lambda confusion: ("fear", "sad"), says="one matrix only")


_COUNTS = np.array([[50, 5, 5, 0], [10, 20, 10, 0], [5, 5, 30, 0], [4, 1, 1, 0]])


@exercise(
    hints=[
        "np.diag(confusion) are the hits, confusion.sum(axis=1) the faces of each class, "
        "confusion.sum(axis=0) how often each was said.",
        "With a little algebra F1 = 2 * hits / (labeled + predicted), which never divides by 0 here.",
        "return np.mean(2 * np.diag(confusion) / (confusion.sum(axis=0) + confusion.sum(axis=1)))",
    ]
)
def macro_f1(answer):
    """The mean F1 of all classes."""
    expect_function(answer, "confusion")
    questions, values = [_COUNTS[:3, :3], _COUNTS], []
    for counts in questions:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = call(answer, counts)
        if isinstance(value, np.ndarray) and value.shape == (len(counts),):
            raise Wrong("You return one F1 for each class; take their mean.")
        if isinstance(value, float) and np.isnan(value):
            raise Wrong(
                "Your F1 is NaN: a class that is never predicted has a precision of 0 over 0. "
                "Let its F1 count as 0."
            )
        values.append(expect_number(value))
    expect_no_mistake(values, _macro_f1, F1_MISTAKES, [(counts,) for counts in questions])
    for counts, value in zip(questions, values, strict=True):
        what = f"For a matrix of {len(counts)} classes your macro F1"
        expect_close(value, _macro_f1(counts), tolerance=1e-6, what=what)
    return "A rare class weighs as much as a frequent one."


def _macro_f1(counts):
    return f1(counts).mean()


def _by_precision(counts, safe=True):
    hits = np.diag(counts)
    precision = hits / (np.maximum(counts.sum(axis=0), 1) if safe else counts.sum(axis=0))
    recall = hits / counts.sum(axis=1)
    both = precision + recall
    return np.mean(2 * precision * recall / (np.where(both > 0, both, 1) if safe else both))


macro_f1.right(_macro_f1)
macro_f1.right(_by_precision)
macro_f1.right(lambda counts: float(np.mean(f1(counts.T))))
macro_f1.right(lambda counts: np.float32(_macro_f1(counts)))
macro_f1.wrong(f1, says="take their mean")
macro_f1.wrong(lambda counts: _by_precision(counts, safe=False), says="NaN")
macro_f1.wrong(lambda counts: 1.0, says="too large")
for _message, _mistake in F1_MISTAKES.items():
    macro_f1.wrong(_mistake, says=_message)


_CORRECT = np.arange(400) % 5 < 3  # 60 % right
# So many that two intervals from different seeds hardly ever have the same ends.
_MANY_CORRECT = np.arange(1999) % 5 < 3
_HALF_WIDTH = 1.96 * np.sqrt(0.6 * 0.4 / 400)


@exercise(
    hints=[
        "rng = np.random.default_rng(seed); rng.integers(n, size=n) draws n places with replacement.",
        "correct[places].mean() is the accuracy of one resample. Collect 2,000 of them in a list.",
        "np.percentile(scores, [2.5, 97.5]) gives both ends.",
    ]
)
def bootstrap_interval(answer):
    """The bootstrap interval of an accuracy."""
    expect_function(answer, "correct", "seed")
    low, high = _ends(answer, _CORRECT, 0)
    if low > high:
        raise Wrong("Your lower end is above the upper one; return (low, high).")
    if low > 1 or high > 1:
        raise Wrong("Your ends are above 1; give shares: the mean of the resample, not its sum.")
    if high < _CORRECT.mean():
        raise Wrong(
            "Both ends lie below the accuracy itself. Percentiles go from 0 to 100: they are 2.5 and "
            "97.5, not 0.025 and 0.975."
        )
    _expect_width((high - low) / 2)
    expect_close((low + high) / 2, 0.6, tolerance=0.01, what="The middle of your interval")
    once = _ends(answer, _MANY_CORRECT, 0)
    if any(_ends(answer, _MANY_CORRECT, 0) != once for _ in range(3)):
        raise Wrong("The same seed gives another interval; make the generator from the seed.")
    others = [_ends(answer, _MANY_CORRECT, seed) for seed in (1, 2)]
    if all(ends == once for ends in others):
        raise Wrong(
            "Another seed gives the same interval; draw resamples, with a generator made from the "
            "seed you are given."
        )
    _expect_both_sides(np.array([once, *others]))
    if _ends(answer, _CORRECT[:100], 0) == (low, high):
        raise Wrong("Another array gives the same interval; resample the faces you are given.")
    return "The sample stands in for the world, and chance can be watched at work."


def _ends(answer, correct, seed) -> tuple[float, float]:
    ends = call(answer, correct, seed)
    if np.shape(ends) != (2,):
        raise Wrong("Return two numbers, (low, high).")
    low, high = (expect_number(end) for end in ends)
    return low, high


def _expect_both_sides(ends: np.ndarray) -> None:
    """Raise Wrong if one end lies nearer than 2.5 %; each is a mean over three seeds, (3, 2)."""
    share, count = _MANY_CORRECT.mean(), len(_MANY_CORRECT)
    sides = np.abs(ends - share).mean(axis=0) / (1.96 * np.sqrt(share * (1 - share) / count))
    if sides.min() < 0.91:
        raise Wrong("One end is too near; leave out 2.5 % at each end: percentiles 2.5 and 97.5.")


def _expect_width(half: float) -> None:
    if half < 1e-9:
        raise Wrong(
            "All of your resamples score the same: draw with replacement, and make the generator once, "
            "before the loop."
        )
    if half < 0.9 * _HALF_WIDTH:
        raise Wrong(
            "Your interval is too narrow; draw as many faces as there are, and leave out 2.5 % at "
            "each end."
        )
    if half > 1.5 * _HALF_WIDTH:
        raise Wrong(
            "Your interval is too wide; draw as many faces as there are, and leave out 2.5 % at each end."
        )
    if half > 1.12 * _HALF_WIDTH:
        raise Wrong("Your interval is a little too wide; leave out 2.5 % at each end.")


def _bootstrap(correct, seed, ends=(2.5, 97.5), replace=True, share=1.0, resamples=2000):
    rng, n = np.random.default_rng(seed), len(correct)
    scores = [rng.choice(correct, int(n * share), replace=replace).mean() for _ in range(resamples)]
    return tuple(np.percentile(scores, ends))


_RESTLESS = np.random.default_rng(0)


def _at_once(correct, seed):
    rng = np.random.default_rng(seed)
    places = rng.integers(len(correct), size=(2000, len(correct)))
    return np.quantile(correct[places].mean(axis=1), [0.025, 0.975])


def _by_formula(correct):
    share = correct.mean()
    half = 1.96 * np.sqrt(share * (1 - share) / len(correct))
    return np.array(share - half), np.array(share + half)


bootstrap_interval.right(_bootstrap)
bootstrap_interval.right(_at_once)
bootstrap_interval.right(lambda correct, seed: list(_bootstrap(correct, seed + 5)))
bootstrap_interval.wrong(lambda *given: _bootstrap(*given, replace=False), says="with replacement")
bootstrap_interval.wrong(
    lambda correct, seed: np.percentile(
        [np.random.default_rng(seed).choice(correct, len(correct)).mean() for _ in range(50)],
        [2.5, 97.5],
    ),
    says="before the loop",
)
bootstrap_interval.wrong(
    lambda *given: _bootstrap(*given, ends=(0.025, 0.975)), says="from 0 to 100"
)
bootstrap_interval.wrong(lambda *given: _bootstrap(*given, ends=(25, 75)), says="too narrow")
bootstrap_interval.wrong(lambda *given: _bootstrap(*given, ends=(5, 95)), says="too narrow")
bootstrap_interval.wrong(lambda *given: _bootstrap(*given, share=0.25), says="as many faces")
bootstrap_interval.wrong(lambda *given: _bootstrap(*given, ends=(1, 99)), says="a little too wide")
bootstrap_interval.wrong(lambda *given: _bootstrap(*given)[::-1], says="above the upper")
bootstrap_interval.wrong(lambda *given: 100 * np.array(_bootstrap(*given)), says="above 1")
bootstrap_interval.wrong(
    lambda correct, seed: _bootstrap(correct, _RESTLESS.integers(10**9)),
    says="same seed",
)
bootstrap_interval.wrong(lambda correct, seed: _bootstrap(_CORRECT, seed), says="Another array")
bootstrap_interval.wrong(lambda correct, seed: _bootstrap(correct, 0), says="Another seed")
bootstrap_interval.wrong(lambda correct, seed: _by_formula(correct), says="Another seed")
bootstrap_interval.wrong(lambda correct, seed: _bootstrap(correct, seed, share=2.5), says="narrow")
bootstrap_interval.wrong(lambda correct, seed: correct.mean(), says="two numbers")
