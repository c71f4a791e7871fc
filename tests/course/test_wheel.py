"""The course works from an installed wheel as it does from a checkout."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fercourse.classifier.files import shipped
from fercourse.content import checkout
from fercourse.course.lab import PAGES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds the wheel"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Run a command of the installed wheel in an empty folder; return what it printed."""
    place = tmp_path_factory.mktemp("wheel")
    build = ["uv", "build", "--quiet", "--wheel", "--out-dir", place / "dist", checkout()]
    subprocess.run(build, check=True)
    (wheel,) = (place / "dist").glob("*.whl")
    install = ["uv", "pip", "install", "--quiet", "--no-deps", "--target", place / "site", wheel]
    subprocess.run([*install, "--python", sys.executable], check=True)
    (place / "empty").mkdir()

    def run(*words):
        told = subprocess.run(
            [sys.executable, *words],
            cwd=place / "empty",
            env={**os.environ, "PYTHONPATH": str(place / "site")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        return told.stdout

    return run


def test_the_pages_that_notebooks_name_come_with_the_wheel(installed):
    code = "from fercourse.content import content_path; print(*content_path('docs').iterdir())"
    assert {Path(name).name for name in installed("-c", code).split()} == set(PAGES)


def test_notebooks_come_with_the_wheel(installed):
    findings = json.loads(installed("-m", "fercourse", "doctor", "--json"))["findings"]
    (notebooks,) = [one["found"] for one in findings if one["what"] == "Notebooks"]
    assert "from the installed package" in notebooks


def test_notebook_is_executed_and_reported_from_the_wheel(installed):
    answer = json.loads(installed("-m", "fercourse", "run", "--only", "00", "--json"))
    assert answer["passed"]


@pytest.mark.skipif(not shipped(), reason="made by 'fercourse benchmark weights'")
def test_the_shipped_model_comes_with_the_wheel(installed):
    told = installed(
        "-c",
        "import numpy, fercourse; model = fercourse.load_classifier('builtin'); "
        "print(fercourse.__file__, model.predict_proba(numpy.zeros((2, 48, 48), 'uint8')).shape)",
    )
    assert "site/fercourse" in told
    assert "(2, 7)" in told
