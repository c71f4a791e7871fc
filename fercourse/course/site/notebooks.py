"""The pages of the executed notebooks."""

import re
from collections.abc import Sequence

import nbconvert

from fercourse.course.report import without_widgets
from fercourse.course.run import Outcome
from fercourse.course.settings import Notebook
from fercourse.course.site.frame import Page, filled, template
from fercourse.course.site.markdown import Places, SiteRenderer, relative, to_html


def page_of(notebook: Notebook) -> str:
    """Return the path of a notebook's page on the site."""
    return f"notebooks/{notebook.stem}.html"


def notebook_page(outcome: Outcome, notebooks: Sequence[Notebook], places: Places) -> Page:
    """Return an executed notebook, with links to the ones before and after it.

    Parameters
    ----------
    outcome : Outcome
        The executed notebook.
    notebooks : sequence of Notebook
        All notebooks of the site, in their order.
    places : Places
        What may be linked.
    """
    notebook = outcome.notebook
    path = page_of(notebook)
    renderer = SiteRenderer(places, f"notebooks/{notebook.stem}.ipynb", path)
    exporter = nbconvert.HTMLExporter(
        template_name="basic",
        raw_template=template("notebook.html.j2"),
        filters={"markdown2html": lambda text: to_html(text, renderer)},
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(without_widgets(outcome.executed))
    at = notebooks.index(notebook)
    beside = {"Before": notebooks[at - 1 : at] if at else [], "Next": notebooks[at + 1 : at + 2]}
    around = [
        (word, f"{one.number} · {one.title}", relative(page_of(one), path))
        for word, found in beside.items()
        for one in found
    ]
    return Page(
        f"{notebook.number} · {notebook.title}", body + filled("around.html.j2", around=around)
    )


def aims(outcome: Outcome) -> str:
    """Return, as a list in Markdown, what the reader can do afterwards: it is in the first cell."""
    found = re.search(r"you can\*\*\n\n((?:[- ] .*\n?)+)", outcome.executed.cells[0].source)
    return found[1] if found else ""
