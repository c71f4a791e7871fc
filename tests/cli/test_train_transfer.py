"""``fercourse train transfer``: stages, weights made on first use, and refusals."""

import json
import sys

import pytest

from fercourse import cli
from fercourse.datasets.builtin import draw_faces


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run the command line as the shell does; return status, output and errors."""
    faces = draw_faces(126, 0, progress=False, processes=1, variant="balanced")
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("fercourse.cli.training.load", lambda name, path: faces)
    monkeypatch.setattr("fercourse.training.pretraining.load", lambda name, path: faces)
    monkeypatch.setattr("fercourse.training.pretraining.EPOCHS", 1)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", "train", "transfer", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, " ".join(output.err.split())

    return run


SMALL = ("--size", 32, "--width", 0.1, "--epochs", 1)


@pytest.mark.slow
def test_a_backbone_is_pretrained_on_first_use_and_fine_tuned_in_stages(run, tmp_path):
    status, output, _ = run(*SMALL, "--out", tmp_path / "run", "--json")
    told = json.loads(output)
    assert status == 0
    assert (told["weights"], told["stages"], told["faces"]) == ("synthetic", 2, 98)
    assert (tmp_path / "run" / "stage-2" / "model.keras").is_file()
    assert list((tmp_path / "cache" / "networks").glob("*-synthetic.keras"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--backbone", "resnet5", "--weights", "none"), "no backbone 'resnet5'"),
        (("--backbone", "vgg16", "--width", 0.5), "one width only"),
        (("--weights", "absent.keras"), "There is no file absent.keras"),
        (("--size", 8, "--weights", "none"), "32 to 512 pixels"),
        (("--resume",), "leave out --resume"),
    ],
)
def test_what_cannot_be_trained_ends_in_one_sentence(run, tmp_path, words, says):
    status, _, error = run(*words, "--out", tmp_path / "run")
    assert status == 1
    assert says in error
    assert "Traceback" not in error
    assert not (tmp_path / "run").exists()
