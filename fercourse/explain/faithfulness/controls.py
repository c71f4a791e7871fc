"""Maps that know nothing of a classifier. A method that does not beat them says nothing."""

import cv2
import numpy as np


def random_maps(faces: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Return smooth noise for each face: float32 (N, H, W), 0 to 1."""
    rng = np.random.default_rng(seed)
    noise = rng.random(faces.shape, np.float32)
    return np.stack([cv2.GaussianBlur(one, (0, 0), 2) for one in noise])


def centered_gaussian(faces: np.ndarray) -> np.ndarray:
    """Return the same hill in the middle for each face: float32 (N, H, W), 0 to 1.

    Its standard deviation is a quarter of the side, as in the pointing game's center control.
    """
    rows, columns = (
        np.exp(-0.5 * ((np.arange(side) - (side - 1) / 2) / (side / 4)) ** 2)
        for side in faces.shape[1:]
    )
    return np.broadcast_to(np.outer(rows, columns).astype(np.float32), faces.shape)


def edges(faces: np.ndarray) -> np.ndarray:
    """Return the length of each face's own gray-level gradient (Sobel): float32 (N, H, W)."""
    return np.stack([
        np.hypot(cv2.Sobel(face, cv2.CV_32F, 1, 0), cv2.Sobel(face, cv2.CV_32F, 0, 1))
        for face in np.asarray(faces)
    ])  # fmt: skip


def mean_of_others(values: np.ndarray, groups=None) -> np.ndarray:
    """Return, for each face, the method's own mean map over the other faces: float32 (N, H, W).

    What is left of a method when it may not look at the face that it explains.

    Parameters
    ----------
    values : ndarray, float, shape (N, H, W)
    groups : array, shape (N,), optional
        The class of each face: then the mean is that over the other faces of its class, which may
        also know what class is asked for.
    """
    groups = np.zeros(len(values)) if groups is None else np.asarray(groups)
    means = np.empty(values.shape, np.float32)
    for one in np.unique(groups):
        own = values[groups == one].astype(np.float64)
        means[groups == one] = (own.sum(axis=0) - own) / max(1, len(own) - 1)
    return means


CONTROLS = {"random": random_maps, "centered_gaussian": centered_gaussian, "edges": edges}
