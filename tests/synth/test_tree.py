"""Folder trees in the published forms: names, sizes, color modes and annotation files."""

import re

import cv2
import numpy as np
import pandas as pd
import pytest

from fercourse import synth
from fercourse.errors import DataError


def images_below(folder):
    kinds = {".png", ".jpg", ".tiff"}
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in kinds)


@pytest.mark.parametrize(
    ("form", "pattern", "shape"),
    [
        ("ckplus", r"cohn-kanade-images/(S\d{3})/(\d{3})/\1_\2_\d{8}\.png", (490, 640)),
        (
            "ckplus48",
            r"(anger|contempt|disgust|fear|happy|sadness|surprise)/S\d{3}_\d{3}_\d{8}\.png",
            (48, 48),
        ),
        (
            "jaffe",
            r"(KA|KL|KM|KR|MK|NA|NM|TM|UY|YM)\.(AN|DI|FE|HA|NE|SA|SU)\d+\.\d+\.tiff",
            (256, 256),
        ),
        ("kdef", r"([AB][FM]\d\d)/\1(AF|AN|DI|HA|NE|SA|SU)(S|HL|HR|FL|FR)\.JPG", (762, 562, 3)),
        ("affectnet", r"Manually_Annotated_Images/\d+/[0-9a-f]{56}\.jpg", None),
        ("affectnet2021", r"(train|val)_set/images/\d+\.jpg", (224, 224, 3)),
        ("folder", r"(angry|disgust|fear|happy|sad|surprise|neutral)/face_\d+\.png", (48, 48)),
        ("folder_splits", r"(train|val|test)/\w+/face_\d+\.png", (48, 48)),
        ("photos", r"\w+/photo_\d+\.jpg", (240, 320, 3)),
        (
            "fer2013_folder",
            r"(train/\w+/Training|test/\w+/(Public|Private)Test)_\d+\.jpg",
            (48, 48),
        ),
    ],
)
def test_images_have_the_published_names_sizes_and_color_modes(tmp_path, form, pattern, shape):
    synth.write_tree(form, tmp_path, 40)
    paths = images_below(tmp_path)
    assert len(paths) == 40
    for path in paths:
        assert re.fullmatch(pattern, path.relative_to(tmp_path).as_posix())
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert image.dtype == np.uint8
        assert shape is None or image.shape == shape
    assert len({path.read_bytes() for path in paths}) == 40


def test_ck_plus_sequences_have_an_emotion_folder_and_sometimes_a_code(tmp_path):
    synth.write_tree("ckplus", tmp_path, 150)
    sequences = {path.parent for path in images_below(tmp_path)}
    notes = sorted(tmp_path.rglob("*_emotion.txt"))
    assert 0 < len(notes) < len(sequences)
    for note in notes:
        frames = sorted(
            (
                tmp_path / "cohn-kanade-images" / note.parent.relative_to(tmp_path / "Emotion")
            ).iterdir()
        )
        assert note.name == f"{frames[-1].stem}_emotion.txt"
        assert float(note.read_text()) in range(8)


def test_affectnet_lists_name_every_file_once_with_a_box_inside_it(tmp_path):
    synth.write_tree("affectnet", tmp_path, 60)
    lists = [pd.read_csv(path) for path in sorted(tmp_path.rglob("*.csv"))]
    rows = pd.concat(lists)
    files = {
        path.relative_to(tmp_path / "Manually_Annotated_Images").as_posix()
        for path in images_below(tmp_path)
    }
    assert set(rows["subDirectory_filePath"]) == files
    assert rows["expression"].between(0, 10).all()
    assert rows["facial_landmarks"].str.count(";").eq(135).all()
    for row in rows.head(5).itertuples():
        height, width, _ = cv2.imread(
            str(tmp_path / "Manually_Annotated_Images" / row.subDirectory_filePath)
        ).shape
        assert row.face_x + row.face_width <= width
        assert row.face_y + row.face_height <= height


def test_affectnet_2021_has_four_plain_arrays_for_each_image(tmp_path):
    synth.write_tree("affectnet2021", tmp_path, 20)
    for path in images_below(tmp_path):
        notes = path.parents[1] / "annotations"
        expression = np.load(notes / f"{path.stem}_exp.npy", allow_pickle=False)
        assert int(expression) in range(8)
        assert np.load(notes / f"{path.stem}_lnd.npy", allow_pickle=False).shape == (136,)
        assert -1 <= float(np.load(notes / f"{path.stem}_val.npy")) <= 1


@pytest.mark.parametrize(
    ("form", "columns", "labels"),
    [
        ("fer2013_csv", "emotion,pixels,Usage", 7),
        ("icml_csv", "emotion, Usage, pixels", 7),
        ("ckextended_csv", "emotion,pixels,Usage", 8),
    ],
)
def test_csv_files_have_the_published_columns(tmp_path, form, columns, labels):
    path = synth.write_tree(form, tmp_path, 80)
    assert path.read_text().splitlines()[0] == columns
    table = pd.read_csv(path).rename(columns=str.strip)
    assert sorted(table["emotion"].unique()) == list(range(labels))
    assert set(table["Usage"]) == {"Training", "PublicTest", "PrivateTest"}
    assert table["pixels"].str.split().str.len().eq(48 * 48).all()


def test_the_same_seed_writes_the_same_files(tmp_path):
    for name in "ab":
        synth.write_tree("jaffe", tmp_path / name, 12, seed=4)
    one, other = (images_below(tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_unknown_forms_and_empty_trees_are_refused(tmp_path):
    with pytest.raises(DataError, match="no form"):
        synth.write_tree("lfw", tmp_path, 5)
    with pytest.raises(DataError, match="at least one"):
        synth.write_tree("jaffe", tmp_path, 0)
    with pytest.raises(DataError, match="KDEF has 4,900 pictures"):
        synth.write_tree("kdef", tmp_path, 4901)


def test_a_tree_is_never_mixed_with_what_a_folder_holds(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty; name a new folder"):
        synth.write_tree("jaffe", tmp_path, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["new", "."])
def test_a_tree_that_is_stopped_leaves_nothing(tmp_path, monkeypatch, name):
    def stop(path, content, written=[]):  # noqa: B006
        written.append(path)
        if len(written) == 3:
            raise KeyboardInterrupt
        path.touch()

    monkeypatch.setattr("pathlib.Path.write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        synth.write_tree("jaffe", tmp_path / name, 4)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match=r"cannot be written"):
        synth.write_tree("jaffe", tmp_path / "taken", 3)
