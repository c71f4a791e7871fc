import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from fercourse import cli
from fercourse.synth import write_tree


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line as the shell does; return status, output and errors."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, output.err

    return run


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "fer2013.csv"
    pixels = np.random.default_rng(0).integers(0, 256, (21, 48 * 48))
    usages = ["Training"] * 14 + ["PublicTest"] * 7
    rows = [
        f"{row % 7},{' '.join(map(str, image))},{usage}\n"
        for row, (image, usage) in enumerate(zip(pixels, usages, strict=True))
    ]
    path.write_text("emotion,pixels,Usage\n" + "".join(rows))
    return path


def test_list_names_every_data_set_and_what_is_imported(run, table):
    run("data", "import", "fer2013", table)
    status, output, _ = run("data", "list", "--json")
    known = {entry["name"]: entry for entry in json.loads(output)}
    assert status == 0
    assert len(known["fer2013"]["imports"]) == 1
    assert known["jaffe"]["imports"] == []
    status, output, _ = run("data", "list")
    assert status == 0
    assert "kdef" in output


def test_import_says_how_many_faces_there_are(run, table):
    status, output, _ = run("data", "import", "fer2013", table)
    assert status == 0
    assert "Imported: FaceSet 'fer2013': 21 faces" in output
    assert "0 files could not be used" in output


def test_import_does_it_once_unless_told_to_do_it_again(run, table, own_cache):
    run("data", "import", "fer2013", table)
    (meta,) = own_cache.glob("*/meta.json")
    first = meta.stat().st_mtime_ns
    assert "Imported already" in run("data", "import", "fer2013", table)[1]
    assert meta.stat().st_mtime_ns == first
    assert "Imported:" in run("data", "import", "fer2013", table, "--again")[1]
    assert meta.stat().st_mtime_ns > first


def test_import_does_it_again_where_the_cached_copy_is_damaged(run, table, own_cache):
    run("data", "import", "fer2013", table)
    (labels,) = own_cache.glob("*/labels.npy")
    labels.write_bytes(b"")
    assert "Imported:" in run("data", "import", "fer2013", table)[1]
    assert "Imported already" in run("data", "import", "fer2013", table)[1]


def test_import_counts_what_could_not_be_used(run, tmp_path):
    root = write_tree("folder", tmp_path / "mine", 14)
    (root / "happy" / "cut.png").write_bytes(b"")
    status, output, errors = run("data", "import", "folder", root, "--json", "--processes", "1")
    answer = json.loads(output)
    assert status == 0
    assert (answer["faces"], answer["unused"]) == (14, 1)
    assert "1 file could not be used" in errors
    assert "warn" not in errors


def test_show_counts_splits_and_classes(run, table):
    status, output, _ = run("data", "show", "fer2013", table, "--json")
    answer = json.loads(output)
    assert status == 0
    assert answer["counts"]["train"] == dict.fromkeys(answer["classes"], 2)
    status, output, _ = run("data", "show", "fer2013")
    assert status == 0
    assert "validation" in output
    assert "Columns of the table: split, row." in output


def test_check_prints_findings_and_gives_them_as_json(run, table):
    status, output, _ = run("data", "check", "fer2013", table, "--json")
    answer = json.loads(output)
    assert status == 0
    assert {"blank", "leaked", "imbalance"} <= {finding["key"] for finding in answer["findings"]}
    assert "Surplus identical images" in run("data", "check", "fer2013")[1]


def test_check_lists_files_that_could_not_be_used(run, tmp_path):
    root = write_tree("folder", tmp_path / "mine", 14)
    (root / "happy" / "cut.png").write_bytes(b"")
    _, output, _ = run("data", "check", "folder", root, "--json")
    assert "happy/cut.png" in output


FAULTS = {
    "missing file": (["fer2013", "nowhere.csv"], "There is no file or folder nowhere.csv"),
    "unknown name": (["fer2014", "."], "There is no data set 'fer2014'"),
    "empty file": (["fer2013", "empty.csv"], "is empty"),
    "wrong file": (["fer2013", "wrong.csv"], "has no column emotion"),
    "built-in": (["builtin", "."], "take no path"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_user_can_mend_is_one_sentence_and_status_1(run, tmp_path, monkeypatch, fault):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    words, message = FAULTS[fault]
    status, output, errors = run("data", "import", *words)
    assert status == 1
    assert output == ""
    assert message in errors
    assert "Traceback" not in errors
    assert errors.strip().count("\n") == 0


@pytest.mark.parametrize("words", [["import"], ["import", "fer2013"], ["show"], ["nothing"]])
def test_a_wrong_command_has_status_2(words):
    assert CliRunner().invoke(cli.app, ["data", *words]).exit_code == 2


def test_nothing_heavy_is_imported_to_say_how_it_is_used():
    code = (
        "import sys; from typer.testing import CliRunner; from fercourse import cli\n"
        "assert CliRunner().invoke(cli.app, ['data', '--help']).exit_code == 0\n"
        "print({'pandas', 'cv2', 'sklearn'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
