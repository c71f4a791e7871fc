"""The one container of every data set: images, labels, and a table with one row per image."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from fercourse.errors import DataError, NoSuchRowError

SPLITS = ("train", "validation", "test")

# Bits of a region mask: pixel & (1 << REGIONS.index(name)) tells whether it belongs to the region.
REGIONS = ("brows", "eyes", "nose", "mouth", "cheeks")


@dataclass(frozen=True, eq=False)
class FaceSet:
    """A set of face images with what is known of them. Introduced in notebook 01.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
        Grey faces, 0 black to 255 white; often a read-only memory map.
    labels : ndarray, int64, shape (N,)
        The expression class of each image, an index into `classes`.
    classes : tuple of str
        The words of the classes, in the order of their indices.
    table : DataFrame
        One row per image, index 0 to N-1. Columns that have a meaning everywhere: ``split``
        (train, validation, test), ``subject``, ``file``; what else a data set knows stands beside.
    name : str
        The data set's short name.
    truth : mapping of str to ndarray
        Arrays of length N that only drawn faces have: ``action_units`` (float32, (N, A)),
        ``regions`` (uint8 bit masks, (N, H, W)), ``landmarks`` (float32, (N, 68, 2)).
    action_unit_names : tuple of str
        The columns of ``truth["action_units"]``, such as ``"AU12_left"``.

    Raises
    ------
    DataError
        If the parts do not fit together.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    table: pd.DataFrame
    name: str = "faces"
    truth: Mapping[str, np.ndarray] = field(default_factory=dict)
    action_unit_names: tuple[str, ...] = ()

    def __post_init__(self):
        if self.images.ndim != 3 or self.images.dtype != np.uint8:
            raise DataError(
                "Images must be one uint8 array of shape (N, height, width), "
                f"not {self.images.dtype} of shape {self.images.shape}."
            )
        for what, part in {"labels": self.labels, "table": self.table, **self.truth}.items():
            if len(part) != len(self.images):
                raise DataError(
                    f"There are {len(self.images)} images but {len(part)} rows of {what}."
                )
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise DataError(f"Labels must lie between 0 and {len(self.classes) - 1}.")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows) -> "FaceSet":
        """Return the faces that a slice, a boolean mask or an array of indices selects.

        A run of neighbouring rows stays a view of the memory map; other selections are copied.
        One index gives a set of one face, and so does each turn of a loop over the faces.

        Raises
        ------
        DataError
            If `rows` is none of these; its kind NoSuchRowError, if there is no such face.
        """
        rows = _as_run(rows, len(self))
        return replace(
            self,
            images=self.images[rows],
            labels=self.labels[rows],
            table=self.table.iloc[rows].reset_index(drop=True),
            truth={key: values[rows] for key, values in self.truth.items()},
        )

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        parts = ", ".join(f"{name} {count:,}" for name, count in self.split_sizes().items())
        return (
            f"FaceSet {self.name!r}: {len(self):,} faces of {width}x{height} pixels, "
            f"{len(self.classes)} classes" + (f" ({parts})" if parts else "")
        )

    def split(self, name: str) -> "FaceSet":
        """Return the faces of one split: ``"train"``, ``"validation"`` or ``"test"``."""
        sizes = self.split_sizes()
        if name not in sizes:
            has = ", ".join(sizes) or "no splits"
            raise DataError(f"The data set {self.name!r} has no split {name!r}; it has {has}.")
        return self[(self.table["split"] == name).to_numpy()]

    def split_sizes(self) -> dict[str, int]:
        """Return the number of faces in each split, in the order train, validation, test."""
        if "split" not in self.table:
            return {}
        sizes = self.table["split"].value_counts()
        return {name: int(sizes[name]) for name in SPLITS if sizes.get(name, 0)}

    def counts(self) -> pd.DataFrame:
        """Return how many faces each split holds of each class (rows splits, columns classes)."""
        splits = (
            self.table["split"] if "split" in self.table else pd.Series("all", self.table.index)
        )
        order = [name for name in (*SPLITS, "all") if (splits == name).any()]
        rows = [
            np.bincount(self.labels[(splits == name).to_numpy()], minlength=len(self.classes))
            for name in order
        ]
        return pd.DataFrame(rows, index=pd.Index(order, name="split"), columns=list(self.classes))

    def sample(self, count: int, seed: int = 0) -> "FaceSet":
        """Return about `count` faces, in the same proportions of splits and classes, in order.

        Every pair of split and class that has faces keeps at least one.

        Raises
        ------
        DataError
            If `count` is below 1 or `seed` below 0.
        """
        if count < 1 or seed < 0:
            raise DataError(
                f"A sample takes 1 face or more and a seed of 0 or more, not {count} and {seed}."
            )
        if count >= len(self):
            return self
        rng = np.random.default_rng(seed)
        split = self.table["split"] if "split" in self.table else pd.Series("all", self.table.index)
        groups = pd.Series(np.arange(len(self))).groupby([split.astype(str), self.labels])
        chosen = [
            rng.choice(rows, max(1, round(count * len(rows) / len(self))), replace=False)
            for _, rows in groups
        ]
        return self[np.sort(np.concatenate(chosen))]

    @property
    def action_units(self) -> pd.DataFrame:
        """The intensity, 0 to 1, of each action unit in each face (drawn faces only)."""
        return pd.DataFrame(self._known("action_units"), columns=list(self.action_unit_names))

    @property
    def landmarks(self) -> np.ndarray:
        """The 68 landmarks of each face as x, y in pixels: float32 (N, 68, 2); drawn faces only."""
        return self._known("landmarks")

    def region(self, name: str) -> np.ndarray:
        """Return where one facial region lies: bool (N, H, W); drawn faces only."""
        if name not in REGIONS:
            raise DataError(f"There is no region {name!r}; there are {', '.join(REGIONS)}.")
        return (self._known("regions") >> REGIONS.index(name) & 1).astype(bool)

    def _known(self, key: str) -> np.ndarray:
        if key not in self.truth:
            raise DataError(
                f"The data set {self.name!r} does not know its {key.replace('_', ' ')}; "
                "only drawn faces do: load('builtin')."
            )
        return self.truth[key]


def _as_run(rows, length: int):
    """Turn a mask or indices that select one run of neighbouring rows into a slice."""
    if isinstance(rows, slice):
        return rows
    rows = np.atleast_1d(np.asarray(rows))
    if rows.ndim > 1 or (rows.size and rows.dtype.kind not in "iub"):
        raise DataError("Choose faces by whole numbers, a slice, or a mask of True and False.")
    if rows.dtype == bool:
        if len(rows) != length:
            raise DataError(f"The mask has {len(rows)} values for {length} faces.")
        rows = np.flatnonzero(rows)
    if len(rows) and not -length <= rows.min() <= rows.max() < length:
        raise NoSuchRowError(f"There are {length:,} faces; the last is number {length - 1:,}.")
    rows = rows.astype(np.intp)
    if len(rows) and rows[0] >= 0 and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows
