"""What is seen while a network trains: a table that grows, in a notebook and in a terminal."""

import html
import time

import rich
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

COLUMNS = {
    "loss": "loss",
    "accuracy": "accuracy",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy",
    "learning_rate": "learning rate",
    "seconds": "seconds",
}
_ROWS = 10
_PAUSE = 0.5


def make_display(epochs: int, steps: int, shown: bool):
    """Return what shows progress: in a notebook, in a terminal, or nowhere."""
    if not shown:
        return Display()
    kind = Notebook if rich.get_console().is_jupyter else Terminal
    return kind(epochs, steps)


class Display:
    """Shows nothing; the others show steps and epochs."""

    def step(self, epoch: int, step: int) -> None:
        """Tell that a step of an epoch (both from 1) is done."""

    def epoch(self, row: dict, is_best: bool) -> None:
        """Tell that an epoch is done."""

    def close(self) -> None:
        """Stop showing."""


class Terminal(Display):
    """A line for each epoch, and a bar below them; on standard error."""

    def __init__(self, epochs: int, steps: int):
        self.epochs, self.done = epochs, 0
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                   TimeRemainingColumn())  # fmt: skip
        self.bar = Progress(*columns, console=console, transient=True)
        self.task = self.bar.add_task("", total=steps)
        self.bar.start()
        self._print("epoch", COLUMNS.values())

    def step(self, epoch, step):
        self.bar.update(self.task, completed=step, description=f"Epoch {epoch} of {self.epochs}")

    def epoch(self, row, is_best):
        self._print(f"{row['epoch']}/{self.epochs}", _words(row), " best" if is_best else "")

    def close(self):
        self.bar.stop()

    def _print(self, first, words, end="") -> None:
        # As wide as the words of the head.
        cells = (word.rjust(len(head)) for word, head in zip(words, COLUMNS.values(), strict=True))
        line = f"{first:>8}  {'  '.join(cells)}{end}"
        self.bar.console.print(line, markup=False, highlight=False, soft_wrap=True)


class Notebook(Display):
    """One table of the last epochs, and a line below it."""

    def __init__(self, epochs: int, steps: int):
        from IPython.display import HTML, display

        self.epochs, self.steps, self.rows, self.told = epochs, steps, [], 0.0
        self._html = HTML
        self.handle = display(HTML(""), display_id=True)

    def step(self, epoch, step):
        if time.monotonic() - self.told > _PAUSE:
            self._show(f"Epoch {epoch} of {self.epochs}: step {step} of {self.steps}")

    def epoch(self, row, is_best):
        words = [f"{row['epoch']} of {self.epochs}", *_words(row), "best" if is_best else ""]
        self.rows.append(words)
        self._show("")

    def close(self):
        self._show("")

    def _show(self, line: str) -> None:
        self.told = time.monotonic()
        head = "".join(f'<th scope="col">{word}</th>' for word in ("epoch", *COLUMNS.values(), ""))
        left_out = len(self.rows) - _ROWS
        note = f"The first {left_out} epochs are not shown. " if left_out > 0 else ""
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(word)}</td>" for word in row) + "</tr>"
            for row in self.rows[-_ROWS:]
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        self.handle.update(self._html(f"{table}<p><small>{note}{line}</small></p>"))


def _words(row: dict) -> list[str]:
    return [
        f"{row[name]:.2g}" if name == "learning_rate"
        else f"{row[name]:.1f}" if name == "seconds"
        else f"{row[name]:.3f}"
        for name in COLUMNS
    ]  # fmt: skip
