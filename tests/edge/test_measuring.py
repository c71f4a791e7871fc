"""Bench, bundle and verify: files alone, without Keras or TensorFlow."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pandas as pd
import pytest

from fercourse import edge, synth
from fercourse.datasets import FaceSet
from fercourse.edge import measuring
from fercourse.errors import ModelError
from fercourse.plots import on_front, pareto

# What must not be needed on a small machine; a folder of these names breaks whoever imports them.
FORBIDDEN = (
    "keras",
    "tensorflow",
    "sklearn",
    "skops",
    "pandas",
    "scipy",
    "onnxruntime",
    "matplotlib",
)


@pytest.fixture(scope="module")
def folder(litert, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for precision, content in litert.items():
        (folder / f"{precision}.tflite").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def labeled(faces, expected):
    labels = expected.argmax(axis=1)
    labels[:6] = (labels[:6] + 1) % 3
    return FaceSet(faces, labels, ("sad", "fine", "other"), pd.DataFrame(index=range(len(faces))))


@pytest.fixture
def small_machine(tmp_path):
    """Return the environment of a machine that has none of the forbidden packages."""
    for name in FORBIDDEN:
        (tmp_path / "none" / name).mkdir(parents=True)
        (tmp_path / "none" / name / "__init__.py").write_text(f"raise ImportError('no {name}')")
    return {"PYTHONPATH": str(tmp_path / "none"), "PATH": ""}


def test_bench_measures_every_file_against_the_first(folder, labeled):
    table = edge.bench([folder / "float32.tflite", folder / "int8.tflite"], labeled)
    first, second = table.iloc[0], table.iloc[1]
    assert list(table.index) == ["float32.tflite", "int8.tflite"]
    assert first["accuracy"] == pytest.approx(18 / 24)
    assert first["low"] < first["accuracy"] < first["high"]
    assert (first["agreement"], first["mcnemar_p"]) == (1.0, 1.0)
    assert second["agreement"] >= 0.9
    assert second["kb"] < first["kb"]
    assert first["multiply_adds"] == second["multiply_adds"]
    assert 0 < second["p50_ms"] <= second["p95_ms"] <= second["p99_ms"]
    assert second["cold_start_ms"] > second["load_ms"] > 0
    assert second["peak_mb"] > second["model_mb"] >= 0


def test_memory_is_that_of_the_measured_process_not_of_the_one_that_starts_it(folder):
    ballast = np.ones(2**28, np.uint8)  # 268 MB, more than a small model takes
    measured = edge.measure_speed(folder / "int8.tflite")
    assert measured["peak_mb"] < ballast.nbytes / 1e6


def test_a_bundle_runs_where_there_is_neither_keras_nor_tensorflow(
    folder, litert, tmp_path, small_machine
):
    place = edge.bundle(folder / "int8.tflite", tmp_path / "pi")
    words = [sys.executable, "run.py", "--json"]
    done = subprocess.run(words, cwd=place, env=small_machine, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == "model.tflite"
    assert answer["p50_ms"] > 0
    assert "sad, fine, other" in (place / "README.md").read_text()
    assert "drawn weights" in (place / "README.md").read_text()


def test_a_bundle_classifies_the_faces_in_a_photo(folder, tmp_path, small_machine):
    place = edge.bundle(folder / "int8.tflite", tmp_path / "pi")
    scene, _, _ = synth.draw_scene(2, 3, (240, 320))
    cv2.imwrite(str(tmp_path / "photo.png"), scene)
    words = [sys.executable, "run.py", str(tmp_path / "photo.png")]
    done = subprocess.run(words, cwd=place, env=small_machine, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "face at" in done.stdout
    words[-1] = str(tmp_path / "missing.png")
    done = subprocess.run(words, cwd=place, env=small_machine, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("run.py: ")
    assert "Traceback" not in done.stderr


def test_files_are_measured_and_compared_without_tensorflow(folder):
    code = (
        "import sys; from fercourse import edge; from fercourse.edge import measuring, parity\n"
        "import numpy as np\n"
        f"edge.verify({str(folder / 'float32.tflite')!r}, {str(folder / 'int8.tflite')!r}, "
        "np.zeros((2, 48, 48), np.uint8))\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_equal_files_part_nowhere_and_int8_parts_where_rounding_has_grown(folder, faces):
    same = edge.verify(folder / "float32.tflite", folder / "float32.tflite", faces)
    assert (same.agreement, same.largest, same.parts_at) == (1.0, 0.0, None)
    other = edge.verify(folder / "float32.tflite", folder / "int8.tflite", faces, tolerance=0.0)
    assert len(other.layers) >= 4
    assert other.parts_at == other.layers["layer"].iloc[0]
    assert other.layers["difference"].max() < 0.2
    assert other.largest > 0


def test_layers_are_given_gray_levels_on_the_scale_that_a_file_takes(
    network, folder, faces, tmp_path
):
    # Its brightest level is 127, so the file counts in steps of a half.
    words = {"representative": faces // 2, "classes": ("sad", "fine", "other")}
    (tmp_path / "dark.tflite").write_bytes(edge.to_litert(network, "int8", **words))
    parity = edge.verify(folder / "float32.tflite", tmp_path / "dark.tflite", faces // 2)
    assert parity.layers["difference"].iloc[0] < 0.03


def test_shipped_files_are_compared_and_measured_by_their_names():
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    same = edge.verify("builtin.tflite", "builtin.tflite", faces)
    assert (same.agreement, same.parts_at) == (1.0, None)
    assert edge.measure_speed("builtin.tflite")["kb"] > 10


def test_a_model_that_takes_too_long_is_told_in_one_sentence(folder, monkeypatch):
    monkeypatch.setattr(measuring, "MOST_SECONDS", 0.01)
    with pytest.raises(ModelError, match="too slow for this computer"):
        edge.measure_speed(folder / "int8.tflite")


def test_a_layer_that_was_changed_is_named(network, folder, faces, tmp_path):
    import keras

    changed = keras.models.clone_model(network)
    changed.set_weights(network.get_weights())
    second = [one for one in changed.layers if isinstance(one, keras.layers.Conv2D)][1]
    second.set_weights([one * 1.5 for one in second.get_weights()])
    content = edge.to_litert(changed, classes=("sad", "fine", "other"))
    (tmp_path / "changed.tflite").write_bytes(content)
    parity = edge.verify(folder / "float32.tflite", tmp_path / "changed.tflite", faces)
    named = parity.layers.set_index("layer")["difference"]
    assert named.iloc[0] < 1e-5
    assert parity.parts_at == named.index[1]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda folder, faces: edge.bench([], faces), "nothing to measure"),
        (lambda folder, faces: edge.bench([folder / "m.skops"], faces), "no .tflite or .onnx"),
        (lambda folder, faces: edge.bench([folder / "int8.tflite"] * 2, faces), "the same name"),
        (lambda folder, faces: edge.bundle(folder / "m.onnx", folder / "b"), "holds a .tflite"),
        (lambda folder, faces: edge.bundle(folder / "int8.tflite", folder), "is there already"),
        (
            lambda folder, faces: edge.verify(
                folder / "int8.tflite", folder / "int8.tflite", faces.images[:0]
            ),
            "no faces to compare",
        ),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(folder, labeled, act, said):
    with pytest.raises(ModelError, match=said):
        act(folder, labeled)


def test_the_front_holds_whoever_is_not_beaten():
    costs, worths = np.array([1, 2, 3, 3, 1.0]), np.array([0.5, 0.6, 0.6, 0.7, 0.5])
    assert on_front(costs, worths).tolist() == [True, True, False, True, True]
    table = pd.DataFrame({"kb": costs, "accuracy": worths}, index=list("abcde"))
    assert "a 1 for 0.500" in pareto(table, cost="kb").alt
