"""Groups of faces that a classifier may serve better or worse: people, muscles, pose, light, tone."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from fercourse.datasets.duplicates import identical
from fercourse.datasets.faceset import FaceSet
from fercourse.emotions import ACTION_UNITS
from fercourse.errors import DataError
from fercourse.evaluation.intervals import wilson
from fercourse.evaluation.predictions import check_face_set

# From what intensity (0 to 1) on an action unit counts as shown.
SHOWN = 0.2
# Columns that hold numbers, with the bounds of their groups and what they are counted in.
BOUNDS = {
    "yaw": ((-30, -15, -5, 5, 15, 30), "degrees"),
    "pitch": ((-15, -5, 5, 15), "degrees"),
    "roll": ((-15, -5, 5, 15), "degrees"),
    "light_azimuth": ((-60, -30, 30, 60), "degrees"),
    "light_elevation": ((0, 30, 60), "degrees"),
    "light_strength": ((0.5, 0.65, 0.8), ""),
    "tone": ((3.5, 6.5), "Monk"),
    "strength": ((0.25, 0.5, 0.75), ""),
}
# Columns whose words are groups.
WORDS = ("subject", "angle", "sex", "session", "occluder")
_COLUMNS = ["aspect", "group", "n", "accuracy", "low", "high"]


def accuracy_by_group(faces: FaceSet, correct: np.ndarray) -> pd.DataFrame:
    """Return the accuracy in each group of faces that the data set can tell apart.

    Parameters
    ----------
    faces : FaceSet
        The faces.
    correct : ndarray, bool, shape (N,)
        Whether the classifier was right.

    Returns
    -------
    DataFrame
        Columns ``aspect`` (such as yaw), ``group`` (such as 5 to 15 degrees), ``n``, ``accuracy``,
        ``low`` and ``high`` (Wilson, 95 %). Groups of one aspect are disjoint, but for those of
        action units: a face counts for every unit that it shows with intensity 0.2 or more.
    """
    rows = []
    for aspect, group, members in _groups(faces):
        hits, count = int(correct[members].sum()), int(members.sum())
        low, high = wilson(hits, count)
        rows.append((aspect, group, count, hits / count, float(low), float(high)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def leaked(faces: FaceSet, train: FaceSet) -> np.ndarray:
    """Return which faces also stand, byte for byte, in the training set: bool (N,)."""
    check_face_set(train)
    if faces.images.shape[1:] != train.images.shape[1:]:
        raise DataError(
            f"The faces have {faces.images.shape[1:]} pixels but those of the training set "
            f"{train.images.shape[1:]}; give the training set of the same data."
        )
    numbers = identical([*faces.images, *train.images])
    return np.isin(numbers[: len(faces)], numbers[len(faces) :])


def clusters_of(faces: FaceSet, column: str | None) -> np.ndarray | None:
    """Return the words of a column of the table, for resampling what belongs together."""
    if column is None:
        return None
    if not isinstance(column, str) or column not in faces.table:
        raise DataError(
            f"The data set {faces.name!r} does not know the {column} of its faces; leave out "
            "clusters to resample single faces."
        )
    unknown = int(faces.table[column].isna().sum())
    if unknown:
        raise DataError(
            f"The {column} of {unknown:,} faces is not known; leave these faces out, or leave out "
            "clusters to resample single faces."
        )
    words = faces.table[column].astype(str).to_numpy()
    if len(np.unique(words)) < 2:
        raise DataError(
            f"All faces have the same {column}; leave out clusters to resample single faces."
        )
    return words


def _groups(faces: FaceSet) -> Iterator[tuple[str, str, np.ndarray]]:
    """Give aspect, group and members of each group that has faces."""
    for column in WORDS:
        if column in faces.table and faces.table[column].nunique() > 1:
            words = faces.table[column]
            for word in sorted(words.dropna().unique(), key=str):
                yield column, str(word), (words == word).to_numpy()
    for column, (bounds, unit) in BOUNDS.items():
        if column in faces.table:
            # A word is no number of degrees: such a face is in no group.
            values = pd.to_numeric(faces.table[column], errors="coerce").to_numpy(float)
            yield from _numbered(column, values, bounds, unit)
    if "action_units" in faces.truth:
        yield from _action_units(faces)


def _numbered(
    aspect: str, values: np.ndarray, bounds: tuple, unit: str
) -> Iterator[tuple[str, str, np.ndarray]]:
    words = [
        f"below {bounds[0]:g}",
        *(f"{low:g} to {high:g}" for low, high in pairwise(bounds)),
        f"{bounds[-1]:g} and more",
    ]
    places = np.digitize(values, bounds)
    for place, word in enumerate(words):
        members = (places == place) & np.isfinite(values)
        if members.any():
            yield aspect, f"{word} {unit}".strip(), members


def _action_units(faces: FaceSet) -> Iterator[tuple[str, str, np.ndarray]]:
    intensities = faces.action_units
    for number, unit in ACTION_UNITS.items():
        sides = [
            name for name in intensities if name.removeprefix("AU").split("_")[0] == str(number)
        ]
        if not sides:
            continue
        members = (intensities[sides] >= SHOWN).any(axis=1).to_numpy()
        if members.any():
            yield "action unit", f"AU{number} {unit.name}", members
