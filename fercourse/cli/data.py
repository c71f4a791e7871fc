"""``fercourse data``: the data sets on this computer."""

import typer

app = typer.Typer(no_args_is_help=True, help="List, import, check and show data sets.")
