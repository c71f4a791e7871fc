"""What whole numbers of 8 bits and pruning cost and bring, for the networks of the course.

Run with ``fercourse benchmark edge --data fer2013.csv.gz``. Sizes and speeds need no trained weights. Accuracies are
those of the networks that ship, on FER2013's PublicTest; they are trained for INT8 on all faces of Training, once for
each seed. What pruning costs four_block is measured on FER2013 too, once ``fercourse benchmark fer2013 --only four_block-0``
has trained it.
"""

import tempfile
from functools import partial
from pathlib import Path

import keras
import numpy as np

from fercourse import models
from fercourse.classifier import as_classifier, load_classifier
from fercourse.datasets import load
from fercourse.edge import (
    distil,
    filters_for,
    measure_speed,
    multiply_adds,
    prune_filters,
    quantization_aware,
    representative_faces,
    to_litert,
)
from fercourse.evaluation import mcnemar
from fercourse.training.files import METRICS

# Of the networks that ship, and what their agreement with the float file is called in the figures.
AGREEMENT = {
    "edge_net": "argmax_agreement",
    "mini_xception": "mini_xception_argmax_agreement",
}
SEEDS = (0, 1, 2)
CALIBRATED_ON = 200
AWARE_EPOCHS, AWARE_RATE = 1, 1e-4
FOUR_BLOCK = Path(__file__).parents[1] / "work" / "fer2013" / "four_block-0"
PRUNED_EPOCHS = 5
# Of the filters: leaves a little less than half of the multiply-adds, as `filters_for` does.
EVEN_SHARE = 0.6875
ROUNDS = 3


def run(options: dict) -> tuple[dict, dict]:
    """Return sizes, speeds, agreements and losses."""
    part, data, seed = options["part"], options["data"], options["seed"]
    is_trained = (FOUR_BLOCK / METRICS).is_file()
    runs = {
        "sizes": partial(_sizes, seed),
        **{name: data and partial(_shipped, data, name, seed) for name in AGREEMENT},
        "four_block-speed": partial(_pruned_speed, seed),
        "four_block-pruned": partial(_pruned_drop, data, seed) if data and is_trained else None,
    }
    parts = {name: part(name, one) for name, one in runs.items()}
    figures = {key: value for one in parts.values() if one for key, value in one["figures"].items()}
    for name in AGREEMENT:
        aware = {
            f"{name}-aware-{one}": part(
                f"{name}-aware-{one}", data and partial(_aware, data, name, one), one
            )
            for one in SEEDS
        }
        parts |= aware
        if all(aware.values()):
            figures |= _mean([one["figures"] for one in aware.values()])
    return figures, {"measured": [name for name, one in parts.items() if one]}


def _mean(figures: list[dict]) -> dict:
    return {key: float(np.mean([one[key] for one in figures])) for key in figures[0]}


def _sizes(seed: int) -> tuple[dict, dict]:
    """Measure files; their size does not depend on what a network has learned."""
    examples = representative_faces(load("builtin").split("train"), 20, seed)
    kilobytes = {}
    for name in ("mini_xception", "edge_net", "four_block", "tiny"):
        network = models.build(name, seed=seed)
        files = to_litert(network), to_litert(network, "int8", representative=examples)
        kilobytes[name] = [len(file) / 1000 for file in files]
    figures = {
        f"{name}_int8_size_ratio": kilobytes[name][1] / kilobytes[name][0]
        for name in ("mini_xception", "edge_net")
    }
    return figures, {"kb_float32_and_int8": kilobytes}


def _shipped(data: Path, name: str, seed: int) -> tuple[dict, dict]:
    """Compare a shipped network with its INT8 file, face by face."""
    faces = load("fer2013", data)
    network = load_classifier(f"{name}.keras").model
    examples = representative_faces(faces.split("train"), CALIBRATED_ON, seed)
    files = {
        "float32": to_litert(network),
        "int8": to_litert(network, "int8", representative=examples),
    }
    judged = _against(files["float32"], files["int8"], faces.split("validation"))
    speeds = _speeds(files)
    figures = {
        f"{name}_int8_drop_points": judged["drop_points"],
        f"{AGREEMENT[name]}_int8": judged["agreement"],
        f"{name}_face_ms_int8": speeds["int8"]["p50_ms"],
        f"{name}_int8_speedup": speeds["float32"]["p50_ms"] / speeds["int8"]["p50_ms"],
    }
    return figures, {"calibrated_on": len(examples), "judged": judged, "speeds": speeds}


def _aware(data: Path, name: str, seed: int) -> tuple[dict, dict]:
    """Train a shipped network for INT8, on the faces that it was trained on."""
    faces = load("fer2013", data)
    network = load_classifier(f"{name}.keras").model
    train = faces.split("train")
    keras.utils.set_random_seed(seed)
    aware = quantization_aware(network)
    settings = {"epochs": AWARE_EPOCHS, "learning_rate": AWARE_RATE}
    distil(network, aware, train, temperature=1.0, soft_share=1.0, seed=seed, **settings)
    judged = _against(to_litert(network), to_litert(aware, "int8"), faces.split("validation"))
    figures = {
        f"{name}_qat_drop_points": judged["drop_points"],
        f"{AGREEMENT[name]}_qat": judged["agreement"],
    }
    return figures, {"faces": len(train), **settings, "judged": judged}


def _pruned_speed(seed: int) -> tuple[dict, dict]:
    """Take filters out of four_block until half of its multiply-adds are left, and time both.

    Once in the groups of `filters_for`, and once the same share in each layer, in groups of 8.
    """
    whole = models.build("four_block", seed=seed)
    networks = {
        "whole": whole,
        "pruned": filters_for(whole, 0.5),
        "pruned evenly": prune_filters(whole, EVEN_SHARE),
    }
    examples = representative_faces(load("builtin").split("train"), 20, seed)
    files = {}
    for name, network in networks.items():
        files[f"{name} float"] = to_litert(network)
        files[f"{name} int8"] = to_litert(network, "int8", representative=examples)
    speeds = _speeds(files)
    figures = {
        f"{name.replace(' ', '_')}_speedup_{kind}": speeds[f"whole {kind}"]["p50_ms"]
        / speeds[f"{name} {kind}"]["p50_ms"]
        for name in ("pruned", "pruned evenly")
        for kind in ("float", "int8")
    }
    work = {name: multiply_adds(network) for name, network in networks.items()}
    filters = {name: _filters(network) for name, network in networks.items()}
    return figures, {"multiply_adds": work, "filters": filters, "speeds": speeds}


def _pruned_drop(data: Path, seed: int) -> tuple[dict, dict]:
    """Take the same filters out of the four_block that FER2013 was learned by, and let it learn again."""
    faces = load("fer2013", data)
    train, validation = faces.split("train"), faces.split("validation")
    whole = load_classifier(FOUR_BLOCK / "model.keras").model
    small = filters_for(whole, 0.5)
    before = _against(to_litert(whole), to_litert(small), validation)
    distil(whole, small, train, epochs=PRUNED_EPOCHS, temperature=2.0, seed=seed)
    after = _against(to_litert(whole), to_litert(small), validation)
    detail = {"faces": len(train), "epochs": PRUNED_EPOCHS, "before": before, "after": after}
    return {"pruned_drop_points": after["drop_points"]}, detail


def _against(float_file: bytes, other: bytes, faces) -> dict:
    """Judge a file against the float one on the same faces: points lost, with their interval."""
    said = [_answers(file, faces) for file in (float_file, other)]
    right = [one == faces.labels for one in said]
    lost, won = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    # The standard error of a difference of paired shares (McNemar, 1947).
    error = np.sqrt(lost + won - (lost - won) ** 2 / len(faces)) / len(faces)
    drop = (lost - won) / len(faces)
    return {
        "faces": len(faces),
        "accuracy_float": float(right[0].mean()),
        "accuracy": float(right[1].mean()),
        "drop_points": 100 * drop,
        "drop_points_low": 100 * (drop - 1.96 * error),
        "drop_points_high": 100 * (drop + 1.96 * error),
        "mcnemar_p": mcnemar(lost, won)[0],
        "agreement": float((said[0] == said[1]).mean()),
    }


def _answers(file: bytes, faces) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.tflite"
        path.write_bytes(file)
        return as_classifier(path).predict_proba(faces.images).argmax(axis=1)


def _speeds(files: dict[str, bytes]) -> dict[str, dict]:
    """Time files by turns, each in a process of its own; the best round is the machine's own speed."""
    rounds = {name: [] for name in files}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for name, content in files.items():
                path = Path(folder) / f"{name.replace(' ', '-')}.tflite"
                path.write_bytes(content)
                rounds[name].append(measure_speed(path))
    return {name: min(measured, key=lambda one: one["p50_ms"]) for name, measured in rounds.items()}


def _filters(network) -> list[int]:
    return [layer.filters for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
