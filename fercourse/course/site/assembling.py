"""All files of the site: index, notebooks, documents, API reference, style sheet and picture."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from fercourse.course.run import Outcome
from fercourse.course.settings import Settings
from fercourse.course.site import documents, notebooks
from fercourse.course.site.frame import NAVIGATION, STYLE, Page, filled, framed, style_sheet
from fercourse.course.site.markdown import GLOSSARY, Places, SiteRenderer, terms_of, to_html
from fercourse.course.site.reference import reference
from fercourse.datasets.cache import cache_folder

_PICTURE = "docs/images/faces.png"


def site_files(
    outcomes: Sequence[Outcome], settings: Settings, top: Path, modules: Sequence[str]
) -> dict[str, bytes]:
    """Return the content of each file of the site, by its path below the site's top.

    Parameters
    ----------
    outcomes : sequence of Outcome
        The executed notebooks.
    settings : Settings
        What ``course.toml`` says.
    top : Path
        The checkout whose documents are published.
    modules : sequence of str
        The modules of the API reference.

    Raises
    ------
    CourseError
        If a document links something that has no page on the site.
    """
    texts = documents.read_documents(top)
    chosen = [one.notebook for one in outcomes]
    places = Places(
        documents={path: documents.page_of(path) for path in texts},
        notebooks={one.number: notebooks.page_of(one) for one in chosen},
        terms=terms_of(texts[GLOSSARY], documents.page_of(GLOSSARY)),
    )
    pages = {"index.html": _index(outcomes, settings, texts, places)}
    for path, text in texts.items():
        pages[documents.page_of(path)] = documents.document_page(path, text, places)
    for one in outcomes:
        pages[notebooks.page_of(one.notebook)] = notebooks.notebook_page(one, chosen, places)
    pages |= reference(modules)
    files = {path: impersonal(framed(path, page), top).encode() for path, page in pages.items()}
    return files | {STYLE: style_sheet().encode(), _PICTURE: (top / _PICTURE).read_bytes()}


def _index(
    outcomes: Sequence[Outcome], settings: Settings, texts: dict[str, str], places: Places
) -> Page:
    """Return the first page: each notebook with minutes and aims, and all other documents."""
    lists = [
        to_html(notebooks.aims(one), SiteRenderer(places, "index", "index.html"))
        for one in outcomes
    ]
    more = {
        page: documents.title_of(texts[path])
        for path, page in places.documents.items()
        if page not in NAVIGATION.values() and not path.startswith("datasets/")
    }
    body = filled(
        "index.html.j2",
        title=settings.title,
        picture=_PICTURE,
        notebooks=[
            (one.notebook, notebooks.page_of(one.notebook), Markup(aims))
            for one, aims in zip(outcomes, lists, strict=True)
        ],
        more=more,
    )
    return Page(settings.title, body)


def impersonal(text: str, top: Path) -> str:
    """Name no folder of the machine that built the site, such as its user's.

    Parameters
    ----------
    text : str
        A page; pictures inside it are left alone.
    top : Path
        The checkout.
    """
    folders = {
        top: "fercourse",
        cache_folder(): "cache",
        Path(sys.prefix): "python",
        Path.home(): "~",
    }
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        if len(folder.parts) > 1:
            # In the data of a picture the same letters always follow one of these.
            text = re.sub(rf"(?<![\w+/]){re.escape(str(folder))}(?!\w)", folders[folder], text)
    return text
