"""The command line: ``fercourse COMMAND``."""

import sys
from contextlib import suppress

import typer
from rich.console import Console

from fercourse import __version__
from fercourse.cli import (
    benchmark,
    course,
    data,
    edge,
    explain,
    grading,
    live,
    models,
    site,
    synth,
    training,
)
from fercourse.errors import FercourseError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A course and a library for facial-expression recognition.",
)
app.add_typer(data.app, name="data")
app.add_typer(synth.app, name="synth")
app.add_typer(edge.app, name="edge")
course.add_commands(app)
grading.add_commands(app)
app.command()(training.train)
models.add_commands(app)
app.command("explain")(explain.explain)
app.command("live")(live.live)
app.command("site")(site.site)
app.command("benchmark")(benchmark.benchmark)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; an error that the user can mend becomes one sentence and status 1."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's alphabet lacks ends no command.
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except FercourseError as error:
        Console(stderr=True, soft_wrap=True).print(f"fercourse: {error}", style="red", markup=False)
        sys.exit(1)
    # A path that is too long, a full disk: the system's own words.
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        Console(stderr=True, soft_wrap=True).print(
            f"fercourse: {place}{error.strerror or error}.", style="red", markup=False
        )
        sys.exit(1)
    except KeyboardInterrupt:
        Console(stderr=True).print("fercourse: stopped.")
        sys.exit(130)
