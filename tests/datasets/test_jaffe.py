"""JAFFE is read from the names of its files."""

import pytest

from fercourse.datasets import jaffe
from fercourse.emotions import CLASSES
from fercourse.errors import DataError


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_names_give_subject_and_class(tmp_path):
    codes = {"AN": "angry", "DI": "disgust", "FE": "fear", "HA": "happy"}
    codes |= {"NE": "neutral", "SA": "sad", "SU": "surprise"}
    touch(tmp_path, *(f"KA.{code}1.{39 + i}.tiff" for i, code in enumerate(codes)))
    touch(tmp_path, "YM.HA3.54.tiff")
    listing = jaffe.list_files(tmp_path)
    words = {
        f: CLASSES[label]
        for f, label in zip(listing.table["file"], listing.table["label"], strict=True)
    }
    assert words["KA.FE1.41.tiff"] == "fear"
    assert [words[f"KA.{code}1.{39 + i}.tiff"] for i, code in enumerate(codes)] == [*codes.values()]
    assert set(listing.table["subject"]) == {"KA", "YM"}
    assert listing.table["label"].dtype == "int64"
    assert listing.classes == CLASSES
    assert listing.crop == "face"


def test_case_and_one_folder_more_do_not_matter(tmp_path):
    touch(tmp_path, "jaffe/ka.an1.39.TIFF", "jaffe/KL.SU2.168.Tif")
    table = jaffe.list_files(tmp_path).table
    assert list(table["file"]) == ["jaffe/KL.SU2.168.Tif", "jaffe/ka.an1.39.TIFF"]
    assert list(table["subject"]) == ["KL", "KA"]
    assert list(table["number"]) == [168, 39]


def test_other_files_are_listed_with_their_reason(tmp_path):
    touch(tmp_path, "KA.AN1.39.tiff", "README", "holiday.tiff", "KA.XX1.40.tiff")
    unused = dict(jaffe.list_files(tmp_path).unused)
    assert unused["README"] == "it is not a picture file"
    assert "KA.AN1.39.tiff" in unused["holiday.tiff"]
    assert set(unused) == {"README", "holiday.tiff", "KA.XX1.40.tiff"}


def test_another_data_set_is_named(tmp_path):
    touch(tmp_path, "AF01/AF01ANS.JPG", "AF01/AF01HAS.JPG")
    with pytest.raises(DataError, match="looks like 'kdef'"):
        jaffe.list_files(tmp_path)


def test_missing_folder_and_file_in_its_place_are_named(tmp_path):
    with pytest.raises(DataError, match=r"There is no folder .*nowhere"):
        jaffe.list_files(tmp_path / "nowhere")
    touch(tmp_path, "jaffe.zip")
    with pytest.raises(DataError, match="is a file; give the folder"):
        jaffe.list_files(tmp_path / "jaffe.zip")
    with pytest.raises(DataError, match="holds no JAFFE pictures"):
        jaffe.list_files(tmp_path)
