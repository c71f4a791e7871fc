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


def test_scripts_can_share_a_module_that_is_no_benchmark(folder):
    (folder / "shared_numbers.py").write_text("ANSWER = 7.0\n")
    (folder / "sums.py").write_text(
        "from shared_numbers import ANSWER\ndef run(options):\n    return {'answer': ANSWER}, {}\n"
    )
    assert run("sums").exit_code == 0
    assert json.loads((folder / "results" / "sums.json").read_text())["figures"] == {"answer": 7.0}
    told = str(run("shared_numbers").exception)
    assert told == "There is no benchmark 'shared_numbers'; there are: sums."


@pytest.fixture
def parts(folder):
    """A benchmark of two parts, which write down that they were measured."""
    (folder / "sums.py").write_text(
        "from pathlib import Path\n"
        "def measured(name, seed):\n"
        "    with (Path(__file__).parent / 'log').open('a') as log:\n"
        "        log.write(name)\n"
        "    return {'figure': 1.0}, {}\n"
        "def run(options):\n"
        "    known = [options['part'](name, lambda: measured(name, options['seed'])) for name in 'ab']\n"
        "    return {'parts': float(sum(one is not None for one in known))}, {}\n"
    )
    return folder


def log(folder):
    return (folder / "log").read_text()


def test_a_part_that_was_measured_is_not_measured_again(parts):
    run("sums")
    run("sums")
    assert log(parts) == "ab"
    part = json.loads((parts / "results" / "sums" / "a.json").read_text())
    assert part["figures"] == {"figure": 1.0}
    assert part["command"] == "fercourse benchmark sums --seed 0"


def test_a_part_that_was_measured_with_another_seed_is_not_passed_off_as_this_one(parts):
    run("sums")
    assert "'a' was measured with seed 0" in str(run("sums", "--seed", "5").exception)
    assert json.loads((parts / "results" / "sums.json").read_text())["seed"] == 0


def test_only_measures_one_part_again_and_keeps_the_others(parts):
    run("sums")
    run("sums", "--only", "b")
    assert log(parts) == "abb"
    assert json.loads((parts / "results" / "sums.json").read_text())["figures"] == {"parts": 2.0}


def test_only_leaves_a_part_alone_that_was_never_measured(parts):
    run("sums", "--only", "b")
    assert log(parts) == "b"


def test_a_part_that_is_asked_for_and_cannot_be_measured_is_one_clear_sentence(folder):
    (folder / "real.py").write_text(
        "def run(options):\n    options['part']('faces', options['data'])\n    return {}, {}\n"
    )
    answer = run("real", "--only", "faces")
    assert "'faces' cannot be measured now: it needs --data" in str(answer.exception)
    assert not (folder / "results" / "real.json").exists()


def test_an_unknown_part_is_named_with_those_that_exist(parts):
    answer = run("sums", "--only", "c")
    assert "there are: a, b" in str(answer.exception)
    assert not (parts / "results" / "sums.json").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [(["--seed", "3"], "leave --seed away"), (["--only", "a"], "leave --only away")],
)
def test_an_option_that_a_benchmark_does_not_know_is_refused_before_it_measures(
    folder, option, said
):
    (folder / "whole.py").write_text("def run(options):\n    raise AssertionError('measured')\n")
    assert said in str(run("whole", *option).exception)


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
