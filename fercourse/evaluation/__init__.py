"""How good a classifier is, and how sure one may be of that."""

from fercourse.evaluation.comparing import Comparison, compare, mcnemar
from fercourse.evaluation.evaluating import evaluate, report_on
from fercourse.evaluation.intervals import wilson
from fercourse.evaluation.predictions import Predictions, predict
from fercourse.evaluation.report import Estimate, Report

__all__ = [
    "Comparison",
    "Estimate",
    "Predictions",
    "Report",
    "compare",
    "evaluate",
    "mcnemar",
    "predict",
    "report_on",
    "wilson",
]
