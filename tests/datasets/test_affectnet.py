"""AffectNet is read from its CSV lists and from the form of 2021."""

import pickle

import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import affectnet
from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT
from fercourse.errors import DataError

IMAGES = "Manually_Annotated_Images"


def write_list(root, rows, name="training.csv", images=IMAGES):
    """Write a list and its pictures; a row is a path, a code and perhaps a box."""
    lines = []
    for path, code, *box in rows:
        picture = root / images / path
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"x")
        x, y, width, height = box or (10, 20, 100, 120)
        lines.append([path, x, y, width, height, "1.5;2.5;3.5", code, -0.25, 0.5])
    columns = "subDirectory_filePath face_x face_y face_width face_height facial_landmarks"
    table = pd.DataFrame(lines, columns=[*columns.split(), "expression", "valence", "arousal"])
    table.to_csv(root / name, index=False)
    return table


def test_lists_give_class_split_box_and_scales(tmp_path):
    write_list(tmp_path, [(f"{i}/a{i}.jpg", i) for i in range(8)])
    write_list(tmp_path, [("9/b.JPG", 1)], name="validation.csv")
    listing = affectnet.list_files(tmp_path)
    words = ["neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt", "happy"]
    assert [listing.classes[label] for label in listing.table["label"]] == words
    assert listing.classes == CLASSES_WITH_CONTEMPT
    assert list(listing.table["split"]) == ["train"] * 8 + ["validation"]
    first = listing.table.iloc[0]
    assert first["file"] == f"{IMAGES}/0/a0.jpg"
    assert (first["x"], first["y"], first["width"], first["height"]) == (10, 20, 100, 120)
    assert (first["valence"], first["arousal"]) == (-0.25, 0.5)
    assert listing.crop == "box"
    assert listing.unused == []


def test_classes_are_seven_without_contempt(tmp_path):
    write_list(tmp_path, [("1/a.jpg", 1)])
    assert affectnet.list_files(tmp_path).classes == CLASSES


def test_codes_that_are_no_expression_are_counted(tmp_path):
    box = ("NULL",) * 4
    rows = [("1/a.jpg", 1), ("1/b.jpg", 8), ("1/c.jpg", 8), ("1/d.jpg", 9), ("1/e.jpg", 10, *box)]
    write_list(tmp_path, rows)
    listing = affectnet.list_files(tmp_path)
    assert list(listing.table["file"]) == [f"{IMAGES}/1/a.jpg"]
    assert listing.unused == [
        ("training.csv", "pictures of code 8 (none), no expression: 2"),
        ("training.csv", "pictures of code 9 (uncertain), no expression: 1"),
        ("training.csv", "pictures of code 10 (no face), no expression: 1"),
    ]


def test_automatic_labels_are_told_apart(tmp_path):
    write_list(tmp_path, [("1/a.jpg", 1)])
    write_list(tmp_path, [("1/b.jpg", 2)], "automatically_annotated.csv", "Automatically/Images")
    table = affectnet.list_files(tmp_path).table
    assert list(table["annotation"]) == ["manual", "automatic"]
    assert list(table["file"]) == [f"{IMAGES}/1/a.jpg", "Automatically/Images/1/b.jpg"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("../../outside.jpg", 1), "rows whose path is not of the form folder/picture.jpg: 1"),
        (("/etc/passwd", 1), "rows whose path is not of the form folder/picture.jpg: 1"),
        (("1/../b.jpg", 1), "rows whose path is not of the form folder/picture.jpg: 1"),
        (("1/b.jpg", 11), "rows whose expression is no code from 0 to 10: 1"),
        (("1/b.jpg", "happy"), "rows whose expression is no code from 0 to 10: 1"),
        (("1/b.jpg", ""), "rows whose expression is no code from 0 to 10: 1"),
        (("1/b.jpg", 1, "NULL", 0, 5, 5), "rows that give no box of the face: 1"),
        (("1/b.jpg", 1, 0, 0, 0, 5), "rows that give no box of the face: 1"),
        (("1/b.jpg", 1, 0, 0, 1e12, 5), "rows that give no box of the face: 1"),
    ],
)
def test_rows_that_cannot_be_used_are_counted(tmp_path, row, reason):
    root = tmp_path / "affectnet"
    write_list(root, [("1/a.jpg", 1)])
    table = pd.read_csv(root / "training.csv")
    path, code, *box = row
    (root / IMAGES / "1/b.jpg").write_bytes(b"x")
    bad = [path, *(box or (1, 1, 9, 9)), "1;2", code, 0, 0]
    pd.concat([table, pd.DataFrame([bad], columns=table.columns)]).to_csv(
        root / "training.csv", index=False
    )
    listing = affectnet.list_files(root)
    assert list(listing.table["file"]) == [f"{IMAGES}/1/a.jpg"]
    assert listing.unused == [("training.csv", reason)]


def test_missing_pictures_and_links_are_counted(tmp_path):
    root = tmp_path / "affectnet"
    write_list(root, [("1/a.jpg", 1), ("1/b.jpg", 1), ("1/c.jpg", 1), ("2/d.jpg", 1)])
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    (root / IMAGES / "1/b.jpg").unlink()
    (root / IMAGES / "1/c.jpg").unlink()
    (root / IMAGES / "1/c.jpg").symlink_to(secret)
    (root / IMAGES / "2").rename(tmp_path / "2")
    (root / IMAGES / "2").symlink_to(tmp_path / "2")
    listing = affectnet.list_files(root)
    assert list(listing.table["file"]) == [f"{IMAGES}/1/a.jpg"]
    assert listing.unused == [
        ("training.csv", "rows whose picture is not there (links do not count): 3")
    ]


def test_a_list_without_its_pictures_says_what_to_do(tmp_path):
    write_list(tmp_path, [("1/a.jpg", 1)])
    (tmp_path / IMAGES / "1/a.jpg").unlink()
    with pytest.raises(DataError, match=r"picture is not there .*: 1\); put its pictures beside"):
        affectnet.list_files(tmp_path)


def test_one_list_without_its_pictures_does_not_spoil_the_other(tmp_path):
    write_list(tmp_path, [("1/a.jpg", 1)])
    write_list(tmp_path, [("7/b.jpg", 2)], "automatically_annotated.csv", "Elsewhere")
    (tmp_path / "Elsewhere/7/b.jpg").unlink()
    listing = affectnet.list_files(tmp_path)
    assert list(listing.table["file"]) == [f"{IMAGES}/1/a.jpg"]
    reason = "rows whose picture is not there (links do not count): 1"
    assert listing.unused == [("automatically_annotated.csv", reason)]


def test_a_list_without_rows_is_no_data_set(tmp_path):
    write_list(tmp_path, [])
    with pytest.raises(DataError, match="No picture of AffectNet can be used"):
        affectnet.list_files(tmp_path)


def test_a_list_that_lacks_a_column_is_refused(tmp_path):
    write_list(tmp_path, [("1/a.jpg", 1)]).drop(columns="expression").to_csv(
        tmp_path / "training.csv", index=False
    )
    with pytest.raises(DataError, match=r"training.csv lacks the columns expression"):
        affectnet.list_files(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe\x00binary", b'a,b\n"unclosed\n1,2,3,4\n'])
def test_a_list_that_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "training.csv").write_bytes(content)
    with pytest.raises(DataError):
        affectnet.list_files(tmp_path)


def write_2021(root, codes, name="train_set"):
    for kind in ("images", "annotations"):
        (root / name / kind).mkdir(parents=True)
    for number, code in enumerate(codes):
        (root / name / f"images/{number}.jpg").write_bytes(b"x")
        np.save(root / name / f"annotations/{number}_exp.npy", code)
        np.save(root / name / f"annotations/{number}_val.npy", 0.5)


def test_form_of_2021_is_taken_whole(tmp_path):
    write_2021(tmp_path, [np.array(str(code)) for code in range(9)])
    write_2021(tmp_path, [np.array(1), np.array([2])], "val_set")
    listing = affectnet.list_files(tmp_path)
    words = [
        "neutral",
        "happy",
        "sad",
        "surprise",
        "fear",
        "disgust",
        "angry",
        "contempt",
        "happy",
        "sad",
    ]
    assert [listing.classes[label] for label in listing.table["label"]] == words
    assert listing.table["file"][7] == "train_set/images/7.jpg"
    assert list(listing.table["split"]) == ["train"] * 8 + ["validation"] * 2
    assert listing.crop == "whole"
    assert listing.unused == [("train_set", "pictures of code 8 (none), no expression: 1")]


def test_annotations_are_never_unpickled(tmp_path):
    write_2021(tmp_path, [np.array(1)] * 4)
    annotations = tmp_path / "train_set/annotations"
    bomb = np.array([Bomb(tmp_path / "went_off")], dtype=object)
    np.save(annotations / "1_exp.npy", bomb, allow_pickle=True)
    (annotations / "2_exp.npy").write_bytes(pickle.dumps(Bomb(tmp_path / "went_off")))
    (annotations / "3_exp.npy").unlink()
    listing = affectnet.list_files(tmp_path)
    assert list(listing.table["file"]) == ["train_set/images/0.jpg"]
    assert not (tmp_path / "went_off").exists()
    assert {reason for _, reason in listing.unused} == {
        "pictures whose annotation is no single number in a .npy file: 2",
        "pictures without an annotation: 1",
    }


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return type(self.path).mkdir, (self.path,)


def test_an_annotation_that_states_a_huge_array_is_refused(tmp_path):
    write_2021(tmp_path, [np.array(1), np.array(1)])
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }"
    header += b" " * (117 - len(header)) + b"\n"
    (tmp_path / "train_set/annotations/1_exp.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    )
    assert len(affectnet.list_files(tmp_path).table) == 1


def test_another_folder_is_refused(tmp_path):
    (tmp_path / "KA.AN1.39.tiff").write_bytes(b"x")
    with pytest.raises(DataError, match="looks like 'jaffe'"):
        affectnet.list_files(tmp_path)
