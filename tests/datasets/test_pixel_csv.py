import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fercourse import emotions
from fercourse.datasets import ckplus_csv, fer2013
from fercourse.datasets.pixel_csv import read_faces
from fercourse.errors import DataError
from tests.datasets.pixel_tables import as_csv, as_rows, noise

SPLITS = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}


def read(path, table=fer2013.TABLE):
    blocks = list(read_faces(path, table))
    images, labels = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
    return images, labels, [split for block in blocks for split in block.splits]


def assert_is(found, images, labels, usages):
    assert np.array_equal(found[0], images)
    assert np.array_equal(found[1], labels)
    assert found[2] == [SPLITS[usage] for usage in usages]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_row_is_read_in_order(tmp_path, end, quote, mark):
    faces = noise(70)
    rows = [[a, quote + pixels + quote, b] for a, pixels, b in as_rows(*faces)]
    path = tmp_path / "fer2013.csv"
    path.write_bytes((mark + as_csv(rows, end=end)).encode())
    assert_is(read(path), *faces)


def test_columns_may_stand_in_another_order_with_blanks(tmp_path):
    faces = noise(5)
    rows = [[a, c, b] for a, b, c in as_rows(*faces)]
    path = tmp_path / "icml_face_data.csv"
    path.write_text(as_csv(rows, header="emotion, Usage, pixels"))
    assert_is(read(path), *faces)


def test_ckextended_has_contempt_as_class_7(tmp_path):
    faces = noise(16, classes=8)
    path = tmp_path / "ckextended.csv"
    path.write_text(as_csv(as_rows(*faces)))
    assert_is(read(path, ckplus_csv.TABLE), *faces)
    assert ckplus_csv.TABLE.classes.index("contempt") == 7
    with pytest.raises(DataError, match=r"Line 9 .* has the emotion '7'; emotions are 0 to 6"):
        read(path)


def test_a_last_line_without_an_end_and_blank_lines_are_no_fault(tmp_path):
    faces = noise(3)
    path = tmp_path / "fer2013.csv"
    path.write_text(as_csv(as_rows(*faces)).replace("\n", "\n\n").rstrip("\n"))
    assert_is(read(path), *faces)


BAD_ROWS = {
    "too few pixels": (1, "1 2 3", "has 3 pixels where 2,304 belong"),
    "too many pixels": (1, "7 " * 2305, "has 2,305 pixels where 2,304 belong"),
    "no pixels": (1, "", "has 0 pixels"),
    "a pixel above 255": (1, "0 " * 2303 + "256", "has a pixel of 256"),
    "a pixel below 0": (1, "0 " * 2303 + "-1", "has a pixel of -1"),
    "text among the pixels": (1, "0 " * 2303 + "dark", "has 'dark' where a pixel belongs"),
    "a label too high": (0, "7", "has the emotion '7'; emotions are 0 to 6"),
    "a label below 0": (0, "-1", "has the emotion '-1'; emotions are 0 to 6"),
    "an underscore in a label": (0, "0_1", "has the emotion '0_1', no whole number"),
    "text as label": (0, "happy", "has the emotion 'happy', no whole number"),
    "an unknown Usage": (2, "Testing", "has the Usage 'Testing'; known are Training, PublicTest"),
    "one column more": (2, "Training,1", "has 4 columns where 3 belong"),
}


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_one_bad_row_refuses_the_file_and_names_the_line(tmp_path, fault):
    column, value, message = BAD_ROWS[fault]
    rows = as_rows(*noise(40))
    rows[35][column] = value
    path = tmp_path / "fer2013.csv"
    path.write_text(as_csv(rows))
    with pytest.raises(DataError, match=f"Line 37 of .* {message}"):
        read(path)


BAD_FILES = {
    "empty": (b"", "is empty"),
    "only a header": (b"emotion,pixels,Usage\n", "holds no faces"),
    "no header": (b"0,1 2 3,Training\n", "has no column emotion and no pixels and no usage"),
    "a missing column": (b"emotion,pixels\n0,1\n", "has no column usage"),
    "a column twice": (b"emotion,pixels,Usage,Emotion\n0,1,Training,1\n", "column emotion twice"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "has no column emotion"),
    "zeros": (bytes(1 << 17), "is no table of faces"),
    "a huge field": (b"emotion,pixels,Usage\n0," + b"1 " * 50_000, "is no table of faces"),
    "a cut last row": (
        as_csv(as_rows(*noise(2))).encode()[:-5000],
        "Line 3 .* has 2 columns where 3 belong",
    ),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_file_that_is_no_table_is_refused(tmp_path, fault):
    content, message = BAD_FILES[fault]
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(path)


def test_so_many_bytes_are_refused(tmp_path, monkeypatch, fer2013_csv):
    monkeypatch.setattr("fercourse.datasets.archives.MAX_BYTES", 100_000)
    with pytest.raises(DataError, match=r"all of them more than 100,000"):
        read(fer2013_csv)


FACES = noise(3, seed=1)
SOUND = as_csv(as_rows(*FACES)).encode()
PIECES = st.sampled_from(
    [b"", b",", b'"', b"\n", b"\r", b" ", b"0", b"-", b"256", b"\xff", b"\x00", b"Training"]
)
PLACES = st.integers(0, len(SOUND)) | st.integers(0, 60) | st.integers(len(SOUND) - 60, len(SOUND))


@settings(
    max_examples=1000,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(PLACES, st.integers(0, 30), PIECES | st.binary(max_size=20)), max_size=3))
def test_a_mangled_table_is_refused_in_one_line_or_read_right(tmp_path, changes):
    text = SOUND
    for place, length, piece in changes:
        text = text[:place] + piece + text[place + length :]
    path = tmp_path / "fer2013.csv"
    path.write_bytes(text)
    problem = None
    try:
        images, labels, splits = read(path)
    except DataError as error:
        problem = str(error)
    if problem:
        assert "\n" not in problem
        assert len(problem) < 400
        return
    assert len(images) == len(labels) == len(splits)
    assert labels.max() < len(emotions.CLASSES)
    expected = plainly(text)
    assert np.array_equal(images.reshape(len(images), -1), [row[1] for row in expected])
    assert labels.tolist() == [row[0] for row in expected]


def plainly(text):
    """Read a table that was found sound, the plain way."""
    header, *lines = text.removeprefix(b"\xef\xbb\xbf").decode("latin-1").split("\n")
    names = [word.strip().strip('"').strip().lower() for word in header.split(",")]
    cells = [
        next(csv.reader([line.strip()])) if '"' in line else line.strip().split(",")
        for line in lines
        if line.strip()
    ]
    rows = [dict(zip(names, row, strict=True)) for row in cells]
    return [(int(row["emotion"]), [int(word) for word in row["pixels"].split()]) for row in rows]
