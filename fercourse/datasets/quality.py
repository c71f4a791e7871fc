"""What is wrong with a data set: `check`."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from rich.table import Table

from fercourse.datasets.duplicates import groups, identical, near_identical, one_color
from fercourse.datasets.faceset import SPLITS, FaceSet

_REASONS_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for.

    Parameters
    ----------
    key : str
        Its short name, such as ``"leaked"``.
    title : str
        What was looked for, in words.
    value : int or float or None
        How many were found; for the class imbalance, how many times as large the largest class is
        as the smallest; None where the data set does not know what would be needed to tell.
    said : str
        One sentence on what was found.
    rows : list of int
        The rows of the data set that are concerned; leave these out to be rid of it.
    groups : list of list of int
        The rows that belong together, such as those of identical images.
    detail : dict
        Figures behind `value`.
    """

    key: str
    title: str
    value: int | float | None
    said: str
    rows: list[int] = field(default_factory=list)
    groups: list[list[int]] = field(default_factory=list)
    detail: dict = field(default_factory=dict)


@dataclass(frozen=True)
class QualityReport:
    """What `check` found, one `Finding` each; ``report["blank"].rows`` and so on."""

    name: str
    faces: int
    findings: tuple[Finding, ...]

    def __getitem__(self, key: str) -> Finding:
        return {finding.key: finding for finding in self.findings}[key]

    def table(self) -> Table:
        """Return a Rich table of the findings, to be printed."""
        table = Table(title=f"{self.name}: {self.faces:,} faces")
        table.add_column("Looked for")
        table.add_column("Found", justify="right")
        table.add_column("Which means")
        for finding in self.findings:
            value = "unknown" if finding.value is None else f"{finding.value:,}"
            table.add_row(finding.title, value, finding.said)
        return table

    def to_json(self) -> str:
        """Return everything that was found, row numbers included, as JSON."""
        return json.dumps(asdict(self), indent=2)


def check(faces: FaceSet, unused: Iterable[tuple[str, str]] = ()) -> QualityReport:
    """Look for what is wrong with a data set. Introduced in notebook 01.

    Parameters
    ----------
    faces : FaceSet
        The data set.
    unused : iterable of (file, reason)
        Files that its import could not use.

    Returns
    -------
    QualityReport
        Findings, by key: ``unreadable``, ``blank``, ``identical``, ``conflicting``, ``leaked``
        (identical across splits), ``near_identical``, ``near_leaked``, ``subjects``,
        ``imbalance``. See `duplicates.near_identical` for what counts as near.
    """
    same, near = identical(faces.images), near_identical(faces.images)
    findings = (
        _unreadable(list(unused)),
        _blank(faces.images),
        _identical(same),
        _conflicting(same, faces.labels, faces.classes),
        _leaked(same, faces.table),
        _near_identical(same, near),
        _near_leaked(same, near, faces.table),
        _subjects(faces.table),
        _imbalance(faces),
    )
    return QualityReport(faces.name, len(faces), findings)


def _unreadable(unused: list[tuple[str, str]]) -> Finding:
    shown = "; ".join(f"{file}: {reason}" for file, reason in unused[:_REASONS_SHOWN])
    more = f"; and {len(unused) - _REASONS_SHOWN:,} more" if len(unused) > _REASONS_SHOWN else ""
    said = shown + more if unused else "Every file that was seen at import is used."
    detail = {"files": [{"file": file, "reason": reason} for file, reason in unused]}
    return Finding("unreadable", "Files that could not be used", len(unused), said, detail=detail)


def _blank(images: np.ndarray) -> Finding:
    rows = np.flatnonzero(one_color(images)).tolist()
    said = "Images of one gray level show nobody." if rows else "Every image has some contrast."
    return Finding("blank", "Images of one color", len(rows), said, rows)


def _identical(same: np.ndarray) -> Finding:
    found = groups(same)
    surplus = sorted(row for group in found for row in group[1:].tolist())
    said = f"Groups of identical images: {len(found):,}."
    return Finding(
        "identical",
        "Surplus identical images",
        len(surplus),
        said,
        surplus,
        [group.tolist() for group in found],
        {"groups": len(found)},
    )


def _conflicting(same: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> Finding:
    found = [group for group in groups(same) if len(np.unique(labels[group])) > 1]
    pairs = [
        " / ".join(classes[label] for label in np.unique(labels[group]).tolist()) for group in found
    ]
    counts = pd.Series(pairs, dtype=object).value_counts()
    said = f"Groups of identical images with more than one label: {len(found):,}"
    said += f"; most often {counts.index[0]}." if found else "."
    return Finding(
        "conflicting",
        "Identical images with conflicting labels",
        len(found),
        said,
        sorted(row for group in found for row in group.tolist()),
        [group.tolist() for group in found],
        {"labels": {pair: int(count) for pair, count in counts.items()}},
    )


def _leaked(same: np.ndarray, table: pd.DataFrame) -> Finding:
    title = "Identical images across splits"
    rows, detail = _across(same, table)
    return _leak("leaked", title, rows, detail, "identical to an image of")


def _near_identical(same: np.ndarray, near: np.ndarray) -> Finding:
    found = [group for group in groups(near) if len(np.unique(same[group])) > 1]
    rows = sorted(row for group in found for row in group.tolist())
    said = f"Groups of one picture in versions that are not quite identical: {len(found):,}."
    return Finding(
        "near_identical",
        "Images with a near-identical one",
        len(rows),
        said,
        rows,
        [group.tolist() for group in found],
        {"groups": len(found)},
    )


def _near_leaked(same: np.ndarray, near: np.ndarray, table: pd.DataFrame) -> Finding:
    """Find the images that are near an image of an earlier split, and identical to none of it."""
    title = "Near-identical images across splits"
    exact, _ = _across(same, table)
    rows, detail = _across(near, table, leave_out=exact)
    return _leak("near_leaked", title, rows, detail, "near-identical to an image of")


def _across(
    numbers: np.ndarray, table: pd.DataFrame, leave_out: dict[str, np.ndarray] | None = None
) -> tuple[dict[str, np.ndarray] | None, dict[str, int]]:
    """Return the rows of each later split whose number an earlier split has too."""
    if "split" not in table or table["split"].isna().all():
        return None, {}
    rows = {}
    for earlier, later in combinations(SPLITS, 2):
        known = numbers[(table["split"] == earlier).to_numpy()]
        of_later = np.flatnonzero(table["split"] == later)
        if not len(known) or not len(of_later):
            continue
        key = f"{later} in {earlier}"
        found = of_later[np.isin(numbers[of_later], known)]
        rows[key] = np.setdiff1d(found, leave_out[key]) if leave_out else found
    return rows, {key: len(found) for key, found in rows.items()}


def _leak(key, title, rows: dict[str, np.ndarray] | None, detail: dict, how: str) -> Finding:
    if rows is None:
        return Finding(key, title, None, "The data set has no splits.")
    parts = []
    for name, count in detail.items():
        later, earlier = name.split(" in ")
        if count:
            parts.append(f"{later} images {how} {earlier}: {count:,}")
    said = "; ".join(parts).capitalize() + "." if parts else "No split repeats an image of another."
    concerned = np.unique(np.concatenate([*rows.values(), np.empty(0, np.intp)])).tolist()
    return Finding(key, title, len(concerned), said, [int(row) for row in concerned], detail=detail)


def _subjects(table: pd.DataFrame) -> Finding:
    title = "Subjects in more than one split"
    needed = {"split", "subject"} - set(table.columns)
    if needed or table["subject"].isna().all():
        return Finding("subjects", title, None, "The data set does not tell subjects or splits.")
    splits = table.dropna(subset=["subject"]).groupby("subject")["split"].unique()
    shared = {str(who): sorted(where) for who, where in splits.items() if len(where) > 1}
    rows = np.flatnonzero(table["subject"].astype(str).isin(shared)).tolist()
    said = (
        f"{len(shared):,} of {len(splits):,} subjects stand in two splits or more: a classifier "
        "can know their faces already."
        if shared
        else f"Each of the {len(splits):,} subjects stands in one split."
    )
    return Finding("subjects", title, len(shared), said, rows, detail={"subjects": shared})


def _imbalance(faces: FaceSet) -> Finding:
    title = "Largest class over smallest"
    counts = pd.Series(np.bincount(faces.labels, minlength=len(faces.classes)), faces.classes)
    present = counts[counts > 0]
    detail = {"classes": {name: int(count) for name, count in counts.items()}}
    if present.empty:
        return Finding("imbalance", title, None, "There are no faces.", detail=detail)
    ratio = round(float(present.max() / present.min()), 1)
    said = f"{present.idxmax()} has {present.max():,} faces, {present.idxmin()} {present.min():,}."
    absent = ", ".join(counts.index[counts == 0])
    said += f" No face is {absent}." if absent else ""
    return Finding("imbalance", title, ratio, said, detail=detail)
