"""The exercises of notebook 04, transfer learning: their checks, hints and examples."""

import numpy as np
from scipy import stats

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_function,
    expect_integer,
    expect_number,
)


@exercise(
    hints=[
        "A weighted sum for each class: as many weights as there are features.",
        "Seven classes, and each has one bias besides.",
    ]
)
def learning_parameters(answer, width, total):
    """How many numbers a head of seven classes has."""
    count = expect_integer(answer, low=1)
    if count == total:
        raise Wrong("That is the whole network; the body is frozen and does not learn.")
    if count == 7 * width:
        raise Wrong("These are the weights; each class has a bias besides.")
    if count in (width, width + 1):
        raise Wrong("That is enough for one class; there are seven.")
    if count == 7 * width + 1:
        raise Wrong("There is one bias for each class, not one for all.")
    if count != 7 * width + 7:
        raise Wrong(f"Count again: {width} weights and one bias for each of seven classes.")
    return f"All else, {total - count:,} numbers, stays as pretraining left it."


learning_parameters.right(70, 9, 500)
learning_parameters.right(np.int64(7 * 1152 + 7), 1152, 22_359)
learning_parameters.wrong(500, 9, 500, says="the whole network")
learning_parameters.wrong(63, 9, 500, says="each class has a bias")
learning_parameters.wrong(64, 9, 500, says="not one for all")
learning_parameters.wrong(10, 9, 500, says="one class")
learning_parameters.wrong(99, 9, 500, says="Count again")
learning_parameters.wrong("70", 9, 500, says="must be a")


_NAMES = ["low", "middle", "high", "top", "head"]
_DEEPER = ["conv_1", "conv_2", "conv_3", "conv_4", "conv_5", "conv_6", "logits"]


@exercise(
    hints=[
        "names[-1] is the head; names[:-1] are the layers below it.",
        "round(share * len(below)) of them learn, and they are the LAST of the list.",
        "below[-count:] goes wrong when count is 0; below[len(below) - count:] does not.",
    ]
)
def learning_layers(answer):
    """The layers that a stage lets learn."""
    expect_function(answer, "names", "share")
    for share, wanted in {0.5: ["high", "top", "head"], 0.0: ["head"], 1.0: _NAMES}.items():
        found = call(answer, _NAMES, share)
        if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
            raise Wrong("Return a list of names.")
        found = list(found)
        if found != wanted:
            _explain(found, wanted, share)
    if list(call(answer, _NAMES, 0.3)) != ["top", "head"]:
        raise Wrong("A share of 0.3 of four layers is 1.2, rounded to one layer: use round.")
    if list(call(answer, _NAMES, 0.7)) != ["middle", "high", "top", "head"]:
        raise Wrong("A share of 0.7 of four layers is 2.8, rounded to three layers: use round.")
    found = list(call(answer, _DEEPER, 0.5))
    if found[-1:] != _DEEPER[-1:]:
        raise Wrong("The head is the last of names, whatever its name is.")
    if found != ["conv_4", "conv_5", "conv_6", "logits"]:
        raise Wrong(
            f"Right for four layers below the head. For six, and a share of 0.5, yours are {found}: "
            "take the number of layers from names."
        )
    return "The head always learns; the lowest layers change last."


def _explain(found, wanted, share):
    if "head" not in found:
        raise Wrong("The head must always learn.")
    if share == 0 and len(found) == len(_NAMES):
        raise Wrong("With a share of 0 all layers learn: below[-0:] is the whole list.")
    if sorted(found) == sorted(wanted):
        raise Wrong("These are the right layers in another order; keep the order of names.")
    if share == 0.5 and found == ["low", "middle", "head"]:
        raise Wrong("You thaw from the pixels upwards; the UPPER share learns.")
    if share == 0.5 and len(found) == 2:
        raise Wrong(
            "The share is of the layers below the head; the head does not count among them."
        )
    raise Wrong(f"For a share of {share} of {_NAMES} I expected {wanted}, not {found}.")


def _layers(names, share, rounded=round):
    below = names[:-1]
    return below[len(below) - rounded(share * len(below)) :] + names[-1:]


def _from_below(names, share):
    return names[: round(share * (len(names) - 1))] + names[-1:]


def _minus_nought(names, share):
    return names[:-1][-round(share * (len(names) - 1)) :] + names[-1:]


def _headless(names, share):
    return _layers(names, share)[:-1]


learning_layers.right(_layers)
learning_layers.right(lambda names, share: tuple(_layers(names, share)))
learning_layers.right(
    lambda names, share: [
        one
        for place, one in enumerate(names)
        if place >= len(names) - 1 - np.round(share * (len(names) - 1))
    ]
)
learning_layers.wrong(_from_below, says="from the pixels upwards")
learning_layers.wrong(_minus_nought, says="below[-0:]")
learning_layers.wrong(_headless, says="must always learn")
learning_layers.wrong(lambda names, share: _layers(names, share)[::-1], says="another order")
learning_layers.wrong(
    lambda names, share: _layers(names, share, lambda x: int(-(-x // 1))), says="use round"
)
learning_layers.wrong(lambda names, share: _layers(names, share, int), says="2.8")
learning_layers.wrong(lambda names, share: 3, says="list of names")
learning_layers.wrong(
    lambda names, share: names[:-1][4 - round(share * 4) :] + names[-1:], says="take the number"
)
learning_layers.wrong(
    lambda names, share: names[-1 - round(share * 4) : -1] + names[-1:], says="For six"
)
learning_layers.wrong(
    lambda names, share: [*_layers(names, share)[:-1], "head"], says="whatever its name is"
)
learning_layers.wrong(lambda names, share: names[len(names) - round(share * len(names)) :], says="head")  # fmt: skip


_FACES = np.array([[[0, 51], [204, 255]], [[10, 20], [30, 40]]], np.uint8)


@exercise(
    hints=[
        "Who divides by 255? The network does that itself, in its first layer.",
        "So hand over 0 to 255, with a channel axis, as float32.",
        "faces[..., None].astype(np.float32)",
    ]
)
def prepared(answer):
    """Faces as a network takes them: scaled once, by the network."""
    found = call(answer, _FACES)
    if getattr(found, "shape", None) == _FACES.shape:
        raise Wrong("The channel axis is missing: (N, H, W, 1), as faces[..., None] gives it.")
    found = expect_array(found, shape=(2, 2, 2, 1))
    if found.dtype == np.uint8:
        raise Wrong("These are still bytes; the network takes float32.")
    if found.max() <= 1.5:
        raise Wrong(
            "The gray levels are divided by 255 here and once more by the network, so it sees faces "
            "that are all but black."
        )
    if not np.allclose(found[..., 0], _FACES):
        raise Wrong("The gray levels have changed; the network wants them as they are, 0 to 255.")
    if found.dtype != np.float32:
        raise Wrong(f"These are {found.dtype}; the network takes float32.")
    return "What is done to the gray levels is done in one place: inside the model."


prepared.right(lambda faces: faces[..., None].astype(np.float32))
prepared.right(lambda faces: np.expand_dims(faces, -1).astype("float32"))
prepared.wrong(lambda faces: faces[..., None] / 255, says="once more by the network")
prepared.wrong(lambda faces: faces[..., None], says="still bytes")
prepared.wrong(lambda faces: faces.astype(np.float32), says="channel axis")
prepared.wrong(lambda faces: 255 - faces[..., None].astype(np.float32), says="have changed")
prepared.wrong(lambda faces: faces[..., None].astype(float), says="float64")


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
