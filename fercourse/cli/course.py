"""The commands around the notebooks: lab, run, build, doctor."""

import typer
from rich.console import Console

from fercourse.errors import CourseError


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(build)


def build(
    check: bool = typer.Option(False, "--check", help="Change nothing; say what is stale."),
) -> None:
    """Make the notebooks and their answer keys from notebooks/source."""
    from fercourse.content import checkout
    from fercourse.course import build as builder
    from fercourse.course.settings import read_settings

    if checkout() is None:
        raise CourseError("Notebooks are built in a checkout of the source, which this is not.")
    folder = checkout() / "notebooks"
    settings = read_settings()
    files, faults = builder.editions(folder, settings)
    faults += [f"{path.name}: no source makes it." for path in builder.orphans(folder, settings)]
    stale = builder.stale(files)
    say = Console(soft_wrap=True, highlight=False).print
    if not settings.repository:
        say("No Colab badges are made: repository is empty in course.toml.")
    if check:
        faults += [f"{path.relative_to(folder)} is stale; run: fercourse build" for path in stale]
    else:
        builder.write(files)
    if faults:
        raise CourseError("\n".join(faults))
    say(f"{len(files)} notebooks are up to date.")
