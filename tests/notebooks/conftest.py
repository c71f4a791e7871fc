"""What the tests of the notebooks share: how a notebook is executed here."""

import pytest

from fercourse.content import content_path
from fercourse.course.run import Task, run_notebook
from fercourse.course.settings import DataChoice, read_settings


@pytest.fixture(scope="session")
def execute():
    """Execute a notebook by number, in the quick profile on built-in faces."""

    def run(number, edition="key"):
        task = Task("quick", DataChoice("builtin", None), content_path("notebooks"), 300, edition)
        return run_notebook(read_settings().notebook(number), task)

    return run
