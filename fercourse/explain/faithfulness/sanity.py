"""Sanity checks (Adebayo et al., 2018): a map must change when what the network learned is gone."""

import numpy as np
import pandas as pd

from fercourse.classifier import as_classifier
from fercourse.classifier.keras import KerasClassifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError
from fercourse.explain.faithfulness.scores import estimate, similarity
from fercourse.explain.network import flat
from fercourse.explain.saliency import resolve_targets, saliency

# A map that still ranks the pixels this much as before has not noticed that the network is gone.
INSENSITIVE = 0.5


def cascade(
    model,
    faces: np.ndarray,
    make_maps,
    target=None,
    *,
    seed: int = 0,
    classes: tuple[str, ...] = CLASSES,
) -> pd.DataFrame:
    """Randomize a network's weights layer by layer, from the last one down, and watch its maps.

    Parameters
    ----------
    model : KerasClassifier or keras.Model
        It is copied; its own weights stay as they are.
    faces : ndarray, uint8, shape (N, H, W)
    make_maps : str or callable
        A method of `saliency`, or a function of (classifier, faces, targets) that gives maps
        (N, H, W), such as a control.
    target : optional
        As for `saliency`; the classes are those of the network before it is randomized.
    seed : int
        Of the new weights.
    classes : tuple of str
        The words of a bare Keras model's classes.

    Returns
    -------
    DataFrame
        One row for each layer, in the order in which they were randomized: ``layer``, and the rank
        correlation with the maps of the network as it was, ``similarity``, ``low``, ``high``.

    Raises
    ------
    ModelError
        If the model is no network.
    """
    classifier = as_classifier(model, classes)
    if not isinstance(classifier, KerasClassifier):
        raise ModelError("Only a Keras network has weights to randomize layer by layer.")
    targets = resolve_targets(classifier, faces, target)
    maps = _maker(make_maps)
    before = maps(classifier, faces, targets)
    copy = _copy(classifier)
    rng, rows = np.random.default_rng(seed), []
    for layer in reversed([layer for layer in copy.model.layers if layer.weights]):
        _randomize(layer, rng)
        alike = estimate(similarity(before, maps(copy, faces, targets)))
        rows.append((layer.name, alike.value, alike.low, alike.high))
    return pd.DataFrame(rows, columns=["layer", "similarity", "low", "high"])


def random_labels(model, deaf_model, faces, make_maps, target=None, *, classes=CLASSES):
    """Return how alike the maps of two networks are, one of them trained on shuffled labels.

    The second check of Adebayo et al. (2018): such a network has learned nothing about expressions,
    so its maps must not be those of the first.

    Returns
    -------
    Estimate
        The mean rank correlation of their maps.
    """
    first, second = (as_classifier(one, classes) for one in (model, deaf_model))
    targets = resolve_targets(first, faces, target)
    maps = _maker(make_maps)
    return estimate(similarity(maps(first, faces, targets), maps(second, faces, targets)))


def fails(found: pd.DataFrame) -> bool:
    """Tell whether a method did not notice that all weights are random (`cascade`'s last row)."""
    return bool(found["similarity"].iloc[-1] > INSENSITIVE)


def _maker(make_maps):
    if callable(make_maps):
        return make_maps
    return lambda classifier, faces, targets: saliency(classifier, faces, make_maps, targets).values


def _copy(classifier: KerasClassifier) -> KerasClassifier:
    import keras

    model = flat(classifier.model)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return KerasClassifier(copy, classifier.classes)


def _randomize(layer, rng: np.random.Generator) -> None:
    """Shuffle each of a layer's arrays: what it learned is gone, its range of values stays."""
    layer.set_weights([
        rng.permutation(weights.ravel()).reshape(weights.shape) for weights in layer.get_weights()
    ])  # fmt: skip
