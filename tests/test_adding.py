"""What docs/adding.md tells the reader to do is done here, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from fercourse.content import checkout

TOP = checkout()
NEW = re.compile(r"^New: `([^`]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AFTER = re.compile(
    r"^After `([^`]+)` in `([^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
COPIED = "fercourse", "datasets", "notebooks", "course.toml", "pyproject.toml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in which all of the document has been done."""
    top = tmp_path_factory.mktemp("project")
    for name in COPIED:
        copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
        copy(TOP / name, top / name)
    text = (TOP / "docs" / "adding.md").read_text("utf-8")
    for path, content in NEW.findall(text):
        (top / path).write_text(content, encoding="utf-8")
    for line, path, content in AFTER.findall(text):
        before = (top / path).read_text("utf-8")
        assert before.count(f"{line}\n") == 1, (line, path)
        after = before.replace(f"{line}\n", f"{line}\n{content}")
        (top / path).write_text(after, encoding="utf-8")
    return top


def run(project, code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(project)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fercourse(project, *words: str) -> str:
    return run(project, f"import sys\nfrom fercourse.cli import main\nsys.argv = {['fercourse', *words]}\nmain()")  # fmt: skip


def test_the_network_can_be_built_and_is_listed(project):
    code = "from fercourse import models; print(models.build('two_block').output_shape)"
    assert run(project, code).strip() == "(None, 7)"
    assert "two_block" in fercourse(project, "train", "list")


def test_the_data_set_can_be_imported(project, tmp_path, monkeypatch):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / "cache"))
    draw = (
        "import cv2; from fercourse import synth\n"
        "for name, units in {'ann_happy_1': {12: 1.0}, 'bob_neutral_1': {}, 'odd': {}}.items():\n"
        f"    cv2.imwrite({str(tmp_path)!r} + f'/{{name}}.png', synth.draw_face(units).images[0])"
    )
    run(project, draw)
    fercourse(project, "data", "import", "smiles", str(tmp_path))
    code = "import fercourse; faces = fercourse.load('smiles')\nprint(len(faces), *faces.classes, *faces.labels)"
    assert run(project, code).split() == ["2", "happy", "neutral", "0", "1"]


def test_the_notebook_can_be_built_and_run(project):
    fercourse(project, "build")
    assert "passed" in fercourse(project, "run", "--only", "08")
