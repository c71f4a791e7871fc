"""Markdown to HTML, with links that lead from page to page of the site."""

import html
import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from fercourse.errors import CourseError

GLOSSARY = "docs/glossary.md"


@dataclass(frozen=True)
class Places:
    """What the links of the site may lead to; pages are named by their paths below its top.

    Attributes
    ----------
    documents : mapping
        The page of each published document, by its path in the repository.
    notebooks : mapping
        The page of each notebook, by its number.
    terms : mapping
        The page and anchor of each term of the glossary, by the term in small letters.
    """

    documents: Mapping[str, str]
    notebooks: Mapping[str, str]
    terms: Mapping[str, str]


def slug(text: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def relative(target: str, page: str) -> str:
    """Return the address of one page of the site as seen from another."""
    path, mark, anchor = target.partition("#")
    return posixpath.relpath(path, posixpath.dirname(page) or ".") + mark + anchor


def terms_of(glossary: str, page: str) -> dict[str, str]:
    """Return where each term of the glossary is explained; ``(AU)`` is not a part of its term."""
    terms = re.findall(r"^\*\*([^*]+)\*\*", glossary, re.MULTILINE)
    return {term.partition(" (")[0].lower(): f"{page}#{slug(term)}" for term in terms}


class SiteRenderer(IPythonRenderer):
    """nbconvert's own rendering of Markdown, with the links of one page of the site.

    Links between documents lead to their pages. The name of a document in code marks, and a term
    of the glossary in italics, become links.

    Parameters
    ----------
    places : Places
        What may be linked.
    source : str
        The path of the Markdown or of the notebook in the repository; links are relative to it.
    page : str
        The path of the page on the site.
    """

    def __init__(self, places: Places, source: str, page: str):
        super().__init__(escape=False, exclude_anchor_links=True)
        self._places, self._source, self._page = places, source, page
        self._anchors = Counter()

    def heading(self, text, level, **attrs):
        anchor = slug(html.unescape(re.sub(r"<[^>]+>", "", text)))
        self._anchors[anchor] += 1
        if self._anchors[anchor] > 1:
            anchor = f"{anchor}-{self._anchors[anchor] - 1}"
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def link(self, text, url, title=None):
        return super().link(text, self._address(url), title)

    def _address(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme or not parts.path:
            return url
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self._source), parts.path))
        if path not in self._places.documents:
            raise CourseError(
                f"{self._source} links {url}, which has no page on the site; name it without a link."
            )
        address = relative(self._places.documents[path], self._page)
        return f"{address}#{parts.fragment}" if parts.fragment else address

    def codespan(self, text):
        return self._linked(super().codespan(text), self._places.documents.get(text))

    def emphasis(self, text):
        words = re.split(r"(,\s+)", text)
        return f"<em>{''.join(self._term(word) for word in words)}</em>"

    def _term(self, word: str) -> str:
        term = " ".join(html.unescape(word).lower().split())
        terms = self._places.terms
        return self._linked(word, terms.get(term) or terms.get(term.removesuffix("s")))

    def _linked(self, text: str, target: str | None) -> str:
        return f'<a href="{relative(target, self._page)}">{text}</a>' if target else text

    def paragraph(self, text):
        term = re.match(r"<strong>([^<]+)</strong>", text)
        if self._source != GLOSSARY or not term:
            return super().paragraph(text)
        text = re.sub(r"\[(\d\d(?:, \d\d)*)\]$", self._in_notebooks, text)
        return f'<p id="{slug(html.unescape(term[1]))}">{text}</p>\n'

    def _in_notebooks(self, numbers: re.Match) -> str:
        links = (
            self._linked(one, self._places.notebooks.get(one)) for one in numbers[1].split(", ")
        )
        return f"[{', '.join(links)}]"

    def table(self, text):
        """Wrap a table, which may be wider than the page, in what the keyboard can scroll."""
        table = f"<table>\n{text}</table>\n"
        return f'<div class="scroll" tabindex="0" role="group" aria-label="Table">\n{table}</div>\n'


def to_html(text: str, renderer: SiteRenderer) -> str:
    """Return Markdown as HTML."""
    return MarkdownWithMath(renderer=renderer).render(text)
