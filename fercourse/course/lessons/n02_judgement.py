"""The exercises of notebook 02 that ask for judgment: predict an outcome, find a mistake."""

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import expect_integer, expect_number


@exercise(
    hints=[
        "How many of the 100 faces does it name rightly?",
        "Recall is asked of each class: of the happy faces, and of the sad ones, what share is found?",
        "Balanced accuracy is the mean of the two recalls, 1 and 0.",
    ]
)
def lazy_scores(answer):
    """Accuracy and balanced accuracy of a classifier that always says happy, on 90 of 100."""
    if not isinstance(answer, tuple | list | np.ndarray) or np.shape(answer) != (2,):
        raise Wrong("Give two numbers: (accuracy, balanced accuracy).")
    accuracy, balanced = (expect_number(one) for one in answer)
    if accuracy > 1 or balanced > 1:
        raise Wrong("Give shares from 0 to 1, not percent.")
    if (accuracy, balanced) == (0.5, 0.9):
        raise Wrong("You exchanged the two; accuracy comes first.")
    if abs(accuracy - 0.9) > 1e-9:
        raise Wrong("The accuracy is the share of all faces that are named rightly.")
    if abs(balanced - 0.9) < 1e-9:
        raise Wrong(
            "Balanced accuracy does not count faces; it is the mean of the classes' recalls."
        )
    if abs(balanced - 1 / 7) < 1e-2:
        raise Wrong("One seventh would be right with seven classes; here there are two.")
    if abs(balanced - 0.5) > 1e-9:
        raise Wrong("All happy faces are found, and no sad one: what is the mean of these recalls?")
    return "Nine of ten right, and nothing recognized."


lazy_scores.right((0.9, 0.5))
lazy_scores.right(np.array([90 / 100, 1 / 2]))
lazy_scores.wrong((90, 50), says="not percent")
lazy_scores.wrong((0.5, 0.9), says="exchanged")
lazy_scores.wrong((0.9, 0.9), says="does not count faces")
lazy_scores.wrong((0.9, 1 / 7), says="seven classes")
lazy_scores.wrong((0.9, 0.45), says="mean of these recalls")
lazy_scores.wrong((1.0, 0.5), says="named rightly")
lazy_scores.wrong(0.9, says="two numbers")

_INNOCENT = {
    1: "Line 1 computes each face on its own; it learns nothing.",
    3: "Line 3 only cuts. What was learned from all faces before the cut?",
    4: "Line 4 learns from the training half alone, as it must.",
    5: "Line 5 scores faces that line 4 has not seen. But had an earlier line seen them?",
}


@exercise(
    hints=[
        "Which lines learn something from the faces they are given?",
        "A line that learns must not be given faces that are scored later.",
        "StandardScaler learns means and deviations.",
    ]
)
def leaky_line(answer):
    """The line in which faces of the test half are learned from."""
    line = expect_integer(answer, low=1, high=5)
    if line in _INNOCENT:
        raise Wrong(_INNOCENT[line])
    return "Scaler and PCA have seen the faces that are scored. In a pipeline, after the cut, they could not."


leaky_line.right(2)
leaky_line.right(2.0)
leaky_line.wrong(1, says="learns nothing")
leaky_line.wrong(3, says="only cuts")
leaky_line.wrong(4, says="training half alone")
leaky_line.wrong(5, says="an earlier line")
leaky_line.wrong(0, says="too small")
leaky_line.wrong("line 2", says="must be a number")
