"""Tests that a saliency map must pass before it is believed. Introduced in notebook 05.

Against the truth (`against_truth`, `follows_units`), against the classifier (`deletion_insertion`),
against a network that has forgotten everything (`cascade`, `random_labels`), against noise
(`stability`), and always against maps that know nothing (`CONTROLS`, `mean_of_others`).
"""

from fercourse.explain.faithfulness.controls import (
    CONTROLS,
    centered_gaussian,
    edges,
    mean_of_others,
    random_maps,
)
from fercourse.explain.faithfulness.curves import Curves, deletion_insertion
from fercourse.explain.faithfulness.ranking import MEASURES, Ranking, rank
from fercourse.explain.faithfulness.sanity import cascade, fails, random_labels
from fercourse.explain.faithfulness.scores import (
    against_truth,
    estimate,
    follows_units,
    similarity,
)
from fercourse.explain.faithfulness.stability import stability
from fercourse.explain.faithfulness.truth import (
    evidence,
    expected_regions,
    regions_by_landmarks,
    telling_regions,
    weights_of_evidence,
)

__all__ = [
    "CONTROLS",
    "MEASURES",
    "Curves",
    "Ranking",
    "against_truth",
    "cascade",
    "centered_gaussian",
    "deletion_insertion",
    "edges",
    "estimate",
    "evidence",
    "expected_regions",
    "fails",
    "follows_units",
    "mean_of_others",
    "random_labels",
    "random_maps",
    "rank",
    "regions_by_landmarks",
    "similarity",
    "stability",
    "telling_regions",
    "weights_of_evidence",
]
