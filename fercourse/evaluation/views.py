"""How a report shows itself: sheets of words, as HTML in a notebook and as tables in a terminal."""

import html
import io
from typing import NamedTuple

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from fercourse.evaluation.metrics import OVERALL, PER_CLASS

WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision (macro)",
    "recall": "recall (macro)",
    "f1": "F1 (macro)",
    "roc_auc": "ROC-AUC (one against rest, macro)",
    "average_precision": "mean average precision",
    "cross_entropy": "cross-entropy (nats)",
    "calibration_error": "expected calibration error (15 bins)",
}
# A class with fewer faces is marked: intervals from the bootstrap are too narrow there.
FEW = 30
# Fewer faces say too little of a group to name it as the lowest or highest.
_LEAST_GROUP = 10


class Sheet(NamedTuple):
    """A titled table of words; the first column names the row. Details are folded in a notebook."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str = ""
    detail: bool = False


class Viewed:
    """What shows itself as its sheets, which ``_sheets`` gives."""

    def _repr_html_(self) -> str:
        return "".join(_as_html(sheet) for sheet in self._sheets())

    def __rich__(self) -> Group:
        parts = [_as_rich(sheet) for sheet in self._sheets() if not sheet.detail]
        return Group(*(one for pair in parts for one in pair))

    def __str__(self) -> str:
        console = Console(file=io.StringIO(), width=120, no_color=True)
        console.print(self)
        return console.file.getvalue()


def report_sheets(report) -> list[Sheet]:
    """Return the sheets of a `Report`."""
    sheets = [_overall(report), _per_class(report), _confusion(report)]
    aspects = report.groups["aspect"].unique()
    if len(aspects):
        sheets.append(_extremes(report, aspects))
    return sheets + [_groups(report, aspect) for aspect in aspects]


def _number(estimate) -> str:
    if estimate.value != estimate.value:
        return "not defined"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _overall(report) -> Sheet:
    columns = ["metric", f"all, n = {len(report):,}"]
    reports = [report]
    note = f"In brackets: 95 % intervals, {_unit(report.settings)}."
    if report.without_leaked is not None:
        columns.append(f"without leaked, n = {len(report.without_leaked):,}")
        reports.append(report.without_leaked)
        note += f" {report.leaked.sum():,} faces stand, byte for byte, in the training set too."
    elif report.leaked is not None:
        note += " No face stands, byte for byte, in the training set too."
    rows = [[WORDS[name], *(_number(one[name]) for one in reports)] for name in OVERALL]
    return Sheet(f"Results on {report.data!r}", columns, rows, note)


def _unit(settings: dict) -> str:
    if settings["clusters"] is None:
        return f"{settings['resamples']:,} resamples where the bootstrap is used"
    return f"{settings['resamples']:,} resamples by {settings['clusters']}"


def _per_class(report) -> Sheet:
    counts = [report["recall", name].n for name in report.classes]
    rows = [
        [name, f"{count:,}{'*' if count < FEW else ''}"]
        + [_stacked(report[metric, name]) for metric in PER_CLASS]
        for name, count in zip(report.classes, counts, strict=True)
    ]
    columns = ["class", "n", "precision", "recall", "F1", "ROC-AUC", "average precision"]
    few = f"* Fewer than {FEW} faces: the interval of ROC-AUC and average precision is too narrow."
    return Sheet("Each class", columns, rows, few if min(counts) < FEW else "")


def _confusion(report) -> Sheet:
    pairs = report.confusion
    rows = [[name, *(f"{count:,}" for count in row)] for name, row in pairs.iterrows()]
    return Sheet(
        "How often each class (rows) is taken for each class (columns)",
        ["labeled", *pairs.columns],
        rows,
    )


def _stacked(estimate) -> str:
    """Return a number above its interval, narrow enough for five columns in a terminal."""
    if estimate.value != estimate.value:
        return "not defined"
    return f"{estimate.value:.3f}\n{estimate.low:.2f}–{estimate.high:.2f}"


def _share(row) -> str:
    return f"{row['accuracy']:.3f} ({row['low']:.3f} to {row['high']:.3f})"


def _extremes(report, aspects) -> Sheet:
    rows = []
    for aspect in aspects:
        groups = report.by(aspect)
        large = groups[groups["n"] >= _LEAST_GROUP]
        ranked = (groups if large.empty else large).sort_values("accuracy", kind="stable")
        ends = [
            f"{row.name} (n = {row['n']:,.0f})\n{_share(row)}"
            for row in (ranked.iloc[0], ranked.iloc[-1])
        ]
        rows.append([_words(aspect), f"{len(groups)}", *ends])
    note = f"Groups of at least {_LEAST_GROUP} faces, where there are any; Wilson's 95 % interval."
    return Sheet(
        "Accuracy by group", ["by", "groups", "lowest accuracy", "highest accuracy"], rows, note
    )


def _groups(report, aspect: str) -> Sheet:
    rows = [
        [str(group), f"{row['n']:,.0f}", _share(row)] for group, row in report.by(aspect).iterrows()
    ]
    note = "In brackets: Wilson's 95 % interval."
    title = f"Accuracy by {_words(aspect)}"
    return Sheet(title, ["group", "n", "accuracy"], rows, note, detail=True)


def _words(aspect: str) -> str:
    return aspect.replace("_", " ")


def _as_html(sheet: Sheet) -> str:
    head = "".join(f'<th scope="col">{html.escape(word)}</th>' for word in sheet.columns)
    body = "".join(
        f'<tr><th scope="row" style="text-align: left">{html.escape(first)}</th>'
        + "".join(f"<td>{_lines(word)}</td>" for word in rest)
        + "</tr>"
        for first, *rest in sheet.rows
    )
    title = html.escape(sheet.title)
    table = (
        f'<table><caption style="text-align: left"><b>{title}</b></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    if sheet.note:
        table += f"<p><small>{html.escape(sheet.note)}</small></p>"
    return f"<details><summary>{title}</summary>{table}</details>" if sheet.detail else table


def _lines(word: str) -> str:
    return html.escape(word).replace("\n", "<br>")


def _as_rich(sheet: Sheet) -> tuple[Table, Text]:
    """Return a table, and its note, which may be wider than the table."""
    table = Table(
        title=Text(sheet.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
    )
    for index, word in enumerate(sheet.columns):
        table.add_column(Text(word), justify="left" if index == 0 else "right")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table, Text(f"  {sheet.note}\n" if sheet.note else "")
