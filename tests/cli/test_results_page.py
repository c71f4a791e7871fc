import json
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from fercourse import synth
from fercourse.cli import app, benchmark
from fercourse.cli.results_page import write_tables
from fercourse.content import checkout
from fercourse.errors import CourseError
from fercourse.evaluation import wilson

MARKS = "<!-- results: {0} -->\nold\n<!-- end of results: {0} -->\nafter\n"
ROWS = """
[near]
label = "Nearest"
kind = "recipe"
of = "eigenfaces_knn"
seeds = [0, 1]
claims = ["bold"]
[small]
label = "Small"
kind = "int8"
of = "far"
seeds = [0]
[far]
label = "Far away"
kind = "network"
seeds = [0]
claims = ["slow"]
"""
CLAIMS = """
[bold]
claim = "99 %"
source = "somebody"
scored = "not told"
plausible = "no"
[slow]
claim = "70 %"
source = "somebody"
scored = "not told"
plausible = "yes"
epochs = [[1, 0.4, 0.5], [3, 0.6, 0.55]]
"""


def estimate(value):
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 100}


def part(value):
    score = {key: estimate(value) for key in ("accuracy", "unleaked", "macro_f1")}
    score["calibration_error"] = estimate(0.05)
    detail = {"public": score, "minutes": 2.0, "device": "2 processor cores", "parameters": 1234}
    return {"figures": {}, "detail": {**detail, "test_time_augmentation": "none"}}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "benchmarks"
    (folder / "results" / "fer2013").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (folder / "fer2013.toml").write_text(ROWS)
    (folder / "literature.toml").write_text(CLAIMS)
    (tmp_path / "README.md").write_text(MARKS.format("fer2013"))
    marks = "".join(MARKS.format(name) for name in ("fer2013", "claims", "epochs", "ingredients"))
    (tmp_path / "docs" / "results.md").write_text(marks)
    for seed, value in enumerate((0.5, 0.6)):
        path = folder / "results" / "fer2013" / f"near-{seed}.json"
        path.write_text(json.dumps(part(value)))
    return folder


def line(text, start):
    (found,) = (line for line in text.splitlines() if line.startswith(f"| {start}"))
    return found


def test_a_row_shows_the_mean_over_seeds_with_its_interval_and_the_claim(folder, tmp_path):
    write_tables(folder)
    row = line((tmp_path / "docs" / "results.md").read_text(), "Nearest")
    low, high = (100 * end for end in wilson(55, 100))
    assert f"| 55.0 ({low:.1f} to {high:.1f}) | not scored | not scored |" in row
    assert "| 1,234 |" in row
    assert "| 2 of 2 | none | 2 min, 2 processor cores | 99 % |" in row


def test_what_is_not_measured_has_a_row_that_says_so(folder, tmp_path):
    write_tables(folder)
    text = (tmp_path / "docs" / "results.md").read_text()
    assert "not measured here" in line(text, "Far away | – | –")
    assert "Far away" not in (tmp_path / "README.md").read_text()


def test_accuracies_after_some_epochs_stand_beside_those_of_the_source(folder, tmp_path):
    page = tmp_path / "docs" / "results.md"
    write_tables(folder)
    assert "| Far away | 3 | 60.00 | 55.00 | – | not measured here |" in page.read_text()
    trained = part(0.5)
    trained["detail"]["history"] = {"accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.4, 0.5, 0.6]}
    (folder / "results" / "fer2013" / "far-0.json").write_text(json.dumps(trained))
    write_tables(folder)
    assert "| Far away | 1 | 40.00 | 50.00 | 10.0 | 40.0 |" in page.read_text()
    assert "| Far away | 3 | 60.00 | 55.00 | 30.0 | 60.0 |" in page.read_text()


def test_ingredients_are_ordered_by_what_their_absence_costs(folder, tmp_path):
    kinds = {"all": (0.30, 0.32), "no_teeth": (0.29, 0.33), "one_person": (0.25, 0.22)}
    (folder / "results" / "synth_ablation").mkdir()
    for name, of_seeds in kinds.items():
        names = "balanced_accuracy", "auc_happy", "auc_surprise"
        scores = {seed: dict.fromkeys(names, value) for seed, value in enumerate(of_seeds)}
        path = folder / "results" / "synth_ablation" / f"{name}.json"
        path.write_text(json.dumps({"detail": {"of_seed": scores}}))
    write_tables(folder)
    table = (tmp_path / "docs" / "results.md").read_text().split("<!-- results: ingredients -->")[1]
    whole, one_person, no_teeth = table.splitlines()[3:6]
    assert whole == "| all ingredients | 0.310 | 0.310 | 0.310 |"
    assert one_person.startswith("| one person | -0.075 (-0.100 to -0.050) |")
    assert no_teeth.startswith("| no teeth | +0.000 (-0.010 to +0.010) |")


def test_only_the_tables_are_replaced_and_the_second_time_nothing_changes(folder, tmp_path):
    assert len(write_tables(folder)) == 2
    text = (tmp_path / "README.md").read_text()
    assert text.endswith("after\n")
    assert "old" not in text
    assert write_tables(folder) == []


def test_a_document_without_a_place_for_the_table_is_named(folder, tmp_path):
    (tmp_path / "README.md").write_text("Nothing here.")
    with pytest.raises(CourseError, match=r"README\.md has no place"):
        write_tables(folder)


BRIEF_ROWS = """
[majority]
label = "Most frequent class"
kind = "majority"
seeds = [0]
[near]
label = "Nearest"
kind = "recipe"
of = "eigenfaces_logistic"
seeds = [0]
frozen = true
[tiny]
label = "tiny"
kind = "network"
seeds = [0]
[tiny.config]
epochs = 2
[tiny_int8]
label = "tiny, INT8"
kind = "int8"
of = "tiny"
seeds = [0]
[ensemble]
label = "Mean"
kind = "ensemble"
of = ["tiny", "tiny"]
seeds = [0]
"""


@pytest.mark.slow
def test_the_benchmark_measures_each_row_once_and_keeps_the_test_split_for_frozen_rows(
    tmp_path, monkeypatch
):
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for script in (checkout() / "benchmarks").glob("*.py"):
        shutil.copy(script, folder)
    (folder / "fer2013.toml").write_text(BRIEF_ROWS)
    data = synth.write_tree("fer2013_csv", tmp_path / "data", 600)
    monkeypatch.setattr(benchmark, "_benchmarks_folder", lambda: folder)
    for words in (["init", "-q"], ["add", "benchmarks"], ["commit", "-qm", "Freeze"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True)
    command = ["benchmark", "fer2013", "--data", str(data)]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    files = sorted((folder / "results" / "fer2013").glob("*.json"))
    assert [file.stem for file in files] == [
        "ensemble-0", "majority-0", "near-0", "tiny-0", "tiny_int8-0",
    ]  # fmt: skip
    parts = {file.stem: json.loads(file.read_text()) for file in files}
    assert [name for name in parts if "private" in parts[name]["figures"]] == ["near-0"]
    assert parts["tiny_int8-0"]["figures"]["kb"] < 60
    right = parts["tiny-0"]["detail"]["public"]["right"]
    assert right.count("1") / len(right) == pytest.approx(parts["tiny-0"]["figures"]["public"])
    dates = {file: file.stat().st_mtime_ns for file in files}
    assert CliRunner().invoke(app, command).exit_code == 0
    assert dates == {file: file.stat().st_mtime_ns for file in files}


def test_only_what_is_trained_for_itself_took_time_to_train(folder, tmp_path):
    made_of_another = folder / "results" / "fer2013" / "small-0.json"
    made_of_another.write_text(json.dumps(part(0.5)))
    write_tables(folder)
    text = (tmp_path / "docs" / "results.md").read_text()
    assert " min, " in line(text, "Nearest")
    assert " min, " not in line(text, "Small")
