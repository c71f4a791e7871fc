"""The exercises of notebook 04 on what transfer brings, with their examples."""

import numpy as np
from scipy import stats

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_function,
    expect_number,
)

_PRETRAINED = np.array([0.42, 0.39, 0.45, 0.40])
_SCRATCH = np.array([0.30, 0.31, 0.29, 0.33])
_SIX_PRETRAINED = np.array([0.52, 0.47, 0.55, 0.50, 0.49, 0.58])
_SIX_SCRATCH = np.array([0.41, 0.43, 0.40, 0.45, 0.38, 0.44])


@exercise(
    hints=[
        "Take the differences first; then forget the scores.",
        "differences.std(ddof=1) / np.sqrt(n) is the standard error of their mean.",
        "stats.t.ppf(0.975, n - 1) standard errors to each side.",
    ]
)
def paired_gain(answer):
    """The mean difference over draws, and Student's interval."""
    expect_function(answer, "pretrained", "scratch")
    found = call(answer, _PRETRAINED, _SCRATCH)
    if np.shape(found) != (3,):
        raise Wrong("Return three numbers: (mean, low, high).")
    mean, low, high = (expect_number(one) for one in found)
    differences = _PRETRAINED - _SCRATCH
    expected = differences.mean()
    if np.isclose(mean, -expected):
        raise Wrong("The sign is turned round: the gain is pretrained minus scratch.")
    expect_close(mean, expected, tolerance=1e-6, what="The mean of your differences")
    if low > high:
        raise Wrong("Your lower end is above the upper one.")
    half = stats.t.ppf(0.975, 3) * differences.std(ddof=1) / 2
    for factor, words in {
        2: "divide the standard deviation by the square root of n",
        1.96 / stats.t.ppf(0.975, 3): "1.96 is for many draws; with four of them use Student's t",
        np.sqrt(3 / 4): "use ddof=1, since the mean is taken from the same numbers",
        _unpaired() / half: "take the differences draw by draw before their standard deviation",
        stats.t.ppf(0.95, 3) / stats.t.ppf(0.975, 3): "2.5 % are left out at each end: ppf(0.975)",
    }.items():
        if np.isclose(high - mean, factor * half, rtol=1e-3):
            raise Wrong(f"Your interval has another width: {words}.")
    expect_close(high - mean, half, tolerance=1e-6, what="The half width of your interval")
    expect_close(mean - low, half, tolerance=1e-6, what="The half width of your interval")
    six = call(answer, _SIX_PRETRAINED, _SIX_SCRATCH)
    if not np.allclose(six, _gain(_SIX_PRETRAINED, _SIX_SCRATCH)):
        raise Wrong(
            "Right for four draws, but not for six: take n from the arrays, in the mean, in the "
            "square root and in ppf."
        )
    return "Pairing takes out what both ways owe to a lucky draw."


def _unpaired() -> float:
    spread = np.hypot(_PRETRAINED.std(ddof=1), _SCRATCH.std(ddof=1))
    return stats.t.ppf(0.975, 3) * spread / 2


def _gain(pretrained, scratch, t=None, ddof=1, root=True, n=None):
    differences = np.asarray(pretrained) - np.asarray(scratch)
    n = n or len(differences)
    t = stats.t.ppf(0.975, n - 1) if t is None else t
    half = t * differences.std(ddof=ddof) / (np.sqrt(n) if root else 1)
    return differences.mean(), differences.mean() - half, differences.mean() + half


paired_gain.right(_gain)
paired_gain.right(lambda a, b: np.array(_gain(list(a), list(b))))
paired_gain.right(
    lambda a, b: (
        np.mean(a - b),
        *stats.t.interval(0.95, len(a) - 1, loc=np.mean(a - b), scale=stats.sem(a - b)),
    )
)
paired_gain.wrong(lambda a, b: _gain(b, a), says="minus scratch")
paired_gain.wrong(lambda a, b: _gain(a, b, t=1.96), says="Student's t")
paired_gain.wrong(lambda a, b: _gain(a, b, ddof=0), says="ddof=1")
paired_gain.wrong(lambda a, b: _gain(a, b, root=False), says="square root of n")
paired_gain.wrong(
    lambda a, b: (np.mean(a - b), np.mean(a - b) - _unpaired(), np.mean(a - b) + _unpaired()),
    says="draw by draw",
)
paired_gain.wrong(lambda a, b: _gain(a, b)[0], says="three numbers")
paired_gain.wrong(lambda a, b: _gain(a, b, t=stats.t.ppf(0.95, len(a) - 1)), says="at each end")
paired_gain.wrong(lambda a, b: _gain(a, b, n=4), says="not for six")
paired_gain.wrong(lambda a, b: _gain(a, b, t=stats.t.ppf(0.975, 3)), says="in ppf")


_SOURCE = np.array([[2.0, 5.0, 1.0], [0.0, 5.0, 8.0], [4.0, 5.0, 3.0]])
_TARGET = np.array([[10.0, 1.0, 0.0], [20.0, 2.0, 0.0], [30.0, 3.0, 3.0], [40.0, 6.0, 1.0]])


@exercise(
    hints=[
        "First make the source's features free of its own mean and deviation, along axis 0.",
        "Then multiply by the target's deviation and add its mean.",
        "np.where(spread > 0, spread, 1) keeps a constant feature from dividing by 0.",
    ]
)
def matched(answer):
    """Features of the source with the mean and deviation of the target."""
    expect_function(answer, "source", "target")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = call(answer, _SOURCE, _TARGET)
    if isinstance(found, np.ndarray) and found.dtype.kind == "f" and not np.isfinite(found).all():
        raise Wrong("The second feature is constant in the source; you divide by 0 there.")
    found = expect_array(found, shape=_SOURCE.shape)
    if any(np.allclose(found, one) for one in _over_all_axes()):
        raise Wrong("Take mean and deviation of each feature: along axis 0.")
    for column, (yours, wanted) in enumerate(zip(found.T, _TARGET.T, strict=True), start=1):
        if not np.isclose(yours.mean(), wanted.mean()):
            raise Wrong(
                f"The mean of your feature {column} is {yours.mean():.3g}; the target's is "
                f"{wanted.mean():.3g}."
            )
    moving = [0, 2]
    if np.allclose(found[:, moving].std(axis=0), _SOURCE[:, moving].std(axis=0)):
        raise Wrong("Only the mean is moved; the standard deviation is still the source's.")
    if any(np.allclose(found, _matched(_SOURCE, _TARGET, ddof=one)) for one in _OTHER_DDOF):
        raise Wrong("You take a deviation with ddof=1; take std(axis=0), without ddof, for both.")
    for column in moving:
        yours, wanted = found[:, column].std(), _TARGET[:, column].std()
        if not np.isclose(yours, wanted):
            raise Wrong(
                f"The deviation of your feature {column + 1} is {yours:.3g}; the target's is "
                f"{wanted:.3g}. Divide by the source's, and multiply by the target's."
            )
    if not np.allclose(found, _matched(_SOURCE, _TARGET)):
        raise Wrong(
            "Means and deviations are right, but each face must keep its place and its sign: one "
            "that lies above the source's mean must come to lie above the target's, in its own row."
        )
    return "CORAL does the same for whole covariances, not for one feature at a time."


_OTHER_DDOF = [(0, 1), (1, 0), (1, 1)]


def _matched(source, target, safe=True, ddof=(0, 0)):
    spread = source.std(axis=0, ddof=ddof[0])
    spread = np.where(spread > 0, spread, 1) if safe else spread
    wanted = target.std(axis=0, ddof=ddof[1])
    return (source - source.mean(axis=0)) / spread * wanted + target.mean(axis=0)


def _over_all_axes():
    centered, spread = _SOURCE - _SOURCE.mean(), _SOURCE.std(axis=0)
    yield centered / np.where(spread > 0, spread, 1) * _TARGET.std(axis=0) + _TARGET.mean(axis=0)
    yield centered / _SOURCE.std() * _TARGET.std() + _TARGET.mean()


matched.right(_matched)
matched.right(
    lambda source, target: np.column_stack(
        [
            (one - one.mean()) * (other.std() / (one.std() or 1)) + other.mean()
            for one, other in zip(source.T, target.T, strict=True)
        ]
    )
)
matched.wrong(lambda source, target: _matched(source, target, safe=False), says="divide by 0")
matched.wrong(
    lambda source, target: source - source.mean(axis=0) + target.mean(axis=0), says="Only the mean"
)
matched.wrong(lambda source, target: source, says="your feature 1 is 2;")
matched.wrong(
    lambda source, target: np.where(source.std(axis=0) > 0, _matched(source, target), source),
    says="your feature 2 is 5;",
)
matched.wrong(
    lambda source, target: (
        (source - source.mean(axis=0)) * target.std(axis=0) + target.mean(axis=0)
    ),
    says="Divide by the source's",
)
matched.wrong(lambda source, target: _matched(source, target)[:2], says="shape")
matched.wrong(
    lambda source, target: (source - source.mean()) / source.std() * target.std() + target.mean(),
    says="along axis 0",
)
for _ddof in _OTHER_DDOF:
    matched.wrong(
        lambda source, target, ddof=_ddof: _matched(source, target, ddof=ddof), says="with ddof=1"
    )
matched.wrong(
    lambda source, target: 2 * target.mean(axis=0) - _matched(source, target), says="its sign"
)
matched.wrong(lambda source, target: _matched(source, target)[::-1], says="its own row")
matched.wrong(
    lambda source, target: np.sort(_matched(source, target), axis=0), says="keep its place"
)
