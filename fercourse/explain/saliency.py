"""`saliency`: one map for each face, by any method, of any classifier."""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fercourse.classifier import as_classifier, check_faces
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError
from fercourse.explain import activations, gradients, masking
from fercourse.explain.network import Network


class Method(NamedTuple):
    """A way to make maps.

    Parameters
    ----------
    about : str
        What it asks, in a few words, and its source.
    compute : callable
        Takes a `Network` or a classifier, faces and targets; gives raw values (N, H, W).
    network : bool
        Whether it needs a Keras network.
    batch : int
        Faces that it works on at once.
    """

    about: str
    compute: Callable
    network: bool = True
    batch: int = 128


METHODS = {
    "gradient": Method("how steep the score is (Simonyan et al., 2014)", gradients.gradient),
    "smoothgrad": Method(
        "the gradient, averaged over noisy copies (Smilkov et al., 2017)", gradients.smoothgrad
    ),
    "integrated_gradients": Method(
        "the score, shared out among the pixels (Sundararajan et al., 2017)",
        gradients.integrated_gradients,
    ),
    "grad_cam": Method(
        "feature maps, weighed by their mean gradient (Selvaraju et al., 2017)",
        activations.grad_cam,
    ),
    "grad_cam_pp": Method(
        "Grad-CAM, weighed place by place (Chattopadhay et al., 2018)", activations.grad_cam_pp
    ),
    "layer_cam": Method(
        "each place of a feature map times its gradient (Jiang et al., 2021)",
        activations.layer_cam,
    ),
    "score_cam": Method(
        "feature maps, weighed by what they let through (Wang et al., 2020)",
        activations.score_cam,
        batch=8,
    ),
    "faster_score_cam": Method(
        "Score-CAM with the most varied feature maps only", activations.faster_score_cam, batch=8
    ),
    "occlusion": Method(
        "what is lost under a gray patch (Zeiler and Fergus, 2014)", masking.occlusion, False
    ),
    "rise": Method(
        "what random masks must let through (Petsiuk et al., 2018)", masking.rise, False
    ),
}


# The whole numbers among the options of methods, and the least that each may be.
LEAST = {"samples": 1, "steps": 1, "size": 1, "masks": 1, "cells": 1, "seed": 0}


class Maps(NamedTuple):
    """Saliency maps of faces. Introduced in notebook 05.

    Parameters
    ----------
    values : ndarray, float32, shape (N, H, W)
        0 where a map is least, 1 where it is largest; negative raw values count as none.
    raw : ndarray, float32, shape (N, H, W)
        What the method computed, in its own unit.
    targets : ndarray, int64, shape (N,)
        The class that each map explains.
    method : str
    """

    values: np.ndarray
    raw: np.ndarray
    targets: np.ndarray
    method: str


def saliency(
    model,
    faces: np.ndarray,
    method: str = "grad_cam",
    target=None,
    *,
    classes: tuple[str, ...] = CLASSES,
    **options,
) -> Maps:
    """Return where a classifier looked on each face. Introduced in notebook 05.

    Parameters
    ----------
    model : anything that `as_classifier` takes
        Methods with a gradient or feature maps need a Keras network; `occlusion` and `rise` do not.
    faces : ndarray, uint8, shape (N, H, W)
    method : str
        One of `METHODS`.
    target : str, int, or array of int (N,), optional
        The class to explain; by default the one predicted for each face.
    classes : tuple of str
        The words of a bare Keras model's classes.
    **options
        Of the method: ``layer`` (the CAMs), ``samples`` and ``noise`` (SmoothGrad), ``steps``
        (integrated gradients), ``size`` and ``stride`` (occlusion), ``masks`` and ``cells`` (RISE),
        ``seed`` where there is chance.

    Returns
    -------
    Maps

    Raises
    ------
    ModelError
        If there is no such method, option, class or layer, an option is too small, or the model is not of the kind that the
        method needs; if gradients are not finite.
    """
    classifier = as_classifier(model, classes)
    check_faces(faces)
    chosen = _method(method, options)
    targets = resolve_targets(classifier, faces, target)
    subject = Network.of(classifier, method) if chosen.network else classifier
    raw = np.zeros(faces.shape, np.float32)
    for start in range(0, len(faces), chosen.batch):
        part = slice(start, start + chosen.batch)
        raw[part] = chosen.compute(subject, faces[part], targets[part], **options)
    if not np.isfinite(raw).all():
        raise ModelError(
            f"{method} gave values that are not finite; look for infinite weights, or for a "
            "division by zero or a logarithm of zero inside the model."
        )
    return Maps(scaled(raw), raw, targets, method)


def resolve_targets(classifier, faces: np.ndarray, target=None) -> np.ndarray:
    """Return the class to explain on each face, an index into the classifier's: int64 (N,)."""
    if target is None:
        return classifier.predict_proba(faces).argmax(axis=1)
    count = len(classifier.classes)
    if isinstance(target, str):
        if target not in classifier.classes:
            raise ModelError(
                f"There is no class {target!r}; the model knows {', '.join(classifier.classes)}."
            )
        target = classifier.classes.index(target)
    targets = np.asarray(target)
    if targets.dtype.kind not in "iu" or targets.shape not in ((), (len(faces),)):
        raise ModelError("Name one class, or give the index of a class for each face.")
    if targets.size and not 0 <= targets.min() <= targets.max() < count:
        other = targets.min() if targets.min() < 0 else targets.max()
        raise ModelError(f"The model has the classes 0 to {count - 1}; {other} is none.")
    return np.broadcast_to(targets, len(faces)).astype(np.int64)


def scaled(raw: np.ndarray) -> np.ndarray:
    """Return maps (N, H, W) with negative values cut off, each from 0 to 1; an even one is 0."""
    positive = np.clip(raw, 0, None)
    least = positive.min(axis=(1, 2), keepdims=True)
    reach = positive.max(axis=(1, 2), keepdims=True) - least
    return ((positive - least) / np.where(reach > 0, reach, 1)).astype(np.float32)


def _method(name: str, options: dict) -> Method:
    if name not in METHODS:
        raise ModelError(f"There is no method {name!r}; choose one of {', '.join(METHODS)}.")
    known = list(inspect.signature(METHODS[name].compute).parameters)[3:]
    unknown = [option for option in options if option not in known]
    if unknown:
        has = f"it has {', '.join(known)}" if known else "it has none"
        raise ModelError(f"{name} has no option {unknown[0]!r}; {has}.")
    for option, least in LEAST.items():
        value = options.get(option, least)
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise ModelError(f"{option} must be a whole number of at least {least}, not {value!r}.")
    return METHODS[name]
