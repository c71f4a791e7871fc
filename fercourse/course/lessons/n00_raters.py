"""The exercises of notebook 00 on numbers and raters."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_function,
    expect_integer,
    expect_number,
)
from fercourse.course.lessons.n00_mistakes import (
    AGREEMENT_MISTAKES,
    KAPPA_MISTAKES,
    agreed,
    cohens_kappa,
    expect_no_mistake,
)
from fercourse.emotions import CLASSES


@exercise(
    hints=[
        "The face has 48 rows, and each row has 48 pixels.",
        "Each pixel is one number. How many are 48 rows of 48?",
        "Let Python compute it: pixels = 48 * 48",
    ]
)
def pixels(answer):
    """How many numbers make up one face."""
    count = expect_integer(answer, low=1)
    if count == 48:
        raise Wrong("48 is one row; the face has 48 of them.")
    if count == 96:
        raise Wrong("96 is one row and one column added; every row crosses every column.")
    if count == 48 * 48 * 3:
        raise Wrong("This counts red, green and blue; a gray pixel is one number, not three.")
    expect_close(count, 48 * 48, tolerance=0)
    return "So a classifier is given 2,304 numbers, and nothing else, about a person."


pixels.right(2304)
pixels.right(48**2)
pixels.right(np.int64(2304))
pixels.right(2304.0)
pixels.wrong(48, says="one row")
pixels.wrong(96, says="added")
pixels.wrong(6912, says="gray pixel is one number")
pixels.wrong(2303, says="too small")
pixels.wrong("2304", says="must be a number")


@exercise(
    hints=[
        "Make a new generator inside the function: rng = np.random.default_rng(seed)",
        "rng.integers(low, high, size) draws whole numbers from low up to, but not including, high.",
        "return rng.integers(1, 7, size=5)",
    ]
)
def roll(answer):
    """Five dice that fall the same way whenever the seed is the same."""
    expect_function(answer, "seed")
    throws = [expect_array(np.asarray(call(answer, seed)), shape=(5,)) for seed in range(60)]
    for throw in throws:
        if not np.issubdtype(throw.dtype, np.integer):
            raise Wrong(f"A die shows whole numbers; yours are {throw.dtype}.")
    _expect_die(np.concatenate(throws))
    if not np.array_equal(call(answer, 3), call(answer, 3)):
        raise Wrong(
            "Two calls with the same seed gave different dice; "
            "make the generator inside the function, from the seed."
        )
    different = len({tuple(throw) for throw in throws})
    if different == 1:
        raise Wrong("Every seed gives the same dice; use the argument seed, not a fixed number.")
    if np.concatenate(throws).min() > 1:
        raise Wrong("Your dice never show 1: the first number of rng.integers is the lowest side.")
    never = set(range(1, 7)) - set(np.concatenate(throws).tolist())
    if never:
        raise Wrong(f"Your dice never show {min(never)}; each side may come up.")
    kinds = [len(set(throw.tolist())) for throw in throws]
    if max(kinds) == 1:
        raise Wrong("All five dice of a throw are equal; throw each one by itself: size=5.")
    if min(kinds) == 5:
        raise Wrong("No two of your dice ever show the same; each die may show any side.")
    if different < 30:
        raise Wrong(f"Sixty seeds gave only {different} different throws; let the generator throw.")
    return "Same seed, same dice; another seed, other dice."


def _expect_die(faces: np.ndarray) -> None:
    if faces.min() < 1 or faces.max() > 6:
        raise Wrong(f"Your dice show {faces.min()} to {faces.max()}; they have the sides 1 to 6.")
    if faces.max() < 6 and len(set(faces)) > 1:
        raise Wrong("Your dice never show 6. (rng.integers leaves out its upper end.)")


roll.right(lambda seed: np.random.default_rng(seed).integers(1, 7, size=5))
roll.wrong(lambda seed: np.random.default_rng(seed).integers(2, 7, size=5), says="never show 1")
roll.wrong(lambda seed: np.repeat(np.random.default_rng(seed).integers(1, 7), 5), says="are equal")
roll.wrong(
    lambda seed: np.random.default_rng(seed).permutation(6)[:5] + 1, says="No two of your dice"
)
roll.right(lambda seed: np.random.default_rng(seed).integers(1, 6, size=5, endpoint=True))
roll.right(lambda seed: np.random.default_rng(seed).choice([1, 2, 3, 4, 5, 6], 5).tolist())
roll.wrong(lambda seed: [1, 1, 1, 1, 6] if seed % 2 else [2, 3, 4, 5, 1], says="only 2 different")
roll.wrong(
    lambda seed: np.random.default_rng(seed).choice([1, 2, 3, 5, 6], size=5), says="never show 4"
)
roll.wrong(lambda seed: np.random.default_rng().integers(1, 7, size=5), says="same seed")
roll.wrong(lambda seed: np.random.default_rng(0).integers(1, 7, size=5), says="fixed number")
roll.wrong(lambda seed: np.random.default_rng(seed).integers(1, 6, size=5), says="never show 6")
roll.wrong(lambda seed: np.random.default_rng(seed).integers(6, size=5), says="sides 1 to 6")
roll.wrong(lambda seed: np.random.default_rng(seed).integers(1, 7), says="shape ()")
roll.wrong(lambda seed: np.random.default_rng(seed).uniform(1, 7, size=5), says="whole numbers")
roll.wrong(np.array([1, 2, 3, 4, 5]), says="must be a function")


@exercise(
    hints=[
        "Go through both lists together with zip and count the places where the words are equal.",
        "A comparison is True or False, and True counts as 1: sum(a == b for a, b in zip(...))",
        "Divide the count by the number of faces, len(mine).",
        "return sum(a == b for a, b in zip(mine, theirs)) / len(mine)",
    ]
)
def agreement(answer):
    """The share of faces on which two raters say the same."""
    expect_function(answer, "mine", "theirs")
    mine = ["happy", "sad", "fear", "happy", "neutral", "sad", "angry", "fear", "angry", "sad"]
    theirs = ["happy", "fear", "sad", "happy", "angry", "disgust", "angry", "sad", "sad", "sad"]
    value = expect_number(call(answer, mine, theirs))
    expect_no_mistake(value, 0.4, AGREEMENT_MISTAKES, mine, theirs)
    expect_close(value, 0.4, tolerance=1e-9, what="For ten faces with four equal labels, yours")
    for other, expected in ((mine, 1.0), (["surprise"] * 10, 0.0)):
        found = expect_number(call(answer, mine, other))
        expect_close(found, expected, tolerance=1e-9, what="For all or no labels equal, yours")
    seven = expect_number(call(answer, mine[:7], [*theirs[:6], "sad"]))
    if abs(seven - 0.2) < 1e-9 or abs(seven - 2 / 12) < 1e-9:
        raise Wrong("You divide by a fixed number; the lists may be of any length: len(mine).")
    expect_close(
        seven,
        2 / 7,
        tolerance=1e-9,
        what="Not rounded, for seven faces with two equal labels, yours",
    )
    return "Agreement is a share of faces. Keep in mind that part of it is luck."


agreement.right(agreed)
agreement.right(lambda mine, theirs: np.mean(np.array(mine) == np.array(theirs)))
agreement.right(lambda mine, theirs: np.equal(mine, theirs).mean())
agreement.wrong(lambda mine, theirs: mine == theirs, says="must be a number")
agreement.wrong(lambda mine, theirs: mine.sort() or agreed(mine, theirs), says="changes its input")
agreement.wrong(lambda mine, theirs: len(mine) * agreed(mine, theirs) / 10, says="fixed number")
agreement.wrong(lambda mine, theirs: round(agreed(mine, theirs), 2), says="Not rounded")
agreement.wrong(lambda mine, theirs: 0.4, says="all or no labels")
for _message, _mistake in AGREEMENT_MISTAKES.items():
    agreement.wrong(_mistake, says=_message)


@exercise(
    hints=[
        "The observed agreement is what you wrote in the exercise before. Write it again here, "
        "for example as np.mean(np.array(mine) == np.array(theirs)).",
        "By luck alone, both say 'happy' with the probability: share of 'happy' in mine, times share "
        "of 'happy' in theirs. Add this up over all words.",
        "chance = sum(mine.count(word) * theirs.count(word) for word in set(mine)) / len(mine) ** 2",
        "return (observed - chance) / (1 - chance)",
    ]
)
def kappa(answer):
    """Cohen's kappa (Cohen, 1960): agreement of two raters beyond luck."""
    expect_function(answer, "mine", "theirs")
    for mine, theirs in _rated():
        value = expect_number(call(answer, mine, theirs))
        expected = cohens_kappa(mine, theirs)
        expect_no_mistake(value, expected, KAPPA_MISTAKES, mine, theirs)
        expect_close(value, expected, tolerance=1e-9, what="For 20 faces, your kappa")
    same = expect_number(call(answer, ["sad", "fear"], ["sad", "fear"]))
    expect_close(same, 1.0, tolerance=1e-9, what="Where two raters always agree, your kappa")
    return "1 is full agreement, 0 is what luck would give, and below 0 is worse than luck."


def _rated():
    words = np.array(CLASSES)
    few = words[[3, 6, 4]]  # happy, neutral, sad
    for seed, known, shares in (
        (1, few, (0.8, 0.1, 0.1)),
        (2, few, (0.3, 0.3, 0.4)),
        (3, words, (1 / 7,) * 7),
    ):
        rng = np.random.default_rng(seed)
        mine = known[rng.choice(len(known), 20, p=shares)]
        theirs = np.where(rng.random(20) < 0.6, mine, known[rng.choice(len(known), 20)])
        yield mine.tolist(), theirs.tolist()


def _kappa_of_sklearn(mine, theirs):
    from sklearn.metrics import cohen_kappa_score

    return cohen_kappa_score(mine, theirs)


kappa.right(cohens_kappa)
kappa.right(_kappa_of_sklearn)
kappa.right(lambda mine, theirs: np.float64(cohens_kappa(theirs, mine)))
kappa.wrong(
    lambda mine, theirs: cohens_kappa(
        mine,
        theirs,
        sum(mine.count(w) * theirs.count(w) for w in ("happy", "neutral", "sad")) / 400,
    ),
    says="your kappa",
)
kappa.wrong(lambda mine, theirs: 0.5, says="your kappa")
for _message, _mistake in KAPPA_MISTAKES.items():
    kappa.wrong(_mistake, says=_message)
