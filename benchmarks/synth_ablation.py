"""How far each ingredient of the drawn faces carries towards real ones.

Run with ``fercourse benchmark synth_ablation --data fer2013.csv.gz``. One ingredient is left out at
a time, and everything is drawn three times, with seeds of its own. So that all of it takes minutes, the
model is a cheap one (HOG and linear discriminants), and the photographs are samples of FER2013's Training
split, so that PublicTest is not worn out: compare the figures with each other, not with those of
``fercourse benchmark synth``.
"""

from functools import partial
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline

from fercourse import synth
from fercourse.datasets import load
from fercourse.emotions import CLASSES
from fercourse.features import SmoothHOG
from fercourse.synth import face, identity, paint, recipe, relief

FACES = 2000
PHOTOGRAPHS = 4000
SEEDS = 3


def run(options: dict) -> tuple[dict, dict]:
    """Return the balanced accuracy and two areas under ROC curves of each kind of drawn faces."""
    part, data, seed = options["part"], options["data"], options["seed"]
    figures = {}
    for name, draw in KINDS.items():
        one = part(name, data and partial(_measure, data, range(seed, seed + SEEDS), draw))
        if one:
            figures |= {f"{name}_{key}": value for key, value in one["figures"].items()}
    about = {"drawn_faces": FACES, "photographs": PHOTOGRAPHS, "seeds": SEEDS, "model": "HOG-LDA"}
    return figures, about


def _measure(data, seeds, draw) -> tuple[dict, dict]:
    """Return the means over the seeds, and the figures of each."""
    photographs = load("fer2013", data).split("train")
    each = pd.DataFrame([_scores(photographs, seed, *draw(seed)) for seed in seeds], index=seeds)
    return each.mean().to_dict(), {"of_seed": each.T.to_dict()}


def _scores(photographs, seed: int, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    model = make_pipeline(SmoothHOG(), LinearDiscriminantAnalysis("lsqr", 0.3))
    model.fit(np.concatenate([images, images[:, :, ::-1]]), np.tile(labels, 2))
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(len(photographs), PHOTOGRAPHS, replace=False))
    said = model.predict_proba(np.asarray(photographs.images)[chosen])
    truth = photographs.labels[chosen]
    scores = {"balanced_accuracy": float(balanced_accuracy_score(truth, said.argmax(axis=1)))}
    for name in ("happy", "surprise"):
        index = CLASSES.index(name)
        scores[f"auc_{name}"] = float(roc_auc_score(truth == index, said[:, index]))
    return scores


def _drawn(seed: int, count: int = FACES):
    drawn = synth.draw(count, seed=seed, variant="balanced")
    return drawn.images, drawn.table["true_class"].to_numpy()


def _labels_of_raters(seed: int):
    drawn = synth.draw(FACES, seed=seed, variant="balanced")
    return drawn.images, drawn.labels


def _without(seed: int, *patches):
    """Draw while parts of the drawing are replaced; in this process, where they are."""
    for one in patches:
        one.start()
    try:
        return _drawn(seed)
    finally:
        for one in patches:
            one.stop()


def _patched_lot(**changes):
    return patch.dict(recipe.VARIANTS, balanced=recipe.VARIANTS["balanced"]._replace(**changes))


def _smooth_person(subject: int, seed: int = 0):
    """Return a person without age lines, bags, freckles or blotches."""
    person = identity.draw_identity(subject, seed)
    return person._replace(lines=np.zeros(8), blotches=0.0, freckles=0.0)


def _flat_light(field, albedo, height, light, direction, view):
    """Return the albedo as it is, as if light came from everywhere."""
    return albedo * np.float32(0.9)


def _no_furrows(shape, person, sides):
    return np.zeros((0, 6))


def _dark_mouth(field, rows, columns, c, jaw, person):
    return np.float32(0.05)


# Each function draws faces without one ingredient.
KINDS = {
    "all": _drawn,
    "no_shading": lambda seed: _without(seed, patch.object(face, "light_up", _flat_light)),
    "no_furrows": lambda seed: _without(seed, patch.object(relief, "furrow_bumps", _no_furrows)),
    "no_teeth": lambda seed: _without(seed, patch.object(paint, "_mouth_inside", _dark_mouth)),
    "one_person": lambda seed: _without(
        seed, patch.object(recipe, "draw_identity", lambda subject, s: identity.draw_identity(0, s))
    ),
    "no_meaningless_lines": lambda seed: _without(
        seed, patch.object(recipe, "draw_identity", _smooth_person)
    ),
    "good_camera": lambda seed: _without(seed, _patched_lot(camera=recipe.VARIANTS["easy"].camera)),
    "good_light": lambda seed: _without(seed, _patched_lot(light=recipe.VARIANTS["easy"].light)),
    "frontal": lambda seed: _without(seed, _patched_lot(pose_spread=0.35)),
    "labels_of_raters": _labels_of_raters,
    "faces_500": partial(_drawn, count=500),
    "faces_4000": partial(_drawn, count=4000),
}
