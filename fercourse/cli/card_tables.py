"""The tables of a model card, made from what ``fercourse benchmark weights`` measured."""

from itertools import chain

from fercourse.cli.tables import percent, table

# Groups of faces that a card shows, as `accuracy_by_group` names them.
ASPECTS = ("yaw", "pitch", "roll", "light_strength", "tone", "occluder", "strength")
WORST = 5
GROUP_HEADS = ("aspect", "group", "faces", "accuracy, % (95 % interval)")


def card_tables(part: dict) -> dict[str, str]:
    """Return the tables of a card by the name of their mark.

    Parameters
    ----------
    part : dict
        A part of the results of ``weights``: figures, detail, and what traces them.
    """
    report = part["detail"]["report"]
    tables = {
        "facts": _facts(part),
        "overall": _overall(report["overall"]),
        "per_class": _per_class(report["per_class"]),
        "calibration": _calibration(report["reliability"]),
        "robustness": _robustness(part["detail"]["robustness"]),
        "failures": _failures(report),
    }
    # Photographs do not say how a head was turned or a lamp stood.
    groups = _groups(report["groups"])
    return tables | ({"groups": table(GROUP_HEADS, groups)} if groups else {})


def _facts(part: dict) -> str:
    figures, detail = part["figures"], part["detail"]
    faces, split = detail["faces"], detail.get("split", "test")
    truth = detail.get("true_class_accuracy")
    of_truth = "accuracy against the class that was drawn"
    return table(
        ("what", "value"),
        [
            ["network", f"`{detail['network']}`, {figures['parameters']:,.0f} parameters"],
            ["files", f"{figures['int8_kb']:,.0f} kB (INT8), {figures['keras_kb']:,.0f} kB (Keras)"],
            ["time for one face, INT8", f"{figures['int8_ms']:.2f} ms on one thread"],
            ["trained on", f"{faces['train']:,} faces, {detail['config']['epochs']} epochs"],
            ["epoch chosen on", f"{faces['validation']:,} others: number {detail['best_epoch']}"],
            ["training", f"{figures['minutes']:.0f} min, {part['machine']['cores']} processor cores"],
            [f"accuracy on the {split} split, INT8 and float",
             f"{percent(figures[f'{split}_accuracy'])} and "
             f"{percent(figures[f'float_{split}_accuracy'])} %"],
            *([[of_truth, f"{percent(truth['value'])} %"]] if truth else []),
            ["made by", f"`{part['command']}`"],
            ["from commit", f"{part['commit'][:12]}, {part['date'][:10]}"],
        ],
    )  # fmt: skip


def _overall(overall: dict) -> str:
    rows = [[name.replace("_", " "), _estimate(found)] for name, found in overall.items()]
    return table(("metric", "value (95 % interval)"), rows)


def _per_class(classes: dict) -> str:
    metrics = "precision", "recall", "f1"
    rows = [
        [name, f"{found['f1']['n']:,}", *(_estimate(found[metric]) for metric in metrics)]
        for name, found in classes.items()
    ]
    return table(("class", "faces", *metrics), rows)


def _calibration(bins: dict) -> str:
    rows = [
        [percent(one["confidence"]), _share({**one, "value": one["accuracy"]}), f"{one['n']:,.0f}"]
        for one in bins.values()
    ]
    return table(("says, %", "is right, % (95 % interval)", "faces"), rows)


def _robustness(robustness: dict) -> str:
    rows = [
        [change, f"{one['amount']:g} {one['unit']}", _share(one)]
        for change, found in robustness.items()
        for one in found
    ]
    return table(("change", "how much", "accuracy, % (95 % interval)"), rows)


def _groups(groups: dict) -> list[list[str]]:
    return [
        [aspect.replace("_", " "), name, f"{one['n']:,}", _share({**one, "value": one["accuracy"]})]
        for aspect in ASPECTS
        for name, one in groups.get(aspect, {}).items()
    ]


def _failures(report: dict) -> str:
    """Return the classes that are most often taken for another."""
    classes, counts = report["classes"], report["confusion"]
    mistakes = chain.from_iterable(
        ((row[j] / max(sum(row), 1), classes[i], classes[j], sum(row)) for j in range(len(row)))
        for i, row in enumerate(counts)
    )
    worst = sorted((one for one in mistakes if one[1] != one[2]), reverse=True)[:WORST]
    rows = [[true, said, percent(share), f"{count:,}"] for share, true, said, count in worst]
    return table(("a face labeled", "is taken for", "% of the time", "of"), rows)


def _estimate(found: dict) -> str:
    if found["value"] is None:
        return "–"
    return f"{found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _share(found: dict) -> str:
    return f"{percent(found['value'])} ({percent(found['low'])} to {percent(found['high'])})"
