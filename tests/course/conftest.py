"""A tiny notebook with one exercise and one question, its lesson, and a folder that holds it."""

import pytest

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.lesson import Lesson, read_questions
from fercourse.course.settings import Notebook, Profile, Settings

SOURCE = '''\
# %% [markdown]
# # 77 · Tiny
#
# Double numbers.

# %%
import fercourse

course = fercourse.setup("77")

# %% [markdown]
# ## Doubling
#
# ![A number and its double](double.png)

# %% tags=["exercise"]
def double(number):
    """Return twice the number."""
    # BEGIN SOLUTION
    return 2 * number
    # END SOLUTION


# BEGIN SOLUTION
six = double(3)
# END SOLUTION

# %% tags=["check"]
course.check("double", double, six)

# %%
course.quiz("parity", "b")

# %%
course.record("half", 0.5)
'''

QUIZ = """
[parity]
question = "Twice a whole number is"

[[parity.options]]
text = "odd"
why = "Twice 1 is 2, which is even."

[[parity.options]]
text = "even"
right = true
why = "It is divisible by two."
"""


@exercise(hints=["Add the number to itself."])
def double(answer, six=6):
    from fercourse.course.expectations import call

    if call(answer, 4) != 8:
        raise Wrong("Twice 4 is 8.")
    if six != 6:
        raise Wrong("Twice 3 is 6.")
    return "Well doubled."


@pytest.fixture
def source():
    return SOURCE


@pytest.fixture
def lesson():
    return Lesson("77", {"double": double}, read_questions(QUIZ))


@pytest.fixture
def notebook():
    profiles = {name: Profile(name, 10, 0, 1) for name in ("quick", "class", "full")}
    return Notebook("77", "tiny", "Tiny", 5, 3, "any computer", profiles)


@pytest.fixture
def settings(notebook):
    return Settings("A tiny course", notebooks={"77": notebook})


@pytest.fixture
def folder(tmp_path, source, lesson, monkeypatch):
    """A folder ``notebooks`` with the tiny source, whose lesson the builder finds."""
    monkeypatch.setattr("fercourse.course.build.find_lesson", lambda number: lesson)
    path = tmp_path / "notebooks" / "source"
    path.mkdir(parents=True)
    (path / "77_tiny.py").write_text(source)
    return path.parent
