"""The contract of a notebook: what every source must keep to, and sentences where it does not."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from fercourse.course.lesson import Lesson
from fercourse.course.settings import Notebook
from fercourse.course.source import (
    BEGIN,
    Cell,
    calls,
    names_bound,
    names_needed,
    names_used,
    plain_python,
    without_solutions,
)
from fercourse.errors import CourseError

TAGS = {"exercise", "check"}
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)|<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(["'])\s*\S""")


def faults(cells: list[Cell], notebook: Notebook, lesson: Lesson) -> list[str]:
    """Return a sentence for each way in which a source breaks the contract; none when it is kept.

    Parameters
    ----------
    cells : list of Cell
        The source, in order.
    notebook : Notebook
        What ``course.toml`` says of it.
    lesson : Lesson
        Its exercises and questions.
    """
    if not cells:
        return ["It holds no cells."]
    broken = list(_not_python(cells))
    if broken:
        return broken
    return [
        *_headings(cells, notebook.title),
        *_images(cells),
        *_setup(cells, notebook.number),
        *_tags(cells),
        *_questions(cells),
        *_exercises(cells),
        *_borrowed_names(cells),
        *_names("check", cells, lesson.exercises),
        *_names("quiz", cells, lesson.questions),
        *_answers(cells, lesson),
        *_names("record", cells, None),
    ]


def _not_python(cells: list[Cell]) -> Iterator[str]:
    for cell in cells:
        if not cell.is_code:
            if cell.tags:
                yield f"{cell} has tags; only code cells have them."
            continue
        try:
            ast.parse(plain_python(cell.text))
            ast.parse(plain_python(without_solutions(cell.text)))
        except (SyntaxError, CourseError) as error:
            yield f"{cell} is not valid: {error}."


def headings(cells: Iterable[Cell]) -> Iterator[tuple[int, str]]:
    """Yield level and text of each heading, in order; lines inside code fences are none."""
    for cell in cells:
        fenced = False
        for line in cell.text.splitlines() if cell.kind == "markdown" else ():
            fenced ^= line.lstrip().startswith("```")
            match = _HEADING.match(line)
            if match and not fenced:
                yield len(match[1]), match[2]


def _headings(cells: list[Cell], title: str) -> Iterator[str]:
    found = list(headings(cells))
    titles = [text for level, text in found if level == 1]
    if len(titles) != 1 or found[0][0] != 1 or not cells[0].text.startswith("# "):
        yield f"It must have one H1, at its very beginning; it has {len(titles)}."
    elif not titles[0].endswith(title):
        yield f"Its H1 is {titles[0]!r}, but course.toml calls it {title!r}."
    for (above, _), (level, text) in pairwise(found):
        if level > above + 1:
            yield f"The heading {text!r} skips a level: H{level} follows H{above}."


def _images(cells: list[Cell]) -> Iterator[str]:
    for cell in cells:
        for image in _IMAGE.finditer(cell.text) if cell.kind == "markdown" else ():
            alt = image["alt"] if image["attributes"] is None else _ALT.search(image["attributes"])
            if not alt or (isinstance(alt, str) and not alt.strip()):
                yield f"The image {image[0][:60]!r} has no alt text."


def _setup(cells: list[Cell], number: str) -> Iterator[str]:
    line = f'course = fercourse.setup("{number}")'
    found = [
        position
        for position, cell in enumerate(cells)
        if cell.is_code and line in cell.text.splitlines()
    ]
    if len(found) != 1:
        yield f"It must have one set-up cell with the line {line}; it has {len(found)}."
    elif any("course" in names_used(cell.text) for cell in cells[: found[0]] if cell.is_code):
        yield "A cell uses course before the set-up cell."


def _tags(cells: list[Cell]) -> Iterator[str]:
    for cell in cells:
        for tag in set(cell.tags) - TAGS:
            yield f"The tag {tag!r} of {cell} is unknown; there are {', '.join(sorted(TAGS))}."
        if BEGIN in cell.text and "exercise" not in cell.tags:
            yield f'{cell} holds a solution but lacks the tag "exercise".'
        if "exercise" in cell.tags and BEGIN not in cell.text:
            yield f'{cell} has the tag "exercise" but no {BEGIN!r}.'
        has_check = cell.is_code and any(calls(cell.text, "check"))
        if has_check != ("check" in cell.tags):
            yield f'{cell} must have both course.check(...) and the tag "check", or neither.'


def _questions(cells: list[Cell]) -> Iterator[str]:
    """Find cells that ask more than once: whose verdict is whose could not be told."""
    for cell in filter(lambda cell: cell.is_code, cells):
        if sum(1 for method in ("check", "quiz") for _ in calls(cell.text, method)) > 1:
            yield f"{cell} asks more than one exercise or question; give each a cell of its own."


def _exercises(cells: list[Cell]) -> Iterator[str]:
    for cell, after in zip(cells, [*cells[1:], Cell("markdown", "")], strict=True):
        if "exercise" in cell.tags and "check" not in after.tags:
            yield f"{cell} is an exercise; the next cell must be its check."
        if "check" in after.tags and "exercise" not in cell.tags:
            yield f"{after} is a check; the cell before must be its exercise."
        if "exercise" in cell.tags and "check" in after.tags:
            given = names_bound(without_solutions(cell.text, names_used(after.text)))
            for name in (names_bound(cell.text) & names_used(after.text)) - given:
                yield f"The student edition of {cell} does not define {name}, which its check uses."


def _borrowed_names(cells: list[Cell]) -> Iterator[str]:
    """Find later cells that use what an exercise defines: they fail in an untouched notebook."""
    lent: dict[str, Cell] = {}
    own: Cell | None = None
    for cell in filter(lambda cell: cell.is_code, cells):
        for name in sorted(names_needed(cell.text) & lent.keys()):
            if not ("check" in cell.tags and lent[name] is own):
                yield f"{cell} uses {name}, which only {lent[name]}, an exercise, defines."
        own = cell if "exercise" in cell.tags else None
        for name in names_bound(cell.text):
            lent.pop(name, None)
            if own:
                lent[name] = own


def _names(method: str, cells: list[Cell], known: Iterable[str] | None) -> Iterator[str]:
    """Check the names in ``course.METHOD("name", ...)``: literal, used once, known, all there."""
    used = Counter()
    for cell in filter(lambda cell: cell.is_code, cells):
        for call in calls(cell.text, method):
            name = call.args[0].value if call.args and _is_text(call.args[0]) else None
            if name is None:
                yield f"{cell} must write the name in course.{method}(...) as a literal."
            elif not name.isidentifier():
                yield f"{name!r} in {cell} is no name: begin with a letter, and use letters, digits and underscores."
            used[name] += name is not None
    for name, count in used.items():
        if count > 1:
            yield f"course.{method}({name!r}, ...) stands {count} times; a name is used once."
        if known is not None and name is not None and name not in known:
            yield f"course.{method}({name!r}, ...) is unknown to the lesson."
    for name in () if known is None else known:
        if not used[name]:
            yield f"The lesson has {name!r}, but no cell has course.{method}({name!r}, ...)."


def _answers(cells: list[Cell], lesson: Lesson) -> Iterator[str]:
    for cell in filter(lambda cell: cell.is_code, cells):
        for call in calls(cell.text, "quiz"):
            name, *letters = [arg.value for arg in call.args if _is_text(arg)] or [None]
            if name not in lesson.questions:
                continue
            option = lesson.questions[name].option(letters[0]) if letters else None
            if option is None or not option.right:
                yield f'course.quiz("{name}", ...) must hold the letter of the right option.'


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
