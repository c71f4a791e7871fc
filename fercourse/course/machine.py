"""What this machine is, found out without importing anything heavy."""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from fercourse.errors import MissingPackageError

_TOLD = ("fercourse", "numpy", "opencv-python", "pandas", "scikit-learn", "tensorflow", "keras")

_NOTEBOOKS = ("ipykernel", "jupyterlab", "nbclient", "nbconvert", "nbformat")


def installed(package: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def require_course(*more: str) -> None:
    """Raise one clear sentence where the packages that run notebooks, or `more`, are missing."""
    missing = [name for name in (*_NOTEBOOKS, *more) if find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"{', '.join(missing)} is not installed; "
            f'run: {sys.executable} -m pip install "fercourse[course]"'
        )


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    found = {name: installed(name) for name in _TOLD}
    return {"python": platform.python_version()} | {k: v for k, v in found.items() if v}


@cache
def gpu() -> str | None:
    """Return the name of the first NVIDIA GPU, or None."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip().splitlines()[0] if answer.stdout.strip() else None


def processors() -> int:
    """Return how many processors this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def device() -> str:
    """Say what this machine computes on, such as ``CPU, 2 cores``."""
    cores = f"CPU, {processors()} cores"
    return f"GPU {gpu()}, and {cores}" if gpu() else cores
