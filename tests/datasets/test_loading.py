import os

import numpy as np
import pytest

import fercourse
from fercourse import datasets
from fercourse.datasets import cache
from fercourse.errors import DataError
from tests.datasets.pixel_tables import as_csv, as_rows, noise


def load(*arguments):
    return fercourse.load(*arguments, progress=False)


def test_a_file_is_imported_once(fer2013_csv, monkeypatch):
    first = load("fer2013", fer2013_csv)
    monkeypatch.setattr("fercourse.datasets.loading.import_table", None)
    second = load("fer2013", fer2013_csv)
    assert isinstance(second.images, np.memmap)
    assert np.array_equal(first.images, second.images)


def test_a_file_that_has_changed_is_imported_again(fer2013_csv, own_cache):
    load("fer2013", fer2013_csv)
    fer2013_csv.write_text(as_csv(as_rows(*noise(20))))
    assert len(load("fer2013", fer2013_csv)) == 20
    assert len(list(own_cache.iterdir())) == 1


def test_damage_of_another_copy_does_not_matter(fer2013_csv, own_cache):
    load("fer2013", fer2013_csv)
    next(own_cache.glob("*/meta.json")).write_text("{}")
    fer2013_csv.write_text(as_csv(as_rows(*noise(20))))
    assert len(load("fer2013", fer2013_csv)) == 20


def test_without_a_path_the_last_import_is_opened(tmp_path):
    for count in (10, 20):
        path = tmp_path / f"{count}.csv"
        path.write_text(as_csv(as_rows(*noise(count))))
        load("fer2013", path)
        path.unlink()
    assert len(load("fer2013")) == 20


def test_without_any_import_it_says_where_to_get_it_and_how_to_import_it():
    with pytest.raises(DataError) as caught:
        load("fer2013")
    assert "Kaggle" in str(caught.value)
    assert "fercourse data import fer2013 PATH" in str(caught.value)


def test_a_damaged_copy_is_imported_again_with_a_warning(fer2013_csv, own_cache):
    load("fer2013", fer2013_csv)
    next(own_cache.glob("*/images.npy")).write_bytes(b"")
    with pytest.raises(DataError, match="is damaged"):
        load("fer2013")
    with pytest.warns(UserWarning, match="is damaged; importing again"):
        assert len(load("fer2013", fer2013_csv)) == 40
    assert len(load("fer2013")) == 40


def test_importing_again_replaces_what_is_cached(fer2013_csv, own_cache):
    load("fer2013", fer2013_csv)
    next(own_cache.glob("*/images.npy")).write_bytes(b"")
    assert len(datasets.import_dataset("fer2013", fer2013_csv, progress=False)) == 40


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DataError, match="There is no data set 'fer2014'; there are builtin, fer2"):
        load("fer2014")


def test_a_missing_path_is_refused():
    with pytest.raises(DataError, match=r"There is no file or folder nowhere.csv"):
        load("fer2013", "nowhere.csv")


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be_is_refused(path):
    with pytest.raises(DataError):
        load("fer2013", path)


def test_the_built_in_faces_take_no_path(fer2013_csv):
    with pytest.raises(DataError, match="take no path"):
        load("builtin", fer2013_csv)


def test_a_file_where_a_folder_belongs_is_refused(fer2013_csv):
    with pytest.raises(DataError, match=r"is a file; .* is imported from a folder"):
        load("jaffe", fer2013_csv)


def test_a_refused_file_leaves_nothing_half_written(fer2013_csv, own_cache):
    fer2013_csv.write_text(fer2013_csv.read_text() + "7,1 2 3,Training\n")
    with pytest.raises(DataError, match="Line 42"):
        load("fer2013", fer2013_csv)
    assert list(own_cache.iterdir()) == []


def test_a_refused_file_leaves_the_last_import_as_it_was(fer2013_csv):
    load("fer2013", fer2013_csv)
    fer2013_csv.write_text("nothing")
    with pytest.raises(DataError):
        load("fer2013", fer2013_csv)
    assert len(load("fer2013")) == 40


def test_a_full_disk_is_one_sentence_and_leaves_nothing(fer2013_csv, own_cache, monkeypatch):
    def full(self, rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.GrowingArray, "append", full)
    with pytest.raises(DataError, match="No space left on device; make room there"):
        load("fer2013", fer2013_csv)
    assert list(own_cache.iterdir()) == []


def test_unused_files_are_counted_in_a_warning_and_listed(tmp_path, own_cache):
    root = fercourse.synth.write_tree("folder", tmp_path / "mine", 14)
    (root / "happy" / "cut.png").write_bytes(b"")
    (root / "happy" / "notes.txt").write_text("words")
    with pytest.warns(UserWarning, match=r"2 files could not be used; .*unused\.csv says why"):
        faces = load("folder", root)
    assert len(faces) == 14
    listed = next(own_cache.glob("*/unused.csv")).read_text()
    assert "happy/cut.png" in listed
    assert "happy/notes.txt" in listed


def test_files_that_come_or_go_are_noticed(tmp_path):
    root = fercourse.synth.write_tree("folder_splits", tmp_path / "mine", 70)
    assert len(load("folder", root)) == 70
    next((root / "train" / "happy").iterdir()).unlink()
    os.utime(root / "train" / "happy")
    assert len(load("folder", root)) == 69
