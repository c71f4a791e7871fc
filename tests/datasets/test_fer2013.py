import gzip
import os
import tarfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

import fercourse
from fercourse.emotions import CLASSES
from fercourse.errors import DataError
from tests.datasets.pixel_tables import as_csv, as_rows, noise

OFFICIAL = {
    "train": [3995, 436, 4097, 7215, 4830, 3171, 4965],
    "validation": [467, 56, 496, 895, 653, 415, 607],
    "test": [491, 55, 528, 879, 594, 416, 626],
}
SPLITS = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}


def load(path):
    return fercourse.load("fer2013", path, progress=False)


def plain(path, text):
    path.write_text(text)


def gzipped(path, text):
    path.write_bytes(gzip.compress(text.encode()))


def zipped(path, text):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(path.name.partition(".")[0] + ".csv", text)


def tarred(path, text):
    inner = path.with_name(path.name.partition(".")[0] + ".csv")
    inner.write_text(text)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(inner, f"fer2013/{inner.name}")
    inner.unlink()


FILES = {
    "fer2013.csv": plain,
    "icml_face_data.csv": plain,
    "fer2013.csv.gz": gzipped,
    "icml_face_data.csv.gz": gzipped,
    "fer2013.zip": zipped,
    "fer2013.csv.zip": zipped,
    "icml_face_data.csv.zip": zipped,
    "fer2013.tar.gz": tarred,
    "icml_face_data.tar.gz": tarred,
}


@pytest.mark.parametrize("given", ["file", "folder"])
@pytest.mark.parametrize("name", FILES)
def test_every_form_of_the_table_gives_the_same_faces(tmp_path, name, given):
    images, labels, usages = noise(40)
    rows, header = as_rows(images, labels, usages), "emotion,pixels,Usage"
    if name.startswith("icml"):
        rows, header = [[a, c, b] for a, b, c in rows], "emotion, Usage, pixels"
    FILES[name](tmp_path / name, as_csv(rows, header))
    faces = load(tmp_path / name if given == "file" else tmp_path)
    assert np.array_equal(faces.images, images)
    assert np.array_equal(faces.labels, labels)
    assert faces.table["split"].tolist() == [SPLITS[usage] for usage in usages]
    assert faces.classes == CLASSES


def write_folder(root, prefixes):
    images = noise(len(CLASSES) * len(prefixes))[0]
    for index, image in enumerate(images):
        word, prefix = CLASSES[index % 7], prefixes[index // 7]
        folder = root / ("train" if prefix.startswith("Training") else "test") / word
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"{prefix}{index}.png"), image)


def test_the_folder_form_tells_public_and_private_test_apart_by_their_names(tmp_path):
    write_folder(tmp_path, ["Training_", "PublicTest_", "PrivateTest_"])
    counts = load(tmp_path).counts()
    assert list(counts.index) == ["train", "validation", "test"]
    assert (counts == 1).all(axis=None)


def test_the_folder_form_without_such_names_is_train_and_test(tmp_path):
    write_folder(tmp_path, ["Training_", "im", "x"])
    assert load(tmp_path).split_sizes() == {"train": 7, "test": 14}


def test_a_folder_without_splits_is_not_fer2013(tmp_path):
    (tmp_path / "happy").mkdir()
    cv2.imwrite(str(tmp_path / "happy" / "1.png"), np.zeros((48, 48), np.uint8))
    with pytest.raises(DataError, match=r"is not FER2013: .* use the name 'folder'"):
        load(tmp_path)


@pytest.mark.parametrize("folder", ["bored", "contempt"])
def test_a_class_folder_that_fer2013_does_not_have_is_refused(tmp_path, folder):
    write_folder(tmp_path, ["Training_", "PublicTest_"])
    (tmp_path / "train" / folder).mkdir()
    cv2.imwrite(str(tmp_path / "train" / folder / "1.png"), np.zeros((48, 48), np.uint8))
    with pytest.raises(DataError):
        load(tmp_path)


def test_an_empty_class_folder_is_refused(tmp_path):
    write_folder(tmp_path, ["Training_", "PublicTest_"])
    for path in (tmp_path / "train" / "happy").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="holds no picture"):
        load(tmp_path)


real = pytest.mark.skipif("FERCOURSE_TEST_DATA" not in os.environ, reason="no research data")


@pytest.fixture(scope="module")
def real_fer2013():
    return Path(os.environ["FERCOURSE_TEST_DATA"]) / "fer2013.csv.gz"


@pytest.mark.real
@real
def test_real_counts_per_split_and_class_are_the_official_ones(real_fer2013):
    faces = load(real_fer2013)
    assert faces.counts().equals(pd.DataFrame(OFFICIAL, index=list(CLASSES)).T.rename_axis("split"))


@pytest.mark.real
@real
def test_real_pixels_are_those_of_the_plain_way(real_fer2013):
    faces = load(real_fer2013)
    with gzip.open(real_fer2013, "rt") as lines:
        next(lines)
        for row, line in enumerate(lines):
            if row % 100 == 0:
                expected = [int(word) for word in line.split(",")[1].split()]
                assert faces.images[row].ravel().tolist() == expected


@pytest.mark.real
@real
def test_real_votes_cover_what_is_known_of_this_copy(real_fer2013):
    table = load(real_fer2013).table
    assert table["image_name"].notna().sum() == 30_266
    assert set(table.filter(like="votes_").sum(axis=1)) <= set(range(8, 12)) | {0}


def test_an_empty_folder_is_told_which_files_belong_in_it(tmp_path):
    with pytest.raises(DataError, match=r"neither fer2013\.csv nor"):
        load(tmp_path)
