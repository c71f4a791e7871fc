"""One network a class, each telling its class from the rest."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from fercourse.classifier.ensemble import OneAgainstRest
from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.training.config import Config
from fercourse.training.fitting import fit

REST = "rest"


def as_binary(faces: FaceSet, name: str) -> FaceSet:
    """Return the same faces with two classes: the rest (0), and one class (1).

    Raises
    ------
    DataError
        If there is no such class.
    """
    if name not in faces.classes:
        raise DataError(f"There is no class {name!r}; there are {', '.join(faces.classes)}.")
    labels = (faces.labels == faces.classes.index(name)).astype(np.int64)
    return replace(faces, labels=labels, classes=(REST, name))


def fit_one_against_rest(
    network: str,
    train: FaceSet,
    validation: FaceSet,
    config: Config = Config(),
    out: str | Path | None = None,
    *,
    progress: bool = True,
) -> OneAgainstRest:
    """Train a network for each class and return them as one classifier.

    Parameters
    ----------
    network : str
        A name of `fercourse.models.MODELS`.
    train, validation, config, progress
        As of `fit`. Classes are weighed by ``config.imbalance``: with seven classes, one against
        the rest is one against six.
    out : path, optional
        A folder that gets one run a class.

    Returns
    -------
    OneAgainstRest
    """
    parts = [
        fit(
            network,
            as_binary(train, name),
            as_binary(validation, name),
            config,
            None if out is None else Path(out) / name,
            progress=progress,
        ).classifier
        for name in train.classes
    ]
    return OneAgainstRest(parts, train.classes)
