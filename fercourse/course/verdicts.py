"""What the checks and questions of an executed notebook said, read from what they printed."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG, Verdict

ASKED = re.compile(r"""\bcourse\s*\.\s*(check|quiz)\s*\(\s*["'](\w+)["']""")
_BEGINS = re.compile(r"^(Right|Wrong|Not attempted yet|You chose \w): ", re.MULTILINE)
_STATUS = {"Right": RIGHT, "Wrong": WRONG, "Not attempted yet": NOT_ATTEMPTED}


def names_asked(cell: NotebookNode) -> list[str]:
    """Return the names of the exercises and questions that a code cell asks about."""
    return [name for _, name in ASKED.findall(cell.source)] if cell.cell_type == "code" else []


def verdicts_of(cell: NotebookNode) -> list[Verdict]:
    """Return the verdicts that an executed cell printed, in order."""
    printed = "".join(
        output.text
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stdout"
    )
    begins = list(_BEGINS.finditer(printed))
    ends = [*(one.start() for one in begins[1:]), len(printed)]
    return [
        _verdict(begin[1], " ".join(printed[begin.end() : end].split()))
        for begin, end in zip(begins, ends, strict=False)  # without a verdict there is an end left
    ]


def _verdict(said: str, message: str) -> Verdict:
    chosen = RIGHT if message.startswith(f"{RIGHT}.") else WRONG
    return Verdict(_STATUS.get(said, chosen), message)


def verdicts(content: NotebookNode) -> Iterator[tuple[str, Verdict]]:
    """Yield name and verdict of each exercise and question of an executed notebook, in order."""
    for cell in content.cells:
        said = verdicts_of(cell)
        for name in names_asked(cell):
            yield name, said.pop(0) if said else Verdict(NOT_ATTEMPTED)
