"""Drawn faces added where a class is rare."""

from dataclasses import replace

import numpy as np
import pandas as pd

from fercourse import synth
from fercourse.datasets.faceset import FaceSet
from fercourse.emotions import CLASSES
from fercourse.errors import DataError

# Drawn at a time; of the balanced variant, so that each class gets its share.
_BLOCK = 256


def with_drawn_faces(train: FaceSet, least: int, seed: int = 0) -> FaceSet:
    """Return faces to which drawn ones are added until each class has `least`. Notebook 03.

    Parameters
    ----------
    train : FaceSet
        Of the seven expression classes, square; faces of others get no company.
    least : int
        How many faces a class shall have.
    seed : int
        Of the drawn faces; take another one than that of drawn faces that are tested on.

    Returns
    -------
    FaceSet
        Its table says of each face whether it is ``drawn``; truths are dropped, and votes of raters.

    Raises
    ------
    DataError
        If the faces are not square, or `least` is negative.
    """
    height, width = train.images.shape[1:]
    if least < 0:
        raise DataError(f"A class cannot have at least {least} faces; name 0 or more.")
    if height != width:
        raise DataError(
            f"Drawn faces can be added to square ones; these have {width}x{height} pixels."
        )
    have = np.bincount(train.labels, minlength=len(train.classes))
    short = {
        index: least - have[index]
        for index, name in enumerate(train.classes)
        if name in CLASSES and have[index] < least
    }
    images, labels = _drawn(train.classes, short, height, seed)
    table = pd.concat(
        [
            train.table[[name for name in ("split", "subject", "file") if name in train.table]]
            .assign(drawn=False),
            pd.DataFrame({"split": "train", "drawn": True}, index=range(len(labels))),
        ],
        ignore_index=True,
    )  # fmt: skip
    return replace(
        train,
        images=np.concatenate([train.images, images]),
        labels=np.concatenate([train.labels, labels]),
        table=table,
        truth={},
        action_unit_names=(),
    )


def _drawn(
    classes: tuple[str, ...], short: dict[int, int], size: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return as many drawn faces of each class, by its index, as are short, and their labels."""
    left, start = dict(short), 0
    images = [np.empty((0, size, size), np.uint8)]
    labels: list[int] = []
    while any(left.values()):
        block = synth.draw(_BLOCK, seed=seed, start=start, size=size, variant="balanced")
        start += _BLOCK
        for index, missing in left.items():
            shown = block.labels == CLASSES.index(classes[index])
            found = block.images[shown][:missing]
            images.append(found)
            labels += [index] * len(found)
            left[index] -= len(found)
    return np.concatenate(images), np.array(labels, np.int64)
