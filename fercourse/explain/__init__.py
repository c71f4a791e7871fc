"""Where a classifier looked, and the tests that such an answer must pass.

`saliency` makes maps by any method; `faithfulness` puts them to the test.
"""

from fercourse.explain.explorer import explorer
from fercourse.explain.inside import activation_maximization, feature_maps, first_filters
from fercourse.explain.saliency import METHODS, Maps, saliency

__all__ = [
    "METHODS",
    "Maps",
    "activation_maximization",
    "explorer",
    "feature_maps",
    "first_filters",
    "saliency",
]
