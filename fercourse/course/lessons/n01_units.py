"""The exercises of notebook 01 on action units, with their examples."""

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import expect_number
from fercourse.emotions import ACTION_UNITS, nearest_prototype


def expect_units(answer) -> None:
    """Raise Wrong if the answer is no dictionary of action units and intensities from 0 to 1."""
    if not isinstance(answer, dict):
        raise Wrong(
            f"Your answer is a {type(answer).__name__}; it must be a dictionary {{unit: intensity}}."
        )
    unknown = [unit for unit in answer if unit not in ACTION_UNITS]
    if unknown:
        raise Wrong(f"{unknown[0]!r} is no action unit of the table; use its number, such as 12.")
    for unit, intensity in answer.items():
        if not 0 <= expect_number(intensity) <= 1:
            raise Wrong(f"AU{unit} has the intensity {intensity}; it must lie between 0 and 1.")


@exercise(
    hints=[
        "Begin with the units of surprise, 1, 2, 5 and 26. What does fear add to them?",
        "In fear the brows are drawn together as well (AU4), and the lips are stretched (AU20).",
        "{1: 0.8, 2: ..., 4: ..., 5: ..., 20: ..., 26: ...}, each between 0.5 and 1.",
    ]
)
def face_of_fear(answer):
    expect_units(answer)
    name, likeness = nearest_prototype(answer)
    if name == "neutral":
        raise Wrong("The checker names your face neutral: nothing moves by more than 0.25.")
    if name == "surprise":
        raise Wrong(
            "The checker names your face surprise. Brows are up and eyes are wide in both; what do "
            "brows and lips do in fear besides?"
        )
    if name != "fear":
        raise Wrong(
            f"The checker names your face {name} (likeness {likeness:.2f}). Look at the units of fear "
            "in the table of prototypes."
        )
    if likeness < 0.8:
        raise Wrong(
            f"The checker names your face fear, but it is not sure (likeness {likeness:.2f}): take away "
            "units that do not belong there, or add some that do."
        )
    return f"The checker names your face fear, with a likeness of {likeness:.2f}."


face_of_fear.right({1: 0.8, 2: 0.7, 4: 0.6, 5: 0.9, 20: 0.7, 26: 0.5})
face_of_fear.right(dict.fromkeys((1, 2, 4, 5, 7, 20, 26), 1.0))
face_of_fear.wrong({}, says="neutral")
face_of_fear.wrong({1: 0.2, 4: 0.2, 20: 0.1}, says="neutral")
face_of_fear.wrong({1: 0.8, 2: 0.8, 5: 0.9, 26: 0.8}, says="names your face surprise")
face_of_fear.wrong({4: 0.9, 5: 0.8, 7: 0.8, 23: 0.7}, says="names your face angry")
face_of_fear.wrong({1: 0.9, 4: 0.9, 20: 0.9, 5: 0.9, 17: 0.9, 14: 0.9}, says="not sure")
face_of_fear.wrong({1: 8, 2: 8}, says="between 0 and 1")
face_of_fear.wrong({"AU1": 0.8}, says="use its number")
face_of_fear.wrong([1, 2, 5], says="must be a dictionary")
