"""`compare`: which of two classifiers is better on the same faces, and whether chance explains it."""

import json
from dataclasses import dataclass

import pandas as pd
from scipy.stats import binom, binomtest

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.evaluation import views
from fercourse.evaluation.aspects import clusters_of
from fercourse.evaluation.intervals import LEVEL, bootstrap, check_resampling, percentiles
from fercourse.evaluation.metrics import OVERALL, measure
from fercourse.evaluation.predictions import Predictions, check_face_set, predict
from fercourse.evaluation.report import Estimate


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(views.Viewed):
    """Two classifiers on the same faces. Introduced in notebook 02.

    Parameters
    ----------
    names : (str, str)
        What the classifiers a and b are called.
    both, only_a, only_b, neither : int
        On how many faces which of them is right.
    exact_p, mid_p : float
        McNemar's test, two-sided: how likely chance alone parts the faces on which just one is
        right as unevenly as this. Exact (McNemar, 1947), and mid-p, which is less cautious
        (Fagerland, Lydersen and Laake, 2013).
    a, b : dict of str to float
        The metrics of each.
    differences : dict of str to Estimate
        a - b for each metric, with the 95 % interval of the paired bootstrap.
    settings : dict
        ``resamples``, ``seed``, ``clusters``.
    """

    names: tuple[str, str]
    both: int
    only_a: int
    only_b: int
    neither: int
    exact_p: float
    mid_p: float
    a: dict
    b: dict
    differences: dict
    settings: dict

    def __len__(self) -> int:
        return self.both + self.only_a + self.only_b + self.neither

    def __repr__(self) -> str:
        first, second = self.names
        return (
            f"Comparison of {first} and {second}: accuracy differs by "
            f"{self.differences['accuracy']}; McNemar exact p = {self.exact_p:.3g}"
        )

    @property
    def table(self) -> pd.DataFrame:
        """Each metric of a and b, and the difference a - b with its interval."""
        rows = [(self.a[name], self.b[name], *self.differences[name]) for name in OVERALL]
        columns = ["a", "b", "difference", "low", "high", "n"]
        return pd.DataFrame(rows, pd.Index(OVERALL, name="metric"), columns)

    def to_dict(self) -> dict:
        """Return everything as plain numbers, words and dicts."""
        return {
            "names": list(self.names),
            "n": len(self),
            "right": {
                "both": self.both,
                "only_a": self.only_a,
                "only_b": self.only_b,
                "neither": self.neither,
            },
            "mcnemar": {"exact_p": self.exact_p, "mid_p": self.mid_p},
            "interval": {"level": LEVEL, **self.settings},
            "a": self.a,
            "b": self.b,
            "differences": {name: one._asdict() for name, one in self.differences.items()},
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def _sheets(self) -> list[views.Sheet]:
        first, second = self.names
        rows = [
            [
                views.WORDS[name],
                f"{self.a[name]:.3f}",
                f"{self.b[name]:.3f}",
                f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})",
            ]
            for name, one in self.differences.items()
        ]
        note = (
            f"n = {len(self):,}. In brackets: 95 % interval of the paired bootstrap. Right on a "
            f"face: both {self.both:,}, only {first} {self.only_a:,}, only {second} "
            f"{self.only_b:,}, neither {self.neither:,}. McNemar: exact p = {self.exact_p:.3g}, "
            f"mid-p = {self.mid_p:.3g}."
        )
        columns = ["metric", first, second, f"{first} - {second}"]
        return [views.Sheet(f"{first} and {second} on the same faces", columns, rows, note)]


def compare(
    a,
    b,
    faces: FaceSet,
    *,
    names: tuple[str, str] = ("a", "b"),
    clusters: str | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare two classifiers on the same faces. Introduced in notebook 02.

    Parameters
    ----------
    a, b : Classifier, or any model that `as_classifier` takes
    faces : FaceSet
        Faces that neither was trained on.
    names : (str, str)
        What they are called in the tables.
    clusters : str, optional
        A column such as ``"subject"``, whose faces are resampled together.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    Comparison

    Raises
    ------
    ModelError, DataError
        As `evaluate` does.
    """
    check_resampling(resamples, seed)
    settings = {"resamples": int(resamples), "seed": int(seed), "clusters": clusters}
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        raise DataError(f"names must be two words, one a classifier, not {names!r}.")
    check_face_set(faces)
    groups = clusters_of(faces, clusters)
    first, second = predict(a, faces), predict(b, faces)
    both = int((first.correct & second.correct).sum())
    only_a = int((first.correct & ~second.correct).sum())
    only_b = int((~first.correct & second.correct).sum())
    exact_p, mid_p = mcnemar(only_a, only_b)
    values_a, values_b = _values(first), _values(second)
    return Comparison(
        names=names,
        both=both,
        only_a=only_a,
        only_b=only_b,
        neither=len(faces) - both - only_a - only_b,
        exact_p=exact_p,
        mid_p=mid_p,
        a=values_a,
        b=values_b,
        differences=_differences(first, second, resamples, seed, groups),
        settings=settings,
    )


def mcnemar(only_a: int, only_b: int) -> tuple[float, float]:
    """Return the exact and the mid-p value of McNemar's test (1947), two-sided.

    Parameters
    ----------
    only_a, only_b : int
        On how many faces only the one, and only the other, is right.
    """
    pairs = only_a + only_b
    if pairs == 0:
        return 1.0, 1.0
    exact = float(binomtest(only_a, pairs).pvalue)
    seen = float(binom.pmf(only_a, pairs, 0.5))
    return exact, exact - (seen / 2 if only_a == only_b else seen)


def _values(predictions: Predictions) -> dict[str, float]:
    measured = measure(predictions)
    return {name: float(measured[name][0]) for name in OVERALL}


def _differences(
    a: Predictions, b: Predictions, resamples: int, seed: int, clusters
) -> dict[str, Estimate]:
    # The same seed draws the same resamples for both.
    drawn_a = bootstrap(a, resamples, seed, clusters)
    drawn_b = bootstrap(b, resamples, seed, clusters)
    values_a, values_b = _values(a), _values(b)
    found = {}
    for name in OVERALL:
        low, high = percentiles(drawn_a[name] - drawn_b[name])
        value = values_a[name] - values_b[name]
        found[name] = Estimate(value, float(low), float(high), len(a))
    return found
