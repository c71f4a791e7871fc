"""The commands around the notebooks: lab, run, build, doctor."""

import typer


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
