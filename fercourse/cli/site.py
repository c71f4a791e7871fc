"""The command that builds the course as a web site."""

from pathlib import Path

import typer
from rich.console import Console

from fercourse.cli.course import require_passed, run_all
from fercourse.errors import CourseError


def site(
    only: list[str] = typer.Option([], "--only", help="These notebooks, such as 00 01."),
    more: list[str] = typer.Argument(None, metavar="[NUMBER]...", help="More for --only."),
    out: Path = typer.Option(Path("site"), help="The folder for the site."),
) -> None:
    """Execute the answer keys, and build a static web site of them, the documents and the API."""
    from fercourse import datasets
    from fercourse.content import checkout, content_path
    from fercourse.course.machine import require_course

    require_course("pdoc")
    from fercourse.course.run import CELL_SECONDS, Task
    from fercourse.course.settings import BUILT_IN, data_choice, read_settings
    from fercourse.course.site.assembling import site_files
    from fercourse.course.site.publishing import publish, require_free
    from fercourse.course.site.reference import modules

    if checkout() is None:
        raise CourseError("A site is built in a checkout of the source, which this is not.")
    choice = data_choice()
    if choice.name != BUILT_IN:
        raise CourseError(
            "A site shows drawn faces only, since people have not agreed to be published; "
            "unset FERCOURSE_DATASET."
        )
    settings = read_settings()
    notebooks = settings.choose([*only, *(more or [])])
    require_free(out)
    datasets.load(*choice)
    outcomes = run_all(
        notebooks, Task("quick", choice, content_path("notebooks"), CELL_SECONDS["quick"])
    )
    require_passed(outcomes)
    publish(site_files(outcomes, settings, checkout(), modules()), out)
    index = (out / "index.html").resolve().as_uri()
    Console(soft_wrap=True, highlight=False).print(f"Site: {index}")
