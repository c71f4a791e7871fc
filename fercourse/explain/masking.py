"""Maps that need no gradient: cover parts of a face, and see what a classifier loses.

They ask nothing of a model but probabilities, so they work for a support vector machine or an INT8
file as well as for a network.
"""

import cv2
import numpy as np

from fercourse.errors import ModelError

# Copies of faces that are classified at once.
BATCH = 1024


def occlusion(classifier, faces, targets, *, size: int = 8, stride: int = 4) -> np.ndarray:
    """Return how much of the target's probability is lost where a patch covers the face.

    Zeiler and Fergus (2014). A patch is filled with the face's mean gray level and moved in steps
    of `stride` pixels, beginning half outside, so that every pixel is covered equally often; its
    value is the mean loss over the patches that cover it. Negative where covering helps.

    Parameters
    ----------
    classifier : Classifier
    faces : ndarray, uint8, shape (N, H, W)
    targets : ndarray, int, shape (N,)
    size, stride : int
        Pixels; `size` is a multiple of `stride`, so that all pixels are alike.

    Returns
    -------
    ndarray, float32, shape (N, H, W)

    Raises
    ------
    ModelError
        If `size` is no multiple of `stride`.
    """
    if stride < 1 or size % stride:
        raise ModelError(
            f"A patch's size must be a multiple of its stride, not {size} of {stride}."
        )
    covers = _patches(faces.shape[1:], size, stride)
    flat = covers.reshape(len(covers), -1).astype(np.float32)
    count = flat.sum(axis=0)
    kept = probability_under(classifier, faces, targets, 1 - covers.astype(np.float32))
    whole = classifier.predict_proba(faces)[np.arange(len(faces)), targets]
    lost = (whole[:, None] - kept) @ flat / count
    return lost.reshape(faces.shape).astype(np.float32)


def rise(
    classifier, faces, targets, *, masks: int = 1000, cells: int = 7, seed: int = 0
) -> np.ndarray:
    """Return the mean probability of the target when a pixel is seen, over that of all masks.

    RISE (Petsiuk, Das and Saenko, 2018): many random masks, smooth and half open, are laid over the
    face; a pixel is important if the class is probable whenever the pixel shows through.

    Parameters
    ----------
    classifier : Classifier
    faces : ndarray, uint8, shape (N, H, W)
    targets : ndarray, int, shape (N,)
    masks : int
        How many; the noise falls with the square root.
    cells : int
        Each mask is drawn as `cells` x `cells` random bits and enlarged.
    seed : int
        Of the masks, which are the same for every face.

    Returns
    -------
    ndarray, float32, shape (N, H, W)
    """
    drawn = random_masks(masks, cells, faces.shape[1:], seed)
    kept = probability_under(classifier, faces, targets, drawn)
    flat = drawn.reshape(masks, -1)
    seen = kept @ flat / np.maximum(flat.sum(axis=0), 1e-9)
    return (seen - kept.mean(axis=1, keepdims=True)).reshape(faces.shape).astype(np.float32)


def probability_under(classifier, faces, targets, masks: np.ndarray) -> np.ndarray:
    """Return each face's target probability under each mask: float32 (N, M).

    A mask is float32 (H, W): 1 leaves the face as it is, 0 replaces it by its mean gray level.
    """
    kept = np.empty((len(faces), len(masks)), np.float32)
    for row, (face, target) in enumerate(zip(faces, targets, strict=True)):
        gray = np.float32(face.mean())
        for start in range(0, len(masks), BATCH):
            part = slice(start, start + BATCH)
            covered = (masks[part] * (face - gray) + (gray + np.float32(0.5))).astype(np.uint8)
            kept[row, part] = classifier.predict_proba(covered)[:, target]
    return kept


def random_masks(count: int, cells: int, shape: tuple[int, int], seed: int) -> np.ndarray:
    """Draw smooth masks, half open on average: float32 (count, H, W), values 0 to 1."""
    rng = np.random.default_rng(seed)
    height, width = (-(-side // cells) for side in shape)
    bits = (rng.random((count, cells + 1, cells + 1)) < 0.5).astype(np.float32)
    size = ((cells + 1) * width, (cells + 1) * height)
    drawn = np.empty((count, *shape), np.float32)
    for place, (top, left) in enumerate(rng.integers((height, width), size=(count, 2))):
        large = cv2.resize(bits[place], size, interpolation=cv2.INTER_LINEAR)
        drawn[place] = large[top : top + shape[0], left : left + shape[1]]
    return drawn


def _patches(shape: tuple[int, int], size: int, stride: int) -> np.ndarray:
    """Return where each patch lies: bool (P, H, W)."""
    rows, columns = (
        [
            np.isin(np.arange(side), np.arange(start, start + size))
            for start in range(stride - size, side, stride)
        ]
        for side in shape
    )
    return np.stack([row[:, None] & column for row in rows for column in columns])
