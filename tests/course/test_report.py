import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fercourse.course import report
from fercourse.course.report import prepare
from fercourse.course.results import Comparison
from fercourse.course.run import Outcome, Task
from fercourse.course.settings import DataChoice
from fercourse.errors import CourseError

TASK = Task("quick", DataChoice("builtin", None), Path())
PICTURE = '<img alt="Two bars." src="data:image/png;base64,iVBORw0KGgo=">'


@pytest.fixture
def outcome(notebook):
    figure = new_output("display_data", {"text/html": PICTURE, "text/plain": "Two bars."})
    widget = new_output(
        "display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    )
    bar = new_output(
        "display_data",
        {"application/vnd.jupyter.widget-view+json": {"model_id": "2"}, "text/plain": "Output()"},
    )
    code = new_code_cell("draw()", outputs=[figure, bar, widget])
    cells = [new_markdown_cell("# Tiny"), code]
    results = [Comparison("mean", 0.5, "0.4 to 0.6", "")]
    record = {"results": {"mean": 0.5}, "checks": {"double": "right"}}
    return Outcome(notebook, 1.5, new_notebook(cells=cells), record, results)


def write_report(outcomes, task, folder):
    prepare(folder)
    return report.write_report(outcomes, task, folder)


def page(path):
    text = path.read_text(encoding="utf-8")
    HTMLParser().feed(text)
    return text


def test_index_sums_the_run_up_and_links_the_pages(outcome, tmp_path):
    text = page(write_report([outcome], TASK, tmp_path / "report"))
    assert "All passed." in text
    assert 'href="77_tiny.html"' in text
    for words in ("quick", "builtin", "1.5", "0.4 to 0.6", "as expected", "numpy", 'lang="en"'):
        assert words in text
    for link in re.findall(r'href="([^"#]+)"', text):
        assert (tmp_path / "report" / link).is_file()


def test_fault_is_shown_on_the_index_and_escaped(outcome, tmp_path):
    outcome.faults.append("Cell 2 raised ValueError: <script>")
    text = page(write_report([outcome], TASK, tmp_path / "report"))
    assert "1 failed" in text
    assert "ValueError: &lt;script&gt;" in text


def test_figures_keep_their_alt_text_on_the_page(outcome, tmp_path):
    write_report([outcome], TASK, tmp_path / "report")
    assert 'alt="Two bars."' in page(tmp_path / "report" / "77_tiny.html")


def test_pages_load_nothing_from_elsewhere(outcome, tmp_path):
    write_report([outcome], TASK, tmp_path / "report")
    for path in (tmp_path / "report").glob("*.html"):
        assert not re.findall(r'(?:src|href)="https?:', page(path))


def test_control_without_a_kernel_becomes_a_sentence(outcome, tmp_path):
    write_report([outcome], TASK, tmp_path / "report")
    assert page(tmp_path / "report" / "77_tiny.html").count("open the notebook to use it") == 1
    assert "Output()" not in page(tmp_path / "report" / "77_tiny.html")
    assert "model_id" in str(outcome.executed), "the executed notebook itself stays"


def test_report_on_real_faces_says_so_and_is_hidden_from_git(outcome, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    task = Task("full", DataChoice("fer2013", tmp_path / "fer2013.csv"), Path())
    text = page(write_report([outcome], task, tmp_path / "elsewhere"))
    assert "faces of real people" in text
    status = ["git", "-C", tmp_path, "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, check=True).stdout == b""


def test_earlier_report_is_replaced(outcome, tmp_path):
    write_report([outcome], TASK, tmp_path)
    (tmp_path / "99_gone.html").write_text("")
    write_report([outcome], TASK, tmp_path)
    assert not (tmp_path / "99_gone.html").exists()


def test_folder_with_other_things_is_left_alone(outcome, tmp_path):
    (tmp_path / "index.html").write_text("my page")
    with pytest.raises(CourseError, match="something else than a report"):
        write_report([outcome], TASK, tmp_path)
    assert (tmp_path / "index.html").read_text() == "my page"


def test_another_mark_in_the_folder_leaves_it_alone_whatever_its_bytes(tmp_path):
    (tmp_path / ".gitignore").write_bytes(b"\xe9\n")
    with pytest.raises(CourseError, match="holds something else than a report"):
        prepare(tmp_path)


def test_file_in_the_place_of_the_folder_is_one_clear_sentence(outcome, tmp_path):
    (tmp_path / "report").write_text("")
    with pytest.raises(CourseError, match="is a file"):
        write_report([outcome], TASK, tmp_path / "report")


def test_full_disk_is_one_clear_sentence(outcome, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CourseError, match="No space left on device"):
        write_report([outcome], TASK, tmp_path / "report")
