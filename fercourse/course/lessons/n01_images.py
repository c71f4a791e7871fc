"""The exercises of notebook 01 on images and action units, with their examples."""

import cv2
import numpy as np
import pandas as pd

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_function,
    expect_integer,
)
from fercourse.course.lessons.n01_units import expect_units

_SINGULAR_VALUES = np.array([8.0, 4.0, 4.0, 2.0, 1.0, 1.0])


@exercise(
    hints=[
        "The variance along a component is in proportion to the square of its singular value.",
        "np.cumsum of the shares tells how much the first one, two, three ... explain together.",
        "np.argmax finds the first place where a condition holds; places count from 0, components from 1.",
    ]
)
def components_needed(answer):
    expect_function(answer, "singular_values", "share")
    needed = expect_integer(call(answer, _SINGULAR_VALUES, 0.9))
    if needed == 2:
        raise Wrong("You are one short: the first place is 0, but it is one component.")
    if needed == 4:
        raise Wrong("You add the singular values; the variance is in proportion to their squares.")
    if needed == 0:
        raise Wrong("No single component explains so much; add up the shares with np.cumsum.")
    if needed != 3:
        raise Wrong(f"For shares of 63, 16, 16, 4, 1 and 1 percent you need {needed} to reach 90.")
    few, all_ = call(answer, _SINGULAR_VALUES, 0.5), call(answer, _SINGULAR_VALUES, 0.995)
    if (few, all_) != (1, 6):
        raise Wrong(
            f"For half of the variance you need {few}, for 99.5 % of it {all_}; it is 1 and 6."
        )
    if call(answer, np.ones(2), 0.5) != 1:
        raise Wrong("Of two equal components one explains half; a share of 0.5 is reached by it.")


def _needed(values, share, power=2, start=1):
    shares = np.cumsum(np.asarray(values) ** power)
    return int(np.argmax(shares >= share * shares[-1] - 1e-9)) + start


components_needed.right(_needed)
components_needed.right(
    lambda values, share: int(
        np.searchsorted(np.cumsum(values**2) / np.sum(values**2), share - 1e-12) + 1
    )
)
components_needed.right(
    lambda s, share: int(np.argmax(np.cumsum(s**2 / np.sum(s**2)) >= share)) + 1
)
components_needed.right(lambda s, share: int(np.sum(np.cumsum(s**2 / np.sum(s**2)) < share)) + 1)


def _needed_in_a_loop(values, share):
    together = 0.0
    for i, value in enumerate(values):
        together += value**2 / np.sum(values**2)
        if together >= share:
            return i + 1
    return len(values)


components_needed.right(_needed_in_a_loop)
components_needed.wrong(lambda values, share: _needed(values, share, start=0), says="one short")
components_needed.wrong(lambda values, share: _needed(values, share, power=1), says="squares")
components_needed.wrong(
    lambda values, share: int(np.argmax(values**2 / np.sum(values**2) >= share)), says="np.cumsum"
)
components_needed.wrong(
    lambda s, share: int(np.argmax(np.cumsum(s**2 / np.sum(s**2)) > share)) + 1, says="two equal"
)
components_needed.wrong(lambda values, share: 3, says="it is 1 and 6")
components_needed.wrong(lambda values, share: 0.95, says="whole number")


_SINGLE = np.random.default_rng(2).integers(0, 256, (7, 6, 6), dtype=np.uint8)
_SINGLE[5] = _SINGLE[0][::-1]  # the same gray levels in another order: no duplicate
_IMAGES = _SINGLE[[0, 1, 2, 0, 3, 1, 5, 0, 6]]


@exercise(
    hints=[
        "An array cannot be the key of a dictionary, but its bytes can: image.tobytes().",
        "Go through enumerate(images) and put each index into the list of its key; "
        "groups.setdefault(key, []) makes the list where there is none.",
        "At the end keep the lists with two or more indices.",
    ]
)
def duplicate_groups(answer):
    expect_function(answer, "images")
    groups = call(answer, _IMAGES)
    try:
        groups = [sorted(int(index) for index in group) for group in groups]
    except TypeError:
        raise Wrong(
            "Return a list of groups, each a list of the indices of equal images."
        ) from None
    if any(len(group) == 1 for group in groups):
        raise Wrong("Your groups hold images that occur once; keep groups of two or more.")
    if any({0, 6} <= set(group) for group in groups):
        raise Wrong(
            "You take image 6 for a copy of image 0: it has the same gray levels in other places. "
            "Compare all the bytes, in order."
        )
    if sorted(groups) == [[0, 3], [0, 7], [1, 5], [3, 7]]:
        raise Wrong("You return pairs; images 0, 3 and 7 are equal and make one group of three.")
    if sorted(groups) != [[0, 3, 7], [1, 5]]:
        raise Wrong(f"You find {sorted(groups)}; the groups are [0, 3, 7] and [1, 5].")


def _groups(images, key=np.ndarray.tobytes, least=2):
    groups = {}
    for index, image in enumerate(images):
        groups.setdefault(key(image), []).append(index)
    return [group for group in groups.values() if len(group) >= least]


duplicate_groups.right(_groups)
duplicate_groups.right(
    lambda images: [
        np.array(rows)
        for rows in pd.Series([image.tobytes() for image in images]).groupby(
            [image.tobytes() for image in images]
        ).groups.values()
        if len(rows) > 1
    ]
)  # fmt: skip
duplicate_groups.wrong(lambda images: _groups(images, least=1), says="occur once")
duplicate_groups.wrong(lambda images: _groups(images, key=np.sum), says="same gray levels")
duplicate_groups.wrong(
    lambda images: [
        (i, j)
        for i in range(len(images))
        for j in range(i + 1, len(images))
        if np.array_equal(images[i], images[j])
    ],
    says="one group of three",
)
duplicate_groups.wrong(lambda images: 3, says="list of groups")
duplicate_groups.wrong(lambda images: [[0, 3]], says="You find")


@exercise(
    hints=[
        "The corners of the lips are pulled by the lip corner puller; look its number up in the table.",
        "The cheeks are raised, and crow's feet drawn, by the cheek raiser.",
        "A dictionary of two numbers: {12: ..., 6: ...}, each between 0.4 and 1.",
    ]
)
def smile_with_the_eyes(answer):
    expect_units(answer)
    moved = {unit for unit, intensity in answer.items() if intensity >= 0.4}
    if 15 in moved:
        raise Wrong("AU15 pulls the corners of the lips down; a smile pulls them up.")
    if 12 not in moved:
        raise Wrong("The corners of the lips hardly move; which unit pulls them up and back?")
    if 0 < answer.get(6, 0) < 0.4:
        raise Wrong("AU6 is too weak to be seen; try 0.4 or more.")
    if moved & {7} and 6 not in moved:
        raise Wrong(
            "AU7 tightens the lids, as in anger; a smile raises the cheeks with another unit."
        )
    if 6 not in moved:
        raise Wrong("The mouth smiles, the eyes do not: which unit raises the cheeks?")
    extra = {unit for unit, amount in answer.items() if amount > 0} - {6, 7, 12, 25, 26}
    if extra:
        raise Wrong(f"AU{min(extra)} does not belong to a smile; leave it at rest.")
    return "Mouth and eyes smile."


smile_with_the_eyes.right({6: 0.8, 12: 0.9})
smile_with_the_eyes.right({12: 0.6, 6: 0.5, 25: 0.7})
smile_with_the_eyes.right({6: 0.8, 7: 0.5, 12: 0.9})
smile_with_the_eyes.wrong({12: 0.9}, says="eyes do not")
smile_with_the_eyes.wrong({12: 0.9, 6: 0.2}, says="too weak")
smile_with_the_eyes.wrong({6: 0.9}, says="corners of the lips hardly move")
smile_with_the_eyes.wrong({12: 0.9, 7: 0.8}, says="as in anger")
smile_with_the_eyes.wrong({12: 9, 6: 8}, says="between 0 and 1")
smile_with_the_eyes.wrong({6: 0.9, 15: 0.9}, says="pulls the corners of the lips down")
smile_with_the_eyes.wrong({"AU12": 0.9, "AU6": 0.5}, says="use its number")
smile_with_the_eyes.wrong([6, 12], says="must be a dictionary")
smile_with_the_eyes.wrong({6: 0.9, 12: 0.9, 4: 0.7}, says="does not belong")
smile_with_the_eyes.wrong({6: 0.9, 12: 0.9, 2: 0.3}, says="does not belong")


_DARK = np.clip(np.random.default_rng(3).gamma(2.0, 14.0, (48, 48)), 0, 255).astype(np.uint8)
_ROUNDING = 3


@exercise(
    hints=[
        "np.bincount(face.ravel(), minlength=256) is the histogram: how many pixels have each gray level.",
        "np.cumsum(histogram) / face.size is the share of pixels that are at most this bright.",
        "That share times 255 is the new gray level of each old one: a table of 256 entries. table[face] looks up.",
    ]
)
def equalize(answer):
    expect_function(answer, "face")
    face = call(answer, _DARK)
    expect_array(face, shape=_DARK.shape)
    if face.dtype != np.uint8:
        raise Wrong(
            f"Your face holds {face.dtype}; bring it back to gray levels with astype(np.uint8)."
        )
    if np.array_equal(face, _DARK):
        raise Wrong("Your face is unchanged.")
    stretched = (_DARK - float(_DARK.min())) * 255 / np.ptp(_DARK)
    if np.abs(face - stretched).max() <= _ROUNDING:
        raise Wrong(
            "You stretch the range of gray levels; equalizing needs the cumulative histogram."
        )
    if face.max() <= 1:
        raise Wrong("Your gray levels end at 1: multiply the shares by 255 before you round.")
    whole = 255 * np.cumsum(np.bincount(_DARK.ravel(), minlength=256))[_DARK] / _DARK.size
    distances = [
        np.abs(face - good).max() for good in (whole, cv2.equalizeHist(_DARK).astype(float))
    ]
    between = np.histogram(_DARK, 256)[0]
    if np.abs(face - 255 * np.cumsum(between)[_DARK] / _DARK.size).max() <= _ROUNDING:
        raise Wrong(
            "The bins of your histogram begin and end where the gray levels of the face do; give "
            "np.histogram range=(0, 256), or take np.bincount."
        )
    if min(distances) > _ROUNDING:
        raise Wrong(
            f"Some pixels are {min(distances):.0f} gray levels off: a pixel's new level is 255 times "
            "the share of pixels that are at most as bright."
        )
    bright = 255 - _DARK
    try:
        again = expect_array(answer(bright.copy()), shape=bright.shape)
    except IndexError as error:
        raise Wrong(
            "It fails for a face with a pixel of 255: gray levels go from 0 to 255, so there are 256 "
            "of them, and the table needs as many entries."
        ) from error
    whole = 255 * _table(bright)[bright]
    if np.abs(again - whole).max() > _ROUNDING and not np.array_equal(
        again, cv2.equalizeHist(bright)
    ):
        raise Wrong("It works for a dark face and not for a bright one; have you fixed a number?")


def _table(face):
    return np.cumsum(np.bincount(face.ravel(), minlength=256)) / face.size


equalize.right(lambda face: (255 * _table(face))[face].astype(np.uint8))
equalize.right(cv2.equalizeHist)
equalize.wrong(lambda face: face, says="unchanged")
equalize.wrong(
    lambda face: (
        255 * np.cumsum(np.histogram(face, bins=255, range=(0, 255))[0])[face] / face.size
    ).astype(np.uint8),
    says="as many entries",
)
equalize.wrong(
    lambda face: (255 * np.cumsum(np.histogram(face, 256)[0]) / face.size)[face].astype(np.uint8),
    says="range=(0, 256)",
)
equalize.wrong(lambda face: (255 * _table(face))[face], says="astype")
equalize.wrong(lambda face: _table(face)[face].astype(np.uint8), says="multiply the shares")
equalize.wrong(
    lambda face: ((face - float(face.min())) / np.ptp(face) * 255).astype(np.uint8), says="stretch"
)
equalize.wrong(
    lambda face: (255 * np.bincount(face.ravel(), minlength=256) / face.size)[face].astype(
        np.uint8
    ),
    says="gray levels off",
)
