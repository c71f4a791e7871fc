"""The exercises of notebook 01 on labels and votes, with their examples."""

import numpy as np
import pandas as pd

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_close,
    expect_equal_arrays,
    expect_function,
    expect_number,
)

_LABELS = np.repeat([0, 1, 3, 4], [30, 4, 50, 20])


@exercise(
    hints=[
        "np.unique(labels, return_counts=True) counts each class that occurs.",
        "The ratio compares the largest of these counts with the smallest one.",
    ]
)
def imbalance_ratio(answer):
    expect_function(answer, "labels")
    ratio = expect_number(call(answer, _LABELS))
    if np.isclose(ratio, 4 / 50):
        raise Wrong("Your ratio is upside down: it is largest by smallest, at least one.")
    if np.isclose(ratio, 50 - 4):
        raise Wrong("You subtract the counts; a ratio divides them.")
    if np.isclose(ratio, 50 / len(_LABELS)):
        raise Wrong("That is the share of the largest class; compare it with the smallest class.")
    if np.isclose(ratio, 50 // 4):
        raise Wrong("Your ratio is cut to a whole number; divide with /, not with //.")
    expect_close(ratio, 12.5, tolerance=1e-6, what="Your ratio")
    expect_close(
        call(answer, np.array([2, 2, 2])),
        1,
        tolerance=1e-6,
        what="With one class alone, your ratio",
    )


imbalance_ratio.right(
    lambda labels: (
        max(np.unique(labels, return_counts=True)[1])
        / min(np.unique(labels, return_counts=True)[1])
    )
)
imbalance_ratio.right(
    lambda labels: pd.Series(labels).value_counts().max() / pd.Series(labels).value_counts().min()
)
imbalance_ratio.wrong(
    lambda labels: (
        min(np.unique(labels, return_counts=True)[1])
        / max(np.unique(labels, return_counts=True)[1])
    ),
    says="upside down",
)
imbalance_ratio.wrong(
    lambda labels: (
        np.unique(labels, return_counts=True)[1].max()
        // np.unique(labels, return_counts=True)[1].min()
    ),
    says="whole number",
)
imbalance_ratio.wrong(
    lambda labels: np.ptp(np.unique(labels, return_counts=True)[1]), says="subtract"
)
imbalance_ratio.wrong(
    lambda labels: np.unique(labels, return_counts=True)[1].max() / len(labels), says="share"
)
imbalance_ratio.wrong(
    lambda labels: np.unique(labels, return_counts=True)[1], says="must be a number"
)
imbalance_ratio.wrong(
    lambda labels: np.bincount(labels).max() / max(1, np.bincount(labels).min()), says="too large"
)


_VOTES = np.array([[10, 0, 0, 0], [5, 5, 0, 0], [1, 1, 1, 1], [6, 3, 0, 1]])
_ENTROPY = np.array([0.0, 1.0, 2.0, 1.295462])


@exercise(
    hints=[
        "First make shares of each row: divide it by its sum (keepdims=True keeps the shape).",
        "A class without votes adds nothing: 0 times log 0 counts as 0. Put 1 in place of 0 inside the logarithm.",
        "Bits come from np.log2; the minus sign makes the sum positive; axis=1 keeps the faces apart.",
    ]
)
def entropy_of_votes(answer):
    expect_function(answer, "votes")
    with np.errstate(divide="ignore", invalid="ignore"):
        given = call(answer, _VOTES)
    try:
        entropy = np.asarray(given, float)
    except (TypeError, ValueError):
        raise Wrong(
            f"Your function returns a {type(given).__name__}; return one entropy a face, in an array."
        ) from None
    if entropy.shape != (4,):
        raise Wrong(
            f"For the votes on 4 faces you return {entropy.shape}; return one entropy a face."
        )
    if np.isnan(entropy).any():
        raise Wrong(
            "Your entropy is NaN where a class has no votes; 0 times log 0 must count as 0."
        )
    if entropy[2] < 0:
        raise Wrong("Your entropy is negative; the sum of p log p needs a minus sign before it.")
    if np.isclose(entropy[2], np.log(4)):
        raise Wrong("Your entropy is in nats; use the logarithm to base 2 to get bits.")
    if np.abs(entropy[0]) > 1:
        raise Wrong("Your entropy uses counts; divide the votes of each face by their sum first.")
    expect_equal_arrays(np.abs(entropy), _ENTROPY, tolerance=1e-4)


def _entropy(votes, log=np.log2, axis=1, sign=-1):
    shares = votes / votes.sum(axis=axis, keepdims=True)
    return sign * (shares * log(np.where(shares > 0, shares, 1))).sum(axis=axis)


def _entropy_with_nan(votes):
    shares = votes / votes.sum(axis=1, keepdims=True)
    return -(shares * np.log2(shares)).sum(axis=1)


entropy_of_votes.right(_entropy)
entropy_of_votes.right(
    lambda votes: np.array(
        [-sum(p * np.log2(p) for p in row / row.sum() if p > 0) for row in votes]
    )
)
entropy_of_votes.right(lambda votes: _entropy(votes).tolist())
entropy_of_votes.wrong(_entropy_with_nan, says="NaN")
entropy_of_votes.wrong(lambda votes: "none", says="returns a str")
entropy_of_votes.wrong(lambda votes: _entropy(votes, log=np.log), says="nats")
entropy_of_votes.wrong(lambda votes: _entropy(votes, sign=1), says="negative")
entropy_of_votes.wrong(lambda votes: float(_entropy(votes).sum()), says="one entropy a face")
entropy_of_votes.wrong(
    lambda votes: (votes * np.log2(np.maximum(votes, 1))).sum(axis=1), says="divide the votes"
)
entropy_of_votes.wrong(lambda votes: _entropy(votes, axis=0).sum(keepdims=True), says="(1,)")
