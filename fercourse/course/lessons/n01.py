"""The exercises of notebook 01, each with answers that must be found right and wrong."""

import tempfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_equal_arrays,
    expect_function,
    expect_integer,
    expect_number,
)
from fercourse.emotions import ACTION_UNITS

# ---------------------------------------------------------------- a table made from a folder

_FILES = (
    ("train", "happy", "S01_0001.png"),
    ("train", "happy", "S02_0002.png"),
    ("train", "sad", "S01_0003.png"),
    ("test", "happy", "S03_0004.png"),
    ("test", "angry", "S03_0005.png"),
)


@exercise(
    hints=[
        "Path(folder).rglob('*.png') gives every PNG file below a folder, at any depth, and nothing else.",
        "The parts of a path stand in path.parts: the file's name is parts[-1], its class is parts[-2].",
        "Collect one dictionary a file in a list; pd.DataFrame(rows) makes the table.",
    ]
)
def table_from_folder(answer):
    expect_function(answer, "folder")
    with tempfile.TemporaryDirectory() as folder:
        for split, word, name in _FILES:
            path = Path(folder, split, word, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        Path(folder, "train", "happy", "Thumbs.db").touch()
        table = call(answer, Path(folder))
    if not isinstance(table, pd.DataFrame):
        raise Wrong(f"Your function returns a {type(table).__name__}; it must return a DataFrame.")
    missing = [name for name in ("split", "class", "subject") if name not in table]
    if missing:
        raise Wrong(f"Your table lacks the column {missing[0]!r}.")
    if len(table) == len(_FILES) + 1:
        raise Wrong("Your table counts Thumbs.db, which is no image; take only files *.png.")
    if len(table) != len(_FILES):
        raise Wrong(f"Your table has {len(table)} rows for a folder of {len(_FILES)} images.")
    if set(table["split"]) & {"happy", "sad", "angry"}:
        raise Wrong(
            "Your splits are classes; the split is the folder above the folder of the class."
        )
    expected = sorted((split, word, name[:3]) for split, word, name in _FILES)
    got = sorted(table[["split", "class", "subject"]].itertuples(index=False, name=None))
    if got != expected:
        wrong = next(row for row in got if row not in expected)
        raise Wrong(f"A row of yours is {wrong}; a right one looks like {expected[0]}.")


def _rows(folder, pattern="*.png", columns=("split", "class"), subject=3):
    return pd.DataFrame(
        [
            dict(zip(columns, path.parts[-3:-1], strict=True)) | {"subject": path.name[:subject]}
            for path in Path(folder).rglob(pattern)
            if path.is_file()
        ]
    )


table_from_folder.right(_rows)
table_from_folder.right(lambda folder: _rows(folder).sort_values("class").assign(file="x"))
table_from_folder.wrong(lambda folder: _rows(folder, "*"), says="Thumbs.db")
table_from_folder.wrong(
    lambda folder: _rows(folder, columns=("class", "split")), says="splits are classes"
)
table_from_folder.wrong(lambda folder: list(folder.rglob("*.png")), says="must return a DataFrame")
table_from_folder.wrong(lambda folder: _rows(folder)[["split", "class"]], says="lacks the column")
table_from_folder.wrong(lambda folder: _rows(folder, subject=8), says="A row of yours")
table_from_folder.wrong(lambda folder: _rows(folder).head(2), says="has 2 rows")

# ---------------------------------------------------------------------- a face from a CSV row

_FACE = np.random.default_rng(1).integers(0, 256, (48, 48), dtype=np.uint8)
_PIXELS = " ".join(map(str, _FACE.ravel()))


@exercise(
    hints=[
        "text.split() gives 2,304 words; np.array turns them into numbers when you name a dtype.",
        "Gray levels 0 to 255 fit into one byte: np.uint8.",
        "reshape(48, 48) lays the numbers out row by row.",
    ]
)
def face_from_pixels(answer):
    expect_function(answer, "pixels")
    face = call(answer, _PIXELS)
    expect_array(face)
    if face.shape == (48 * 48,):
        raise Wrong(
            "Your face is still one long row of 2,304 numbers; give it 48 rows and columns."
        )
    expect_array(face, shape=(48, 48))
    if face.dtype != np.uint8:
        raise Wrong(f"Your face holds {face.dtype}; gray levels take one byte each, np.uint8.")
    if np.array_equal(face, _FACE.T):
        raise Wrong("Your face lies on its side: the pixels come row by row, not column by column.")
    expect_equal_arrays(face, _FACE)


face_from_pixels.right(lambda pixels: np.array(pixels.split(), dtype=np.uint8).reshape(48, 48))
face_from_pixels.right(
    lambda pixels: np.array([int(word) for word in pixels.split()]).astype("uint8").reshape(48, -1)
)
face_from_pixels.wrong(lambda pixels: np.array(pixels.split(), dtype=np.uint8), says="one long row")
face_from_pixels.wrong(
    lambda pixels: np.array(pixels.split(), dtype=float).reshape(48, 48), says="one byte each"
)
face_from_pixels.wrong(
    lambda pixels: np.array(pixels.split(), dtype=np.uint8).reshape(48, 48, order="F"),
    says="on its side",
)
face_from_pixels.wrong(lambda pixels: pixels.split(), says="must be a NumPy array")

# ------------------------------------------------------------------------------- imbalance

_LABELS = np.repeat([0, 1, 3, 4], [30, 4, 48, 20])


@exercise(
    hints=[
        "np.unique(labels, return_counts=True) counts each class that occurs.",
        "The ratio compares the largest of these counts with the smallest one.",
    ]
)
def imbalance_ratio(answer):
    expect_function(answer, "labels")
    ratio = expect_number(call(answer, _LABELS))
    if np.isclose(ratio, 4 / 48):
        raise Wrong("Your ratio is upside down: it is largest by smallest, at least one.")
    if np.isclose(ratio, 48 - 4):
        raise Wrong("You subtract the counts; a ratio divides them.")
    if np.isclose(ratio, 48 / len(_LABELS)):
        raise Wrong("That is the share of the largest class; compare it with the smallest class.")
    expect_close(ratio, 12, tolerance=1e-6, what="Your ratio")
    expect_close(
        call(answer, np.array([2, 2, 2])),
        1,
        tolerance=1e-6,
        what="With one class alone, your ratio",
    )


imbalance_ratio.right(lambda labels: np.ptp(np.unique(labels, return_counts=True)[1]) / 4 + 1
                      if len(set(labels)) > 1 else 1.0)  # fmt: skip
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

# ----------------------------------------------------------------------- how many components

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
    few, all_ = call(answer, _SINGULAR_VALUES, 0.5), call(answer, _SINGULAR_VALUES, 1.0)
    if (few, all_) != (1, 6):
        raise Wrong(
            f"For half of the variance you need {few}, for all of it {all_}; it is 1 and 6."
        )


def _needed(values, share, power=2, start=1):
    shares = np.cumsum(np.asarray(values) ** power)
    return int(np.argmax(shares >= share * shares[-1] - 1e-9)) + start


components_needed.right(_needed)
components_needed.right(
    lambda values, share: int(
        np.searchsorted(np.cumsum(values**2) / np.sum(values**2), share - 1e-12) + 1
    )
)
components_needed.wrong(lambda values, share: _needed(values, share, start=0), says="one short")
components_needed.wrong(lambda values, share: _needed(values, share, power=1), says="squares")
components_needed.wrong(
    lambda values, share: int(np.argmax(values**2 / np.sum(values**2) >= share)), says="np.cumsum"
)
components_needed.wrong(lambda values, share: 3, says="it is 1 and 6")
components_needed.wrong(lambda values, share: 0.95, says="whole number")

# ------------------------------------------------------------------------- entropy of votes

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
        entropy = call(answer, _VOTES)
    if not isinstance(entropy, np.ndarray) or entropy.shape != (4,):
        given = getattr(entropy, "shape", type(entropy).__name__)
        raise Wrong(f"For the votes on 4 faces you return {given}; return one entropy a face.")
    if np.isnan(entropy).any():
        raise Wrong(
            "Your entropy is NaN where a class has no votes; 0 times log 0 must count as 0."
        )
    if entropy[2] < 0:
        raise Wrong("Your entropy is negative; the sum of p log p needs a minus sign before it.")
    if np.isclose(entropy[2], np.log(4)):
        raise Wrong("Your entropy is in nats; use the logarithm to base 2 to get bits.")
    if entropy[2] > 2.1 or entropy[0] < -1:
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
entropy_of_votes.wrong(_entropy_with_nan, says="NaN")
entropy_of_votes.wrong(lambda votes: _entropy(votes, log=np.log), says="nats")
entropy_of_votes.wrong(lambda votes: _entropy(votes, sign=1), says="negative")
entropy_of_votes.wrong(lambda votes: float(_entropy(votes).sum()), says="one entropy a face")
entropy_of_votes.wrong(
    lambda votes: (votes * np.log2(np.maximum(votes, 1))).sum(axis=1), says="divide the votes"
)
entropy_of_votes.wrong(lambda votes: _entropy(votes, axis=0).sum(keepdims=True), says="(1,)")

# ------------------------------------------------------------------ subjects in two splits

_PEOPLE = pd.DataFrame(
    {
        "split": ["train"] * 4 + ["validation"] * 2 + ["test"] * 3,
        "subject": ["ann", "bob", "bob", "cyd", "dan", "ann", "bob", "eve", "eve"],
    }
)


@exercise(
    hints=[
        "table[table['split'] == 'train']['subject'] holds the subjects of one split.",
        "set(...) drops what stands there twice; the operator & keeps what two sets share.",
    ]
)
def subjects_in_both(answer):
    expect_function(answer, "table")
    shared = call(answer, _PEOPLE)
    if isinstance(shared, int | np.integer):
        raise Wrong("You return a number; return the subjects themselves, as a set.")
    if not isinstance(shared, set):
        raise Wrong(f"You return a {type(shared).__name__}; return a set of subjects.")
    if "ann" in shared and "bob" in shared:
        raise Wrong(
            "You count ann, who is in train and in validation; only train and test matter here."
        )
    if shared & {"cyd", "eve", "dan"}:
        raise Wrong("You return subjects who are in one split only; & keeps those in both.")
    if shared != {"bob"}:
        raise Wrong(f"You return {shared}; only bob is in train and in test.")
    if call(answer, _PEOPLE[_PEOPLE["subject"] != "bob"]):
        raise Wrong("Where nobody is in both splits, the set must be empty.")


def _people(table, split):
    return set(table[table["split"] == split]["subject"])


subjects_in_both.right(lambda table: _people(table, "train") & _people(table, "test"))
subjects_in_both.right(
    lambda table: {
        name
        for name, rows in table[table["split"] != "validation"].groupby("subject")["split"]
        if rows.nunique() == 2
    }
)
subjects_in_both.wrong(
    lambda table: len(_people(table, "train") & _people(table, "test")), says="themselves"
)
subjects_in_both.wrong(
    lambda table: _people(table, "train") | _people(table, "test"), says="train and in validation"
)
subjects_in_both.wrong(
    lambda table: {name for name, rows in table.groupby("subject") if rows["split"].nunique() > 1},
    says="only train and test",
)
subjects_in_both.wrong(
    lambda table: _people(table, "test") - _people(table, "train"), says="one split only"
)
subjects_in_both.wrong(lambda table: ["bob"], says="return a set")

# ---------------------------------------------------------------------------- duplicates

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

# ------------------------------------------------------------------------ a smile in FACS


@exercise(
    hints=[
        "The corners of the lips are pulled by the lip corner puller; look its number up in the table.",
        "The cheeks are raised, and crow's feet drawn, by the cheek raiser.",
        "A dictionary of two numbers: {12: ..., 6: ...}, each between 0.4 and 1.",
    ]
)
def smile_with_the_eyes(answer):
    if not isinstance(answer, dict):
        raise Wrong(
            f"Your answer is a {type(answer).__name__}; it must be a dictionary {{unit: intensity}}."
        )
    unknown = [unit for unit in answer if unit not in ACTION_UNITS]
    if unknown:
        raise Wrong(f"{unknown[0]!r} is no action unit of the table; use its number, such as 12.")
    for unit, intensity in answer.items():
        if not 0 <= expect_number(intensity) <= 1:
            raise Wrong(f"AU{unit} has the intensity {intensity}; it must lie between 0 and 1.")
    moved = {unit for unit, intensity in answer.items() if intensity >= 0.4}
    if 15 in moved:
        raise Wrong("AU15 pulls the corners of the lips down; a smile pulls them up.")
    if 12 not in moved:
        raise Wrong("The corners of the lips hardly move; which unit pulls them up and back?")
    if moved & {7} and 6 not in moved:
        raise Wrong(
            "AU7 tightens the lids, as in anger; a smile raises the cheeks with another unit."
        )
    if 6 not in moved:
        raise Wrong("The mouth smiles, the eyes do not: which unit raises the cheeks?")
    extra = moved - {6, 12, 25, 26}
    if extra:
        raise Wrong(f"AU{min(extra)} does not belong to a smile; leave it at rest.")
    return "Mouth and eyes smile."


smile_with_the_eyes.right({6: 0.8, 12: 0.9})
smile_with_the_eyes.right({12: 0.6, 6: 0.5, 25: 0.7})
smile_with_the_eyes.wrong({12: 0.9}, says="eyes do not")
smile_with_the_eyes.wrong({6: 0.9}, says="corners of the lips hardly move")
smile_with_the_eyes.wrong({12: 0.9, 7: 0.8}, says="as in anger")
smile_with_the_eyes.wrong({12: 9, 6: 8}, says="between 0 and 1")
smile_with_the_eyes.wrong({6: 0.9, 15: 0.9}, says="pulls the corners of the lips down")
smile_with_the_eyes.wrong({"AU12": 0.9, "AU6": 0.5}, says="use its number")
smile_with_the_eyes.wrong([6, 12], says="must be a dictionary")
smile_with_the_eyes.wrong({6: 0.9, 12: 0.9, 4: 0.7}, says="does not belong")

# ------------------------------------------------------------------ histogram equalization

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
    if min(distances) > _ROUNDING:
        raise Wrong(
            f"Some pixels are {min(distances):.0f} gray levels off: a pixel's new level is 255 times "
            "the share of pixels that are at most as bright."
        )


def _table(face):
    return np.cumsum(np.bincount(face.ravel(), minlength=256)) / face.size


equalize.right(lambda face: (255 * _table(face))[face].astype(np.uint8))
equalize.right(cv2.equalizeHist)
equalize.wrong(lambda face: face, says="unchanged")
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
