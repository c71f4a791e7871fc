import re
import subprocess
import sys

import pytest
from typer.main import get_command

from fercourse.cli import app
from fercourse.content import checkout

TOP = checkout()
DOCUMENTS = [TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").glob("*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path):
    prose = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", prose)
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path):
    known = set(get_command(app).commands)
    named = set(re.findall(r"(?:`|uv run [^\n]*?|^)fercourse ([a-z]+)", path.read_text("utf-8")))
    assert named <= known


@pytest.mark.slow
def test_the_lines_for_the_engineer_run_as_they_stand(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", (TOP / "README.md").read_text("utf-8"), re.DOTALL)
    run = [sys.executable, "-W", "error::FutureWarning", "-c", code]
    answer = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "balanced accuracy" in answer


@pytest.mark.slow
def test_the_lines_of_the_cheat_sheet_run_as_they_stand(tmp_path):
    text = (TOP / "docs" / "cheat-sheet.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    run = [sys.executable, "-W", "error::FutureWarning", "-c", code]
    subprocess.run(run, check=True, cwd=tmp_path)
