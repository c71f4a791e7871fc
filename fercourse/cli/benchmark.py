"""``fercourse benchmark``: run a benchmark of the checkout, and hold the results against floors."""

import json
import os
import platform
import runpy
import subprocess
import time
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from fercourse.content import checkout
from fercourse.errors import CourseError

VERSIONED = ("fercourse", "numpy", "pandas", "opencv-python", "scikit-learn", "keras", "tensorflow")


def benchmark(
    name: str = typer.Argument(
        help="A file of benchmarks/, or 'check' to compare with the floors."
    ),
    data: Path | None = typer.Option(
        None, help="The research data that the benchmark measures on."
    ),
    seed: int = typer.Option(0, min=0, max=2**32 - 1, help="The seed of everything that is drawn."),
) -> None:
    """Measure, and write benchmarks/results/NAME.json; or check all results against the floors."""
    folder = _benchmarks_folder()
    if name == "check":
        _check_floors(folder)
        return
    result = _measure(folder, name, {"data": data, "seed": seed})
    path = folder / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".json.part")
    fresh.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)
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


def _measure(folder: Path, name: str, options: dict) -> dict:
    script = folder / f"{name}.py"
    if not script.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.py")))
        raise CourseError(f"There is no benchmark {name!r}; there are: {known}.")
    if options["data"] is not None and not options["data"].exists():
        raise CourseError(f"There is no file or folder {str(options['data'])!r}.")
    commit = _commit(folder.parent)
    started, date = time.perf_counter(), datetime.now(UTC)
    figures, detail = runpy.run_path(str(script))["run"](options)
    return {
        "name": name,
        "command": _command(name, options),
        "commit": commit,
        "date": date.isoformat(timespec="seconds"),
        "seed": options["seed"],
        "versions": _versions(),
        "machine": _machine(),
        "seconds": round(time.perf_counter() - started, 1),
        "figures": figures,
        "detail": detail,
    }


def _command(name: str, options: dict) -> str:
    """Name the command without the folders of this computer."""
    data = f" --data {options['data'].name}" if options["data"] else ""
    return f"fercourse benchmark {name}{data} --seed {options['seed']}"


def _commit(top: Path) -> str:
    """Return the commit measured, marked where files of the package differ from it."""

    def git(*words: str) -> str:
        answer = subprocess.run(["git", *words], cwd=top, capture_output=True, text=True)
        return answer.stdout.strip() if answer.returncode == 0 else ""

    changed = git("status", "--porcelain", "--", "fercourse", "benchmarks/*.py")
    return (git("rev-parse", "HEAD") or "unknown") + (" with changes" if changed else "")


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in VERSIONED:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _machine() -> dict[str, str | int]:
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 1,
    }


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
