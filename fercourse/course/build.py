"""From one source to two notebooks: the student edition and the answer key."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from fercourse import __version__
from fercourse.course.contract import faults
from fercourse.course.lesson import find_lesson
from fercourse.course.settings import Notebook, Settings
from fercourse.course.source import (
    Cell,
    names_used,
    read_source,
    with_solutions,
    without_solutions,
)
from fercourse.errors import CourseError

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


class Build(NamedTuple):
    """What the sources make: the content of each notebook file, and a sentence for each fault."""

    files: dict[Path, str]
    faults: list[str]


def editions(folder: Path, settings: Settings) -> Build:
    """Make both editions of every notebook from the sources in ``folder/source``.

    Nothing is written. A source that is missing, is not in ``course.toml`` or breaks the contract
    makes no file but faults.

    Parameters
    ----------
    folder : Path
        The folder ``notebooks``.
    settings : Settings
        What ``course.toml`` says.
    """
    names = {f"{notebook.stem}.py" for notebook in settings.notebooks.values()}
    files, found = (
        {},
        [
            f"{path.name}: course.toml does not know this notebook; add it there, or remove the file."
            for path in sorted((folder / "source").glob("*.py"))
            if path.name not in names
        ],
    )
    for notebook in settings.notebooks.values():
        path = folder / "source" / f"{notebook.stem}.py"
        try:
            cells = read_source(path)
            broken = faults(cells, notebook, find_lesson(notebook.number))
        except CourseError as error:
            broken = [str(error)]
        found += [f"{path.name}: {fault}" for fault in broken]
        if not broken:
            files[folder / f"{notebook.stem}.ipynb"] = student_edition(cells, notebook, settings)
            files[folder / "solutions" / f"{notebook.stem}.ipynb"] = answer_key(cells, notebook)
    return Build(files, found)


def stale(files: dict[Path, str]) -> list[Path]:
    """Return the notebook files that differ from what the sources make."""
    return [
        path
        for path, text in files.items()
        # Git may give a checkout the line ends of Windows.
        if not path.is_file() or path.read_bytes().replace(b"\r\n", b"\n") != text.encode()
    ]


def orphans(folder: Path, settings: Settings) -> list[Path]:
    """Return the notebook files that no source makes."""
    known = {f"{notebook.stem}.ipynb" for notebook in settings.notebooks.values()}
    present = [*folder.glob("*.ipynb"), *(folder / "solutions").glob("*.ipynb")]
    return sorted(path for path in present if path.name not in known)


def write(files: dict[Path, str]) -> None:
    """Write the notebook files."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def student_edition(cells: list[Cell], notebook: Notebook, settings: Settings) -> str:
    """Return the notebook that a reader opens: dots for solutions and quiz letters."""
    checks = [*cells[1:], Cell("markdown", "")]
    texts = [
        without_solutions(cell.text, names_used(after.text) if "check" in after.tags else set())
        if cell.is_code
        else cell.text
        for cell, after in zip(cells, checks, strict=True)
    ]
    added = _colab(notebook, settings.repository) if settings.repository else []
    texts[0] = _under_title(texts[0], [*added[:1], _times(notebook)])
    extra = [Cell("code", text) for text in added[1:]]
    return _notebook_json(
        notebook.number, [*cells[:1], *extra, *cells[1:]], [*texts[:1], *added[1:], *texts[1:]]
    )


def answer_key(cells: list[Cell], notebook: Notebook) -> str:
    """Return the notebook that a teacher opens and that `fercourse run` executes."""
    texts = [with_solutions(cell.text) if cell.is_code else cell.text for cell in cells]
    texts[0] = _under_title(texts[0], ["**Answer key.**", _times(notebook)])
    return _notebook_json(notebook.number, cells, texts)


def _times(notebook: Notebook) -> str:
    return (
        f"*Time: about {notebook.teaching_minutes} minutes, and {notebook.exercise_minutes} "
        f"for the exercises. Device: {notebook.device}.*"
    )


def _under_title(text: str, paragraphs: list[str]) -> str:
    title, _, rest = text.partition("\n")
    return "\n\n".join([title, *paragraphs, rest.strip("\n")]).rstrip("\n")


def _colab(notebook: Notebook, repository: str) -> list[str]:
    """Return the badge under the title, and the cell that installs the course on Colab."""
    path = repository.removeprefix("https://github.com/")
    link = f"https://colab.research.google.com/github/{path}/blob/main/notebooks"
    return [
        f"[![Open this notebook in Colab]({_BADGE})]({link}/{notebook.stem}.ipynb)",
        "# On Colab this installs the course, and leaves what Colab has as it is; elsewhere it does "
        "nothing.\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        "    %pip list --format=freeze > colab.txt\n"
        f'    %pip install -q -c colab.txt "fercourse[course] @ git+{repository}@v{__version__}"',
    ]


def _notebook_json(number: str, cells: list[Cell], texts: list[str]) -> str:
    """Return the file's content; a cell's id depends on the notebook and what the author wrote."""
    seen = Counter()
    written = []
    for cell, text in zip(cells, texts, strict=True):
        key = f"{number}\n{cell.kind}\n{cell.text}"
        digest = hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest()[:12]
        seen[key] += 1
        entry = {
            "cell_type": cell.kind,
            "id": digest,
            "metadata": {"tags": list(cell.tags)} if cell.tags else {},
            "source": text.splitlines(keepends=True),
        }
        if cell.is_code:
            entry |= {"execution_count": None, "outputs": []}
        written.append(entry)
    content = {"cells": written, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
