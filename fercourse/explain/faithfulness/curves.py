"""Deletion and insertion: what a classifier loses, and regains, along a map's ranking of pixels."""

from typing import NamedTuple

import cv2
import numpy as np

from fercourse.explain.masking import BATCH


class Curves(NamedTuple):
    """Probabilities of the target while pixels are deleted or inserted, the highest ranked first.

    Parameters
    ----------
    shares : ndarray, float, shape (S,)
        The share of the pixels that is deleted or inserted, 0 to 1.
    deletion, insertion : ndarray, float32, shape (N, S)
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def deletion_area(self) -> np.ndarray:
        """The area under each face's deletion curve (N,): small is good."""
        return np.trapezoid(self.deletion, self.shares, axis=1)

    @property
    def insertion_area(self) -> np.ndarray:
        """The area under each face's insertion curve (N,): large is good."""
        return np.trapezoid(self.insertion, self.shares, axis=1)


def deletion_insertion(
    classifier,
    faces: np.ndarray,
    values: np.ndarray,
    targets: np.ndarray,
    *,
    steps: int = 12,
    seed: int = 0,
) -> Curves:
    """Blur away the pixels that a map ranks first, and uncover them in a blurred face.

    Petsiuk, Das and Saenko (2018). A deleted pixel takes its value in a blurred copy of the face,
    so that what the classifier sees stays like a face; black pixels would be something it has never
    seen, and its answer to them says little.

    Parameters
    ----------
    classifier : Classifier
    faces : ndarray, uint8, shape (N, H, W)
    values : ndarray, float, shape (N, H, W)
        The maps; the order of equal values is drawn by lot.
    targets : ndarray, int, shape (N,)
    steps : int
        Points on each curve after the first.
    seed : int
        Of the lots.
    """
    blurred = np.stack([cv2.GaussianBlur(face, (0, 0), face.shape[0] / 8) for face in faces])
    flat = values.reshape(len(values), -1)
    order = np.lexsort((np.random.default_rng(seed).random(flat.shape), -flat), axis=1)
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None], axis=1)
    rank = rank.reshape(faces.shape)
    shares = np.linspace(0, 1, steps + 1)
    deletion, insertion = (np.empty((len(faces), len(shares)), np.float32) for _ in "ab")
    for step, share in enumerate(shares):
        first = rank < round(share * order.shape[1])
        for curve, kept in ((deletion, ~first), (insertion, first)):
            pictures = np.where(kept, faces, blurred)
            curve[:, step] = _probabilities(classifier, pictures, targets)
    return Curves(shares, deletion, insertion)


def _probabilities(classifier, pictures, targets) -> np.ndarray:
    parts = [
        classifier.predict_proba(pictures[start : start + BATCH])
        for start in range(0, len(pictures), BATCH)
    ]
    return np.concatenate(parts)[np.arange(len(targets)), targets]
