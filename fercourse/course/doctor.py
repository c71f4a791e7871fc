"""Whether the course can run on this machine, and what to do where it cannot."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import distributions, requires
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from fercourse.content import checkout, content_path, how_to_mend
from fercourse.course.machine import gpu, installed, processors
from fercourse.course.settings import read_settings
from fercourse.errors import FercourseError
from fercourse.whole import check_writable

OK = "ok"
NOTE = "note"
FAULT = "fault"
_NEEDED_GB = 2
_CASCADES = ("haarcascade_frontalface_default", "haarcascade_eye", "haarcascade_profileface")


class Finding(NamedTuple):
    """One thing that was looked at: its state is ``ok``, ``note`` or ``fault``."""

    what: str
    state: str
    found: str
    advice: str = ""


def examine() -> list[Finding]:
    """Look at everything the course needs; only a ``fault`` keeps it from running.

    Neither the camera nor TensorFlow is started.
    """
    return [
        _python(),
        _platform(),
        *_packages(),
        _cascades(),
        _gpu(),
        _display(),
        _camera(),
        *_cache(),
        *_notebooks(),
    ]


def can_run(findings: list[Finding]) -> bool:
    """Tell whether nothing found keeps the course from running."""
    return all(finding.state != FAULT for finding in findings)


def _python() -> Finding:
    found = f"{platform.python_implementation()} {platform.python_version()} ({sys.executable})"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", OK, found)
    return Finding("Python", FAULT, found, "Use CPython 3.11, 3.12 or 3.13.")


def _platform() -> Finding:
    found = f"{platform.system()} {platform.release()}, {platform.machine()}, {processors()} cores"
    if platform.system() == "Darwin" and platform.machine() == "x86_64":
        advice = "TensorFlow no longer supports Intel Macs; run the course on Colab."
        return Finding("Machine", NOTE, found, advice)
    return Finding("Machine", OK, found)


def needs() -> Iterator[tuple[Requirement, str]]:
    """Yield each package that fercourse asks for, and by whom: library, course or test."""
    for line in (installed("fercourse") and requires("fercourse")) or ():
        requirement = Requirement(line)
        for part, extra in (("library", ""), ("course", "course"), ("test", "test")):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                yield requirement, part
                break


def _packages() -> Iterator[Finding]:
    good = {"library": [], "course": [], "test": []}
    for requirement, part in needs():
        found = installed(requirement.name)
        if found and requirement.specifier.contains(found, prereleases=True):
            good[part].append(f"{requirement.name} {found}")
            continue
        advice = f'Run: {sys.executable} -m pip install "{requirement.name}{requirement.specifier}"'
        state = NOTE if part == "test" else FAULT
        what = f"{requirement.name}, needed by the {part}"
        yield Finding(what, state, found or "not installed", advice)
    for part, names in good.items():
        if names:
            yield Finding(f"Packages for the {part}", OK, ", ".join(names))


def _cascades() -> Finding:
    several = sorted(
        name
        for name in {dist.name for dist in distributions()}
        if name and name.startswith("opencv-") and "python" in name
    )
    # Never advise to uninstall one of several: they share one folder, and it goes with the first.
    too = f", of {', '.join(several)}" if len(several) > 1 else ""
    try:
        import cv2

        folder = Path(cv2.data.haarcascades)
        missing = [name for name in _CASCADES if not (folder / f"{name}.xml").is_file()]
        if not missing and hasattr(cv2, "CascadeClassifier"):
            return Finding("Face detector", OK, f"OpenCV's Haar cascades{too}")
        found = f"OpenCV {cv2.__version__} without Haar cascades{too}"
    except (ImportError, AttributeError) as error:
        found = f"OpenCV cannot be used: {error}"
    # Without --no-deps, NumPy too would be replaced.
    advice = (
        f"Run: {sys.executable} -m pip install --force-reinstall --no-deps "
        '"opencv-python>=4.10.0.84,<5"'
    )
    return Finding("Face detector", FAULT, found, advice)


def _gpu() -> Finding:
    return Finding(
        "GPU",
        OK,
        gpu() or "none found, and none is needed; one helps notebook 03 in the full profile",
    )


def _display() -> Finding:
    graphical = platform.system() != "Linux" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if graphical:
        return Finding("Display", OK, "found")
    return Finding("Display", NOTE, "none", "Open JupyterLab from another machine's browser.")


def _camera() -> Finding:
    if platform.system() != "Linux":
        return Finding("Camera", OK, "not looked for")
    cameras = sorted(path.name for path in Path("/dev").glob("video*"))
    return Finding(
        "Camera",
        OK,
        f"{', '.join(cameras)}, not opened"
        if cameras
        else "none, or not seen from here; only notebook 07 can use one",
    )


def _cache() -> Iterator[Finding]:
    try:
        from fercourse.datasets.cache import cache_folder
    except ImportError as error:
        yield Finding("fercourse", FAULT, f"It cannot be imported: {error}", "See the lines above.")
        return
    folder = cache_folder()
    try:
        existing = _lowest_that_exists(folder)
        check_writable(existing / "probe")
    except OSError:
        # A class may share one that is filled and closed.
        state = NOTE if _is_filled(folder) else FAULT
        advice = "Set FERCOURSE_CACHE to a folder that you may write to."
        yield Finding("Cache", state, f"{folder} cannot be written", advice)
        return
    yield Finding("Cache", OK, str(folder))
    free = shutil.disk_usage(existing).free / 1e9
    enough = free >= _NEEDED_GB
    advice = "" if enough else f"Make room for {_NEEDED_GB} GB, or set FERCOURSE_CACHE elsewhere."
    yield Finding("Disk", OK if enough else NOTE, f"{free:.0f} GB free for the cache", advice)


def _is_filled(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _lowest_that_exists(path: Path) -> Path:
    try:
        path.lstat()
    except FileNotFoundError:
        return _lowest_that_exists(path.parent)
    return path


def _notebooks() -> Iterator[Finding]:
    folder = content_path("notebooks")
    where = "checkout" if checkout() else "installed package"
    try:
        notebooks = read_settings().notebooks.values()
    except FercourseError as error:
        yield Finding("Notebooks", FAULT, str(error), "Install fercourse again.")
        return
    missing = [
        name
        for notebook in notebooks
        for name in (f"{notebook.stem}.ipynb", f"solutions/{notebook.stem}.ipynb")
        if not (folder / name).is_file()
    ]
    if missing:
        yield Finding("Notebooks", FAULT, f"missing: {', '.join(missing)}", how_to_mend())
    else:
        yield Finding("Notebooks", OK, f"{len(notebooks)}, from the {where} at {folder}")
