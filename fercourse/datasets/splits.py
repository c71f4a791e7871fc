"""Divide a data set into train, validation and test: by subject, or by class alone."""

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, train_test_split

from fercourse.datasets.faceset import SPLITS, FaceSet
from fercourse.errors import DataError

FRACTIONS = {"train": 0.7, "validation": 0.15, "test": 0.15}
_FOLDS = 20


def split_by_subject(
    faces: FaceSet, fractions: Mapping[str, float] = FRACTIONS, seed: int = 0
) -> FaceSet:
    """Divide a data set so that nobody stands in two splits. Introduced in notebook 01.

    The subjects are dealt into up to twenty folds whose classes are as evenly spread as whole
    subjects allow (scikit-learn's `StratifiedGroupKFold`); the folds are then given to the
    splits, so that sizes are as close to the fractions as whole folds allow.

    Parameters
    ----------
    faces : FaceSet
        Its table has the column ``subject``.
    fractions : mapping of str to float
        How much of the images each split shall have: positive numbers that add up to 1.
    seed : int
        The same seed gives the same splits.

    Returns
    -------
    FaceSet
        The same faces in the same order, with a new column ``split``.

    Raises
    ------
    DataError
        If a subject is unknown, there are fewer subjects than splits, or the fractions are wrong.
    """
    _check_fractions(fractions)
    subjects = _subjects(faces)
    count = len(np.unique(subjects))
    if count < len(fractions):
        raise DataError(
            f"{count} subjects cannot be divided into {len(fractions)} splits; ask for fewer."
        )
    if len(fractions) == 1:
        return _with_split(faces, np.full(len(faces), *fractions))
    folds = _folds(subjects, faces.labels, min(_FOLDS, count), seed)
    return _with_split(faces, _deal(folds, fractions))


def stratified_split(
    faces: FaceSet, fractions: Mapping[str, float] = FRACTIONS, seed: int = 0
) -> FaceSet:
    """Divide a data set so that every split has the same proportions of classes.

    Introduced in notebook 01. Where subjects are known, use `split_by_subject`: a classifier that
    has seen a face in training may know the person, and not the expression.

    Parameters
    ----------
    faces : FaceSet
        Each of its classes needs at least as many images as there are splits.
    fractions : mapping of str to float
        How much of the images each split shall have: positive numbers that add up to 1.
    seed : int
        The same seed gives the same splits.

    Returns
    -------
    FaceSet
        The same faces in the same order, with a new column ``split``.

    Raises
    ------
    DataError
        If a class or a split is too small, or the fractions are wrong.
    """
    _check_fractions(fractions)
    names = list(fractions)
    split = np.full(len(faces), names[0], dtype=object)
    rest, left = np.arange(len(faces)), 1.0
    for name in names[:0:-1]:
        share = fractions[name] / left
        try:
            rest, part = train_test_split(
                rest, test_size=share, random_state=seed, stratify=faces.labels[rest]
            )
        except ValueError as error:
            raise DataError(
                f"{faces.name!r} cannot be divided by class; take larger fractions or more faces. "
                f"({error})"
            ) from None
        split[part], left = name, left - fractions[name]
    return _with_split(faces, split)


def _check_fractions(fractions: Mapping[str, float]):
    unknown = set(fractions) - set(SPLITS)
    if unknown or not fractions:
        raise DataError(f"Fractions are given for {', '.join(SPLITS)}, not {list(fractions)}.")
    if min(fractions.values()) <= 0 or abs(sum(fractions.values()) - 1) > 1e-6:
        raise DataError(f"Fractions must be positive and add up to 1, not {dict(fractions)}.")


def _subjects(faces: FaceSet) -> np.ndarray:
    if "subject" not in faces.table:
        raise DataError(f"{faces.name!r} does not tell its subjects; use stratified_split.")
    missing = int(faces.table["subject"].isna().sum())
    if missing:
        raise DataError(
            f"{missing} faces of {faces.name!r} have no subject; leave them out or use "
            "stratified_split."
        )
    return faces.table["subject"].astype(str).to_numpy(object)


def _folds(subjects: np.ndarray, labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the fold of each image, 0 to count - 1."""
    # A class with fewer images than there are folds is spread as far as it goes.
    count = min(count, int(np.bincount(labels).max()))
    if count < 2:
        raise DataError("No class has two faces, so nothing can be shared out; take more faces.")
    rng = np.random.default_rng(seed)
    # Shuffled here: in older versions of scikit-learn the dealer's own shuffling undoes the
    # stratification.
    names, subject = np.unique(subjects, return_inverse=True)
    subject = rng.permutation(len(names))[subject]
    folds, numbers = np.empty(len(labels), np.intp), rng.permutation(count)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        dealt = StratifiedGroupKFold(count).split(labels, labels, subject)
        for number, (_, rows) in zip(numbers, dealt, strict=True):
            folds[rows] = number
    return folds


def _deal(folds: np.ndarray, fractions: Mapping[str, float]) -> np.ndarray:
    """Give each fold, the largest first, to the split that lacks most; none goes without."""
    sizes = np.bincount(folds)
    order = [fold for fold in np.argsort(-sizes, kind="stable") if sizes[fold]]
    if len(order) < len(fractions):
        raise DataError(f"{len(folds)} faces are too few for {len(fractions)} splits.")
    lacking = {name: fraction * len(folds) for name, fraction in fractions.items()}
    split, empty = np.empty(len(folds), object), list(fractions)
    for place, fold in enumerate(order):
        takers = empty if len(order) - place == len(empty) else fractions
        name = max(takers, key=lacking.get)
        split[folds == fold] = name
        lacking[name] -= sizes[fold]
        empty = [other for other in empty if other != name]
    return split


def _with_split(faces: FaceSet, split: np.ndarray) -> FaceSet:
    return replace(faces, table=faces.table.assign(split=split))
