"""How close training comes to what the network alone takes, in time and memory.

``fercourse benchmark training`` measures speed on the built-in faces, ``--data fer2013.csv.gz`` on
FER2013. How well mini-Xception does there is measured by ``fercourse benchmark fer2013``, and copied
from its results.

The ways to train that are compared:

- ``bare``: the compiled loop over one batch that is in memory already;
- ``fit``: `fercourse.training.fit` with every augmentation;
- ``generator``: the pipeline of many courses. The whole set in float32, labels one-hot in float64,
  and Keras's ImageDataGenerator in batches of 32.

Their speed is measured by turns in one process, some batches at a time, step by step, for a machine's
pace changes from second to second. The median counts; the first step of a turn, in which the pipeline fills,
does not: an epoch of FER2013 has 225 steps. Whole epochs are compared by themselves, since with tf.data's tuner an
epoch may end only when the tuner wakes. Memory is measured on FER2013 alone, each way in a process of its own: beside
what TensorFlow itself takes, the built-in faces are too few to be seen.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from training_ways import BATCH, NETWORK, THEIR_BATCH

HERE = Path(__file__).parent
FER2013 = HERE / "results" / "fer2013.json"
WAYS = HERE / "training_ways.py"


def run(options: dict) -> tuple[dict, dict]:
    """Return the figures of speed and memory, of the backends and, where they are known, of FER2013."""
    part, data, seed = options["part"], options["data"], options["seed"]
    parts = [
        part("speed", partial(_speed, data, seed)),
        part("normalization", partial(_normalization, data, seed)),
        part("determinism", partial(_determinism, data, seed)),
        part("epochs", partial(_epochs, data, seed)),
        part("memory", data and partial(_memory, data, seed)),
        part("layers", partial(_alone, "layers", data, seed)),
        part("backends", partial(_backends, data, seed)),
    ]
    scores = json.loads(FER2013.read_text(encoding="utf-8"))["figures"]
    figures = {key: value for key, value in scores.items() if key.startswith(f"{NETWORK}_")}
    for known in filter(None, parts):
        figures |= known["figures"]
    return figures, {}


def _speed(data: Path | None, seed: int) -> tuple[dict, dict]:
    """Return how the ways compare."""
    measured = _measure("by_turns", data, seed)
    steps = {way: measured[way] for way in ("bare", "fit", "generator")}
    bare, fit = (BATCH / steps[way]["half"] for way in ("bare", "fit"))
    figures = {
        "step_efficiency": fit / bare,
        "throughput_ratio": fit / (THEIR_BATCH / steps["generator"]["half"]),
    }
    return figures, {"step_s": steps, "batch_size": BATCH, "generator_batch_size": THEIR_BATCH}


def _normalization(data: Path | None, seed: int) -> tuple[dict, dict]:
    """Return how much faster a bare step is when its batch normalization is one fused operation."""
    measured = _measure("normalizations", data, seed)
    steps = {way: measured[way] for way in ("fused", "plain")}
    speedup = steps["plain"]["half"] / steps["fused"]["half"]
    return {"fused_normalization_speedup": speedup}, {"step_s": steps}


def _determinism(data: Path | None, seed: int) -> tuple[dict, dict]:
    """Return how much of its pace `fit` keeps where operations give the same bits each time."""
    steps = {way: _measure(way, data, seed)["fit"] for way in ("any_order", "same_bits")}
    share = steps["any_order"]["half"] / steps["same_bits"]["half"]
    return {"deterministic_share": share}, {"step_s": steps}


def _epochs(data: Path | None, seed: int) -> tuple[dict, dict]:
    """Return how much sooner epochs end without tf.data's tuner."""
    seconds = _measure("whole_epochs", data, seed)
    speedup = float(np.mean(seconds["tuner"]) / np.mean(seconds["without"]))
    return {"epoch_speedup_without_tuner": speedup}, {"epoch_s": seconds}


def _memory(data: Path, seed: int) -> tuple[dict, dict]:
    """Return what `fit` adds to the framework's own memory, as a share of what the pipeline adds."""
    ways = ("bare_step", "fit_epoch", "bare_step_32", "generator_steps")
    peaks = {way: _measure(way, data, seed)["peak_mb"] for way in ways}
    ours = peaks["fit_epoch"] - peaks["bare_step"]
    theirs = peaks["generator_steps"] - peaks["bare_step_32"]
    return {"memory_ratio": ours / theirs}, {"peak_mb": peaks}


def _backends(data: Path | None, seed: int) -> tuple[dict, dict]:
    """Train a little, and ask the same file in new processes on two backends."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        _measure("train", data, seed, run)
        answers = {
            backend: np.array(_measure("answer", data, seed, run, backend=backend)["answer"])
            for backend in ("tensorflow", "jax")
        }
    difference = float(np.abs(answers["tensorflow"] - answers["jax"]).max())
    faces = len(answers["jax"])
    return {"backend_max_difference": difference}, {"backends": list(answers), "faces": faces}


def _alone(way: str, data: Path | None, seed: int) -> tuple[dict, dict]:
    return {}, _measure(way, data, seed)


def _measure(way: str, data: Path | None, seed: int, *more, backend: str = "tensorflow") -> dict:
    """Measure one way in a new process."""
    words = [sys.executable, "-W", "ignore", WAYS, way, str(data or ""), str(seed)]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    answer = subprocess.run(
        [*words, *map(str, more)], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(answer.stdout.splitlines()[-1])
