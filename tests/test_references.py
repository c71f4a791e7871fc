"""Whoever is cited stands in the list of references."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fercourse.content import checkout

TOP = checkout()
LIST = "docs/references.md"
CITING = (
    "notebooks/source/*.py",
    "README.md",
    "docs/*.md",
    "benchmarks/literature.toml",
    "instructor/**/*.md",
    "fercourse/course/lessons/*.toml",
    "fercourse/**/*.py",
)

# "Ekman", "van der Maaten", "Alvarez-Melis"; in lists of references with initials behind.
NAME = r"(?:van\s+der\s+)?[A-ZÀ-Þ]\w+(?:-[A-Z]\w+)*"
AUTHOR = rf"{NAME}(?:,(?:\s+[A-Z]\.)+)?"
AUTHORS = rf"{AUTHOR}(?:,\s+{AUTHOR})*(?:,?\s+and\s+{AUTHOR}|,?\s+et\s+al\.)?"
YEAR = r"(?:1[89]|20)\d\d"
YEARS = rf"{YEAR}(?:[,;]\s+{YEAR})*"
NAMED = re.compile(rf"({AUTHORS})(?:,\s+|\s+\()({YEARS})\b")
# A year alone in brackets, as in "Cohen's kappa (1960)": its author is named somewhere before.
ALONE = re.compile(rf"\s\(({YEARS})\)")

# Named by what it is called, and not by who wrote it.
TITLES = {"EMFACS": "Friesen"}


class Entry(NamedTuple):
    """Whom a line of the list names, and its years; the title of the work is left out."""

    authors: str
    years: str

    def is_by(self, names: list[str]) -> bool:
        first, *others = (TITLES.get(name, name) for name in names)
        return re.match(rf"{first}\b", self.authors) is not None and all(
            re.search(rf"\b{name}\b", self.authors) for name in others
        )


def entries() -> list[Entry]:
    text = (TOP / LIST).read_text("utf-8")
    items = [re.sub(r"\s+", " ", item) for item in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]
    heads = [re.match(r"(.+?) \(([^)]+)\)\. ", item) for item in items]
    assert all(heads), f"{LIST}: an entry begins with its authors and, in brackets, its year."
    return [Entry(*head.groups()) for head in heads]


def plain(text: str) -> str:
    """Blank out the marks of comments and of emphasis; every character stays at its place."""
    text = re.sub(r"^# ?", lambda mark: " " * len(mark[0]), text, flags=re.MULTILINE)
    return re.sub(r"[*]", " ", text)


def missing(text: str, known: list[Entry]) -> Iterator[tuple[int, str]]:
    """Yield the line and the words of each citation that no entry answers."""
    text = plain(text)
    named = list(NAMED.finditer(text))
    for found in named:
        names, words = re.findall(rf"{NAME}(?!\.)", found[1]), " ".join(found[1].split())
        for year in re.findall(YEAR, found[2]):
            if not any(entry.is_by(names) and year in entry.years for entry in known):
                yield text.count("\n", 0, found.start()) + 1, f"{words} ({year})"
    inside = {place for found in named for place in range(*found.span())}
    for found in ALONE.finditer(text):
        before = re.split(r"\n\s*\n", text[: found.start()])[-1]
        names = re.findall(NAME, before)
        for year in re.findall(YEAR, found[1]):
            if found.start(1) not in inside and not any(
                entry.is_by([name]) and year in entry.years for entry in known for name in names
            ):
                words = f"{before[-40:]} {found[0]}"
                yield text.count("\n", 0, found.start(1)) + 1, " ".join(words.split())


@pytest.mark.parametrize(
    "text",
    [
        "as Nobody (1999) shows", "(Nobody, 1999)", "(Nobody and Nemo, 1999)", "(Ekman, 1999)",
        "Nobody, Nemo and Nihil (1999)", "(Nobody et al., 1999; Ekman, 1992)", "Nobody's law (1999)",
    ],
)  # fmt: skip
def test_a_citation_of_each_form_is_missed_where_no_entry_answers(text):
    assert len(list(missing(text, entries()))) == 1


@pytest.mark.parametrize(
    "text", ["as Ekman (1992) shows", "(Ekman and Friesen, 1978; 2002)", "Cohen's kappa (1960)"]
)
def test_a_citation_with_an_entry_is_not_missed(text):
    assert not list(missing(text, entries()))


def test_everyone_who_is_cited_stands_in_the_list():
    known = entries()
    paths = {path for pattern in CITING for path in TOP.glob(pattern)} - {TOP / LIST}
    gaps = [
        f"{path.relative_to(TOP)}:{line}: {words}"
        for path in sorted(paths)
        for line, words in missing(path.read_text("utf-8"), known)
    ]
    assert not gaps, f"{LIST} lacks, by first author and year:\n" + "\n".join(gaps)


def test_every_law_that_is_cited_by_its_number_stands_in_the_list():
    listed = (TOP / LIST).read_text("utf-8")
    for path in TOP.glob("notebooks/source/*.py"):
        for number in re.findall(r"Regulation \(EU\) (\d+/\d+)", path.read_text("utf-8")):
            assert number in listed, f"{LIST} lacks Regulation (EU) {number}, cited in {path.name}."


def test_the_list_is_in_alphabetical_order_and_names_nothing_twice():
    text = (TOP / LIST).read_text("utf-8")
    items = re.findall(r"^- (.+)", text, re.MULTILINE)
    firsts = [re.split(r",| \(", item)[0].casefold() for item in items]
    assert firsts == sorted(firsts)
    assert len(set(items)) == len(items)
