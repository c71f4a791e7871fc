"""``fercourse benchmark``: run a benchmark of the checkout, and hold the results against floors."""

import json
import re
import runpy
import sys
import tomllib
from functools import partial
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from fercourse.cli.measuring import measure, part, write
from fercourse.content import checkout
from fercourse.errors import CourseError


def benchmark(
    name: str = typer.Argument(
        help="A file of benchmarks/; 'check' compares with the floors, 'table' writes the tables."
    ),
    data: Path | None = typer.Option(
        None, help="The research data that the benchmark measures on."
    ),
    seed: int = typer.Option(0, min=0, max=2**32 - 1, help="The seed of everything that is drawn."),
    only: list[str] = typer.Option(
        [], help="Measure this part again, and keep what is known of the others; may be repeated."
    ),
) -> None:
    """Measure, and write benchmarks/results/NAME.json; or make something of all results."""
    folder = _benchmarks_folder()
    if name == "check":
        _check_floors(folder)
        return
    if name == "table":
        _write_tables(folder)
        return
    script = _script(folder, name)
    if data is not None and not data.exists():
        raise CourseError(f"There is no file or folder {str(data)!r}.")
    _refuse_what_is_ignored(script.read_text("utf-8"), name, seed, only)
    options = {"name": name, "data": data, "seed": seed, "only": only, "parts": []}
    options["part"] = partial(part, folder, options)
    sys.path.append(str(folder))  # so that scripts can share a module
    result = measure(folder, options, partial(runpy.run_path(str(script))["run"], options))
    _refuse_unknown_parts(options)
    write(folder / "results" / f"{name}.json", result)
    table = Table("figure", "value")
    for key, value in result["figures"].items():
        table.add_row(key, f"{value:.6g}")
    Console().print(table)


def _benchmarks_folder() -> Path:
    top = checkout()
    if top is None:
        raise CourseError(
            "Benchmarks run in a source checkout only: clone the repository, then run "
            "'pip install -e .' in it."
        )
    return top / "benchmarks"


def _write_tables(folder: Path) -> None:
    from fercourse.cli.results_page import write_tables

    changed = write_tables(folder)
    for path in changed:
        print(f"Wrote {path.name}.")
    if not changed:
        print("All tables are up to date.")


def _script(folder: Path, name: str) -> Path:
    scripts = {
        path.stem: path
        for path in sorted(folder.glob("*.py"))
        if re.search(r"^def run\(", path.read_text("utf-8"), re.MULTILINE)
    }
    if name not in scripts:
        raise CourseError(f"There is no benchmark {name!r}; there are: {', '.join(scripts)}.")
    return scripts[name]


def _refuse_what_is_ignored(script: str, name: str, seed: int, only: list[str]) -> None:
    """Raise CourseError before hours of measuring whose result would name what it did not do."""
    if seed and not re.search(r"""options\[["']seed["']\]""", script):
        raise CourseError(f"The seeds of {name} are fixed; leave --seed away.")
    if only and not re.search(r"""options\[["']part["']\]""", script):
        raise CourseError(f"{name} has no parts, it is measured as a whole; leave --only away.")


def _refuse_unknown_parts(options: dict) -> None:
    unknown = [part for part in options["only"] if part not in options["parts"]]
    if unknown:
        known = ", ".join(options["parts"]) or "none"
        raise CourseError(
            f"There is no part {unknown[0]!r} of {options['name']}; there are: {known}."
        )


def _check_floors(folder: Path) -> None:
    """Compare every committed figure with its floor; raise CourseError when one is missed."""
    floors = tomllib.loads((folder / "floors.toml").read_text(encoding="utf-8"))
    table = Table("benchmark", "figure", "measured", "accepted", "holds")
    missed = []
    for name, keys in floors.items():
        path = folder / "results" / f"{name}.json"
        figures = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.is_file() else {}
        for key, accepted in keys.items():
            value = figures.get(key)
            holds = value is not None and (
                accepted.get("least", value) <= value <= accepted.get("most", value)
            )
            if not holds:
                missed.append(f"{name}.{key}")
            words = " and ".join(f"at {side} {bound}" for side, bound in accepted.items())
            shown = "not measured" if value is None else f"{value:.4g}"
            table.add_row(name, key, shown, words, "yes" if holds else "NO")
    Console().print(table)
    if missed:
        raise CourseError(f"These figures miss their floor: {', '.join(missed)}.")
