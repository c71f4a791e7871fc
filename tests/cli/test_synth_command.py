"""``fercourse synth``, as it is typed."""

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from fercourse.cli import app, main


def run(*words):
    return CliRunner().invoke(app, ["synth", *map(str, words)])


def test_mosaic_writes_the_faces_side_by_side(tmp_path):
    result = run("mosaic", "--out", tmp_path / "m.png", "--count", 10, "--size", 32)
    assert result.exit_code == 0, result.output
    assert cv2.imread(str(tmp_path / "m.png"), cv2.IMREAD_UNCHANGED).shape == (96, 128)


def test_scene_says_where_the_faces_are(tmp_path):
    result = run("scene", "--out", tmp_path / "s.jpg", "--faces", 2, "--json")
    said = json.loads(result.stdout)
    assert [len(face["box"]) for face in said["faces"]] == [4, 4]
    assert cv2.imread(str(tmp_path / "s.jpg")).shape == (480, 640, 3)


def test_clip_writes_a_video(tmp_path):
    result = run("clip", "-o", tmp_path / "c.avi", "--seconds", 0.4, "--fps", 10, "--size", 32)
    assert result.exit_code == 0, result.output
    assert "4 frames" in result.stdout
    assert (tmp_path / "c.avi").stat().st_size > 0


@pytest.mark.parametrize(
    "words",
    [
        ("mosaic", "--count", 1, "--size", 16, "--out", "a.png"),
        ("scene", "--faces", 1, "--out", "a.png"),
        ("clip", "--seconds", 0.2, "--fps", 10, "--size", 16, "--out", "a.avi"),
    ],
)
def test_a_file_that_is_there_is_replaced_only_when_asked(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = Path(words[-1])
    out.write_text("mine")
    refused = run(*words)
    assert "--overwrite" in str(refused.exception)
    assert out.read_text() == "mine"
    assert run(*words, "--overwrite").exit_code == 0
    assert out.stat().st_size > 100


def test_tree_writes_a_published_form(tmp_path):
    result = run("tree", "jaffe", tmp_path / "jaffe", "--count", 5)
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "jaffe").glob("*.tiff"))) == 5


@pytest.mark.parametrize(
    "words",
    [
        ("mosaic", "--out", "m.xyz", "--count", "1", "--size", "16"),
        ("mosaic", "--out", "missing/m.png", "--count", "1", "--size", "16"),
        ("mosaic", "--out", "m.png", "--variant", "hard"),
        ("clip", "--out", "c.avi", "--expression", "bored"),
        ("tree", "lfw", "here"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence_and_status_1(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["fercourse", "synth", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert stop.value.code == 1
    assert error.startswith("fercourse: ")
    assert error.endswith(".")


def test_no_faces_is_a_usage_error(tmp_path):
    assert run("mosaic", "--out", tmp_path / "m.png", "--count", 0).exit_code == 2


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("clip", "--seconds", "inf"),
        ("clip", "--fps", "inf"),
        ("clip", "--size", "100000"),
        ("mosaic", "--size", "100000"),
        ("mosaic", "--count", "1000000000"),
        ("scene", "--width", "100000000"),
        ("scene", "--height", "100000000"),
    ],
)
def test_numbers_beyond_any_use_are_usage_errors(tmp_path, command, option, value):
    assert run(command, "--out", tmp_path / "out.png", option, value).exit_code == 2


def test_a_full_disk_leaves_no_empty_picture(tmp_path, monkeypatch):
    def fill(path, content):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)
    result = run("mosaic", "--out", tmp_path / "m.png", "--count", 1, "--size", 16)
    assert "No space left" in str(result.exception)
    assert not list(tmp_path.iterdir())
