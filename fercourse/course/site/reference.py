"""The API reference, made by pdoc from the docstrings."""

import html
import pkgutil
import re
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pdoc.doc
import pdoc.render
from markupsafe import Markup

import fercourse
from fercourse.course.site.frame import Page, filled
from fercourse.quiet import quiet

INDEX = "reference/index.html"
# Lessons hold answers, and the command line has its own help.
_LEFT_OUT = ("fercourse.__main__", "fercourse.cli", "fercourse.course.lessons")


def modules() -> list[str]:
    """Return the names of the modules that have a page, packages before what is in them."""
    found = pkgutil.walk_packages(fercourse.__path__, "fercourse.")
    names = ["fercourse", *(one.name for one in found)]
    return [
        name for name in names if not f"{name}.".startswith(tuple(f"{out}." for out in _LEFT_OUT))
    ]


def reference(names: Sequence[str]) -> dict[str, Page]:
    """Return a page for each module, and one that lists them, by their paths on the site.

    Parameters
    ----------
    names : sequence of str
        The modules, which are imported.
    """
    pdoc.render.configure(
        docformat="numpy",
        search=False,
        show_source=False,
        template_directory=Path(__file__).parent / "templates" / "pdoc",
    )
    found = {name: pdoc.doc.Module(_imported(name)) for name in names}
    with warnings.catch_warnings():
        # It warns of what it cannot read in base classes from other packages.
        warnings.filterwarnings("ignore", module="pdoc")
        pages = {
            _page_of(name): Page(name, _body(pdoc.render.html_module(module, found)))
            for name, module in found.items()
        }
    return pages | {INDEX: Page("API reference", _index(found))}


def _imported(name: str) -> ModuleType:
    """Import a module whole: pdoc does not find names that are imported when first used."""
    with quiet():
        module = import_module(name)
    for public in getattr(module, "__all__", ()):
        setattr(module, public, getattr(module, public))
    return module


def _page_of(module: str) -> str:
    return f"reference/{module.replace('.', '/')}.html"


def _body(page: str) -> str:
    """Return what pdoc wrote about a module with headings that nest and anchors that exist once."""
    # pdoc makes a heading of the sixth level of each part of a docstring,
    page = re.sub(r"<h6[^>]*>(.*?)</h6>", r'<p class="label">\1</p>', page)
    # links private base classes, which it does not describe,
    page = re.sub(r'<a href="[^"]*#_[^"]*">(.*?)</a>', r"\1", page)
    # and numbers the footnotes of every docstring from one.
    return re.sub(r'<h2 id="([^"]+)">.*?</section>', _with_own_footnotes, page, flags=re.DOTALL)


def _with_own_footnotes(section: re.Match) -> str:
    return re.sub(r'="(#?)fn', rf'="\1{section[1]}-fn', section[0])


def _index(found: dict[str, pdoc.doc.Module]) -> str:
    modules = [
        (name, _page_of(name).removeprefix("reference/"), _first_paragraph(module.docstring))
        for name, module in found.items()
    ]
    return filled("reference.html.j2", modules=modules)


def _first_paragraph(docstring: str) -> Markup:
    text = html.escape(docstring.partition("\n\n")[0], quote=False)
    return Markup(re.sub("`+([^`]+)`+", r"<code>\1</code>", text))
