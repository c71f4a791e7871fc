"""How fast data sets are imported and loaded, beside the naive way, and with how much memory.

Each measurement is made in a process of its own, so that its peak of memory is its own. All read
files that the system has just written, so that the disk is no part of what is compared. Of the
rounds the fastest counts, since whatever else the machine does can only add to its seconds.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fercourse.edge.standalone import peak_mb
from fercourse.errors import CourseError

ROUNDS = 3
TREES = {"1k": 1_000, "10k": 10_000, "50k": 50_000}


def run(options: dict) -> tuple[dict, dict]:
    """Measure; `options` holds ``data``, the path of ``fer2013.csv`` or ``fer2013.csv.gz``.

    Returns
    -------
    figures, detail : dict
        Seconds of each round, megabytes and counts stand in the detail.
    """
    if options["data"] is None:
        raise CourseError("Say where FER2013 is: --data path/to/fer2013.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        table_figures, table_detail = _table(Path(options["data"]), Path(folder))
        tree_figures, tree_detail = _trees(Path(folder), options["seed"])
    return table_figures | tree_figures, {"table": table_detail, "trees": tree_detail}


def _table(data: Path, folder: Path) -> tuple[dict, dict]:
    """The naive way, cold import and warm load of one uncompressed table, by turns."""
    path = folder / "fer2013.csv"
    _unzip(data, path)
    ways = {"naive": [], "fromstring": [], "cold": [], "warm": []}
    for turn in range(ROUNDS):
        for way, measured in ways.items():
            measured.append(_measure(folder / f"cache{turn}", way, path))
    seconds = {way: [one["seconds"] for one in measured] for way, measured in ways.items()}
    best = {way: min(values) for way, values in seconds.items()}
    figures = {
        "csv_cold_speedup": best["naive"] / best["cold"],
        "csv_warm_ms": best["warm"] * 1000,
        "csv_peak_mb": max(one["peak_mb"] for one in ways["cold"]),
    }
    return figures, {
        "file_mb": path.stat().st_size / 1e6,
        "faces": ways["cold"][0]["faces"],
        "seconds": seconds,
        "peak_mb": {way: max(one["peak_mb"] for one in measured) for way, measured in ways.items()},
        "idle_mb": ways["cold"][0]["idle_mb"],
    }


def _unzip(data: Path, path: Path) -> None:
    read = gzip.open if data.suffix == ".gz" else open
    with read(data, "rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _trees(folder: Path, seed: int) -> tuple[dict, dict]:
    """Trees in the form of AffectNet: growth with the number of files, and two processes."""
    detail = {size: _tree(folder / size, count, seed) for size, count in TREES.items()}
    seconds = {
        size: {key: min(one["seconds"] for one in ways) for key, ways in tree.items()}
        for size, tree in detail.items()
    }
    figures = {
        f"import_us_per_file_{size}": seconds[size]["one_process"] / count * 1e6
        for size, count in TREES.items()
    }
    figures["import_peak_mb_50k"] = max(one["peak_mb"] for one in detail["50k"]["one_process"])
    # Starting a process takes about as long as reading a thousand files: the largest tree tells.
    figures["import_speedup_2_processes"] = (
        seconds["50k"]["one_process"] / seconds["50k"]["two_processes"]
    )
    return figures, detail


def _tree(folder: Path, count: int, seed: int) -> dict:
    """Import one tree with one process and with two, by turns."""
    tree = folder / "tree"
    _measure(folder, "write", tree, count, seed)
    ways = {"one_process": [], "two_processes": []}
    for turn in range(ROUNDS):
        for processes, measured in enumerate(ways.values(), start=1):
            cache = folder / f"cache-{processes}-{turn}"
            measured.append(_measure(cache, "files", tree, processes))
            shutil.rmtree(cache)
    shutil.rmtree(tree)
    return ways


def _measure(cache: Path, way: str, *arguments) -> dict:
    """Measure one way in a new process."""
    command = [sys.executable, "-W", "ignore", __file__, way, *map(str, arguments)]
    environment = {**os.environ, "FERCOURSE_CACHE": str(cache)}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(output.stdout)


def naive(path: str) -> int:
    """Read the table as most tutorials do: pandas, then split each row."""
    import numpy as np
    import pandas as pd

    table = pd.read_csv(path)
    pixels = np.array([np.array(row.split(), np.uint8) for row in table["pixels"]])
    return len(pixels.reshape(-1, 48, 48))


def fromstring(path: str) -> int:
    """Read the table as a careful tutorial does: NumPy parses each row."""
    import numpy as np
    import pandas as pd

    table = pd.read_csv(path)
    pixels = np.stack([np.fromstring(row, np.uint8, sep=" ") for row in table["pixels"]])
    return len(pixels.reshape(-1, 48, 48))


def cold(path: str) -> int:
    """Import the table, which is not cached yet."""
    from fercourse.datasets import load

    return len(load("fer2013", path, progress=False))


def warm(path: str) -> int:
    """Load the table, which is cached."""
    return cold(path)


def write(folder: str, count: str, seed: str) -> int:
    """Write a tree of drawn faces."""
    from fercourse.synth import write_tree

    write_tree("affectnet", folder, int(count), int(seed))
    return int(count)


def files(folder: str, processes: str) -> int:
    """Import a tree of files."""
    from fercourse.datasets import load

    return len(load("affectnet", folder, progress=False, processes=int(processes)))


def _main(way: str, *arguments: str) -> None:
    import fercourse.datasets.loading  # noqa: F401  its seconds are no part of what is measured

    idle, start = peak_mb(), time.perf_counter()
    faces = globals()[way](*arguments)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "idle_mb": idle, "faces": faces}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
