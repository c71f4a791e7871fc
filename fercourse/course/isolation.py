"""Run a notebook that a stranger wrote: in a process of its own, with limits, and without secrets.

It has an empty folder that is also its home; but it runs as the user who marks, and could harm what
that user may write. A container is the wall; this is the fence.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from nbclient import NotebookClient
from nbformat import NotebookNode

from fercourse.course.kernel import QUIET, OwnKernel
from fercourse.datasets.cache import cache_folder

RAN = "ran to its end"
# What a kernel needs of the environment; everything else, such as keys and tokens, stays out.
KEPT = {
    "PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV",
    "KERAS_BACKEND", "LD_LIBRARY_PATH",
}  # fmt: skip


class Limits(NamedTuple):
    """How long a cell and a notebook may take, and how much memory its processes."""

    cell_seconds: int = 120
    notebook_seconds: int = 1200
    memory_mb: int = 4000


def run_isolated(content: NotebookNode, limits: Limits) -> str:
    """Run a notebook in an empty folder that is gone afterwards; return how that ended."""
    with tempfile.TemporaryDirectory(prefix="fercourse-", ignore_cleanup_errors=True) as place:
        kernel = OwnKernel()
        client = NotebookClient(
            content,
            km=kernel,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            resources={"metadata": {"path": place}},
        )
        guard = _Guard(kernel, limits)
        guard.start()
        try:
            client.execute(env=_environment(place), stderr=subprocess.DEVNULL)
        # Whatever a stranger's notebook provokes, the others are to be marked.
        except Exception as error:
            return guard.stopped or f"Its kernel died, or never started ({type(error).__name__})."
        finally:
            guard.done.set()
            guard.join()
    return guard.stopped or RAN


def _environment(place: str) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return {
        **kept, **QUIET, "PATH": os.pathsep.join([programs, kept.get("PATH", "")]),
        "HOME": place, "USERPROFILE": place, "IPYTHONDIR": place, "MPLCONFIGDIR": place,
        "FERCOURSE_CACHE": str(cache_folder()), "FERCOURSE_PROFILE": "quick", "PYTHONHASHSEED": "0",
    }  # fmt: skip


class _Guard(threading.Thread):
    """Kills a kernel and its children when they take too much."""

    LOOK_EVERY_SECONDS = 0.1

    def __init__(self, kernel: OwnKernel, limits: Limits):
        super().__init__(daemon=True)
        self.kernel, self.limits = kernel, limits
        self.done, self.stopped = threading.Event(), ""

    def run(self) -> None:
        end = time.monotonic() + self.limits.notebook_seconds
        while not self.done.wait(self.LOOK_EVERY_SECONDS):
            processes = self._processes()
            if time.monotonic() > end:
                self.stopped = f"Stopped after {self.limits.notebook_seconds} s."
            elif _resident_mb(processes) > self.limits.memory_mb:
                self.stopped = f"Stopped: it used more than {self.limits.memory_mb} MB of memory."
            if self.stopped:
                for process in processes:
                    _kill(process)
                return

    def _processes(self) -> list[psutil.Process]:
        pid = getattr(self.kernel.provisioner, "pid", None)
        try:
            kernel = psutil.Process(pid) if pid else None
            return [*kernel.children(recursive=True), kernel] if kernel else []
        except psutil.Error:
            return []


def _resident_mb(processes: Iterable[psutil.Process]) -> float:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.kill()
