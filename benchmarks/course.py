"""How long the course takes and what it needs: its import, and every notebook in two profiles.

Run with ``fercourse benchmark course``; each profile is kept, and ``--only quick`` measures one again.
Times are right only where nothing else runs. Memory is that of all processes of ``fercourse run`` for
one notebook, the largest seen twice a second; a reader in JupyterLab needs the same for the kernel.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil

from fercourse.course.settings import read_settings
from fercourse.errors import CourseError

IMPORT = "import time; t = time.perf_counter(); import fercourse; print(time.perf_counter() - t)"
PROFILES = "quick", "class"


def run(options: dict) -> tuple[dict, dict]:
    """Return the seconds of the import and of the notebooks, and what stands behind them."""
    command = [sys.executable, "-c", IMPORT]
    imports = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(9)
    ]
    parts = [options["part"](profile, partial(_profile, profile)) for profile in PROFILES]
    figures = {"import_s": round(statistics.median(imports), 4)}
    for part in parts:
        figures |= part["figures"] if part else {}
    return figures, {"import_seconds": imports}


def _profile(profile: str) -> tuple[dict, dict]:
    """Run every notebook by itself."""
    rows = {number: _notebook(number, profile) for number in read_settings().notebooks}
    seconds = [row["seconds"] for row in rows.values()]
    figures = {
        f"{profile}_minutes": round(sum(seconds) / 60, 2),
        f"slowest_{profile}_s": round(max(seconds), 1),
        f"slowest_{profile}_cell_s": max(row["slowest_cell_seconds"] for row in rows.values()),
        f"{profile}_peak_mb": max(row["peak_mb"] for row in rows.values()),
    }
    return figures, rows


def _notebook(number: str, profile: str) -> dict:
    """Return seconds, seconds of processor and peak memory of one notebook."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            "run",
            "--only",
            number,
            "--profile",
            profile,
            "--out",
            f"{folder}/report",
            "--json",
        ]
        answer = Path(folder) / "answer.json"
        with answer.open("w", encoding="utf-8") as file:
            process = subprocess.Popen([sys.executable, "-m", "fercourse", *words], stdout=file)
            peak, spent = _watched(process)
        (row,) = json.loads(answer.read_text(encoding="utf-8"))["notebooks"]
    if not row["passed"]:
        raise CourseError(f"Notebook {number} fails, so its seconds say nothing; mend it first.")
    return {
        "seconds": row["seconds"],
        "slowest_cell_seconds": row["slowest_cell_seconds"],
        "processor_seconds": round(spent, 1), "peak_mb": round(peak / 2**20),
    }  # fmt: skip


def _watched(process: subprocess.Popen) -> tuple[float, float]:
    """Return the largest memory in bytes and the processor's seconds of a process and its children."""
    peak, spent, top = 0.0, {}, psutil.Process(process.pid)
    while process.poll() is None:
        memory = 0
        for one in (top, *_children(top)):
            try:
                memory += one.memory_info().rss
                spent[one.pid] = one.cpu_times().user + one.cpu_times().system
            except psutil.Error:
                continue
        peak = max(peak, memory)
        time.sleep(0.5)
    return peak, sum(spent.values())


def _children(top: psutil.Process) -> list[psutil.Process]:
    try:
        return top.children(recursive=True)
    except psutil.Error:
        return []
