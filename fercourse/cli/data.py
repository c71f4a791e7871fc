"""``fercourse data``: the data sets on this computer."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="List, import, check and show data sets.")

_NAME = typer.Argument(help="The data set, as 'fercourse data list' names it.")
_PATH = typer.Argument(None, help="Your copy: a file or a folder; the last import by default.")
_PROCESSES = typer.Option(None, min=1, help="Processes that read images; by default one a core.")
_JSON = typer.Option(False, "--json", help="Print the answer as JSON.")


@app.command("list")
def list_known(as_json: bool = _JSON) -> None:
    """List the data sets that are known, and which are imported."""
    from fercourse.datasets import cache, registry

    rows = [(about, cache.imports(name)) for name, about in registry().items()]
    if as_json:
        print(json.dumps([_describe(about, folders) for about, folders in rows], indent=2))
        return
    table = Table("name", "what it is", "faces", "imported")
    for about, folders in rows:
        faces = f"{about.faces:,}" if about.faces else ""
        table.add_row(about.name, about.title, faces, _imported(about.name, folders))
    Console().print(table)


def _describe(about, folders: list[Path]) -> dict:
    return {**vars(about), "imports": [str(folder) for folder in folders]}


def _imported(name: str, folders: list[Path]) -> str:
    if name == "builtin":
        return "drawn" if folders else "drawn when first used"
    return "yes" if folders else ""


@app.command("import")
def import_copy(
    name: str = _NAME,
    path: Path = typer.Argument(help="Your copy: a file or a folder."),
    processes: int = _PROCESSES,
    again: bool = typer.Option(False, "--again", help="Import even what is imported already."),
    as_json: bool = _JSON,
) -> None:
    """Read your copy of a data set into the cache, once."""
    from fercourse.datasets import cache, import_dataset, loading

    with plain_warnings():
        if again or not cache.is_sound(loading.place(name, path)):
            faces, done = import_dataset(name, path, processes=processes), "Imported"
        else:
            faces, done = loading.load(name, path, processes=processes), "Imported already"
    folder = loading.place(name, path)
    unused = len(cache.read_unused(folder))
    if as_json:
        print(json.dumps({**_summary(faces), "unused": unused, "folder": str(folder)}, indent=2))
    else:
        files = "1 file" if unused == 1 else f"{unused:,} files"
        _say(f"{done}: {faces!r}; {files} could not be used.")


@app.command()
def check(
    name: str = _NAME, path: Path = _PATH, processes: int = _PROCESSES, as_json: bool = _JSON
) -> None:
    """Look for blank, repeated, leaked and wrongly labeled images, and count the classes."""
    from fercourse.datasets import cache, loading, quality

    with plain_warnings():
        faces = loading.load(name, path, processes=processes)
    unused = [] if name == "builtin" else cache.read_unused(loading.place(name, path))
    report = quality.check(faces, unused)
    if as_json:
        print(report.to_json())
    else:
        Console().print(report.table())


@app.command()
def show(
    name: str = _NAME, path: Path = _PATH, processes: int = _PROCESSES, as_json: bool = _JSON
) -> None:
    """Say how many faces a data set has, of which classes, and what is known of each."""
    from fercourse.datasets import loading

    with plain_warnings():
        faces = loading.load(name, path, processes=processes)
    if as_json:
        print(json.dumps(_summary(faces), indent=2))
        return
    _say(repr(faces))
    counts = faces.counts()
    table = Table("split", *counts.columns, "all")
    for split, row in counts.iterrows():
        table.add_row(split, *(f"{count:,}" for count in row), f"{row.sum():,}")
    Console().print(table)
    _say("Columns of the table: " + ", ".join(faces.table.columns) + ".")
    if faces.truth:
        _say("Known of every face: " + ", ".join(faces.truth) + ".")


def _summary(faces) -> dict:
    return {
        "name": faces.name,
        "faces": len(faces),
        "size": list(faces.images.shape[1:]),
        "classes": list(faces.classes),
        "counts": faces.counts().T.to_dict(),
        "columns": list(faces.table.columns),
        "truth": list(faces.truth),
    }


def _say(sentence: str) -> None:
    Console(soft_wrap=True).print(sentence, highlight=False, markup=False)


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Show the warnings of an import as sentences, without the line of code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        Console(stderr=True, soft_wrap=True).print(
            f"fercourse: {warning.message}", style="yellow", markup=False
        )
