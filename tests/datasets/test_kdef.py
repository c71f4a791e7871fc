"""KDEF is read from the names of its files."""

import pytest

from fercourse.datasets import kdef
from fercourse.emotions import CLASSES
from fercourse.errors import DataError

WORDS = {"AF": "fear", "AN": "angry", "DI": "disgust", "HA": "happy"}
WORDS |= {"NE": "neutral", "SA": "sad", "SU": "surprise"}
ANGLES = {"S": "straight", "HL": "half left", "HR": "half right"}
ANGLES |= {"FL": "full left", "FR": "full right"}


def write_tree(root, people):
    for person in people:
        (root / person).mkdir(parents=True)
        for code in WORDS:
            for angle in ANGLES:
                (root / person / f"{person}{code}{angle}.JPG").write_bytes(b"x")


def test_every_name_gives_session_sex_subject_class_and_angle(tmp_path):
    write_tree(tmp_path, ["AF01", "BF01", "AM35"])
    listing = kdef.list_files(tmp_path)
    table = listing.table.set_index("file")
    assert len(table) == 3 * 7 * 5
    for code, word in WORDS.items():
        for angle, said in ANGLES.items():
            row = table.loc[f"AM35/AM35{code}{angle}.JPG"]
            assert (CLASSES[row["label"]], row["angle"]) == (word, said)
            assert (row["session"], row["sex"], row["subject"]) == ("A", "male", "M35")
    assert listing.crop == "face"
    assert listing.unused == []


def test_a_person_is_one_subject_in_both_sessions(tmp_path):
    write_tree(tmp_path, ["AF01", "BF01", "AM01"])
    table = kdef.list_files(tmp_path).table
    assert table.groupby("subject")["session"].unique().map(list).to_dict() == {
        "F01": ["A", "B"],
        "M01": ["A"],
    }


def test_case_and_outer_folders_do_not_matter(tmp_path):
    write_tree(tmp_path / "KDEF_and_AKDEF" / "KDEF", ["AF01"])
    (tmp_path / "af02anfr.jpeg").write_bytes(b"x")
    table = kdef.list_files(tmp_path).table.set_index("file")
    assert table.loc["af02anfr.jpeg", "angle"] == "full right"
    assert table.loc["af02anfr.jpeg", "subject"] == "F02"
    assert len(table) == 36


@pytest.mark.parametrize("name", ["AF31V.JPG", "AF36ANS.JPG", "CF01ANS.JPG", "AF01ANX.JPG"])
def test_wrong_names_are_listed(tmp_path, name):
    write_tree(tmp_path, ["AF01"])
    (tmp_path / name).write_bytes(b"x")
    listing = kdef.list_files(tmp_path)
    assert len(listing.table) == 35
    assert listing.unused == [(name, "its name is not of the form AF01ANS.JPG")]


def test_a_folder_of_another_form_is_refused(tmp_path):
    (tmp_path / "KA.AN1.39.tiff").write_bytes(b"x")
    with pytest.raises(DataError, match="looks like 'jaffe'"):
        kdef.list_files(tmp_path)
