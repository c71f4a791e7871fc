"""The tables in docs/results.md, README.md and the model cards, made from what was measured."""

import json
import tomllib
from pathlib import Path

import numpy as np

from fercourse.cli.ablation_table import ablation_table
from fercourse.cli.card_tables import card_tables
from fercourse.cli.tables import filled, percent, table
from fercourse.evaluation import wilson
from fercourse.whole import whole_file

ABSENT = "–"
# Kinds of rows that are trained for themselves.
TRAINED = ("features", "recipe", "network")
NOT_MEASURED = "not measured here"
# Files of floats and of whole numbers stand in one column; the head says which is which.
FILE = "file, kB (Keras; INT8 where the row says so, and of `fer`)"


def write_tables(folder: Path) -> list[Path]:
    """Put the tables between their marks in docs/results.md, README.md and the model cards.

    Parameters
    ----------
    folder : Path
        The folder of benchmarks; the documents stand beside and below it.

    Returns
    -------
    list of Path
        The files that changed.
    """
    changed = {}
    for path, tables in tables_of(folder).items():
        before = path.read_text(encoding="utf-8")
        after = filled(before, tables, path.name)
        if after != before:
            changed[path] = after
    # Only once it is sure that no document lacks a mark.
    for path, text in changed.items():
        with whole_file(path) as fresh:
            fresh.write_text(text, encoding="utf-8")
    return list(changed)


def tables_of(folder: Path) -> dict[Path, dict[str, str]]:
    """Return the tables of each document by the name of their mark."""
    rows = [_measured(folder, name, row) for name, row in _toml(folder / "fer2013.toml").items()]
    claims = _toml(folder / "literature.toml")
    top, ablation = folder.parent, folder / "results" / "synth_ablation"
    cards = {
        top / "fercourse" / "weights" / f"{part.stem}.md": card_tables(_json(part))
        for part in sorted((folder / "results" / "weights").glob("*.json"))
    }
    return {
        top / "docs" / "results.md": {
            "fer2013": _full_table(rows, claims),
            "claims": _claims_table(claims),
            "epochs": _epochs_table(rows, claims),
            "ingredients": ablation_table(
                {part.stem: _json(part) for part in sorted(ablation.glob("*.json"))}
            ),
        },
        top / "README.md": {"fer2013": _short_table(rows)},
        **cards,
    }


def _measured(folder: Path, name: str, row: dict) -> dict:
    """Return a row with the parts that were measured of it."""
    where = "features" if row["kind"] == "features" else "fer2013"
    files = [folder / "results" / where / f"{name}-{seed}.json" for seed in row["seeds"]]
    parts = [_json(file) for file in files if file.is_file()]
    read = _of_features if where == "features" else _of_fer2013
    return {"name": name, **row, "parts": [read(part) for part in parts]}


def _of_fer2013(part: dict) -> dict:
    return part["detail"]


def _of_features(part: dict) -> dict:
    """Return what the benchmark of features measured in the form of this one's."""
    detail = part["detail"]

    def estimate(key):
        found = detail[key]
        return {**found, "value": found["accuracy"], "n": found["faces"]}

    scores = {
        split: {"accuracy": estimate(split), "unleaked": estimate(f"{split}_unleaked")}
        for split in ("public", "private")
    }
    minutes = part["figures"]["fit_minutes"]
    device = f"{part['machine']['cores']} processor cores"
    return {**scores, "minutes": minutes, "device": device, "test_time_augmentation": "none"}


def _full_table(rows: list[dict], claims: dict) -> str:
    heads = (
        "method", "parameters", FILE, "PublicTest", "PrivateTest",
        "PrivateTest, unleaked", "macro-F1, PublicTest", "calibration error, PublicTest", "seeds",
        "test-time augmentation", "training", "literature says",
    )  # fmt: skip
    return table(heads, [_full_row(row, claims) for row in rows])


def _full_row(row: dict, claims: dict) -> list[str]:
    said = "; ".join(claims[key]["claim"] for key in row.get("claims", ())) or ABSENT
    parts = row["parts"]
    if not parts:
        return [row["label"], *[ABSENT] * 2, NOT_MEASURED, *[ABSENT] * 7, said]
    return [
        row["label"],
        _number(parts, "parameters", "{:,.0f}"),
        _number(parts, "kb", "{:,.0f}"),
        _accuracy(parts, "public", "accuracy"),
        _accuracy(parts, "private", "accuracy"),
        _accuracy(parts, "private", "unleaked"),
        _mean(parts, "public", "macro_f1"),
        _mean(parts, "public", "calibration_error"),
        f"{len(parts)} of {len(row['seeds'])}",
        parts[0]["test_time_augmentation"],
        _training(row),
        said,
    ]


def _training(row: dict) -> str:
    """Return how long training took; a row that is made of others' networks trains nothing."""
    if row["kind"] not in TRAINED:
        return ABSENT
    minutes = _number(row["parts"], "minutes", "{:.0f}")
    return f"{minutes} min, {row['parts'][0]['device']}"


def _short_table(rows: list[dict]) -> str:
    lines = [
        [
            row["label"],
            _accuracy(row["parts"], "public", "accuracy"),
            _accuracy(row["parts"], "private", "accuracy"),
            _accuracy(row["parts"], "private", "unleaked"),
            f"{len(row['parts'])} of {len(row['seeds'])}",
        ]
        for row in rows
        if row["parts"]
    ]
    heads = "method", "PublicTest", "PrivateTest", "PrivateTest, unleaked", "seeds"
    return table(heads, lines)


def _claims_table(claims: dict) -> str:
    keys = "claim", "source", "scored", "plausible"
    heads = "claim", "who", "how it was scored", "can it be true on the official test split?"
    return table(heads, [[claim[key] for key in keys] for claim in claims.values()])


def _epochs_table(rows: list[dict], claims: dict) -> str:
    """Return accuracies after some epochs, where a claim tells them, beside our first seed's."""
    heads = (
        "network", "epochs", "source: training", "source: validation",
        "here: Training", "here: PublicTest",
    )  # fmt: skip
    lines = [
        [row["label"], str(epoch), *(f"{100 * one:.2f}" for one in told), *_after(row, epoch)]
        for row in rows
        for key in row.get("claims", ())
        for epoch, *told in claims[key].get("epochs", ())
    ]
    return table(heads, lines)


def _after(row: dict, epoch: int) -> list[str]:
    """Return the accuracies of a row's first seed after so many epochs."""
    if not row["parts"]:
        return [ABSENT, NOT_MEASURED]
    history = row["parts"][0]["history"]
    return [percent(history[name][epoch - 1]) for name in ("accuracy", "val_accuracy")]


def _accuracy(parts: list[dict], split: str, key: str) -> str:
    """Return the mean over seeds in percent, with the interval of one seed's number of faces."""
    if not parts or any(split not in part for part in parts):
        return "not scored" if parts else NOT_MEASURED
    found = [part[split][key] for part in parts]
    mean, count = float(np.mean([one["value"] for one in found])), found[0]["n"]
    low, high = wilson(mean * count, count)
    return f"{percent(mean)} ({percent(low)} to {percent(high)})"


def _mean(parts: list[dict], split: str, key: str) -> str:
    """Return the means over seeds of a metric and of the ends of its bootstrap interval."""
    found = [part[split][key] for part in parts if key in part.get(split, {})]
    if not found:
        return ABSENT
    value, low, high = (np.mean([one[end] for one in found]) for end in ("value", "low", "high"))
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _number(parts: list[dict], key: str, form: str) -> str:
    found = [part[key] for part in parts if key in part]
    return form.format(np.mean(found)) if found else ABSENT


def _toml(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
