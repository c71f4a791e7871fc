"""``fercourse train transfer``: a backbone, its weights, and stages of fine-tuning."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple


class Choice(NamedTuple):
    """What the options of the command say of the network."""

    backbone: str
    weights: str
    stages: int
    size: int
    width: float


def train_transfer(
    choice: Choice, train, validation, epochs: int | None, folder: Path, seed: int, quiet: bool
) -> dict:
    """Fine-tune a backbone into a folder with a run for each stage; return what is told of it.

    Parameters
    ----------
    choice : Choice
    train, validation : FaceSet
    epochs : int or None
        Of each stage.
    folder : Path
    seed : int
    quiet : bool
        Show no progress.
    """
    from fercourse import models
    from fercourse.training.config import Config
    from fercourse.training.fine_tuning import fine_tune, of_number

    stages = of_number(choice.stages)
    if epochs is not None:
        stages = tuple(replace(stage, epochs=epochs) for stage in stages)
    network = models.build(
        "transfer",
        train.classes,
        seed=seed,
        backbone=choice.backbone,
        weights=_weights(choice, quiet),
        size=choice.size,
        width=choice.width,
    )
    runs = fine_tune(
        network, train, validation, stages, Config(seed=seed), folder, progress=not quiet
    )
    last = runs[-1]
    return {
        "network": "transfer",
        "backbone": choice.backbone,
        "weights": choice.weights,
        "stages": len(runs),
        "data": train.name,
        "faces": len(train),
        "seed": seed,
        "epochs": len(last.history),
        "best_epoch": last.best_epoch,
        "validation_accuracy": last.best["val_accuracy"],
        "seconds": round(sum(float(run.history["seconds"].sum()) for run in runs), 1),
        "folder": str(last.folder),
    }


def _weights(choice: Choice, quiet: bool) -> str | None:
    """Return the weights to build with; those of our own pretraining are made on first use."""
    from fercourse.models.transfer_weights import PRETRAINED
    from fercourse.training.pretraining import pretrain

    if choice.weights in PRETRAINED:
        pretrain(
            choice.backbone,
            choice.weights,
            size=choice.size,
            width=choice.width,
            progress=not quiet,
        )
    return None if choice.weights == "none" else choice.weights
