"""All methods and controls through all tests: one table, from which trust can be read."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from fercourse.classifier import as_classifier
from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError
from fercourse.evaluation import Estimate
from fercourse.explain.faithfulness.controls import CONTROLS, mean_of_others
from fercourse.explain.faithfulness.curves import deletion_insertion
from fercourse.explain.faithfulness.scores import against_truth, estimate, follows_units
from fercourse.explain.faithfulness.truth import telling_regions
from fercourse.explain.saliency import saliency

# Whether more is better.
MEASURES = {
    "pointing": True,
    "energy_per_area": True,
    "average_precision": True,
    "follows_units": True,
    "deletion": False,
    "insertion": True,
}


class Ranking(NamedTuple):
    """What `rank` measured. Introduced in notebook 05.

    Parameters
    ----------
    estimates : dict of (str, str) to Estimate
        For each name of maps and each measure.
    maps : dict of str to ndarray, float32, shape (N, H, W)
        The maps of each method.
    """

    estimates: dict
    maps: dict

    @property
    def names(self) -> list[str]:
        """Methods first, then controls."""
        return list(dict.fromkeys(name for name, _ in self.estimates))

    def table(self) -> pd.DataFrame:
        """Return the values (rows maps, columns measures)."""
        rows = {
            name: {measure: self.estimates[name, measure].value for measure in MEASURES}
            for name in self.names
        }
        return pd.DataFrame(rows).T[list(MEASURES)]

    def places(self) -> pd.DataFrame:
        """Return the place of each by each measure, 1 the best."""
        table = self.table()
        return pd.DataFrame({
            measure: table[measure].rank(ascending=not more, method="min").astype(int)
            for measure, more in MEASURES.items()
        })  # fmt: skip

    def beats(self, method: str, measure: str = "pointing") -> bool:
        """Tell whether a method beats every control by a measure, intervals not touching."""
        sign = 1 if MEASURES[measure] else -1
        own = self.estimates[method, measure]
        rivals = [*CONTROLS, f"mean of {method}"]
        return all(
            min(sign * own.low, sign * own.high)
            > max(sign * self.estimates[one, measure].low, sign * self.estimates[one, measure].high)
            for one in rivals
        )


def rank(model, faces: FaceSet, targets: np.ndarray, methods, *, seed: int = 0) -> Ranking:
    """Put methods and controls to all tests on drawn faces.

    Parameters
    ----------
    model : anything that `as_classifier` takes
    faces : FaceSet
        Drawn faces, with their truth.
    targets : ndarray, int, shape (N,)
        The class to explain on each face. Faces on which nothing tells of it (neutral ones) are
        left out of what is measured against the truth.
    methods : sequence of str, or mapping of str to dict
        Methods of `saliency`, with their options if any.
    seed : int

    Returns
    -------
    Ranking
        Every score is the mean of the classes' means. Beside each method stands the control made
        of it: its own mean map over the other faces, as ``"mean of grad_cam"``.

    Raises
    ------
    DataError
        If the faces do not know their truth, or none has a telling region.
    """
    classifier = as_classifier(model, faces.classes)
    truth = telling_regions(faces, targets)
    if not truth.any():
        raise DataError("On none of these faces anything tells of the class that is asked for.")
    images = np.asarray(faces.images)
    options = methods if isinstance(methods, dict) else {name: {} for name in methods}
    maps = {
        name: saliency(classifier, images, name, targets, **chosen).values
        for name, chosen in options.items()
    }
    others = {f"mean of {name}": mean_of_others(values) for name, values in maps.items()}
    controls = {name: make(images) for name, make in CONTROLS.items()}
    estimates: dict[tuple[str, str], Estimate] = {}
    for name, values in (maps | controls | others).items():
        scores = against_truth(values, truth)
        for measure in ("pointing", "energy_per_area", "average_precision"):
            estimates[name, measure] = estimate(scores[measure], targets, seed=seed)
        estimates[name, "follows_units"] = follows_units(values, faces, targets, seed=seed)
        curves = deletion_insertion(classifier, images, values, targets)
        estimates[name, "deletion"] = estimate(curves.deletion_area, targets, seed=seed)
        estimates[name, "insertion"] = estimate(curves.insertion_area, targets, seed=seed)
    return Ranking(estimates, maps)
