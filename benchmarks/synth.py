"""How quickly faces are drawn, how hard they are, and how far they lead towards real ones.

Run with ``fercourse benchmark synth --data fer2013.csv.gz``; each part is kept, and ``--only``
measures one again. Speeds are right only where nothing else runs. How the networks are trained was
chosen on faces of FER2013's Training split; PublicTest was scored once with each seed.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from scipy.stats import spearmanr
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from weights import edge_net_of_drawn_faces

from fercourse import synth
from fercourse.classifier import as_classifier
from fercourse.datasets import FaceSet, load
from fercourse.emotions import CLASSES
from fercourse.features import HOG, LBP
from fercourse.models import build
from fercourse.training import Augmentation, Config, fit

SCENES = 60
VOTES = [f"votes_{name}" for name in CLASSES]
DRAWN_FOR_REALITY = 18_000
SEEDS = (0, 1, 2)
FILTERS = (32, 64, 96, 128)
FOR_REAL = Config(
    epochs=24,
    average=0.995,
    augmentation=Augmentation(rotation=15, shift=4, zoom=0.15, brightness=0.3, contrast=0.3, erasing=0.3),
    label_smoothing=0.1,
)  # fmt: skip

# Draws the default set in an empty cache, then reads it again, in a new process each time.
_FIRST_USE = """
import time
from fercourse.datasets import load
start = time.perf_counter(); load("builtin", progress=False); print(time.perf_counter() - start)
"""


def run(options: dict) -> tuple[dict, dict]:
    """Return the figures of all parts that are known."""
    part, data, seed = options["part"], options["data"], options["seed"]
    parts = {
        "speed": part("speed", partial(_speed, seed)),
        "haar": part("haar", partial(_haar, seed)),
        "probe": part("probe", partial(_probe, seed)),
        "handcrafted": part("handcrafted", _handcrafted),
        "network": part("network", data and partial(_network, data)),
    }
    figures = {key: value for one in parts.values() if one for key, value in one["figures"].items()}
    seeds = [part(f"reality-{s}", data and partial(_reality, data, s), s) for s in SEEDS]
    if not all(seeds):
        return figures, {}
    for key in seeds[0]["figures"]:
        figures[key] = float(np.mean([one["figures"][key] for one in seeds]))
    return figures, {"reality_seeds": list(SEEDS), "reality": [one["detail"] for one in seeds]}


def _speed(seed: int) -> tuple[dict, dict]:
    """Measure with two processes, and with one for comparison; other work only slows a round."""
    rounds = {1: [], 2: []}
    for processes in rounds:
        synth.draw(128, seed=seed, processes=processes)  # so that the processes have started
    for number in range(5):
        for processes, rates in rounds.items():
            start = time.perf_counter()
            synth.draw(768, seed=seed, start=768 * number, processes=processes)
            rates.append(768 / (time.perf_counter() - start))
    with tempfile.TemporaryDirectory() as folder:
        first, *later = (_seconds_of_first_use(folder) for _ in range(4))
    fastest = {processes: max(rates) for processes, rates in rounds.items()}
    figures = {"faces_per_s": fastest[2], "first_use_s": first, "warm_ms": 1000 * min(later)}
    return figures, {"faces_per_s_by_processes": rounds, "warm_s": later}


def _seconds_of_first_use(folder: str) -> float:
    environment = os.environ | {"FERCOURSE_CACHE": folder}
    command = [sys.executable, "-c", _FIRST_USE]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(said.stdout.split()[-1])


def _haar(seed: int) -> tuple[dict, dict]:
    """Look for the faces of scenes by OpenCV's frontal cascade."""
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    scenes = [synth.draw_scene(1 + number % 5, seed=seed + number) for number in range(SCENES)]
    found = look_in_scenes(
        lambda image: cascade.detectMultiScale(image, 1.1, 5, minSize=(30, 30)), scenes
    )
    frontal = found["frontal_faces"]
    figures = {"haar_found": found["found"] / frontal, "haar_false": found["false"] / frontal}
    return figures, {"scenes": SCENES, **found}


def look_in_scenes(detect, scenes) -> dict:
    """Count what a detector finds in drawn scenes; frontal is within 20 degrees."""
    frontal, found, false, missed = 0, 0, 0, []
    for image, boxes, table in scenes:
        seen = detect(image)
        hits = np.array([[_overlap(box, other) > 0.4 for other in seen] for box in boxes])
        hits = hits.reshape(len(boxes), len(seen))
        near = (table[["yaw", "pitch", "roll"]].abs() < 20).all(axis=1).to_numpy()
        frontal += int(near.sum())
        found += int(hits[near].any(axis=1).sum())
        false += int((~hits.any(axis=0)).sum())
        missed += table.loc[near & ~hits.any(axis=1), "tone"].tolist()
    return {
        "frontal_faces": frontal, "found": found, "false": false, "tones_of_missed": missed
    }  # fmt: skip


def _overlap(one, other) -> float:
    """Return the area of the intersection over that of the union of two boxes."""
    (x, y, w, h), (a, b, c, d) = one, other
    wide, high = min(x + w, a + c) - max(x, a), min(y + h, b + d) - max(y, b)
    both = max(wide, 0) * max(high, 0)
    return both / (w * h + c * d - both)


def _probe(seed: int) -> tuple[dict, dict]:
    """Cut the face out and let a linear model guess the class from what is left."""
    drawn = synth.draw(3000, seed=seed, variant="balanced")
    y, x = np.mgrid[:48, :48]
    left = np.hypot((x - 23.5) / 19, (y - 25) / 25) > 1
    rest = drawn.images[:, left] / 255
    truth, train = (
        drawn.table["true_class"].to_numpy(),
        (drawn.table["split"] == "train").to_numpy(),
    )
    probe = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis("lsqr", "auto"))
    said = probe.fit(rest[train], truth[train]).predict(rest[~train])
    balanced = float(balanced_accuracy_score(truth[~train], said))
    return {"faceless_probe_balanced_accuracy": balanced}, {
        "train_faces": int(train.sum()),
        "test_faces": int((~train).sum()),
        "pixels_left": int(left.sum()),
    }


def _handcrafted() -> tuple[dict, dict]:
    """Score two classical classifiers on the validation split of the default set."""
    train, validation = _default_set()
    models = {
        "lbp": make_pipeline(LBP(), StandardScaler(), LinearSVC(C=0.003)),
        "hog": make_pipeline(HOG(), StandardScaler(), SVC(C=4)),
    }
    figures, detail = {}, {}
    for name, model in models.items():
        said = model.fit(train.images, train.labels).predict(validation.images)
        figures[f"{name}_accuracy"] = float((said == validation.labels).mean())
        detail[f"{name}_true_class"] = float((said == validation.table["true_class"]).mean())
    return figures, detail


def _network(data) -> tuple[dict, dict]:
    """Score a small network on the test split; compare its mistakes with FER+'s raters."""
    faces = load("builtin", progress=False)
    test = faces.split("test")
    model = edge_net_of_drawn_faces(0)
    said = model.classifier.predict_proba(np.asarray(test.images)).argmax(axis=1)
    truth = test.table["true_class"].to_numpy()
    votes = load("fer2013", data).table
    votes = votes.loc[votes["image_name"].notna(), VOTES].to_numpy(float)
    mistakes = np.zeros((7, 7))
    np.add.at(mistakes, (truth, said), 1)
    drawn = faces.table[VOTES].to_numpy(float)
    figures = {
        "cnn_accuracy": float((said == test.labels).mean()),
        "cnn_accuracy_true_class": float((said == truth).mean()),
        "confusion_spearman": _alike(mistakes, votes.T @ votes),
    }
    return figures, {
        "parameters": model.model.count_params(),
        "confusion_true_class": mistakes.astype(int).tolist(),
        "spearman_of_simulated_raters": _alike(drawn.T @ drawn, votes.T @ votes),
    }


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """Return how alike two tables of confusions rank pairs of classes, whichever way round."""
    rows, columns = np.triu_indices(len(one), 1)
    pairs = [_shares(table)[rows, columns] for table in (one, other)]
    return float(spearmanr(*pairs).statistic)


def _shares(table: np.ndarray) -> np.ndarray:
    """Return the mean of the two rates at which each pair of classes is mixed up."""
    rates = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return rates + rates.T


def _default_set() -> tuple[FaceSet, FaceSet]:
    faces = load("builtin", progress=False)
    return faces.split("train"), faces.split("validation")


def drawn_for_reality(count: int = DRAWN_FOR_REALITY) -> FaceSet:
    """Return balanced faces with the class that was meant, other people than the default set's."""
    drawn = synth.draw(count, seed=100, variant="balanced", processes=-1)
    truth = drawn.table["true_class"].to_numpy()
    return FaceSet(drawn.images, truth, CLASSES, drawn.table, "drawn")


def train_for_reality(faces: FaceSet, seed: int):
    """Return a classifier that has seen drawn faces alone."""
    model = build("tiny", seed=seed, filters=FILTERS, preprocessing="histogram_equalization")
    train, validation = faces.split("train"), faces.split("validation")
    return fit(model, train, validation, replace(FOR_REAL, seed=seed), progress=False).classifier


def judge(classifier, images: np.ndarray, labels: np.ndarray) -> dict:
    """Return balanced accuracy and the areas under two ROC curves."""
    said = as_classifier(classifier).predict_proba(np.asarray(images))
    happy, surprise = CLASSES.index("happy"), CLASSES.index("surprise")
    return {
        "fer2013_balanced_accuracy": float(balanced_accuracy_score(labels, said.argmax(axis=1))),
        "fer2013_auc_happy": float(roc_auc_score(labels == happy, said[:, happy])),
        "fer2013_auc_surprise": float(roc_auc_score(labels == surprise, said[:, surprise])),
    }


def _reality(data, seed: int) -> tuple[dict, dict]:
    photographs = load("fer2013", data).split("validation")
    classifier = train_for_reality(drawn_for_reality(), seed)
    figures = judge(classifier, photographs.images, photographs.labels)
    return figures, {"drawn_faces": DRAWN_FOR_REALITY, "photographs": len(photographs), **figures}
