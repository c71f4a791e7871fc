"""`check` finds what is planted in drawn noise, and what is known of FER2013."""

import gzip
import io
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from fercourse.datasets import FaceSet, check
from fercourse.datasets.duplicates import groups, identical, near_identical, one_color
from fercourse.emotions import CLASSES


def pictures(count, seed=0, size=48):
    """Return smooth pictures that do not look alike."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 6, 6), dtype=np.uint8)
    return np.stack([cv2.resize(c, (size, size), interpolation=cv2.INTER_CUBIC) for c in coarse])


def make_faces(images, labels=None, **columns):
    labels = np.arange(len(images)) % 7 if labels is None else np.array(labels)
    table = pd.DataFrame(columns, index=range(len(images)))
    return FaceSet(images, labels, CLASSES, table, "made")


def test_a_sound_data_set_has_no_finding():
    faces = make_faces(
        pictures(70), split=["train"] * 50 + ["test"] * 20, subject=[f"S{i}" for i in range(70)]
    )
    report = check(faces)
    values = {finding.key: finding.value for finding in report.findings}
    assert values.pop("imbalance") == 1.0
    assert values == dict.fromkeys(values, 0)


def test_files_that_could_not_be_used_are_reported():
    unused = [(f"{i}.png", "it is empty") for i in range(9)]
    finding = check(make_faces(pictures(7)), unused)["unreadable"]
    assert finding.value == 9
    assert finding.detail["files"][8] == {"file": "8.png", "reason": "it is empty"}
    assert finding.said.startswith("0.png: it is empty;")
    assert finding.said.endswith("and 4 more")


def test_images_of_one_color_are_found():
    images = pictures(10)
    images[3], images[5] = 0, 200
    finding = check(make_faces(images))["blank"]
    assert (finding.value, finding.rows) == (2, [3, 5])


def test_identical_images_are_found_in_their_groups():
    images = pictures(10)
    images[4] = images[7] = images[1]
    images[9] = images[0]
    finding = check(make_faces(images))["identical"]
    assert (finding.value, finding.rows) == (3, [4, 7, 9])
    assert finding.groups == [[0, 9], [1, 4, 7]]


def test_one_gray_level_of_difference_is_not_identical():
    images = pictures(4)
    images[1] = images[0]
    images[1, 0, 0] ^= 1
    report = check(make_faces(images))
    assert report["identical"].value == 0
    assert report["near_identical"].groups == [[0, 1]]


def test_conflicting_labels_are_found():
    images = pictures(6)
    images[1] = images[0]
    images[3] = images[2]
    finding = check(make_faces(images, [0, 4, 2, 2, 3, 3]))["conflicting"]
    assert (finding.value, finding.groups) == (1, [[0, 1]])
    assert finding.detail["labels"] == {"angry / sad": 1}


def test_leaks_are_counted_by_pair_of_splits():
    images = pictures(9)
    images[4] = images[5] = images[0]  # train -> validation twice
    images[7] = images[1]  # train -> test
    images[8] = images[3]  # validation -> test
    faces = make_faces(images, split=["train"] * 3 + ["validation"] * 3 + ["test"] * 3)
    finding = check(faces)["leaked"]
    assert finding.detail == {
        "validation in train": 2,
        "test in train": 1,
        "test in validation": 1,
    }
    assert finding.rows == [4, 5, 7, 8]


def _brighter(image):
    return np.clip(image * 0.8 + 40, 0, 255).astype(np.uint8)


def _recompressed(image):
    return cv2.imdecode(cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 40))[1], 0)


def _cropped(image):
    return cv2.resize(image[1:-1, 1:-1], (48, 48), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("change", [_brighter, _recompressed, _cropped])
def test_changed_copies_are_near_identical(change):
    images = pictures(200)
    images[150] = change(images[20])
    report = check(make_faces(images, split=["train"] * 100 + ["test"] * 100))
    assert report["identical"].value == 0
    assert report["near_identical"].groups == [[20, 150]]
    assert report["near_leaked"].detail == {"test in train": 1}
    assert report["near_leaked"].rows == [150]


def test_an_identical_leak_is_not_counted_as_near_too():
    images = pictures(20)
    images[15] = images[2]
    report = check(make_faces(images, split=["train"] * 10 + ["test"] * 10))
    assert (report["leaked"].value, report["near_leaked"].value) == (1, 0)


def test_mirror_images_and_other_pictures_are_not_near():
    images = np.concatenate([pictures(100), pictures(100)[:, :, ::-1]])
    assert groups(near_identical(images)) == []


def test_many_copies_of_copies_are_one_group():
    base = pictures(1)[0].astype(int)
    noise = np.random.default_rng(0).integers(-3, 4, (500, 48, 48))
    images = np.clip(base + noise, 0, 255).astype(np.uint8)
    assert [len(rows) for rows in groups(near_identical(images))] == [500]


def test_subjects_in_two_splits_are_named():
    faces = make_faces(
        pictures(4), split=["train", "test", "train", "test"], subject=["A", "A", "B", None]
    )
    finding = check(faces)["subjects"]
    assert (finding.value, finding.rows) == (1, [0, 1])
    assert finding.detail == {"subjects": {"A": ["test", "train"]}}


def test_imbalance_is_the_ratio_of_classes_and_names_absent_ones():
    finding = check(make_faces(pictures(6), [3, 3, 3, 3, 1, 0]))["imbalance"]
    assert finding.value == 4.0
    assert finding.detail["classes"]["happy"] == 4
    assert "No face is fear, sad, surprise, neutral" in finding.said


def test_what_a_data_set_does_not_tell_is_unknown_not_zero():
    report = check(make_faces(pictures(7)))
    assert report["leaked"].value is None
    assert report["subjects"].value is None


def test_an_empty_data_set_is_no_error():
    report = check(make_faces(np.empty((0, 48, 48), np.uint8), np.empty(0, np.int64)))
    assert report["identical"].value == 0
    assert report["imbalance"].value is None


def test_report_prints_as_a_table_and_reads_as_json():
    images = pictures(8)
    images[6] = images[0]
    report = check(make_faces(images, split=["train"] * 4 + ["test"] * 4), [("a.png", "broken")])
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(report.table())
    text = console.export_text()
    assert "made: 8 faces" in text
    assert "Test images identical to an image of train: 1." in text
    stored = json.loads(report.to_json())
    assert [finding["key"] for finding in stored["findings"]][:3] == [
        "unreadable",
        "blank",
        "identical",
    ]
    assert stored["findings"][2]["rows"] == [6]


def test_other_sizes_than_48_are_compared_too():
    images = pictures(30, size=65)
    images[20] = _brighter(images[3])
    assert [rows.tolist() for rows in groups(near_identical(images))] == [[3, 20]]


def test_numbers_of_identical_images_run_from_0_in_order():
    images = pictures(4)[[2, 0, 2, 1]]
    assert identical(images).tolist() == [0, 1, 0, 2]
    assert one_color(np.zeros((0, 4, 4), np.uint8)).shape == (0,)


@pytest.fixture(scope="module")
def fer2013():
    folder = os.environ.get("FERCOURSE_TEST_DATA")
    if not folder:
        pytest.skip("FERCOURSE_TEST_DATA is not set")
    with gzip.open(Path(folder) / "fer2013.csv.gz", "rt") as file:
        table = pd.read_csv(file)
    pixels = np.fromstring(" ".join(table.pop("pixels")), np.uint8, sep=" ")
    splits = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
    return FaceSet(
        pixels.reshape(-1, 48, 48),
        table["emotion"].to_numpy(np.int64),
        CLASSES,
        pd.DataFrame({"split": table["Usage"].map(splits)}),
        "fer2013",
    )


@pytest.mark.real
@pytest.mark.slow
def test_what_is_known_of_fer2013_is_found(fer2013):
    report = check(fer2013)
    assert report["identical"].value == 1853
    assert report["identical"].detail["groups"] == 1516
    assert report["conflicting"].value == 57
    assert report["leaked"].detail["validation in train"] == 280
    assert report["leaked"].detail["test in train"] == 288
    assert report["blank"].value == 12
    assert report["imbalance"].value == 16.4
    assert 600 <= report["near_identical"].detail["groups"] <= 800
