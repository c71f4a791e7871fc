"""The table of what each ingredient of the drawn faces carries, from ``synth_ablation``."""

from fercourse.cli.tables import table

WHOLE = "all"
SCORES = {
    "balanced_accuracy": "balanced accuracy",
    "auc_happy": "area for happy",
    "auc_surprise": "area for surprise",
}


def ablation_table(parts: dict[str, dict]) -> str:
    """Return each kind of drawn faces beside all ingredients, the greatest loss first.

    Parameters
    ----------
    parts : dict of str to dict
        The parts of the results of ``synth_ablation`` by the kind of faces.
    """
    if WHOLE not in parts:
        return ""
    of_seed = {name: part["detail"]["of_seed"] for name, part in parts.items()}
    whole = of_seed.pop(WHOLE)
    changes = {
        name: {
            score: [kind[seed][score] - scores[score] for seed, scores in whole.items()]
            for score in SCORES
        }
        for name, kind in of_seed.items()
    }
    first = next(iter(SCORES))
    ordered = sorted(changes, key=lambda name: sum(changes[name][first]))
    lines = [[name.replace("_", " "), *map(_change, changes[name].values())] for name in ordered]
    everything = [f"{_mean([scores[score] for scores in whole.values()]):.3f}" for score in SCORES]
    return table(("drawn faces", *SCORES.values()), [["all ingredients", *everything], *lines])


def _change(values: list[float]) -> str:
    """Return the mean change over the seeds, and the least and the largest."""
    return f"{_mean(values):+.3f} ({min(values):+.3f} to {max(values):+.3f})"


def _mean(values) -> float:
    return sum(values) / len(values)
