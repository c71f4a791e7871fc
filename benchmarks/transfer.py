"""What transfer is worth with few labels, and what a cache of features saves.

Run with ``fercourse benchmark transfer --data fer2013.csv.gz``; every part is kept as it ends. The
network is `builtin`, which ships and has seen drawn faces alone; from scratch begins the same one with
weights drawn by lot, and gets twice the steps. Scores are balanced accuracies: labels are drawn evenly,
while FER2013's PublicTest is uneven. Real faces are scored on a sample of PublicTest; PrivateTest is not
looked at. What is cut to keep it short: three budgets, three draws for adaptation.
"""

import time
from functools import partial

import keras
import numpy as np
from sklearn.metrics import balanced_accuracy_score

from fercourse import models
from fercourse.classifier import load_classifier
from fercourse.datasets import load
from fercourse.datasets.builtin import load_builtin
from fercourse.training import (
    adapt_adversarially,
    adapt_batch_norm,
    adapt_coral,
    draw_labels,
    features,
    gain,
    label_curve,
    learn_briefly,
    mean_over_draws,
    train_head_on,
    unfreeze,
)

BUDGETS = (5, 20, 100)
DRAWS = 5
SCRATCH = {"steps": 200, "learning_rate": 2e-3, "batch_size": 16}
FINE_TUNED = {"steps": 100, "learning_rate": 5e-4, "batch_size": 16}
SCORED, SOURCE, UNLABELED = 1200, 2000, 1000
CACHED_FACES, CACHED_EPOCHS = 400, 30


def run(options: dict) -> tuple[dict, dict]:
    """Return the gains at 20 labels a class, and the speedup by cached features."""
    data = options["data"]
    parts = {
        "drawn": options["part"]("drawn", partial(_gains, _shifted)),
        "real": options["part"]("real", data and partial(_gains, partial(_real, data))),
        "cache": options["part"]("cache", _cache),
    }
    figures = {}
    for name, prefix in {"drawn": "", "real": "real_"}.items():
        if parts[name]:
            found = parts[name]["figures"]
            figures[f"{prefix}gain_20_labels"] = found["gain_20_labels"]
            figures[f"{prefix}gain_20_labels_low"] = found["gain_20_labels_low"]
    if parts["cache"]:
        figures["feature_cache_speedup"] = parts["cache"]["figures"]["feature_cache_speedup"]
    return figures, {"parts": [name for name, one in parts.items() if one]}


def _shifted():
    """Return labeled, and test faces of the drawn target: other lamps, another camera."""
    target = load_builtin(3600, seed=1, variant="shifted", progress=False)
    tested = (target.table["split"] != "train").to_numpy()
    return target.split("train"), target[tested]


def _real(path):
    faces = load("fer2013", path)
    return faces.split("train"), faces.split("validation").sample(SCORED)


def _gains(target) -> tuple[dict, dict]:
    """Compare ways of learning over label budgets, and ways of adapting without a label."""
    pool, tested = target()
    source = load("builtin", progress=False).split("train").sample(SOURCE)
    network = load_classifier("builtin.keras").model
    pretrained = network.get_weights()
    scratch = models.build("tiny", seed=0, filters=(32, 64, 96, 128))
    tuned = keras.models.clone_model(network)
    unfreeze(tuned, 1.0)
    ways = {
        "scratch": partial(_learn, scratch, scratch.get_weights(), tested, SCRATCH),
        "new head": partial(_head, network, _without_head(pretrained), tested),
        "fine-tuned": partial(_learn, tuned, pretrained, tested, FINE_TUNED),
    }
    curve = label_curve(ways, pool, BUDGETS, DRAWS)
    detail = {
        "score": "balanced accuracy",
        "test_faces": len(tested),
        "draws": DRAWS,
        "interval": "Student's, 95 %, over draws of labels; test faces and pretraining are fixed",
        "scores": curve.to_dict("records"),
        "gains": {
            f"{way} over scratch, {labels}": gain(curve, way, "scratch", labels)
            for way in ("fine-tuned", "new head")
            for labels in BUDGETS
        },
        "adaptation": _adaptation(network, pretrained, source, pool, tested),
    }
    mean, low, _ = gain(curve, "fine-tuned", "scratch", 20)
    return {"gain_20_labels": mean, "gain_20_labels_low": low}, detail


def _without_head(weights) -> list:
    """Return weights in which those of the head are zero."""
    return [*weights[:-2], *(np.zeros_like(one) for one in weights[-2:])]


def _learn(network, weights, tested, how, faces, draw) -> float:
    learn_briefly(network, weights, faces, seed=draw, **how)
    return _score(network, tested)


def _head(network, weights, tested, faces, draw) -> float:
    network.set_weights(weights)
    train_head_on(network, features(network, faces.images), faces.labels, epochs=30, seed=draw)
    return _score(network, tested)


def _score(network, faces) -> float:
    weights, bias = network.get_layer("logits").get_weights()
    answers = (features(network, faces.images) @ weights + bias).argmax(axis=1)
    return float(balanced_accuracy_score(faces.labels, answers))


def _adaptation(network, pretrained, source, pool, tested) -> dict:
    """Score the source's network on the target, as it is and adapted without a label."""
    ways = {
        "none": lambda images, draw: None,
        "batch norm": lambda images, draw: adapt_batch_norm(network, images),
        "coral": lambda images, draw: adapt_coral(network, source, images, epochs=3, seed=draw),
        "adversarial": lambda images, draw: adapt_adversarially(
            network, source, images, steps=100, batch_size=32, seed=draw
        ),
    }
    scores = {}
    for way, adapt in ways.items():
        found = []
        for draw in range(1 if way == "none" else 3):
            network.set_weights(pretrained)
            rows = np.random.default_rng(draw).choice(len(pool), UNLABELED, replace=False)
            adapt(np.asarray(pool.images[np.sort(rows)]), draw)
            found.append(_score(network, tested))
        scores[way] = {"scores": found, "mean": float(np.mean(found))}
        if len(found) > 1:
            scores[way]["low"], scores[way]["high"] = mean_over_draws(found)[1:]
    return scores


def _cache() -> tuple[dict, dict]:
    """Train a head with cached features, and with the frozen body run each time.

    Backbone, size and epochs are what `models.build` and `train_head` take where nothing is said.
    """
    faces = draw_labels(load("builtin", progress=False).split("train"), CACHED_FACES // 7, seed=0)
    cached = models.build("transfer", seed=0)
    run = keras.models.clone_model(cached)
    run.set_weights(cached.get_weights())
    unfreeze(run, 0.0)
    run.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", jit_compile=False)
    images = faces.images[..., None].astype(np.float32)
    rng = np.random.default_rng(0)
    orders = [
        np.array_split(rng.permutation(len(faces)), -(-len(faces) // 64))
        for _ in range(CACHED_EPOCHS)
    ]
    # Both are compiled before the clock starts.
    weights = run.get_weights()
    for rows in orders[0]:
        run.train_on_batch(images[rows], faces.labels[rows])
    run.set_weights(weights)
    for variable in run.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    run.optimizer.learning_rate.assign(1e-3)
    features(cached, faces.images)
    start = time.perf_counter()
    for order in orders:
        for rows in order:
            run.train_on_batch(images[rows], faces.labels[rows])
    running = time.perf_counter() - start
    start = time.perf_counter()
    train_head_on(
        cached, features(cached, faces.images), faces.labels, epochs=CACHED_EPOCHS, seed=0
    )
    caching = time.perf_counter() - start
    difference = max(
        float(np.abs(a - b).max())
        for a, b in zip(cached.get_weights(), run.get_weights(), strict=True)
    )
    detail = {
        "network": "mobilenet_v2, 96 pixels, width 1",
        "faces": len(faces),
        "epochs": CACHED_EPOCHS,
        "seconds_running_the_body": running,
        "seconds_with_the_cache": caching,
        "largest_difference_of_weights": difference,
    }
    return {"feature_cache_speedup": running / caching}, detail
