"""Learning curves over label budgets: what a way of learning makes of 5, 20 or 200 labels a class."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import pandas as pd
from scipy import stats

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.training.adaptation import adapt_batch_norm
from fercourse.training.fused import fused_normalization
from fercourse.training.trainer import reseed


def draw_labels(faces: FaceSet, per_class: int, seed: int) -> FaceSet:
    """Return `per_class` faces of each class, drawn by lot. Introduced in notebook 04.

    Raises
    ------
    DataError
        If a class has fewer.
    """
    rng, chosen = np.random.default_rng(seed), []
    for label, name in enumerate(faces.classes):
        rows = np.flatnonzero(faces.labels == label)
        if len(rows) < per_class:
            raise DataError(
                f"There are {len(rows)} faces of {name}, but {per_class} were asked for; take more "
                "faces, or fewer labels a class."
            )
        chosen.append(rng.choice(rows, per_class, replace=False))
    return faces[np.sort(np.concatenate(chosen))]


def learn_briefly(
    model: keras.Model,
    weights: Sequence[np.ndarray],
    faces: FaceSet,
    *,
    steps: int,
    learning_rate: float,
    batch_size: int = 32,
    seed: int = 0,
) -> None:
    """Train a network from given weights for some steps on few faces, mirrored at random.

    The network is compiled once and begins anew at each call, so that many short trainings do not
    wait for the compiler. Batch normalization that learns gets the statistics of these faces at
    the end: in so few steps its running mean has not arrived yet.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`; it is changed in place.
    weights : list of ndarray
        Where to begin, as ``model.get_weights()`` gave them.
    faces : FaceSet
    steps, learning_rate, batch_size, seed
        Of training.
    """
    _begin(model, weights, learning_rate)
    reseed(model, seed)
    rng = np.random.default_rng(seed)
    images, labels = np.asarray(faces.images), faces.labels
    with fused_normalization(model):
        for _ in range(steps):
            rows = rng.choice(len(labels), batch_size, replace=len(labels) < batch_size)
            batch = images[rows]
            mirrored = rng.random(batch_size) < 0.5
            batch[mirrored] = batch[mirrored, :, ::-1]
            model.train_on_batch(batch[..., None].astype(np.float32), labels[rows])
    if any(
        isinstance(one, keras.layers.BatchNormalization) and one.trainable for one in model.layers
    ):
        adapt_batch_norm(model, images)


def _begin(model: keras.Model, weights, learning_rate: float) -> None:
    if not model.compiled:
        model.compile(
            keras.optimizers.Adam(learning_rate),
            "sparse_categorical_crossentropy",
            jit_compile=False,
        )
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    model.optimizer.learning_rate.assign(learning_rate)


def label_curve(
    ways: Mapping[str, Callable[[FaceSet, int], float]],
    pool: FaceSet,
    budgets: Sequence[int],
    draws: int,
) -> pd.DataFrame:
    """Score each way of learning on the same draws of labels. Introduced in notebook 04.

    Parameters
    ----------
    ways : mapping of str to callable
        Takes the labeled faces and the number of the draw, and returns a score.
    pool : FaceSet
        What labels are drawn from.
    budgets : sequence of int
        Labels a class.
    draws : int

    Returns
    -------
    DataFrame
        Columns ``way``, ``labels``, ``draw`` and ``score``.
    """
    rows = []
    for labels in budgets:
        for draw in range(draws):
            drawn = draw_labels(pool, labels, seed=draw)
            for way, learn in ways.items():
                rows.append((way, labels, draw, float(learn(drawn, draw))))
    return pd.DataFrame(rows, columns=["way", "labels", "draw", "score"])


def mean_over_draws(scores: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean, and the ends of Student's interval around it.

    It tells where the mean over many draws of the labels lies: a single one may fall outside, and
    other test faces may lead further.
    """
    scores = np.asarray(scores, float)
    if len(scores) < 2:
        raise DataError("An interval over draws takes at least two of them.")
    half = stats.t.ppf((1 + level) / 2, len(scores) - 1) * stats.sem(scores)
    return float(scores.mean()), float(scores.mean() - half), float(scores.mean() + half)


def gain(curve: pd.DataFrame, way: str, over: str, labels: int) -> tuple[float, float, float]:
    """Return how much one way scores above another, draw by draw, and the interval around it."""
    table = curve[curve["labels"] == labels].pivot(index="draw", columns="way", values="score")
    return mean_over_draws((table[way] - table[over]).to_numpy())
