"""A folder of one's own is read by the words of its class folders, and is not trusted."""

import os
import sys

import pytest

from fercourse.datasets import folder, photos
from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT
from fercourse.errors import DataError


def write(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def by_file(listing):
    return {
        file: listing.classes[label]
        for file, label in zip(listing.table["file"], listing.table["label"], strict=True)
    }


def test_class_folders_become_labels_in_any_case_and_by_any_known_word(tmp_path):
    write(tmp_path, "Happy/a.png", "ANGER/b.JPG", "sadness/c.jpeg", "neutral/d.Tiff")
    listing = folder.list_files(tmp_path)
    assert by_file(listing) == {
        "Happy/a.png": "happy",
        "ANGER/b.JPG": "angry",
        "sadness/c.jpeg": "sad",
        "neutral/d.Tiff": "neutral",
    }
    assert listing.classes == CLASSES
    assert listing.crop == "whole"
    assert "split" not in listing.table


def test_split_folders_become_splits(tmp_path):
    write(tmp_path, "train/happy/a.png", "val/happy/b.png", "Test/sad/c.png")
    table = folder.list_files(tmp_path).table.set_index("file")
    assert table["split"].to_dict() == {
        "train/happy/a.png": "train",
        "val/happy/b.png": "validation",
        "Test/sad/c.png": "test",
    }


def test_contempt_is_the_eighth_class_where_it_has_a_folder(tmp_path):
    write(tmp_path, "happy/a.png", "contempt/b.png")
    assert folder.list_files(tmp_path).classes == CLASSES_WITH_CONTEMPT


def test_photos_are_given_to_the_detector(tmp_path):
    write(tmp_path, "happy/a.png")
    assert photos.list_files(tmp_path).crop == "face"


def test_an_unknown_class_folder_is_named(tmp_path):
    write(tmp_path, "happy/a.png", "bored/b.png")
    with pytest.raises(DataError, match="'bored' is no expression class; rename it"):
        folder.list_files(tmp_path)


def test_an_empty_class_folder_is_named(tmp_path):
    write(tmp_path, "happy/a.png", "sad/notes.txt")
    with pytest.raises(DataError, match="'sad' holds no picture"):
        folder.list_files(tmp_path)


def test_classes_beside_splits_are_refused(tmp_path):
    write(tmp_path, "train/happy/a.png", "sad/b.png")
    with pytest.raises(DataError, match=r"beside others \(sad\)"):
        folder.list_files(tmp_path)


@pytest.mark.parametrize("names", [(), ("a.png",), ("pictures/a.png",)])
def test_a_folder_without_class_folders_is_refused(tmp_path, names):
    write(tmp_path, *names)
    with pytest.raises(DataError, match="no class folders"):
        folder.list_files(tmp_path)


def test_whatever_is_not_used_has_a_reason(tmp_path):
    write(tmp_path, "happy/a.png", "happy/notes.txt", "happy/deep/b.png", "c.png")
    write(tmp_path, "__MACOSX/happy/._a.png", ".git/d.png", "happy/.hidden.png")
    listing = folder.list_files(tmp_path)
    assert list(listing.table["file"]) == ["happy/a.png"]
    assert set(dict(listing.unused)) == {
        "happy/notes.txt",
        "happy/deep/b.png",
        "c.png",
        "__MACOSX",
        ".git",
        "happy/.hidden.png",
    }


def test_links_are_followed_only_inside_the_folder(tmp_path):
    root = tmp_path / "mine"
    write(tmp_path, "outside/secret.png", "mine/happy/a.png")
    (root / "sad").mkdir()
    (root / "sad/inside.png").symlink_to(root / "happy/a.png")
    (root / "sad/leaves.png").symlink_to(tmp_path / "outside/secret.png")
    (root / "sad/broken.png").symlink_to(tmp_path / "nowhere.png")
    (root / "happy/loop").symlink_to(root)
    (root / "happy/itself.png").symlink_to(root / "happy/itself.png")
    (root / "fear").symlink_to(tmp_path / "outside")
    listing = folder.list_files(root)
    assert by_file(listing) == {"happy/a.png": "happy", "sad/inside.png": "sad"}
    links = {"sad/leaves.png", "sad/broken.png", "happy/loop", "happy/itself.png", "fear"}
    assert set(dict(listing.unused)) == links
    assert all("not followed" in reason for reason in dict(listing.unused).values())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8_are_listed_readably(tmp_path):
    write(tmp_path, "happy/a.png")
    with open(os.fsencode(tmp_path) + b"/happy/caf\xe9.png", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    os.mkdir(os.fsencode(tmp_path) + b"/tr\xefste")  # noqa: PTH102
    listing = folder.list_files(tmp_path)
    assert dict(listing.unused) == {
        "happy/caf\\xe9.png": "its name is not valid UTF-8: rename it",
        "tr\\xefste": "its name is not valid UTF-8: rename it",
    }
    "".join(listing.table["file"]).encode()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_link_into_a_folder_that_may_not_be_read_is_not_followed(tmp_path):
    write(tmp_path, "shut/secret.png", "mine/happy/a.png")
    (tmp_path / "mine/happy/link.png").symlink_to(tmp_path / "shut/secret.png")
    (tmp_path / "shut").chmod(0)
    try:
        assert by_file(folder.list_files(tmp_path / "mine")) == {"happy/a.png": "happy"}
    finally:
        (tmp_path / "shut").chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path):
    write(tmp_path, "happy/a.png", "sad/b.png")
    (tmp_path / "sad").chmod(0)
    try:
        with pytest.raises(DataError, match=r"sad cannot be read .*change its permissions"):
            folder.list_files(tmp_path)
    finally:
        (tmp_path / "sad").chmod(0o700)


def test_order_does_not_depend_on_the_file_system(tmp_path):
    names = [f"happy/{i}.png" for i in (3, 1, 2)]
    write(tmp_path, *names, "angry/z.png")
    files = list(folder.list_files(tmp_path).table["file"])
    assert files == ["angry/z.png", "happy/1.png", "happy/2.png", "happy/3.png"]
