"""How far saliency maps can be believed: against the truth, against controls, and what they cost.

Run with ``fercourse benchmark explain``, or part by part with ``--only``. It needs no data, and about an
hour of one core where edge_net of drawn faces is not trained yet. The network of the pointing game is edge_net;
on the smaller one that ships, tried before, one method was ahead of its controls. What was settled before
anything was scored:

- the faces: balanced, of people whom no network has seen, without neutral ones, and of them those
  that the network reads rightly, since a truth about a face is one about the network only there;
- the truth: `telling_regions`; all methods with the settings of `saliency`, but fewer masks for RISE;
- for the shortcut: notebook 05's Hans, his method, occlusion by patches of a quarter of the face, and its
  question, why these faces are happy, asked of happy faces of people whom he has not seen.
"""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from weights import edge_net_of_drawn_faces

from fercourse import emotions, load_classifier, models, synth
from fercourse.datasets import load
from fercourse.datasets.faceset import FaceSet
from fercourse.evaluation import wilson
from fercourse.explain import METHODS, saliency
from fercourse.explain.faithfulness import (
    CONTROLS,
    against_truth,
    cascade,
    edges,
    estimate,
    fails,
    mean_of_others,
    telling_regions,
)
from fercourse.training import Config, fit

EXAM = 700
OPTIONS = {"rise": {"masks": 500}}
MARK = 6
MARKED_CLASS = "happy"
# Hans of notebook 05, with as many faces as its class profile gives him.
HANS, HANS_OPTIONS, HANS_FACES = "tiny", {"filters": (8, 16, 16)}, 5000
HANS_CONFIG = Config(epochs=12, batch_size=32, learning_rate=5e-3, augmentation=None)
NAMED_BEFOREHAND = "occlusion"
COMPARED = {"occlusion": {"size": 12, "stride": 6}, "gradient": {}, "grad_cam": {}, "layer_cam": {}}
RISE_FACES, COMPLETE_FACES = 8, 128


def run(options: dict) -> tuple[dict, dict]:
    """Return how methods do against controls, a planted shortcut, and the clock."""
    seed, figures = options["seed"], {}
    for name, measure in {"pointing": pointing, "shortcut": shortcut, "costs": costs}.items():
        part = options["part"](name, lambda measure=measure: measure(seed))
        figures |= part["figures"] if part else {}
    return figures, {}


def learned() -> list[FaceSet]:
    """Return the built-in faces, split by split, with the class that their muscles show."""
    faces = load("builtin")
    faces = replace(faces, labels=faces.table["true_class"].to_numpy())
    return [faces.split(name) for name in ("train", "validation", "test")]


def examined(seed: int) -> FaceSet:
    """Draw faces of people whom no network has seen, as many of each class."""
    drawing = synth.draw(EXAM, seed=1000 + seed, variant="balanced", processes=-1)
    return FaceSet(
        drawing.images,
        drawing.table["true_class"].to_numpy().astype(np.int64),
        emotions.CLASSES,
        drawing.table,
        f"drawn, seed {1000 + seed}",
        {"action_units": drawing.action_units, "regions": drawing.regions},
        synth.ACTION_UNIT_NAMES,
    )


def pointing(seed: int) -> tuple[dict, dict]:
    """Let all methods and controls play the pointing game, and shuffle the network's weights.

    The controls of a method are the maps that know no network, and its own mean map over other faces.
    """
    classifier, exam = edge_net_of_drawn_faces(seed).classifier, examined(seed)
    predicted = classifier.predict_proba(exam.images).argmax(axis=1)
    right = (predicted == exam.labels) & (exam.labels != emotions.CLASSES.index("neutral"))
    faces = exam[right]
    truth = telling_regions(faces, faces.labels)

    def hits(values):
        return estimate(against_truth(values, truth)["pointing"], faces.labels, seed=seed)

    maps = {
        name: saliency(classifier, faces.images, name, faces.labels, **OPTIONS.get(name, {})).values
        for name in METHODS
    }
    methods = {name: hits(values) for name, values in maps.items()}
    controls = {name: hits(make(faces.images)) for name, make in CONTROLS.items()}
    blind = {name: hits(mean_of_others(values)) for name, values in maps.items()}
    rivals = {name: max(one.high for one in (*controls.values(), blind[name])) for name in methods}
    # The floor asks for two methods: this is the second, by how far it is ahead.
    second = sorted(methods, key=lambda name: methods[name].low - rivals[name])[-2]
    figures = {
        "pointing_best_low": methods[second].low,
        "pointing_control_best_high": rivals[second],
        "pointing_methods_ahead": float(sum(methods[name].low > rivals[name] for name in methods)),
    }
    low, high = wilson((predicted == exam.labels).sum(), len(exam))
    detail = {
        "accuracy": [float((predicted == exam.labels).mean()), float(low), float(high)],
        "faces": dict(
            zip(exam.classes, np.bincount(faces.labels, minlength=7).tolist(), strict=True)
        ),
        "ahead_of_their_controls": [
            name for name, one in methods.items() if one.low > rivals[name]
        ],
        "black_maps": {
            name: float((values.max(axis=(1, 2)) == 0).mean()) for name, values in maps.items()
        },
        "methods": {name: list(one) for name, one in methods.items()},
        "controls": {name: list(one) for name, one in controls.items()},
        "mean_of_others": {name: list(one) for name, one in blind.items()},
        "mean_of_others_of_the_class": {
            name: list(hits(mean_of_others(values, faces.labels))) for name, values in maps.items()
        },
        "best_fixed_pixel_in_hindsight": best_fixed_pixel(truth, faces.labels),
        # On the smaller network: here every layer costs a pass of every method over all faces.
        "randomization": randomization(load_classifier("builtin.keras"), faces.images[:64]),
    }
    return figures, detail


def best_fixed_pixel(truth: np.ndarray, labels: np.ndarray) -> float:
    """Return how often the pixel hits that hits most often, chosen by looking at the truth."""
    known = truth.any(axis=(1, 2))
    means = [truth[known & (labels == one)].mean(axis=0) for one in np.unique(labels[known])]
    return float(np.mean(means, axis=0).max())


def marked(images: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the images, those chosen with a white square in the upper left corner."""
    copies = np.array(images)
    copies[chosen, :MARK, :MARK] = 255
    return copies


def shortcut(seed: int) -> tuple[dict, dict]:
    """Plant a mark that tells a class; compare with a network that never saw it, and with one
    that saw it on a seventh of the faces of every class, where it tells nothing.
    """
    train, validation, test = learned()
    target = emotions.CLASSES.index(MARKED_CLASS)
    train = train.sample(HANS_FACES, seed=seed)
    rng = np.random.default_rng(seed)
    taught = {}
    for name, choose in {
        "planted": lambda faces: faces.labels == target,
        "mark at random": lambda faces: rng.random(len(faces)) < 1 / 7,
        "without": lambda faces: np.zeros(len(faces), bool),
    }.items():
        sets = [replace(one, images=marked(one.images, choose(one))) for one in (train, validation)]
        network = models.build(HANS, seed=seed, **HANS_OPTIONS)
        config = replace(HANS_CONFIG, seed=seed)
        taught[name] = fit(network, *sets, config, progress=False).classifier
    plain = test.images[test.labels == target]
    faces = marked(plain, np.ones(len(plain), bool))
    place = np.zeros(faces.shape, bool)
    place[:, :MARK, :MARK] = True
    table = pd.DataFrame({
        (name, method): against_truth(
            saliency(one, faces, method, target, **options).values, place
        ).mean()
        for name, one in taught.items()
        for method, options in COMPARED.items()
    }).T  # fmt: skip
    named = table.loc[:, NAMED_BEFOREHAND, :]
    figures = {
        "shortcut_pointing": float(named.loc["planted", "pointing"]),
        "shortcut_energy_per_area": float(named.loc["planted", "energy_per_area"]),
        "shortcut_energy_per_area_without": float(named.loc["without", "energy_per_area"]),
    }

    def taken(images):
        return {
            name: float((one.predict_proba(images).argmax(axis=1) == target).mean())
            for name, one in taught.items()
        }

    detail = {
        "method": NAMED_BEFOREHAND,
        "marked_class": MARKED_CLASS,
        "faces": len(faces),
        "recognized_with_mark": taken(faces),
        "recognized_without_mark": taken(plain),
        "scores": {f"{name}: {method}": row.to_dict() for (name, method), row in table.iterrows()},
    }
    return figures, detail


def randomization(classifier, faces: np.ndarray) -> dict:
    """Return, for each quick method and for an edge detector, what is left without any weights."""
    makers = {"edges": lambda _, images, __: edges(images)}
    makers |= {name: name for name in ("gradient", "integrated_gradients", "grad_cam", "layer_cam")}
    found = {name: cascade(classifier, faces, maker) for name, maker in makers.items()}
    return {
        name: {"similarity": table["similarity"].tolist(), "fails": fails(table)}
        for name, table in found.items()
    }


def costs(seed: int) -> tuple[dict, dict]:
    """Time Grad-CAM of 256 faces and what RISE costs beside its forward passes, and measure by how
    much integrated gradients miss completeness.
    """
    classifier, exam = load_classifier("builtin.keras"), learned()[-1].sample(256, seed=seed)
    faces = np.resize(exam.images, (256, 48, 48))
    saliency(classifier, faces[:4], "grad_cam", 0)
    seconds = [timed(lambda: saliency(classifier, faces, "grad_cam", 0)) for _ in range(3)]
    watched = Watched(classifier)
    whole = timed(lambda: saliency(watched, faces[:RISE_FACES], "rise", 0))
    figures = {
        "gradcam_256_s": min(seconds),
        "rise_overhead_share": 1 - watched.seconds / whole,
    }
    figures["completeness_error"], missed = completeness(classifier, faces[:COMPLETE_FACES])
    detail = {"gradcam_256_s": seconds, "rise_s": whole, "rise_faces": RISE_FACES}
    return figures, detail | {"completeness": missed}


class Watched:
    """A classifier that counts the seconds that it is at work."""

    def __init__(self, classifier):
        self.classifier, self.classes, self.seconds = classifier, classifier.classes, 0.0

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        try:
            return self.classifier.predict_proba(faces)
        finally:
            self.seconds += time.perf_counter() - start


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def completeness(classifier, faces: np.ndarray) -> tuple[float, dict]:
    """Return by what share integrated gradients miss the difference of the logits, at worst."""
    maps = saliency(classifier, faces, "integrated_gradients")
    network, rows = models.logits(classifier.model), np.arange(len(faces))
    inputs = faces[..., None].astype(np.float32)
    gray = np.broadcast_to(inputs.mean(axis=(1, 2, 3), keepdims=True), inputs.shape)
    change = (network.predict_on_batch(inputs) - network.predict_on_batch(gray))[rows, maps.targets]
    errors = np.abs(maps.raw.sum(axis=(1, 2)) - change) / np.abs(change)
    return float(errors.max()), {"faces": len(faces), "median": float(np.median(errors))}
