"""What `evaluate` returns."""

import json
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from fercourse.errors import DataError
from fercourse.evaluation import views
from fercourse.evaluation.intervals import LEVEL, wilson
from fercourse.evaluation.metrics import BINS, OVERALL, PER_CLASS, calibration_bins
from fercourse.evaluation.predictions import Predictions


class Estimate(NamedTuple):
    """A number, its 95 % interval, and how many faces it was measured on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}, n = {self.n:,})"


@dataclass(frozen=True, eq=False, repr=False)
class Report(views.Viewed):
    """How good a classifier is on a set of faces. Introduced in notebook 02.

    ``report["accuracy"]`` and ``report["f1", "happy"]`` are an `Estimate`. A report shows itself in
    a notebook and, by ``rich.print``, in a terminal; `to_json` is for programs.

    Parameters
    ----------
    predictions : Predictions
        Labels and probabilities of the faces.
    estimates : dict
        An `Estimate` for each metric, and for each pair of metric and class.
    groups : DataFrame
        Accuracy per subject, action unit, pose, light and so on, as `accuracy_by_group` gives it.
    data : str
        The name of the data set.
    settings : dict
        How the intervals were made: ``resamples``, ``seed``, ``clusters``.
    leaked : ndarray, bool, shape (N,), or None
        Which faces also stand in the training set; None where that was not asked.
    without_leaked : Report or None
        The same without these faces, where there are any.
    """

    predictions: Predictions
    estimates: dict
    groups: pd.DataFrame
    data: str
    settings: dict
    leaked: np.ndarray | None = None
    without_leaked: "Report | None" = None

    def __len__(self) -> int:
        return len(self.predictions)

    def __getitem__(self, what: str | tuple[str, str]) -> Estimate:
        if not isinstance(what, str | tuple) or what not in self.estimates:
            raise DataError(
                f"There is no metric {what!r}; there are {', '.join(OVERALL)}, and for a class, as "
                f"in report['f1', 'happy'], {', '.join(PER_CLASS)}."
            )
        return self.estimates[what]

    def __repr__(self) -> str:
        return f"Report on {len(self):,} faces of {self.data!r}: accuracy {self['accuracy']}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The words of the classes."""
        return self.predictions.classes

    @property
    def overall(self) -> pd.DataFrame:
        """Value, low, high and n of each metric (rows)."""
        return pd.DataFrame(
            [self[name] for name in OVERALL], index=pd.Index(OVERALL, name="metric")
        )

    @property
    def per_class(self) -> pd.DataFrame:
        """Value, low, high and n of each metric of each class; n counts the faces of the class."""
        keys = [(metric, name) for name in self.classes for metric in PER_CLASS]
        index = pd.MultiIndex.from_tuples([key[::-1] for key in keys], names=["class", "metric"])
        return pd.DataFrame([self[key] for key in keys], index=index)

    @property
    def confusion(self) -> pd.DataFrame:
        """How often each class (rows) is taken for each class (columns)."""
        count = len(self.classes)
        pairs = np.zeros((count, count), np.int64)
        np.add.at(pairs, (self.predictions.labels, self.predictions.predicted), 1)
        names = list(self.classes)
        return pd.DataFrame(
            pairs, pd.Index(names, name="labeled"), pd.Index(names, name="predicted")
        )

    @property
    def confusion_shares(self) -> pd.DataFrame:
        """What share of a class is taken for each class, with Wilson's interval, a row each."""
        pairs = self.confusion
        index = pd.MultiIndex.from_product([pairs.index, pairs.columns])
        shares = pd.DataFrame({"count": pairs.to_numpy().ravel()}, index).reset_index()
        shares["n"] = pairs.sum(axis=1).repeat(len(pairs)).to_numpy()
        shares = shares[shares["n"] > 0].reset_index(drop=True)
        shares["share"] = shares["count"] / shares["n"]
        shares["low"], shares["high"] = wilson(shares["count"], shares["n"])
        return shares

    @property
    def reliability(self) -> pd.DataFrame:
        """Mean confidence and accuracy in each of the 15 bins of confidence that holds faces."""
        bins = calibration_bins(self.predictions)
        facts = pd.DataFrame(
            {
                "confidence": self.predictions.probabilities.max(axis=1),
                "correct": self.predictions.correct,
            }
        )
        rows = facts.groupby(bins).agg(
            n=("correct", "size"),
            confidence=("confidence", "mean"),
            hits=("correct", "sum"),
        )
        rows["accuracy"] = rows["hits"] / rows["n"]
        rows["low"], rows["high"] = wilson(rows["hits"], rows["n"])
        rows.index = pd.Index([f"{b / BINS:.2f} to {(b + 1) / BINS:.2f}" for b in rows.index])
        return rows.drop(columns="hits").rename_axis("bin")

    def by(self, aspect: str) -> pd.DataFrame:
        """Return the accuracy in each group of one aspect, such as ``"subject"`` or ``"yaw"``."""
        chosen = self.groups[self.groups["aspect"] == aspect]
        if chosen.empty:
            known = ", ".join(self.groups["aspect"].unique()) or "none"
            raise DataError(
                f"The data set {self.data!r} has no groups by {aspect!r}; it has: {known}."
            )
        return chosen.drop(columns="aspect").set_index("group")

    def to_dict(self) -> dict:
        """Return everything but the single faces as plain numbers, words, lists and dicts."""
        groups = {
            aspect: {row["group"]: _plain(row.iloc[2:]) for _, row in rows.iterrows()}
            for aspect, rows in self.groups.groupby("aspect", sort=False)
        }
        return {
            "data": self.data,
            "n": len(self),
            "classes": list(self.classes),
            "interval": {"level": LEVEL, **self.settings},
            "overall": {name: _plain(self[name]._asdict()) for name in OVERALL},
            "per_class": {
                name: {metric: _plain(self[metric, name]._asdict()) for metric in PER_CLASS}
                for name in self.classes
            },
            "confusion": self.confusion.to_numpy().tolist(),
            "confusion_shares": [_plain(row) for _, row in self.confusion_shares.iterrows()],
            "reliability": {name: _plain(row) for name, row in self.reliability.iterrows()},
            "groups": groups,
            "leaked": None if self.leaked is None else int(self.leaked.sum()),
            "without_leaked": self.without_leaked and self.without_leaked.to_dict(),
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON; what is not defined is null."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def _sheets(self) -> list[views.Sheet]:
        return views.report_sheets(self)


def _plain(row) -> dict:
    """Return the numbers of a row as Python's, NaN as None."""
    plain = {}
    for key, value in dict(row).items():
        value = value.item() if isinstance(value, np.generic) else value
        plain[key] = None if isinstance(value, float) and np.isnan(value) else value
    return plain
