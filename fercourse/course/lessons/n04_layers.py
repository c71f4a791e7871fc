"""The exercises of notebook 04 on what of a network learns, with their examples."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_function,
    expect_integer,
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
