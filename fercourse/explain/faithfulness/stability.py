"""Does a map stay when noise leaves the prediction alone?"""

from inspect import signature

import numpy as np

from fercourse.classifier import as_classifier
from fercourse.emotions import CLASSES
from fercourse.explain.faithfulness.scores import similarity
from fercourse.explain.saliency import METHODS, resolve_targets, saliency


def stability(
    model,
    faces: np.ndarray,
    method: str,
    target=None,
    *,
    noise: float = 4.0,
    seed: int = 0,
    classes=CLASSES,
    **options,
) -> np.ndarray:
    """Return how alike the maps of a face and of a noisy copy are: float64 (N,), at most 1.

    The rank correlation of the two maps (Alvarez-Melis and Jaakkola, 2018, ask the same of other
    distances); NaN where the noise changes the predicted class, since there the map may change. A
    method that draws lots draws others for the noisy copy: its chance is a part of what moves.

    Parameters
    ----------
    model, faces, method, target, classes, **options
        As for `saliency`.
    noise : float
        Standard deviation in gray levels.
    seed : int
        Of the noise, and of the lots of a method that draws some.
    """
    classifier = as_classifier(model, classes)
    targets = resolve_targets(classifier, faces, target)
    rng = np.random.default_rng(seed)
    noisy = faces + noise * rng.standard_normal(faces.shape)
    noisy = np.clip(noisy + 0.5, 0, 255).astype(np.uint8)

    def maps(images: np.ndarray, lots: int):
        if method in METHODS and "seed" in signature(METHODS[method].compute).parameters:
            options["seed"] = lots
        return saliency(classifier, images, method, targets, **options)

    before, after = maps(faces, seed), maps(noisy, seed + 1)
    same = resolve_targets(classifier, faces) == resolve_targets(classifier, noisy)
    return np.where(same, similarity(before.values, after.values), np.nan)
