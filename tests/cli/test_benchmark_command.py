import json
import tomllib

import pytest
from typer.testing import CliRunner

from fercourse.cli import app, benchmark
from fercourse.content import checkout

SCRIPT = "def run(options):\n    return {'answer': 42.0 + options['seed']}, {'why': 'because'}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "sums.py").write_text(SCRIPT)
    monkeypatch.setattr(benchmark, "_benchmarks_folder", lambda: tmp_path)
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["benchmark", *words])


def test_a_benchmark_writes_its_figures_with_everything_that_traces_them(folder):
    assert run("sums", "--seed", "3").exit_code == 0
    result = json.loads((folder / "results" / "sums.json").read_text())
    assert result["figures"] == {"answer": 45.0}
    assert result["command"] == "fercourse benchmark sums --seed 3"
    assert set(result) == {
        *("name", "command", "commit", "date", "seed", "versions"),
        *("machine", "seconds", "figures", "detail"),
    }


def test_the_recorded_command_names_no_folder_of_this_computer(folder):
    data = folder / "faces.csv"
    data.touch()
    run("sums", "--data", str(data))
    result = (folder / "results" / "sums.json").read_text()
    assert "--data faces.csv" in result
    assert str(folder) not in result


@pytest.mark.parametrize(
    ("floor", "status"),
    [("least = 41", 0), ("least = 43", 1), ("most = 43", 0), ("most = 41", 1)],
)
def test_check_compares_each_figure_with_its_floor(folder, floor, status):
    run("sums")
    (folder / "floors.toml").write_text(f"[sums]\nanswer = {{ {floor} }}\n")
    assert bool(run("check").exit_code) == bool(status)


def test_check_fails_on_a_figure_that_was_never_measured(folder):
    (folder / "floors.toml").write_text("[sums]\nanswer = { least = 1 }\n")
    assert run("check").exit_code != 0


def test_an_unknown_benchmark_is_named_with_those_that_exist(folder):
    answer = run("products")
    assert "there are: sums" in str(answer.exception)


def test_a_result_that_is_committed_has_a_benchmark_and_no_path_of_a_computer():
    top = checkout()
    for path in (top / "benchmarks" / "results").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert (top / "benchmarks" / f"{json.loads(text)['name']}.py").is_file()
        assert not any(place in text for place in ("/home/", "/root/", "/work/", "/tmp/"))
    tomllib.loads((top / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
