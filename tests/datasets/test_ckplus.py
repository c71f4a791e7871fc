"""CK+ is read from its original tree and from the folder of 48x48 files."""

import pytest

from fercourse.datasets import ckplus
from fercourse.emotions import CLASSES_WITH_CONTEMPT
from fercourse.errors import DataError


def write_sequence(root, subject, session, frames, code=None, images="cohn-kanade-images"):
    folder = root / images / subject / session
    folder.mkdir(parents=True)
    for frame in range(1, frames + 1):
        (folder / f"{subject}_{session}_{frame:08d}.png").write_bytes(b"x")
    labels = root / "Emotion" / subject / session
    labels.mkdir(parents=True, exist_ok=True)
    if code is not None:
        name = f"{subject}_{session}_{frames:08d}_emotion.txt"
        (labels / name).write_text(f"   {code:.7e}\n")


def words(listing):
    return [CLASSES_WITH_CONTEMPT[label] for label in listing.table["label"]]


def test_last_three_frames_carry_the_label_and_the_first_is_neutral(tmp_path):
    write_sequence(tmp_path, "S005", "001", 11, code=3)
    write_sequence(tmp_path, "S010", "002", 14, code=7)
    listing = ckplus.list_files(tmp_path)
    assert list(listing.table["frame"]) == [1, 9, 10, 11, 1, 12, 13, 14]
    assert words(listing) == ["neutral", *["disgust"] * 3, "neutral", *["surprise"] * 3]
    assert list(listing.table["subject"].unique()) == ["S005", "S010"]
    assert list(listing.table["sequence"].unique()) == ["S005_001", "S010_002"]
    assert listing.table["file"][1] == "cohn-kanade-images/S005/001/S005_001_00000009.png"
    assert listing.classes == CLASSES_WITH_CONTEMPT
    assert listing.crop == "face"
    assert listing.unused == [
        ("cohn-kanade-images", "17 frames between the first and the last three of their sequences")
    ]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (0, "neutral"),
        (1, "angry"),
        (2, "contempt"),
        (3, "disgust"),
        (4, "fear"),
        (5, "happy"),
        (6, "sad"),
        (7, "surprise"),
    ],
)
def test_codes_are_those_of_the_owners(tmp_path, code, word):
    write_sequence(tmp_path, "S005", "001", 8, code=code)
    assert words(ckplus.list_files(tmp_path))[1:] == [word] * 3


def test_sequences_without_a_label_are_listed(tmp_path):
    write_sequence(tmp_path, "S005", "001", 4, code=1)
    write_sequence(tmp_path, "S005", "002", 9)
    listing = ckplus.list_files(tmp_path)
    assert set(listing.table["session"]) == {"001"}
    assert listing.unused == [("S005_002", "the sequence has no emotion label (9 frames)")]


@pytest.mark.parametrize("text", ["", "happy", "8.0", "nan", "1e400", "2.5"])
def test_a_label_that_is_no_code_is_listed(tmp_path, text):
    write_sequence(tmp_path, "S005", "001", 4, code=1)
    write_sequence(tmp_path, "S005", "002", 4, code=1)
    label = tmp_path / "Emotion/S005/002/S005_002_00000004_emotion.txt"
    label.write_text(text)
    unused = dict(ckplus.list_files(tmp_path).unused)
    assert unused["Emotion/S005/002/S005_002_00000004_emotion.txt"] == (
        "it holds no emotion code from 0 to 7"
    )
    assert "S005_002" in unused


def test_short_sequences_keep_their_first_frame_neutral(tmp_path):
    write_sequence(tmp_path, "S005", "001", 3, code=5)
    assert words(ckplus.list_files(tmp_path)) == ["neutral", "happy", "happy"]


def test_facs_and_landmark_texts_are_no_fault(tmp_path):
    write_sequence(tmp_path, "S005", "001", 4, code=1, images="CK+/cohn-kanade-images")
    for name in ("S005_001_00000004_facs.txt", "S005_001_00000001_landmarks.txt", "ReadMe.txt"):
        (tmp_path / name).write_text("4.0")
    assert ckplus.list_files(tmp_path).unused == [("ReadMe.txt", "it is not a picture file")]


def test_pictures_without_labels_say_what_is_missing(tmp_path):
    write_sequence(tmp_path, "S005", "001", 4)
    with pytest.raises(DataError, match="put the folder Emotion"):
        ckplus.list_files(tmp_path)


def test_folder_of_small_files_is_taken_whole(tmp_path):
    for word in ["anger", "contempt", "disgust", "fear", "happy", "sadness", "Surprise"]:
        (tmp_path / "CK+48" / word).mkdir(parents=True)
        (tmp_path / "CK+48" / word / "S010_004_00000017.png").write_bytes(b"x")
    (tmp_path / "CK+48" / "anger" / "me.png").write_bytes(b"x")
    listing = ckplus.list_files(tmp_path)
    assert listing.crop == "whole"
    assert sorted(words(listing)) == sorted(set(CLASSES_WITH_CONTEMPT) - {"neutral"})
    row = listing.table[listing.table["file"] == "CK+48/sadness/S010_004_00000017.png"].iloc[0]
    assert CLASSES_WITH_CONTEMPT[row["label"]] == "sad"
    assert (row["subject"], row["sequence"], row["frame"]) == ("S010", "S010_004", 17)
    assert listing.unused == [
        ("CK+48/anger/me.png", "its name is not of the form S005_001_00000001.png")
    ]


def test_an_unknown_class_folder_is_named(tmp_path):
    for word in ("anger", "boredom"):
        (tmp_path / word).mkdir()
        (tmp_path / word / "S010_004_00000017.png").write_bytes(b"x")
    with pytest.raises(DataError, match="'boredom' is no expression class"):
        ckplus.list_files(tmp_path)
