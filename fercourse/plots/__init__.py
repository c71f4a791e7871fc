"""Every figure of the course: one style, one color per class, and words for what is seen.

Each function returns a `Picture`, which shows itself in a notebook and saves itself as PNG.
"""

from fercourse.plots.charts import (
    bars,
    class_balance,
    curves,
    embedding,
    gray_histogram,
    heat_map,
    histogram,
)
from fercourse.plots.classifiers import (
    class_scores,
    estimates,
    group_scores,
    learning_curves,
    scores,
    t_sne,
)
from fercourse.plots.edge import on_front, pareto
from fercourse.plots.evaluation import (
    confusion,
    precision_recall,
    reliability,
    roc,
    worst_mistakes,
)
from fercourse.plots.faces import class_mosaic, eigenfaces, mean_faces, mosaic, pairs, steps, votes
from fercourse.plots.picture import Picture
from fercourse.plots.saliency import laid_over, map_difference, map_grid, mean_maps, overlay
from fercourse.plots.transfer import label_curves

__all__ = [
    "Picture",
    "bars",
    "class_balance",
    "class_mosaic",
    "class_scores",
    "confusion",
    "curves",
    "eigenfaces",
    "embedding",
    "estimates",
    "gray_histogram",
    "group_scores",
    "heat_map",
    "histogram",
    "label_curves",
    "laid_over",
    "learning_curves",
    "map_difference",
    "map_grid",
    "mean_faces",
    "mean_maps",
    "mosaic",
    "on_front",
    "overlay",
    "pairs",
    "pareto",
    "precision_recall",
    "reliability",
    "roc",
    "scores",
    "steps",
    "t_sne",
    "votes",
    "worst_mistakes",
]
