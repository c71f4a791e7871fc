"""What all pages of the site share: the frame around a body, and the style sheet."""

import html
import re
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from fercourse.course.site.markdown import relative

NAVIGATION = {
    "Course": "index.html",
    "Glossary": "docs/glossary.html",
    "Results": "docs/results.html",
    "Cheat sheet": "docs/cheat-sheet.html",
    "Data sets": "datasets/index.html",
    "API reference": "reference/index.html",
}
STYLE = "site.css"
# Of Pygments' styles these keep every token's contrast above 4.5 on the grounds in site.css.
_CODE_STYLES = {"light": "xcode", "dark": "monokai"}
_CODE = [".highlight", ".codehilite", ".signature"]


class Page(NamedTuple):
    """A page without its frame: its title, and its body as HTML."""

    title: str
    body: str


def template(name: str) -> str:
    """Return the text of a template."""
    folder = resources.files("fercourse.course.site") / "templates"
    return folder.joinpath(name).read_text(encoding="utf-8")


def filled(name: str, **values) -> str:
    """Return a template filled with values; what is not `Markup` is escaped."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template(name)).render(**values)


def framed(path: str, page: Page) -> str:
    """Return a whole page: navigation, what stands on the page, and its body."""
    return filled(
        "frame.html.j2",
        title=page.title,
        body=Markup(page.body),
        style=relative(STYLE, path),
        sections=sections(page.body),
        links={name: relative(target, path) for name, target in NAVIGATION.items()},
        here=next((name for name, target in NAVIGATION.items() if target == path), None),
    )


def sections(body: str) -> dict[str, str]:
    """Return the headings of the second level, by their anchors."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', body, re.DOTALL)
    return {anchor: html.unescape(re.sub(r"<[^>]+>", "", text)) for anchor, text in found}


def style_sheet() -> str:
    """Return the style sheet, with the colours of code for a light and a dark screen."""
    light, dark = (
        "\n".join(
            line
            for line in HtmlFormatter(style=name).get_style_defs(_CODE).splitlines()
            if "background" not in line
        )
        for name in _CODE_STYLES.values()
    )
    return f"{template(STYLE)}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
