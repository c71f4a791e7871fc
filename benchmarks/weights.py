"""The small networks that ship: train them, write them into fercourse/weights, and measure them.

Run with ``fercourse benchmark weights``; ``--only builtin`` makes that network again. The networks of
photographs are those that ``fercourse benchmark fer2013 --only edge_net-0`` has trained, say, and need
``--data``. The model cards begin as in cards/ and take their tables from the result: ``fercourse benchmark table`` writes them.
"""

import shutil
import time
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from trainings import train_once

from fercourse.classifier import load_classifier, save_classifier
from fercourse.datasets import load
from fercourse.edge import representative_faces, to_litert
from fercourse.errors import CourseError, ModelError
from fercourse.evaluation import evaluate, wilson
from fercourse.models import build
from fercourse.training import Augmentation, Config, fit, load_run
from fercourse.training.files import put

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent / "fercourse" / "weights"
WORK = HERE.parent / "work"
TRAINED = WORK / "fer2013"
# Small enough to be explained and adapted on a laptop in the notebooks.
NETWORK, OPTIONS = "tiny", {"filters": (32, 64, 96, 128)}
# The raters' votes are learned, not the label that was drawn from them; chosen on the validation split.
FOR_DRAWN = Config(
    epochs=30,
    learning_rate=3e-3,
    warmup_epochs=2,
    weight_decay=0.02,
    soft_labels=1.0,
    augmentation=Augmentation(rotation=8, shift=3, zoom=0.08, contrast=0.2),
)
# What is done to the test faces, from nothing to a lot, in these units.
CHANGES = {
    "brightness": ("times as bright", (1.0, 1.4, 0.7, 0.5, 0.3)),
    "blur": ("pixels, standard deviation", (0.0, 0.5, 1.0, 1.5, 2.0)),
    "distance": ("pixels across, enlarged again", (48, 36, 24, 16, 12)),
    "noise": ("gray levels, standard deviation", (0, 5, 10, 20, 40)),
    "turned in the picture": ("degrees", (0, 10, 20, 30, 45)),
}
OF_PHOTOGRAPHS = "mini_xception", "edge_net"
TIMED = 300


def run(options: dict) -> tuple[dict, dict]:
    """Return accuracy, size and speed of each network that ships."""
    part, data, seed = options["part"], options["data"], options["seed"]
    parts = {"builtin": part("builtin", partial(_builtin, seed))}
    for name in OF_PHOTOGRAPHS:
        parts[name] = part(name, data and partial(_of_photographs, name, data, seed))
    figures = {
        f"{name}_{key}": value
        for name, one in parts.items()
        if one
        for key, value in one["figures"].items()
    }
    return figures, {}


def _builtin(seed: int) -> tuple[dict, dict]:
    """Train on the built-in faces alone."""
    faces = load("builtin")
    train, validation, test = (faces.split(name) for name in ("train", "validation", "test"))
    network = build(NETWORK, train.classes, seed=seed, **OPTIONS)
    trained = fit(network, train, validation, replace(FOR_DRAWN, seed=seed))
    small = _write("builtin", trained, train, "drawn faces")
    figures, detail = _measure("builtin", small, trained, "test", test, train, "subject")
    truth = _accuracy(small, test.images, test.table["true_class"].to_numpy())
    faces = {"train": len(train), "validation": len(validation), "test": len(test)}
    known = {"network": NETWORK, "options": OPTIONS, "faces": faces, "true_class_accuracy": truth}
    return figures, known | detail


def edge_net_of_drawn_faces(seed: int):
    """Return a trained edge_net for the benchmarks that need a good network of drawn faces.

    It is trained once, half an hour and more on two cores, and kept in ``work/``.
    """
    faces = load("builtin")
    splits = faces.split("train"), faces.split("validation")
    folder = WORK / "drawn" / f"edge_net-{seed}"
    return train_once("edge_net", splits, replace(FOR_DRAWN, seed=seed), folder)


def _of_photographs(name: str, data: Path, seed: int) -> tuple[dict, dict]:
    """Take a network that was trained on FER2013, and judge it on PublicTest."""
    trained = _trained(f"{name}-{seed}")
    faces = load("fer2013", data)
    train, public = faces.split("train"), faces.split("validation")
    small = _write(name, trained, train, "FER2013")
    figures, detail = _measure(name, small, trained, "public", public, train, None)
    known = {"network": name, "faces": {"train": len(train), "validation": len(public)}}
    return figures, known | detail


def _trained(run: str):
    try:
        return load_run(TRAINED / run)
    except ModelError as error:
        raise CourseError(
            f"{error} Train it with 'fercourse benchmark fer2013 --only {run} --data fer2013.csv.gz'."
        ) from error


def _write(name: str, trained, train, training_data: str):
    """Write the network and its INT8 file, and the card if there is none; return the INT8 file's."""
    WEIGHTS.mkdir(exist_ok=True)
    save_classifier(trained.classifier, WEIGHTS / f"{name}.keras")
    small = WEIGHTS / f"{name}.tflite"
    content = to_litert(
        trained.model,
        "int8",
        representative=representative_faces(train),
        classes=train.classes,
        training_data=training_data,
    )
    put(small, content)
    card = WEIGHTS / f"{name}.md"
    if not card.exists():
        shutil.copyfile(HERE / "cards" / card.name, card)
    return load_classifier(small)


def _measure(name, small, trained, split, faces, train, clusters) -> tuple[dict, dict]:
    """Return figures and details of the two files on the faces of a split."""
    report = evaluate(small, faces, train=train, clusters=clusters)
    floating = evaluate(load_classifier(WEIGHTS / f"{name}.keras"), faces, train=train)
    figures = {
        "parameters": float(trained.model.count_params()),
        "keras_kb": (WEIGHTS / f"{name}.keras").stat().st_size / 1000,
        "int8_kb": (WEIGHTS / f"{name}.tflite").stat().st_size / 1000,
        "int8_ms": _ms(small, faces),
        f"{split}_accuracy": report["accuracy"].value,
        f"float_{split}_accuracy": floating["accuracy"].value,
        "minutes": trained.minutes,
    }
    detail = {
        "split": split,
        "config": asdict(trained.config),
        "best_epoch": int(trained.best_epoch),
        "report": report.to_dict(),
        "robustness": {change: _under(small, faces, change) for change in CHANGES},
    }
    return figures, detail


def _under(classifier, faces, change: str) -> list[dict]:
    """Return the accuracy on faces that are changed more and more."""
    unit, amounts = CHANGES[change]
    found = []
    for amount in amounts:
        rng = np.random.default_rng(0)
        images = np.stack([_changed(face, change, amount, rng) for face in faces.images])
        found.append(
            {"amount": amount, "unit": unit, **_accuracy(classifier, images, faces.labels)}
        )
    return found


def _changed(face: np.ndarray, change: str, amount: float, rng) -> np.ndarray:
    if change == "brightness":
        return cv2.convertScaleAbs(face, alpha=amount)
    if change == "blur":
        return cv2.GaussianBlur(face, (0, 0), amount) if amount else face
    if change == "distance":
        far = cv2.resize(face, (amount, amount), interpolation=cv2.INTER_AREA)
        return cv2.resize(far, face.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if change == "noise":
        return np.clip(face + rng.normal(0, amount, face.shape), 0, 255).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((23.5, 23.5), amount, 1)
    return cv2.warpAffine(face, turn, face.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def _accuracy(classifier, images, labels) -> dict:
    right = classifier.predict_proba(np.asarray(images)).argmax(axis=1) == labels
    low, high = wilson(right.sum(), len(right))
    return {"value": float(right.mean()), "low": float(low), "high": float(high), "n": len(right)}


def _ms(classifier, faces) -> float:
    """Return the median milliseconds for one face."""
    times = []
    for face in np.asarray(faces.images[:TIMED]):
        start = time.perf_counter()
        classifier.predict_proba(face[None])
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000
