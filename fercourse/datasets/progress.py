"""Progress bars for long work, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

Bar = AbstractContextManager[Callable[[int], None]]


def progress_bar(title: str, total: int | None, *, shown: bool = True) -> Bar:
    """Show a bar that counts things, and give a function that is told how many are done.

    A total of None is not known.
    """
    return _bar(title, total, shown, MofNCompleteColumn())


def progress_bar_of_bytes(title: str, total: int, *, shown: bool = True) -> Bar:
    """Show a bar that counts bytes, and give a function that is told how many are done."""
    return _bar(title, total, shown, DownloadColumn())


@contextmanager
def _bar(
    title: str, total: int | None, shown: bool, count: ProgressColumn
) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
