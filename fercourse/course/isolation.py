"""Run a notebook that a stranger wrote: in a process of its own, with limits, and without secrets.

It has an empty folder that is also its home; but it runs as the user who marks, and could harm what
that user may write. A container is the wall; this is the fence.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from nbclient import NotebookClient
from nbformat import NotebookNode

from fercourse.course.kernel import QUIET, OwnKernel
from fercourse.datasets.cache import cache_folder

RAN = "ran to its end"
# What a notebook may show in all. The marker's own process holds it, whatever the kernel may use.
MOST_OUTPUT_BYTES = 50_000_000
# How far that process may grow meanwhile: messages that wait to be read are not counted yet.
ROOM_MB = 500
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
        guard = _Guard(OwnKernel(), limits)
        client = _Listener(
            content,
            guard,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            resources={"metadata": {"path": place}},
        )
        guard.start()
        try:
            client.execute(env=_environment(place), stderr=subprocess.DEVNULL)
        # Whatever a stranger's notebook provokes, the others are to be marked.
        except Exception as error:
            return guard.stopped or f"Its kernel died, or never started ({type(error).__name__})."
        finally:
            guard.done.set()
            guard.join()
            left = list(_started_in(place))
            for process in left:
                _kill(process)
            psutil.wait_procs(left, timeout=3)
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
        marker = [psutil.Process()]
        most = _resident_mb(marker) + ROOM_MB
        while not self.done.wait(self.LOOK_EVERY_SECONDS):
            if time.monotonic() > end:
                return self.stop(f"Stopped after {self.limits.notebook_seconds} s.")
            if _resident_mb(self._processes()) > self.limits.memory_mb:
                return self.stop(
                    f"Stopped: it used more than {self.limits.memory_mb} MB of memory."
                )
            if _resident_mb(marker) > most:
                return self.stop_flood()

    def stop_flood(self) -> None:
        """Stop what shows too much."""
        self.stop(f"Stopped: it showed more than {MOST_OUTPUT_BYTES // 10**6} MB of outputs.")

    def stop(self, reason: str) -> None:
        """Kill the kernel and its children; the first reason is the one that is told."""
        self.stopped = self.stopped or reason
        for process in self._processes():
            _kill(process)

    def _processes(self) -> list[psutil.Process]:
        pid = getattr(self.kernel.provisioner, "pid", None)
        try:
            kernel = psutil.Process(pid) if pid else None
            return [*kernel.children(recursive=True), kernel] if kernel else []
        except psutil.Error:
            return []


class _Listener(NotebookClient):
    """Keeps what a notebook shows, and has it stopped when that is too much."""

    def __init__(self, content: NotebookNode, guard: _Guard, **options):
        super().__init__(content, km=guard.kernel, **options)
        self.guard, self.received = guard, 0

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int):
        self.received += len(json.dumps(msg["content"])) + sum(map(len, msg.get("buffers", ())))
        # What is on its way is thrown away, except the word that a cell has ended.
        if self.received > MOST_OUTPUT_BYTES and msg["msg_type"] != "status":
            return self.guard.stop_flood()
        return super().process_message(msg, cell, cell_index)


def _started_in(home: str) -> Iterator[psutil.Process]:
    """Find what a notebook has started and left behind, by the home that it was given."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get("HOME") == home:
                yield process


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
