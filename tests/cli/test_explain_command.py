"""``fercourse explain``: pictures with maps, and every refusal."""

import json
import sys

import cv2
import numpy as np
import pytest

from fercourse import cli, synth
from fercourse.classifier import save_classifier
from fercourse.classifier.recipes import recipe


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a small model, a face, a wall and a broken picture."""
    folder = tmp_path_factory.mktemp("explain")
    drawing = synth.draw(42, variant="easy")
    save_classifier(recipe("hog_svm").fit(drawing.images, drawing.labels), folder / "m.skops")
    (folder / "photos").mkdir()
    cv2.imwrite(str(folder / "photos" / "face.png"), drawing.images[0])
    (folder / "broken.png").write_bytes(b"no picture")
    cv2.imwrite(str(folder / "wall.png"), np.full((90, 120), 128, np.uint8))
    return folder


@pytest.fixture
def run(capsys, monkeypatch):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", "explain", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, " ".join(output.err.split())

    return run


def test_a_face_is_explained_and_the_picture_written(run, place, tmp_path):
    words = (place / "m.skops", place / "photos", "--cropped", "--out", tmp_path, "--json")
    status, output, _ = run(*words)
    answer = json.loads(output)
    assert status == 0
    assert answer["methods"] == ["occlusion"]
    (record,) = answer["photos"]
    assert record["faces"][0]["box"] == {"x": 0, "y": 0, "width": 48, "height": 48}
    assert cv2.imread(record["picture"]) is not None


def test_the_class_to_explain_may_be_named(run, place, tmp_path):
    words = ("--class", "sad", "--cropped", "--out", tmp_path)
    status, output, _ = run(place / "m.skops", place / "photos", *words)
    assert status == 0
    assert "sad; see" in " ".join(output.split())


def test_a_photo_without_a_face_is_said_to_have_none(run, place, tmp_path):
    status, output, _ = run(place / "m.skops", place / "wall.png", "--out", tmp_path)
    assert status == 0
    assert "no face found" in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("photos", "--method", "lime"), "no method 'lime'"),
        (("photos", "--method", "grad_cam"), "needs a Keras network"),
        (("photos", "--method", "rise", "--compare"), "leave --method away"),
        (("photos", "--class", "bored"), "no class 'bored'"),
        (("missing.png",), "no file or folder"),
        (("broken.png",), "broken.png"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, place, tmp_path, words, says):
    image, *options = words
    status, _, errors = run(
        place / "m.skops", place / image, *options, "--cropped", "--out", tmp_path
    )
    assert status == 1
    assert says in errors
    assert "Traceback" not in errors
