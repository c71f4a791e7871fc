"""``fercourse edge``: from a .keras file to a bundle, and every refusal."""

# ruff: noqa: F811

import json
import sys

import pytest

from fercourse import cli, models
from fercourse.classifier import load_classifier, save_classifier
from fercourse.classifier.keras import KerasClassifier
from fercourse.emotions import CLASSES
from tests.cli.test_models_command import data
from tests.cli.test_models_command import place as faces_at_hand  # noqa: F401


@pytest.fixture
def run(capsys, monkeypatch, faces_at_hand):
    monkeypatch.setenv("FERCOURSE_CACHE", str(faces_at_hand / "cache"))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", "edge", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, " ".join(output.err.split())

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    network = models.build("tiny", 7, seed=0)
    save_classifier(KerasClassifier(network, CLASSES), folder / "tiny.keras")
    return folder


@pytest.fixture
def files(run, folder, faces_at_hand):
    paths = folder / "float32.tflite", folder / "int8.tflite"
    for path in paths:
        if not path.exists():
            words = ("--precision", path.stem, *data(faces_at_hand), "--representative", 14)
            assert run("export", folder / "tiny.keras", "-o", path, *words)[0] == 0
    return paths


def test_an_exported_file_names_classes_and_training_data(files):
    known = load_classifier(files[1])
    assert known.classes == CLASSES
    assert (known.metadata.precision, known.metadata.training_data) == ("int8", "fer2013")


def test_bench_prints_a_row_a_file_and_draws_them(run, files, faces_at_hand, tmp_path):
    plot = tmp_path / "front.png"
    status, output, _ = run("bench", *files, *data(faces_at_hand), "--plot", plot, "--json")
    rows = json.loads(output)["files"]
    assert status == 0
    assert [row["file"] for row in rows] == ["float32.tflite", "int8.tflite"]
    assert rows[1]["kb"] < rows[0]["kb"]
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("target", "said"),
    [("mine.png", "is there already; name another file or add --overwrite"), ("INT8", "models")],
)
def test_a_plot_never_takes_the_place_of_what_is_there(
    run, files, faces_at_hand, tmp_path, target, said
):
    (tmp_path / "mine.png").write_text("mine")
    plot = files[1] if target == "INT8" else tmp_path / target
    options = ("--overwrite",) if target == "INT8" else ()
    before = plot.read_bytes()
    status, _, error = run("bench", files[1], *data(faces_at_hand), "--plot", plot, *options)
    assert status == 1
    assert said in error
    assert plot.read_bytes() == before


def test_a_bundle_leaves_the_folders_beside_it_alone(run, files, tmp_path):
    (tmp_path / "pi.part").mkdir()
    (tmp_path / "pi.part" / "mine").touch()
    assert run("bundle", files[1], "-o", tmp_path / "pi")[0] == 0
    assert (tmp_path / "pi.part" / "mine").is_file()


def test_verify_says_how_far_they_agree_and_can_ask_for_a_share(run, files, faces_at_hand):
    status, output, _ = run("verify", *files, *data(faces_at_hand), "--json")
    answer = json.loads(output)
    assert status == 0
    assert answer["faces"] == 14
    assert answer["layers"]
    status, output, _ = run("verify", *files, *data(faces_at_hand))
    assert "they name the same class" in output
    status, _, error = run("verify", files[0], files[0], *data(faces_at_hand), "--least", 1)
    assert (status, error) == (0, "")


def test_a_bundle_is_written_once(run, files, tmp_path):
    assert run("bundle", files[1], "-o", tmp_path / "pi")[0] == 0
    assert (tmp_path / "pi" / "run.py").is_file()
    status, _, error = run("bundle", files[1], "-o", tmp_path / "pi")
    assert status == 1
    assert "is there already" in error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "KERAS", "-o", "x.pb"], "is neither"),
        (["export", "KERAS", "-o", "INT8"], "is there already"),
        (["export", "INT8", "-o", "y.tflite"], "is no Keras network"),
        (["export", "KERAS", "-o", "y.tflite", "--precision", "int3"], "no precision 'int3'"),
        (["export", "gone.keras", "-o", "y.tflite"], "gone.keras cannot be read"),
        (["bench", "gone.tflite", "DATA"], "gone.tflite cannot be read"),
        (["bench", "KERAS", "DATA"], "is no .tflite or .onnx file"),
        (["verify", "INT8", "gone.tflite", "DATA"], "gone.tflite cannot be read"),
        (["bundle", "KERAS", "-o", "b"], "holds a .tflite file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run,
    files,
    folder,
    faces_at_hand,
    tmp_path,
    monkeypatch,
    words,
    said,
):
    monkeypatch.chdir(tmp_path)
    places = {"KERAS": folder / "tiny.keras", "INT8": files[1]}
    filled = []
    for word in words:
        filled += data(faces_at_hand) if word == "DATA" else [places.get(word, word)]
    status, output, error = run(*filled)
    assert status == 1
    assert said in error
    assert error.count("fercourse:") == 1
    assert "Traceback" not in error + output
    assert list(tmp_path.iterdir()) == []
