"""The pages made from the documents of the repository."""

import posixpath
from pathlib import Path

from fercourse.course.site.frame import Page
from fercourse.course.site.markdown import Places, SiteRenderer, to_html

FOLDERS = ("docs", "datasets", "instructor")


def read_documents(top: Path) -> dict[str, str]:
    """Return the Markdown that is published, by its path in the repository."""
    paths = [path for folder in FOLDERS for path in sorted((top / folder).glob("*.md"))]
    return {path.relative_to(top).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def page_of(path: str) -> str:
    """Return the path of a document's page on the site: its own, with another ending."""
    folder, name = posixpath.split(path)
    name = "index.html" if name == "README.md" else name.removesuffix(".md") + ".html"
    return posixpath.join(folder, name)


def title_of(text: str) -> str:
    """Return the title of a document: its first line."""
    return text.partition("\n")[0].lstrip("# ").replace("`", "")


def document_page(path: str, text: str, places: Places) -> Page:
    """Return the page of a document."""
    renderer = SiteRenderer(places, path, page_of(path))
    return Page(title_of(text), to_html(text, renderer))
