"""Domain adaptation: from labeled faces of one kind to unlabeled faces of another."""

import keras
import numpy as np
from keras import layers, ops

from fercourse.datasets.faceset import FaceSet
from fercourse.training.head import features, train_head_on
from fercourse.training.trainer import reseed

FACES_AT_ONCE = 256


def adapt_batch_norm(model: keras.Model, images: np.ndarray) -> None:
    """Give batch normalization the statistics of new faces, in place (Li, Wang et al., 2017).

    No label is needed and no weight learns. Introduced in notebook 04.

    Parameters
    ----------
    model : keras.Model
    images : ndarray, uint8, shape (N, H, W)
        Some hundred faces of the new kind.
    """
    norms = [one for one in model.layers if isinstance(one, layers.BatchNormalization)]
    before = [(one, one.momentum, one.trainable) for one in norms]
    parts = np.array_split(np.asarray(images), -(-len(images) // FACES_AT_ONCE))
    for number, part in enumerate(parts):
        for one in norms:
            # The mean over the batches so far, and this one.
            one.momentum, one.trainable = number / (number + 1), True
        model(part[..., None].astype(np.float32), training=True)
    for one, momentum, trainable in before:
        one.momentum, one.trainable = momentum, trainable


def coral(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return source features with the mean and covariance of the target's (Sun et al., 2016).

    Introduced in notebook 04.

    Parameters
    ----------
    source, target : ndarray, float, shapes (N, F) and (M, F)

    Returns
    -------
    ndarray, float32, shape (N, F)
    """
    white = source - source.mean(axis=0)
    recolored = white @ _power(_covariance(source), -0.5) @ _power(_covariance(target), 0.5)
    return (recolored + target.mean(axis=0)).astype(np.float32)


def adapt_coral(model: keras.Model, source: FaceSet, images: np.ndarray, **options) -> None:
    """Train the head anew, in place, on source features that look like those of new faces.

    Parameters
    ----------
    model : keras.Model
        Trained on `source`.
    source : FaceSet
    images : ndarray, uint8, shape (N, H, W)
        Faces of the new kind, without labels.
    **options
        Of `train_head_on`.
    """
    moved = coral(features(model, source.images), features(model, images))
    train_head_on(model, moved, source.labels, **options)


class GradientReversal(layers.Layer):
    """Passes on what comes, and turns round the gradient that comes back (Ganin et al., 2016)."""

    def __init__(self, strength: float):
        super().__init__()
        self.strength = strength

    def call(self, x):
        return ops.stop_gradient((1 + self.strength) * x) - self.strength * x


def adapt_adversarially(
    model: keras.Model,
    source: FaceSet,
    images: np.ndarray,
    *,
    steps: int = 300,
    learning_rate: float = 5e-4,
    strength: float = 0.3,
    batch_size: int = 64,
    seed: int = 0,
) -> None:
    """Train on, in place, so that the features do not tell the domains apart (Ganin et al., 2016).

    A second head learns to say which domain a face is from; the body learns to prevent it, and to
    classify the source. Introduced in notebook 04.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`, trained on `source`.
    source : FaceSet
    images : ndarray, uint8, shape (N, H, W)
        Faces of the new kind, without labels.
    steps, learning_rate, batch_size, seed
        Of training; half of a batch is of either domain. The seed is also that of the second head.
    strength : float
        How much the domain counts beside the class.
    """
    logits = model.get_layer("logits")
    first, last = (keras.initializers.GlorotUniform(seed + part) for part in (0, 1))
    hidden = layers.Dense(32, "relu", kernel_initializer=first)
    domains = layers.Dense(1, kernel_initializer=last)(
        hidden(GradientReversal(strength)(logits.input))
    )
    both = keras.Model(model.inputs, [logits.output, domains])
    reseed(both, seed)
    both.compile(
        keras.optimizers.Adam(learning_rate),
        [
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            keras.losses.BinaryCrossentropy(from_logits=True),
        ],
        jit_compile=False,
    )
    rng, half = np.random.default_rng(seed), batch_size // 2
    domain = np.repeat((0.0, 1.0), half)[:, None].astype(np.float32)
    # Faces of the new kind have no class: theirs does not count.
    counts = [2 * (1 - domain[:, 0]), np.ones(2 * half, np.float32)]
    for _ in range(steps):
        rows, others = rng.choice(len(source), half), rng.choice(len(images), half)
        faces = np.concatenate([source.images[rows], images[others]])[..., None]
        labels = np.concatenate([source.labels[rows], np.zeros(half, np.int64)])
        both.train_on_batch(faces.astype(np.float32), [labels, domain], sample_weight=counts)


def _covariance(values: np.ndarray) -> np.ndarray:
    return np.cov(values, rowvar=False) + np.eye(values.shape[1])


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Return a power of a symmetric matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
