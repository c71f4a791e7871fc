"""Train the head alone, on features that the frozen body computes once."""

import keras
import numpy as np

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import ModelError

FACES_AT_ONCE = 64


def features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return what the head of a network sees of faces: float32 (N, F). Introduced in notebook 04.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`.
    images : ndarray, uint8, shape (N, H, W)
    """
    body = keras.Model(model.input, _head(model).input)
    blocks = []
    for start in range(0, len(images), FACES_AT_ONCE):
        faces = np.asarray(images[start : start + FACES_AT_ONCE], np.float32)[..., None]
        # Called, not predicted: a new model is traced anew for every shape, which takes longer.
        blocks.append(keras.ops.convert_to_numpy(body(faces, training=False)))
    return np.concatenate(blocks).reshape(len(images), -1)


def train_head(
    model: keras.Model,
    faces: FaceSet,
    *,
    epochs: int = 30,
    learning_rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 0,
) -> np.ndarray:
    """Train the head of a network whose body is frozen, in place. Introduced in notebook 04.

    A frozen body gives a face the same features in every epoch, so they are computed once. The
    weights come out as if the whole network were run in every epoch, up to rounding.

    Returns
    -------
    ndarray, float32, shape (F,)
        The mean loss of each epoch.

    Raises
    ------
    ModelError
        If the model has no logits, or not as many as there are classes.
    """
    seen = features(model, faces.images)
    return train_head_on(
        model, seen, faces.labels, epochs=epochs, learning_rate=learning_rate,
        batch_size=batch_size, seed=seed,
    )  # fmt: skip


def train_head_on(
    model: keras.Model,
    seen: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int = 30,
    learning_rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 0,
) -> np.ndarray:
    """Train the head of a network on features (N, F) and labels (N,), as `train_head` does."""
    head = _head(model)
    if labels.max(initial=0) >= head.output.shape[-1]:
        raise ModelError(
            f"The network has {head.output.shape[-1]} classes, but a label is {labels.max()}; build "
            "it for the classes of these faces."
        )
    inputs = keras.Input(head.input.shape[1:])
    alone = keras.Model(inputs, head(inputs))
    alone.compile(
        keras.optimizers.Adam(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    rng = np.random.default_rng(seed)
    losses = []
    for _ in range(epochs):
        parts = np.array_split(rng.permutation(len(seen)), -(-len(seen) // batch_size))
        alone.reset_metrics()
        for rows in parts:
            loss = alone.train_on_batch(seen[rows], labels[rows])
        losses.append(loss)
    return np.array(losses, np.float32)


def _head(model: keras.Model) -> keras.layers.Layer:
    if "logits" not in (layer.name for layer in model.layers):
        raise ModelError("This model has no layer named 'logits'; build it with models.build.")
    head = model.get_layer("logits")
    if not head.weights:
        raise ModelError(
            f"The logits of {model.name!r} are a mean over maps and have no weights to train; let a "
            "share of its layers learn, or take a network with a dense head."
        )
    return head
