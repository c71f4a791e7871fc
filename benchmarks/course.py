"""How long the course takes: the import of the package, and every notebook in its quick profile.

Run with ``fercourse benchmark course``.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORT = "import time; t = time.perf_counter(); import fercourse; print(time.perf_counter() - t)"


def run(options: dict) -> tuple[dict, dict]:
    """Return the seconds of the import and of the notebooks, and what stands behind them."""
    imports = [float(_output([sys.executable, "-c", IMPORT])) for _ in range(9)]
    seconds = _notebook_seconds("quick")
    figures = {
        "import_s": round(statistics.median(imports), 4),
        "quick_minutes": round(sum(seconds.values()) / 60, 2),
        "slowest_quick_s": round(max(seconds.values()), 1),
    }
    return figures, {"import_seconds": imports, "quick_seconds": seconds}


def _notebook_seconds(profile: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "fercourse", "run", "--profile", profile, "--out", folder, "--json"]
        answer = json.loads(_output([sys.executable, *command], cwd=Path(folder)))
    return {row["notebook"]: round(row["seconds"], 1) for row in answer["notebooks"]}


def _output(command: list[str], **options) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
