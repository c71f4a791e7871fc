"""Markdown tables, and the places for them in documents."""

from fercourse.errors import CourseError


def table(heads, lines: list[list[str]]) -> str:
    """Return a table in Markdown."""
    rule = ["---"] * len(heads)
    return "".join(f"| {' | '.join(line)} |\n" for line in [list(heads), rule, *lines])


def percent(share: float) -> str:
    """Return a share of one in percent."""
    return f"{100 * share:.1f}"


def filled(text: str, tables: dict[str, str], name: str) -> str:
    """Return the text of a document with each table between its marks.

    Raises
    ------
    CourseError
        If the document has no such marks.
    """
    for mark, content in tables.items():
        begin, end = f"<!-- results: {mark} -->\n", f"<!-- end of results: {mark} -->"
        if begin not in text or end not in text:
            raise CourseError(f"{name} has no place for a table: add {begin.strip()} and {end}.")
        head, rest = text.split(begin, 1)
        text = head + begin + content + end + rest.split(end, 1)[1]
    return text
