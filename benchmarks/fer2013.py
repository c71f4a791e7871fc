"""How far each method comes on FER2013: the table of results, from nothing but the data file.

Run with ``fercourse benchmark fer2013 --data fer2013.csv.gz``. The rows and their seeds stand in
fer2013.toml. Each row and seed is a part of its own, kept as it ends, and a training that was
stopped goes on from its last epoch, so the command may be stopped and started at will. ``--only
edge_net-0`` measures one part.

Choose on PublicTest. PrivateTest is scored only for rows whose recipe is frozen, from a commit
without changes, and what comes out is written down and leads to no other recipe.
"""

import functools
import os
import subprocess
import tempfile
import time
import tomllib
from functools import partial
from pathlib import Path

import numpy as np
from fer_environment import python_with_fer
from fer_teachers import told
from trainings import train_once

from fercourse.classifier import load_classifier
from fercourse.classifier.ensemble import Ensemble
from fercourse.classifier.handcrafted import handcrafted
from fercourse.classifier.recipes import recipe
from fercourse.classifier.sklearn import SklearnClassifier
from fercourse.datasets import load
from fercourse.evaluation import Predictions, mcnemar, report_on
from fercourse.training import load_run
from fercourse.training.files import put
from fercourse.training.recipes import recipe_for

HERE = Path(__file__).resolve().parent
WORK = HERE.parent / "work" / "fer2013"
SPLITS = {"public": "validation", "private": "test"}
COSTS = "parameters", "kb", "ms", "minutes"
TIMED = 300
# Pairs of rows whose first seeds are compared face by face.
COMPARED = {
    "mcnemar_p": ("edge_net", "peer_fer"),
    "int8_mcnemar_p": ("edge_net_int8", "peer_fer"),
    "mini_xception_mcnemar_p": ("mini_xception", "peer_fer"),
    "teachers_mcnemar_p": ("edge_net", "edge_net_alone"),
    "shipped_mcnemar_p": ("edge_net", "mini_xception"),
}


def run(options: dict) -> tuple[dict, dict]:
    """Return the means over the seeds that are known, and how many these are."""
    rows = tomllib.loads((HERE / "fer2013.toml").read_text(encoding="utf-8"))
    parts = {}
    for name, row in rows.items():
        for seed in row["seeds"]:
            if row["kind"] != "features":
                measure = options["data"] and partial(_measure, options["data"], name, row, seed)
                parts[name, seed] = options["part"](f"{name}-{seed}", measure, seed)
    figures = {}
    for name, row in rows.items():
        known = [one for seed in row["seeds"] if (one := parts.get((name, seed)))]
        if known:
            figures |= {f"{name}_{key}": mean for key, mean in _means(known).items()}
            figures[f"{name}_seeds"] = float(len(known))
    for figure, pair in COMPARED.items():
        both = [parts.get((name, 0)) for name in pair]
        if all(both):
            figures[figure] = _mcnemar(*both)
    if all(peers := [parts.get((name, 0)) for name in COMPARED["mcnemar_p"]]):
        ours, theirs = (part["figures"]["public"] for part in peers)
        figures["ahead_of_peer"] = ours - theirs
    return figures, {"measured": [f"{name}-{seed}" for (name, seed), one in parts.items() if one]}


def _means(parts: list[dict]) -> dict[str, float]:
    shared = set.intersection(*(set(part["figures"]) for part in parts))
    return {key: float(np.mean([part["figures"][key] for part in parts])) for key in sorted(shared)}


def _mcnemar(one: dict, other: dict) -> float:
    """Return McNemar's exact p of two parts on the same PublicTest faces."""
    ours, theirs = (np.array([*part["detail"]["public"]["right"]]) == "1" for part in (one, other))
    exact, _ = mcnemar(int((ours & ~theirs).sum()), int((theirs & ~ours).sum()))
    return exact


def _measure(data: Path, name: str, row: dict, seed: int) -> tuple[dict, dict]:
    """Make the classifier of a row and seed, and score it."""
    faces = _faces(data)
    start = time.perf_counter()
    predict, facts = KINDS[row["kind"]](faces, name, row, seed)
    facts.setdefault("minutes", (time.perf_counter() - start) / 60)
    figures = {key: float(facts[key]) for key in COSTS if key in facts}
    detail = {"device": _device(), "test_time_augmentation": "none", **facts}
    for short, split in SPLITS.items():
        if short == "public" or _may_score_private(row):
            detail[short] = _score(predict, faces.split(split), faces.split("train"))
            figures |= {short: detail[short]["accuracy"]["value"]}
            figures |= {f"{short}_unleaked": detail[short]["unleaked"]["value"]}
    return figures, detail


@functools.cache
def _faces(data: Path):
    return load("fer2013", data)


def _may_score_private(row: dict) -> bool:
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", "fercourse", "benchmarks"],
        cwd=HERE, capture_output=True, text=True,
    )  # fmt: skip
    # Results that this very command writes are no change of a recipe.
    lines = [line for line in changed.stdout.splitlines() if "benchmarks/results/" not in line]
    return row.get("frozen", False) and changed.returncode == 0 and not lines


def _score(predict, faces, train) -> dict:
    predictions = Predictions(faces.labels, predict(np.asarray(faces.images)), faces.classes)
    report = report_on(predictions, faces, train=train)
    fresh = report if report.without_leaked is None else report.without_leaked
    keys = "value", "low", "high", "n"
    return {
        "accuracy": dict(zip(keys, report["accuracy"], strict=True)),
        "unleaked": dict(zip(keys, fresh["accuracy"], strict=True)),
        "macro_f1": dict(zip(keys, report["f1"], strict=True)),
        "calibration_error": dict(zip(keys, report["calibration_error"], strict=True)),
        # Which faces were recognized, in the order of the split: what pairs are compared by.
        "right": "".join("01"[int(right)] for right in predictions.correct),
    }


def _majority(faces, name, row, seed):
    counts = np.bincount(faces.split("train").labels, minlength=len(faces.classes))
    return lambda images: np.tile(counts / counts.sum(), (len(images), 1)), {}


def _recipe(faces, name, row, seed):
    train = faces.split("train")
    model = recipe(row["of"], seed).fit(np.asarray(train.images), train.labels)
    return SklearnClassifier(model, train.classes).predict_proba, {"recipe": row["of"]}


def _network(faces, name, row, seed):
    """Train a network, or go on with a training that was stopped."""
    from dataclasses import asdict, replace

    folder, splits = WORK / f"{name}-{seed}", (faces.split("train"), faces.split("validation"))
    targets = told(splits[0], row, WORK) if "teachers" in row else None
    network = row.get("of", name)
    config = replace(recipe_for(network), seed=seed, **row.get("config", {}))
    trained = train_once(network, splits, config, folder, targets)
    facts = {
        "parameters": trained.model.count_params(),
        "kb": (folder / "model.keras").stat().st_size / 1000,
        "minutes": trained.minutes,
        "best_epoch": int(trained.best_epoch),
        "history": trained.history[["accuracy", "val_accuracy"]].round(4).to_dict("list"),
        "recipe": asdict(trained.config),
    }
    return trained.classifier.predict_proba, facts


def _int8(faces, name, row, seed):
    from fercourse.edge import representative_faces, to_litert

    network = _trained(row["of"], seed)
    content = to_litert(
        network.model, "int8", representative=representative_faces(faces.split("train")),
        classes=network.classes, training_data="FER2013",
    )  # fmt: skip
    path = WORK / f"{name}-{seed}.tflite"
    put(path, content)
    classifier = load_classifier(path)
    facts = {"kb": len(content) / 1000, "ms": _ms(classifier, faces)}
    return classifier.predict_proba, {**facts, "parameters": network.model.count_params()}


def _ensemble(faces, name, row, seed):
    members = [_member(faces, of, seed) for of in row["of"]]
    return Ensemble(members).predict_proba, {}


def _member(faces, name: str, seed: int):
    if name != "handcrafted":
        return _trained(name, seed)
    train = faces.split("train")
    model = handcrafted(seed).fit(np.asarray(train.images), train.labels)
    return SklearnClassifier(model, train.classes)


def _trained(name: str, seed: int):
    """Return the network of another row, which stands before this one in the list."""
    return load_run(WORK / f"{name}-{seed}").classifier


def _peer(faces, name, row, seed):
    """Ask the package in an environment of its own."""
    answers = {}

    def predict(images):
        environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "faces.npy", Path(folder) / "answer.npz"
            np.save(source, images)
            command = [python_with_fer(), HERE / "fer_peer.py", source, target]
            subprocess.run(command, check=True, env=environment)
            with np.load(target) as said:
                answers.update(said)
        return answers["probabilities"]

    predict(np.asarray(faces.split("validation").images[:TIMED]))
    return predict, {"kb": float(answers["bytes"]) / 1000, "ms": float(answers["ms"])}


def _ms(classifier, faces) -> float:
    """Return the median milliseconds for one face."""
    images, times = np.asarray(faces.split("validation").images[:TIMED]), []
    for image in images:
        start = time.perf_counter()
        classifier.predict_proba(image[None])
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000


def _device() -> str:
    """Name the accelerator that Keras would train on, or the number of processor cores."""
    import keras

    found = [device for device in keras.distribution.list_devices() if "cpu" not in device.lower()]
    return found[0] if found else f"{os.cpu_count()} processor cores"


KINDS = {
    "majority": _majority,
    "recipe": _recipe,
    "network": _network,
    "int8": _int8,
    "ensemble": _ensemble,
    "peer": _peer,
}
