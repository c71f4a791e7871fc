"""The reader's own folder of notebooks, and JupyterLab opened in it."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fercourse.content import how_to_mend
from fercourse.course.kernel import kernel_environment
from fercourse.errors import CourseError
from fercourse.whole import whole_file

# What the notebooks name, to be read beside them: JupyterLab shows nothing outside its folder.
PAGES = "glossary.md", "cheat-sheet.md", "results.md", "references.md"
_MEMORY = ".fercourse.json"
# Settings for a reader who may have no network: no question about news, no look for updates.
_JUPYTER = Path(__file__).with_name("jupyter")


def copy_files(files: Iterable[Path], work: Path) -> list[str]:
    """Copy notebooks and pages into the reader's folder, and never over what the reader wrote.

    Where the course has a newer version of a file that the reader has changed, it is put beside:
    ``NAME.new.ipynb`` beside ``NAME.ipynb``.

    Parameters
    ----------
    files : iterable of Path
        The student notebooks of the course, or pages to read.
    work : Path
        The reader's folder; made where it does not exist, and hidden from git.

    Returns
    -------
    list of str
        A sentence for each file that was put in.

    Raises
    ------
    CourseError
        If a file is missing, or the folder cannot be written.
    """
    try:
        work.mkdir(parents=True, exist_ok=True)
        if not (work / ".gitignore").exists():
            (work / ".gitignore").write_text("*\n", encoding="utf-8")
        known = _remembered(work)
        said = []
        for source in files:
            said += _bring(source.read_bytes(), work / source.name, known)
        with whole_file(work / _MEMORY) as fresh:
            fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
    except FileNotFoundError as error:
        raise CourseError(f"{error.filename} is missing. {how_to_mend()}") from None
    except OSError as error:
        where = error.filename or work
        raise CourseError(
            f"The files cannot be copied to {work}: {error.strerror or error} ({where})."
        ) from None
    return said


def _bring(content: bytes, target: Path, known: dict[str, str]) -> list[str]:
    """Put one file where it belongs, and remember what was put there."""
    version = _digest(content)
    if target.exists() and known.get(target.name, _digest(target.read_bytes())) == version:
        known[target.name] = version
        return []
    place = target
    if not _is_free(target, known):
        place = target.with_suffix(f".new{target.suffix}")
        count = 2
        while not _is_free(place, known):
            place = target.with_suffix(f".new{count}{target.suffix}")
            count += 1
    with whole_file(place) as fresh:
        fresh.write_bytes(content)
    known[target.name] = known[place.name] = version
    if place == target:
        return [f"{target.name} is ready."]
    return [f"{target.name} has a newer version; yours is kept, the new one is {place.name}."]


def _is_free(path: Path, known: dict[str, str]) -> bool:
    """Tell whether nothing of the reader's would be lost by writing a file."""
    return not path.exists() or _digest(path.read_bytes()) == known.get(path.name)


def _digest(content: bytes) -> str:
    """Return a digest of a file; of a notebook, of what it says and shows.

    JupyterLab changes a notebook's metadata as soon as it is opened; that is no work of the reader.
    """
    try:
        cells = [
            ["".join(cell["source"]), cell.get("outputs"), cell.get("attachments")]
            for cell in json.loads(content)["cells"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def _remembered(work: Path) -> dict[str, str]:
    """Return the versions put in earlier; when that is lost, every file counts as changed."""
    try:
        known = json.loads((work / _MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def open_lab(work: Path, first: str, arguments: Iterable[str]) -> int:
    """Open JupyterLab in a folder, at one notebook, and wait until it ends.

    Parameters
    ----------
    work : Path
        The folder.
    first : str
        The notebook shown first.
    arguments : iterable of str
        Further arguments for JupyterLab.

    Returns
    -------
    int
        JupyterLab's exit status.
    """
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={work.resolve()}",
        f"--LabApp.default_url=/lab/tree/{first}",
        "--ServerApp.kernel_spec_manager_class=fercourse.course.kernel.OwnKernels",
        "--ServerApp.kernel_websocket_connection_class=fercourse.course.websocket.PromptConnection",
        *arguments,
    ]
    places = [str(_JUPYTER), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    environment = kernel_environment(JUPYTER_CONFIG_PATH=os.pathsep.join(places))
    with subprocess.Popen(command, env=environment) as lab:
        while True:
            # Ctrl+C reaches JupyterLab too, which asks whether to stop; wait for its answer.
            with suppress(KeyboardInterrupt):
                return lab.wait()
