"""Predictions of known quality, and a classifier that makes them."""

import numpy as np
import pandas as pd

from fercourse.datasets.faceset import FaceSet
from fercourse.emotions import CLASSES
from fercourse.evaluation import Predictions

SHARES = np.array([0.14, 0.03, 0.14, 0.25, 0.17, 0.11, 0.16])


class Told:
    """A classifier that says of face number i what row i of a table says."""

    def __init__(self, probabilities, classes=CLASSES):
        self.probabilities = probabilities
        self.classes = classes

    def predict_proba(self, faces):
        return self.probabilities[np.ascontiguousarray(faces[:, 0, :4]).view("<i4").ravel()]


def draw_predictions(count, seed=0, *, skill=1.6, sharpness=1.0, decimals=None):
    """Draw predictions of known quality; `sharpness` 1 is calibrated, more is overconfident."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(len(SHARES), count, p=SHARES)
    evidence = rng.normal(size=(count, len(SHARES)))
    evidence[np.arange(count), labels] += skill
    logits = (np.log(SHARES) + skill * evidence) * sharpness
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    if decimals is not None:
        probabilities = np.round(probabilities + 0.01, decimals)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Predictions(labels, probabilities, CLASSES)


def faces_of(predictions, **columns):
    """Return faces whose pixels tell `Told` their number."""
    images = np.zeros((len(predictions), 8, 8), np.uint8)
    images[:, 0, :4] = np.arange(len(predictions), dtype="<i4")[:, None].view(np.uint8)
    table = pd.DataFrame(columns, index=range(len(predictions)))
    return FaceSet(images, predictions.labels, predictions.classes, table, name="told")
