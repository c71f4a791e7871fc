"""What a benchmark measured, with everything that traces it: command, commit, versions, date."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from fercourse.errors import CourseError
from fercourse.whole import whole_file

VERSIONED = ("fercourse", "numpy", "pandas", "opencv-python", "scikit-learn", "keras", "tensorflow")
# What decides on a result besides the package.
RECIPES = ("benchmarks/*.py", "benchmarks/fer2013.toml")
Run = Callable[[], tuple[dict, dict]]


def measure(folder: Path, options: dict, run: Run) -> dict:
    """Run a measurement and return its figures and detail with what traces them.

    Parameters
    ----------
    folder : Path
        The folder of benchmarks.
    options : dict
        The options of the command: name, data, seed, only.
    run : callable
        It gives the figures, a flat dict of numbers, and the detail behind them.
    """
    commit, date, started = _commit(folder.parent), datetime.now(UTC), time.perf_counter()
    figures, detail = run()
    return {
        "name": options["name"],
        "command": _command(options),
        "commit": commit,
        "date": date.isoformat(timespec="seconds"),
        "seed": options["seed"],
        "versions": _versions(),
        "machine": _machine(),
        "seconds": round(time.perf_counter() - started, 1),
        "figures": figures,
        "detail": detail,
    }


def part(
    folder: Path, options: dict, name: str, run: Run | None, seed: int | None = None
) -> dict | None:
    """Return a part of a benchmark: as it was measured before, or measured and written now.

    A script calls it as ``options["part"](name, run)``. So a long benchmark goes on where it was
    stopped, and one part can be measured again with ``--only``.

    Parameters
    ----------
    folder, options
        As for `measure`.
    name : str
        The part, a file ``results/BENCHMARK/name.json``.
    run : callable or None
        As for `measure`; None if it cannot be measured now, for want of data.
    seed : int, optional
        The seed of this part; that of the command by default.

    Returns
    -------
    dict or None
        As `measure` gives it; None if the part was never measured and is not to be now.

    Raises
    ------
    CourseError
        If the part is asked for and cannot be measured, or was measured with another seed.
    """
    options["parts"].append(name)
    path = folder / "results" / options["name"] / f"{name}.json"
    asked = name in options["only"]
    if asked and run is None:
        raise CourseError(
            f"{name!r} cannot be measured now: it needs --data, or what another part makes first; "
            f"benchmarks/{options['name']}.py says what."
        )
    if path.is_file() and not asked:
        return _known(path, options["seed"] if seed is None else seed)
    if run is None or (options["only"] and not asked):
        return None
    result = measure(folder, options, run)
    if seed is not None:
        result["seed"] = seed
    write(path, result)
    return result


def _known(path: Path, seed: int) -> dict:
    """Return a part as it was measured before."""
    known = json.loads(path.read_text(encoding="utf-8"))
    if known["seed"] != seed:
        raise CourseError(
            f"{path.stem!r} was measured with seed {known['seed']}; leave --seed {seed} away, or "
            f"measure it anew with --only {path.stem}."
        )
    return known


def write(path: Path, result: dict) -> None:
    """Write a result as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as fresh:
        fresh.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _command(options: dict) -> str:
    """Name the command without the folders of this computer."""
    data = f" --data {options['data'].name}" if options["data"] else ""
    only = "".join(f" --only {name}" for name in options["only"])
    return f"fercourse benchmark {options['name']}{data} --seed {options['seed']}{only}"


def _commit(top: Path) -> str:
    """Return the commit measured, marked where files of the package differ from it."""

    def git(*words: str) -> str:
        answer = subprocess.run(["git", *words], cwd=top, capture_output=True, text=True)
        return answer.stdout.strip() if answer.returncode == 0 else ""

    changed = git("status", "--porcelain", "--", "fercourse", *RECIPES)
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
