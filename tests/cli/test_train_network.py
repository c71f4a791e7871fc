"""``fercourse train`` of networks: a run's folder, resumed, evaluated, and every refusal."""

import json
import subprocess
import sys

import numpy as np
import pytest

from fercourse import cli, synth


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a small FER2013 file."""
    folder = tmp_path_factory.mktemp("networks")
    images = synth.draw(84, variant="easy").images
    usages = ["Training"] * 56 + ["PublicTest"] * 14 + ["PrivateTest"] * 14
    rows = [
        f"{row % 7},{' '.join(map(str, image.ravel()))},{usage}\n"
        for row, (image, usage) in enumerate(zip(images, usages, strict=True))
    ]
    (folder / "fer2013.csv").write_text("emotion,pixels,Usage\n" + "".join(rows))
    return folder


@pytest.fixture
def run(capsys, monkeypatch, place):
    """Run the command line as the shell does; return status, output and errors."""
    monkeypatch.setenv("FERCOURSE_CACHE", str(place / "cache"))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, " ".join(output.err.split())

    return run


def data(place):
    return "--dataset", "fer2013", "--data", place / "fer2013.csv"


def test_a_network_is_trained_resumed_and_evaluated(run, place):
    folder = place / "run"
    words = ("train", "tiny", *data(place), "--epochs", 2, "--out", folder, "--json")
    status, output, _ = run(*words)
    told = json.loads(output)
    assert status == 0
    assert (told["network"], told["faces"], told["epochs"]) == ("tiny", 56, 2)
    status, _, error = run(*words)
    assert status == 1
    assert "resume it, or name another folder" in error
    status, output, _ = run("train", "tiny", *data(place), "--out", folder, "--resume")
    assert status == 0
    assert "Best of 2 epochs" in output
    status, _, error = run("train", "edge_net", *data(place), "--out", folder, "--resume")
    assert (status, "is one of tiny; resume that" in error) == (1, True)
    status, output, _ = run("evaluate", folder, *data(place), "--split", "validation", "--json")
    assert status == 0
    accuracy = json.loads(output)["overall"]["accuracy"]["value"]
    assert np.isclose(accuracy, told["validation_accuracy"])


def test_networks_are_listed_without_importing_a_framework():
    code = (
        "import sys; from fercourse import cli; sys.argv = ['fercourse', 'train', 'list']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "mini_xception" in answer.stdout
    assert "hog_svm" in answer.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tiny", "--resume", "--out", "missing"], "holds no run"),
        (["tiny", "--split", "all"], "leave out --split"),
        (["tiny", "--overwrite"], "name another folder"),
        (["tiny", "--weights", "imagenet"], "are for transfer"),
        (["hog_svm", "--size", "64"], "are for transfer"),
        (["hog_svm", "--resume"], "are for networks"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, place, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    status, output, error = run("train", *words, *data(place))
    assert status == 1
    assert said in error
    assert "Traceback" not in error + output
    assert not list(tmp_path.iterdir())
