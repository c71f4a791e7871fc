"""The exercises of notebook 01 on tables and subjects, with their examples."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_equal_arrays,
    expect_function,
)

_FILES = (
    ("train", "happy", "S1_0001.png"),
    ("train", "happy", "S02_0002.png"),
    ("train", "sad", "S1_0003.png"),
    ("test", "happy", "S003_0004.png"),
    ("test", "angry", "S003_0005.png"),
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
    expected = sorted((split, word, name.split("_")[0]) for split, word, name in _FILES)
    got = sorted(table[["split", "class", "subject"]].itertuples(index=False, name=None))
    if got != expected:
        wrong = next(row for row in got if row not in expected)
        raise Wrong(f"A row of yours is {wrong}; a right one looks like {expected[0]}.")


def _before_underscore(path):
    return path.name.split("_")[0]


def _rows(folder, pattern="*.png", columns=("split", "class"), subject=_before_underscore):
    return pd.DataFrame(
        [
            dict(zip(columns, path.parts[-3:-1], strict=True)) | {"subject": subject(path)}
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
table_from_folder.wrong(
    lambda folder: _rows(folder, subject=lambda path: path.name[:3]), says="A row of yours"
)
table_from_folder.wrong(
    lambda folder: _rows(folder, subject=lambda path: path.stem), says="A row of yours"
)
table_from_folder.wrong(lambda folder: _rows(folder).head(2), says="has 2 rows")


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
