"""A notebook as its author wrote it, and what the reader's and the teacher's edition show of it."""

import ast
import re
import symtable
import textwrap
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from fercourse.errors import CourseError, MissingPackageError

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"
BLANK = "...  # your code here"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook's source."""

    kind: str
    text: str
    tags: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        """Whether it is code, not prose."""
        return self.kind == "code"

    def __str__(self) -> str:
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return f"the {'code' if self.is_code else 'text'} cell that begins {first.strip()[:60]!r}"


def read_source(path: Path) -> list[Cell]:
    """Read a notebook's source, a Python file of cells (jupytext's ``py:percent``)."""
    try:
        import jupytext
    except ImportError:
        raise MissingPackageError(
            'Building notebooks needs jupytext; run: pip install "fercourse[test]"'
        ) from None
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            f"{path.name} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from None
    return [
        Cell(cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ())))
        for cell in notebook.cells
    ]


def with_solutions(text: str) -> str:
    """Return a code cell as the answer key shows it: without the marks of the solutions."""
    return "\n".join(line for line in text.splitlines() if line.strip() not in (BEGIN, END))


def without_solutions(text: str, needed: Set[str] = frozenset()) -> str:
    """Return a code cell as the student edition shows it: dots for solutions and quiz letters.

    Parameters
    ----------
    text : str
        The cell.
    needed : set of str
        Names that the check cell uses. Where a solution at the left margin defines some of
        them, ``name = ...`` is left, so that the check finds the name.

    Raises
    ------
    CourseError
        If a solution is not closed, or not opened.
    """
    lines, solution = [], None
    for line in text.splitlines():
        mark = line.strip()
        if mark == (END if solution is None else BEGIN):
            raise CourseError(f"{BEGIN!r} and {END!r} must stand in turn")
        if mark == BEGIN:
            solution, indent = [], line[: line.index(BEGIN)]
        elif mark == END:
            lines += [indent + blank for blank in _blanks(solution, indent, needed)]
            solution = None
        else:
            (lines if solution is None else solution).append(line)
    if solution is not None:
        raise CourseError(f"{END!r} is missing")
    return _without_letters("\n".join(lines))


def _blanks(solution: list[str], indent: str, needed: Set[str]) -> list[str]:
    if indent:
        return [BLANK]
    text = textwrap.dedent("\n".join(solution))
    places = {name: re.search(rf"\b{name}\b", text).start() for name in names_bound(text) & needed}
    names = sorted(places, key=places.get)
    return [f"{name} = {BLANK}" for name in names] or [BLANK]


def _without_letters(text: str) -> str:
    """Put dots for the letters in ``course.quiz("name", "b")``."""
    if "course.quiz(" not in text:
        return text
    lines = text.splitlines()
    for call in reversed(list(calls(text, "quiz"))):
        if len(call.args) == 2:
            letter = call.args[1]
            line = lines[letter.lineno - 1].encode()
            line = line[: letter.col_offset] + b"..." + line[letter.end_col_offset :]
            lines[letter.lineno - 1] = line.decode()
    return "\n".join(lines)


def plain_python(text: str) -> str:
    """Return a cell with its magics (``%time``, ``!ls``) turned into Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(text)


def calls(text: str, method: str) -> Iterator[ast.Call]:
    """Find the calls of a method of ``course`` in a cell, in order."""
    for node in ast.walk(ast.parse(plain_python(text))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == method
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "course"
        ):
            yield node


def names_bound(text: str) -> set[str]:
    """Return the global names that a cell defines."""
    return {
        symbol.get_name()
        for symbol in _symbols(text).get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }


def names_used(text: str) -> set[str]:
    """Return the global names that a cell reads, also inside its functions."""
    return set(_used(_symbols(text)))


def names_needed(text: str) -> set[str]:
    """Return the global names that a cell reads before it has defined them itself."""
    needed, bound, of_cell = set(), set(), names_bound(text)
    for statement in ast.parse(plain_python(text)).body:
        line = ast.unparse(statement)
        used, defined = names_used(line), names_bound(line)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            used.add(statement.target.id)  # "a += 1" reads a, too
        # "a = a + 1" reads first. A loop sets its variable before it reads it, and what a function
        # reads may be set by any line of the cell.
        is_simple = not any(hasattr(node, "body") for node in ast.walk(statement))
        needed |= used - (bound if is_simple else of_cell)
        bound |= defined
    return needed


class _Generators(ast.NodeTransformer):
    """Turns comprehensions into generator expressions.

    Python 3.12 and later count the variables of other comprehensions to the scope around them.
    """

    def visit_ListComp(self, node):
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp  # noqa: N815

    def visit_DictComp(self, node):
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def _symbols(text: str) -> symtable.SymbolTable:
    tree = _Generators().visit(ast.parse(plain_python(text)))
    return symtable.symtable(ast.unparse(ast.fix_missing_locations(tree)), "cell", "exec")


def _used(scope: symtable.SymbolTable) -> Iterator[str]:
    for symbol in scope.get_symbols():
        is_global = scope.get_type() == "module" or symbol.is_global()
        if is_global and symbol.is_referenced():
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _used(inner)
