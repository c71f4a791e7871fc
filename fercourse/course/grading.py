"""Mark what students handed in: run each notebook apart from the others, and read its checks."""

import ast
import io
import re
import tokenize
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from fercourse.content import how_to_mend
from fercourse.course.exercises import NOT_ATTEMPTED, WRONG, Verdict
from fercourse.course.isolation import Limits, run_isolated
from fercourse.course.marks import Graded
from fercourse.course.reading import read_notebook
from fercourse.course.settings import Settings
from fercourse.course.source import calls
from fercourse.course.verdicts import names_asked, verdicts_of
from fercourse.datasets.tree import printable
from fercourse.errors import CourseError

MOST_BYTES = 50_000_000
# Far more than anybody types; what is longer costs the marker time before any limit holds.
LONGEST_CELL = 100_000
SETUP = re.compile(r"""\bfercourse\s*\.\s*setup\s*\(\s*["'](\w+)["']\s*\)""")
# What an answer never needs, and who changes the checks does.
MEDDLES = re.compile(
    r"\bcourse\s*=(?!=|\s*fercourse\s*\.\s*setup\b)|\bcourse\s*\.\s*(\w+\s*=(?!=)|_|lesson)"
    r"|\bfercourse\s*\.\s*course\b|\bfrom\s+fercourse\.course\b|\bfrom\s+fercourse\s+import\s+course"
    r"|\bfercourse\s*\.\s*setup\s*=(?!=)|\b(vars|type)\s*\(\s*course\s*\)\s*[.\[]"
    r"|\bsys\s*\.\s*_*std(out|err)|\bredirect_std"
    # An underscore is a letter to \b: these stand in __builtins__ and __setattr__, too.
    r"|(?<![A-Za-z])(builtins|setattr)(?![A-Za-z])"
    r"|FERCOURSE_(RECORD|STRICT)|\bsys\s*\.\s*modules\b|\bget_ipython\b|\bgc\s*\.\s*get_"
)


def find_submissions(folder: Path) -> list[tuple[str, Path]]:
    """Return whose each notebook below a folder is, and its file, in order.

    Raises
    ------
    CourseError
        If there is no such folder, or no notebook in it.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} is no folder; name the one that holds the submissions.")
    files = sorted(
        file
        for file in folder.rglob("*.ipynb")
        # An archive can also hold a pipe, which is never read to its end.
        if ".ipynb_checkpoints" not in file.parts and file.is_file() and not file.is_symlink()
    )
    if not files:
        raise CourseError(f"There is no notebook (.ipynb) in {folder}.")
    return [(_whose(file.relative_to(folder)), file) for file in files]


def _whose(file: Path) -> str:
    """Return the name of the folder below the submissions, else of the file."""
    return printable(file.parts[0] if len(file.parts) > 1 else file.stem)


def grade(name: str, file: Path, settings: Settings, folder: Path, limits: Limits) -> Graded:
    """Run a submission with the course's own checks put back, and mark it.

    Parameters
    ----------
    name : str
        Whose it is.
    file : Path
        Their notebook. It is read, and never written.
    settings : Settings
        What ``course.toml`` says.
    folder : Path
        Where the student editions are, which the checks come from.
    limits : Limits
        What it may use.
    """
    try:
        submitted = _read(file)
        number = _number(submitted, settings)
    except CourseError as error:
        return Graded(name, "", str(error), {})
    # What is wrong with the course's own notebook is no fault of the student.
    own = folder / f"{settings.notebook(number).stem}.ipynb"
    edition = read_notebook(own, f"{own} is no notebook. {how_to_mend()}")
    asked = _checks(edition)
    try:
        _refuse_meddling(submitted, edition)
    except CourseError as error:
        return Graded(name, number, str(error), dict.fromkeys(asked, Verdict(NOT_ATTEMPTED)))
    content, places = _with_own_checks(submitted, asked)
    state = run_isolated(content, limits)
    said = {check: _verdict(content.cells[place]) for check, place in places.items()}
    return Graded(name, number, state, said)


def _verdict(cell: NotebookNode) -> Verdict:
    """Return what a check said.

    It speaks once and as the last thing that its cell does; whatever speaks besides, or keeps the
    check from speaking (an interruption, the end of the kernel), is the answer itself.
    """
    said = verdicts_of(cell)
    ended = "shell.execute_reply" in cell.metadata.get("execution", {})
    failed = any(output.output_type == "error" for output in cell.outputs)
    if len(said) > 1 or (said and (failed or not ended)):
        return Verdict(WRONG, "The answer prints a verdict of its own. Look at it.")
    return said[0] if said else Verdict(NOT_ATTEMPTED)


def _read(file: Path) -> NotebookNode:
    if file.is_file() and file.stat().st_size > MOST_BYTES:
        raise CourseError("The file is larger than 50 MB; clear its outputs.")
    content = read_notebook(file, otherwise="The file is no notebook.")
    for number, cell in enumerate(content.cells, 1):
        if cell.cell_type == "code" and len(cell.source) > LONGEST_CELL:
            raise CourseError(
                f"Not run: cell {number} is longer than {LONGEST_CELL:,} characters. Look at it."
            )
    return content


def _number(content: NotebookNode, settings: Settings) -> str:
    for cell in content.cells:
        found = SETUP.search(cell.source) if cell.cell_type == "code" else None
        if found and found[1] in settings.notebooks:
            return found[1]
    raise CourseError('It is no notebook of this course: fercourse.setup("NN") is missing.')


def _checks(edition: NotebookNode) -> dict[str, str]:
    """Return the cell that asks about each exercise and question of a student edition."""
    return {name: cell.source for cell in edition.cells for name in names_asked(cell)}


def _refuse_meddling(submitted: NotebookNode, edition: NotebookNode) -> None:
    # Lines of the course itself are no meddling, whatever a reader tries around them.
    given = {line.strip() for cell in edition.cells for line in cell.source.splitlines()}
    for number, cell in enumerate(submitted.cells, 1):
        own = "\n".join(line for line in cell.source.splitlines() if line.strip() not in given)
        found = MEDDLES.search(_without_comments(own)) if cell.cell_type == "code" else None
        if found:
            words = " ".join(found[0].split())
            raise CourseError(
                f"Not run: cell {number} reaches for the checks ({words!r}). Look at it."
            )


def _without_comments(code: str) -> str:
    """Return code without what it only says; as it is where it is no Python."""
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(code).readline)]
        return tokenize.untokenize(one for one in tokens if one.type != tokenize.COMMENT)
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        return code


def _with_own_checks(
    submitted: NotebookNode, asked: dict[str, str]
) -> tuple[NotebookNode, dict[str, int]]:
    """Put the course's check behind each cell that asks; return the notebook, and where checks are.

    What students did to a check cell is run too, and does not count.
    """
    cells, places = [], {}
    for cell in submitted.cells:
        cells.append(cell)
        for name in names_asked(cell):
            if name in asked:
                cells.append(nbformat.v4.new_code_cell(_answered(name, asked[name], cell.source)))
                places[name] = len(cells) - 1
    for name in asked.keys() - places.keys():
        cells.append(nbformat.v4.new_code_cell(asked[name]))
        places[name] = len(cells) - 1
    for place, cell in enumerate(cells):
        cell.id = f"cell-{place}"  # older notebooks have none
        if cell.cell_type == "code":
            cell.outputs = []
    content = nbformat.v4.new_notebook(cells=cells, metadata={})
    return content, {name: places[name] for name in asked}


def _answered(name: str, check: str, source: str) -> str:
    """Return the check; of a question, with the letter that stands in the student's cell."""
    if "..." not in check:
        return check
    try:
        given = [
            [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            for call in calls(source, "quiz")
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return check  # a cell that Python cannot read has answered nothing
    asked = (values for values in reversed(given) if len(values) == 2 and values[0] == name)
    _, letter = next(asked, (name, ...))
    return check.replace("...", repr(letter.strip()), 1) if isinstance(letter, str) else check
