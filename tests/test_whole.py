"""Files and folders that are there whole or not at all, and touch nothing else."""

import os
import stat

import pytest

from fercourse.whole import check_writable, real_path, whole_file, whole_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_replaces_the_one_that_is_there_and_has_the_mode_of_a_new_file(tmp_path):
    (tmp_path / "plain").touch()
    (tmp_path / "kept.csv").write_text("old")
    with whole_file(tmp_path / "kept.csv") as fresh:
        assert fresh.name == "kept.csv"
        fresh.write_text("new")
        assert (tmp_path / "kept.csv").read_text() == "old"
    assert (tmp_path / "kept.csv").read_text() == "new"
    assert mode(tmp_path / "kept.csv") == mode(tmp_path / "plain")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.csv", "plain"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_what_was_there(tmp_path, error):
    (tmp_path / "kept.csv").write_text("old")

    def half(fresh):
        (fresh / "half" if fresh.is_dir() else fresh).write_text("half")
        raise error

    with pytest.raises(error), whole_file(tmp_path / "kept.csv") as fresh:
        half(fresh)
    with pytest.raises(error), whole_folder(tmp_path / "new") as fresh:
        half(fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]
    assert (tmp_path / "kept.csv").read_text() == "old"


def test_a_link_is_followed_also_where_nothing_is_yet(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "deep" / "real.csv")
    for text in ("first", "second"):
        with whole_file(tmp_path / "link.csv") as fresh:
            fresh.write_text(text)
        assert (tmp_path / "deep" / "real.csv").read_text() == text
        assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_file_is_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    for name, reason in {"pipe": "not a file", "loop": "symbolic", "folder": "a folder"}.items():
        with pytest.raises(OSError, match=reason):
            check_writable(tmp_path / name)
        with pytest.raises(OSError, match=reason), whole_file(tmp_path / name):
            pytest.fail("nothing is to be written")
    assert (tmp_path / "pipe").is_fifo()
    with pytest.raises(OSError, match="symbolic"):
        real_path(tmp_path / "loop" / "deeper")


def test_a_folder_is_made_or_an_empty_one_is_filled_and_stays_the_same_folder(
    tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    before = (tmp_path / "here").stat().st_ino
    monkeypatch.chdir(tmp_path / "here")
    for name in (".", "../deep/new"):
        with whole_folder(tmp_path / "here" / name) as fresh:
            (fresh / "inside").mkdir()
            (fresh / "inside" / "file").write_text("whole")
    assert (tmp_path / "here").stat().st_ino == before
    for folder in (tmp_path / "here", tmp_path / "deep" / "new"):
        assert [path.name for path in folder.iterdir()] == ["inside"]
        assert (folder / "inside" / "file").read_text() == "whole"
    assert mode(tmp_path / "deep" / "new") == mode(tmp_path / "deep")


def test_files_of_the_user_with_names_like_those_of_unfinished_ones_stay(tmp_path):
    for name in ("my.csv.part", "film.part.avi"):
        (tmp_path / name).write_text("mine")
    (tmp_path / ".run.part").mkdir()
    (tmp_path / ".run.part" / "mine").touch()
    for name in ("my.csv", "film.avi"):
        with whole_file(tmp_path / name) as fresh:
            fresh.touch()
    with whole_folder(tmp_path / "run"):
        pass
    assert (tmp_path / ".run.part" / "mine").is_file()
    assert all((tmp_path / name).read_text() == "mine" for name in ("my.csv.part", "film.part.avi"))
