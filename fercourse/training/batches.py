"""Faces in batches, read from the memory map as they are needed: never the whole set at once."""

import keras
import numpy as np

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.training.config import Config


class Batches(keras.utils.PyDataset):
    """The faces of one epoch, in an order of their own: uint8 faces, float32 targets, weights.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
    targets : ndarray, float32, shape (N, C)
        The share of each class.
    rows : ndarray, int, shape (M,)
        Which faces, in which order.
    batch_size : int
        The faces of a batch at most; all batches are as large, or smaller by one face.
    weights : ndarray, float32, shape (N,), optional
        How much each face counts.
    mixup : float
        See `Config`.
    rng : numpy.random.Generator, optional
        Draws the shares of the blends.
    """

    def __init__(self, images, targets, rows, batch_size, *, weights=None, mixup=0.0, rng=None):
        super().__init__()
        self.images, self.targets, self.weights = images, targets, weights
        self.parts = np.array_split(rows, steps(len(rows), batch_size))
        self.shares = rng.beta(mixup, mixup, len(self.parts)) if mixup else None

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, index: int):
        rows = self.parts[index]
        images, targets = np.asarray(self.images[rows]), self.targets[rows]
        weights = np.ones(len(rows), np.float32) if self.weights is None else self.weights[rows]
        if self.shares is not None:
            share = np.float32(self.shares[index])
            images, targets, weights = (
                # The order is random already: a face's neighbor is as good as any other.
                share * part + (1 - share) * np.roll(part, 1, axis=0)
                for part in (images, targets, weights)
            )
            images = np.rint(images).astype(np.uint8)
        return images, targets, weights


def readable(batches: Batches):
    """Return batches in the form in which Keras's `fit` and `evaluate` shall read them.

    On TensorFlow that is tf.data without its tuner: an epoch would end only when that wakes, after
    pauses that double, and the processor would sleep until then.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    signature = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in batches[0])
    options = tf.data.Options()
    options.autotune.enabled = False
    return (
        tf.data.Dataset.from_generator(
            lambda: (batches[index] for index in range(len(batches))), output_signature=signature
        )
        .apply(tf.data.experimental.assert_cardinality(len(batches)))
        .prefetch(2)
        .with_options(options)
    )


def steps(faces: int, batch_size: int) -> int:
    """Return how many batches an epoch has."""
    return -(-faces // batch_size)


def one_hot(faces: FaceSet) -> np.ndarray:
    """Return the labels as float32 (N, C)."""
    return np.eye(len(faces.classes), dtype=np.float32)[faces.labels]


def checked_targets(train: FaceSet, config: Config, targets: np.ndarray | None) -> np.ndarray:
    """Return what is to be learned of the training faces, float32 (N, C); parameters as of `fit`."""
    if targets is None:
        return soft_labels(train, config.soft_labels)
    targets = np.asarray(targets, np.float32)
    wanted = (len(train), len(train.classes))
    if targets.shape != wanted or not np.isfinite(targets).all() or (targets < 0).any():
        raise DataError(
            f"Targets must be shares of the classes of shape {wanted}, 0 or more, not numbers of "
            f"shape {targets.shape} from {targets.min(initial=0):g} on."
        )
    return targets


def vote_shares(faces: FaceSet) -> np.ndarray:
    """Return the share of the raters' votes for each class, float32 (N, C).

    Raises
    ------
    DataError
        If the faces carry no votes.
    """
    for prefix in ("target_", "votes_"):
        columns = [f"{prefix}{name}" for name in faces.classes]
        if set(columns) <= set(faces.table.columns):
            votes = faces.table[columns].to_numpy(np.float32)
            total = votes.sum(axis=1, keepdims=True)
            # A face that nobody judged keeps its label.
            return np.where(total > 0, votes / np.maximum(total, 1e-9), one_hot(faces))
    raise DataError(
        f"The data set {faces.name!r} carries no votes of raters for its classes; train without "
        "soft labels, or take the built-in faces or FER+."
    )


def soft_labels(faces: FaceSet, share: float) -> np.ndarray:
    """Return the labels, with `share` of each replaced by its raters' votes, float32 (N, C).

    Raises
    ------
    DataError
        If votes are asked for and the faces carry none.
    """
    labels = one_hot(faces)
    return labels if share == 0 else share * vote_shares(faces) + (1 - share) * labels
