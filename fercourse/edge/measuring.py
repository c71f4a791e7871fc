"""What a model file costs and what it is worth: one row of numbers a file."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fercourse.classifier import load_classifier
from fercourse.classifier.files import model_file
from fercourse.edge.bundling import SCRIPT, write_runner
from fercourse.edge.graph import read_graph
from fercourse.errors import ModelError
from fercourse.evaluation import Predictions, mcnemar, predict, wilson
from fercourse.evaluation.metrics import measure as metrics_of

SUFFIXES = (".tflite", ".onnx")
MOST_SECONDS = 300


def bench(
    files: Sequence[str | Path], faces, *, threads: int = 1, progress: bool = False
) -> pd.DataFrame:
    """Measure model files, each against the first one. Introduced in notebook 06.

    Parameters
    ----------
    files : sequence of path
        ``.tflite`` and ``.onnx`` files; the first is what the others are compared with.
    faces : FaceSet
        Labeled faces that none of them was trained on.
    threads : int
        How many threads may compute.
    progress : bool
        Show a progress bar.

    Returns
    -------
    DataFrame
        A row for each file: ``precision``, ``kb``, ``accuracy`` with its 95 % interval ``low`` and
        ``high`` (Wilson), ``calibration_error``, ``agreement`` with the first file's classes,
        ``mcnemar_p`` (exact), what `measure_speed` says, and for ``.tflite`` ``operations`` and
        ``multiply_adds``.

    Raises
    ------
    ModelError
        If there are no files, two of one name, or one cannot be used.
    """
    paths = [model_file(file) for file in files]
    _check(paths)
    rows, first = {}, None
    for path in paths:
        classifier = load_classifier(path)
        said = predict(classifier, faces, progress=progress)
        first = said if first is None else first
        precision = classifier.metadata.precision if classifier.metadata else "unknown"
        rows[path.name] = {
            "precision": precision,
            **_worth(said, first),
            **measure_speed(path, threads),
            **_operations(path),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("file")


def measure_speed(path: str | Path, threads: int = 1) -> dict:
    """Measure one file in a process of its own, with the script that a bundle holds.

    Returns
    -------
    dict
        ``kb``; ``p50_ms``, ``p95_ms``, ``p99_ms`` for one face, everything from gray levels to
        probabilities counted, after a warm-up; ``faces_per_s`` in batches; ``load_ms``;
        ``cold_start_ms`` from the start of the script to the first answer; ``peak_mb`` of the whole
        process, and ``model_mb``, by how much loading and running the model raised it.

    Raises
    ------
    ModelError
        If it cannot be run, or not within five minutes.
    """
    path = model_file(path).resolve()
    with tempfile.TemporaryDirectory() as folder:
        write_runner(Path(folder))
        # Isolated from this process's paths, so that the bundle's modules are the ones imported.
        words = [sys.executable, SCRIPT, "--json", "--model", str(path), "--threads", str(threads)]
        try:
            done = subprocess.run(
                words, cwd=folder, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise ModelError(
                f"{path.name} could not be measured within {MOST_SECONDS} seconds; it is too slow "
                "for this computer."
            ) from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        raise ModelError(f"{path.name} could not be measured: {last[0]}")
    answer = json.loads(done.stdout)
    return {key: value for key, value in answer.items() if key != "model"}


def _check(paths: list[Path]) -> None:
    if not paths:
        raise ModelError("There is nothing to measure; name .tflite or .onnx files.")
    if len({path.name for path in paths}) < len(paths):
        raise ModelError("Two files have the same name; give each its own.")
    for path in paths:
        if path.suffix not in SUFFIXES:
            raise ModelError(
                f"{path.name} is no {' or '.join(SUFFIXES)} file; make one with 'fercourse edge export'."
            )


def _worth(said: Predictions, first: Predictions) -> dict:
    low, high = wilson(said.correct.sum(), len(said))
    only_first = int((first.correct & ~said.correct).sum())
    only_this = int((said.correct & ~first.correct).sum())
    return {
        "accuracy": float(said.correct.mean()),
        "low": float(low),
        "high": float(high),
        "calibration_error": float(metrics_of(said)["calibration_error"][0]),
        "agreement": float((said.predicted == first.predicted).mean()),
        "mcnemar_p": mcnemar(only_first, only_this)[0],
    }


def _operations(path: Path) -> dict:
    if path.suffix != ".tflite":
        return {"operations": None, "multiply_adds": None}
    graph = read_graph(path.read_bytes())
    return {"operations": len(graph.operations), "multiply_adds": graph.multiply_adds}
