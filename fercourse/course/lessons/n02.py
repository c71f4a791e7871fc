"""The exercises of notebook 02."""

from fercourse.course.lessons.n02_features import (
    cell_histogram,
    changes,
    grid_histograms,
    lbp_code,
    normalized_shape,
)
from fercourse.course.lessons.n02_judgement import lazy_scores, leaky_line
from fercourse.course.lessons.n02_scores import bootstrap_interval, macro_f1, most_confused

__all__ = [
    "bootstrap_interval",
    "cell_histogram",
    "changes",
    "grid_histograms",
    "lazy_scores",
    "lbp_code",
    "leaky_line",
    "macro_f1",
    "most_confused",
    "normalized_shape",
]
