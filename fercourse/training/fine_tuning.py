"""Fine-tuning in stages: the head first, then more of the network at a smaller rate."""

from dataclasses import dataclass, replace
from pathlib import Path

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import ModelError
from fercourse.training.config import Config
from fercourse.training.fitting import fit
from fercourse.training.freezing import unfreeze
from fercourse.training.run import Run


@dataclass(frozen=True)
class Stage:
    """A part of fine-tuning: which share of the layers learns, how fast, and how long."""

    share: float
    learning_rate: float
    epochs: int


STAGED = (Stage(0.0, 1e-3, 10), Stage(0.3, 1e-4, 10))


def gradual(
    stages: int = 4, *, learning_rate: float = 1e-3, epochs: int = 3, factor: float = 0.4
) -> tuple[Stage, ...]:
    """Return stages in which the network thaws from the top down (Howard and Ruder, 2018).

    Parameters
    ----------
    stages : int
        The first trains the head, the last all layers.
    learning_rate : float
        Of the first stage; each later one has `factor` times the rate before it.
    epochs : int
        Of each stage.
    """
    if stages < 2:
        raise ModelError(f"Gradual unfreezing takes at least two stages, not {stages}.")
    return tuple(
        Stage(step / (stages - 1), learning_rate * factor**step, epochs) for step in range(stages)
    )


def of_number(stages: int) -> tuple[Stage, ...]:
    """Return 1 stage (all layers at once), 2 (`STAGED`), or more (`gradual`)."""
    if stages == 1:
        return (Stage(1.0, 1e-3, 20),)
    return STAGED if stages == 2 else gradual(stages)


def fine_tune(
    model,
    train: FaceSet,
    validation: FaceSet,
    stages: tuple[Stage, ...] = STAGED,
    config: Config = Config(),
    out: str | Path | None = None,
    *,
    progress: bool = True,
) -> list[Run]:
    """Train a network stage by stage; each begins where the one before it was best.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`, with the weights to begin with; it is changed in place. Afterwards all
        of its layers can learn again.
    train, validation : FaceSet
    stages : tuple of Stage
        `STAGED`, or what `gradual` returns.
    config : Config
        All that the stages do not say.
    out : path, optional
        A folder; each stage becomes a run in it, ``stage-1`` and so on.
    progress : bool
        Show a table of the epochs.

    Returns
    -------
    list of Run
        One a stage. All share the network, which has the weights of the last one.

    Raises
    ------
    DataError, ModelError
        As `fit`.
    """
    if not stages:
        raise ModelError("Fine-tuning takes at least one stage.")
    runs = []
    try:
        for number, stage in enumerate(stages, 1):
            unfreeze(model, stage.share)
            how = replace(config, learning_rate=stage.learning_rate, epochs=stage.epochs)
            folder = None if out is None else Path(out) / f"stage-{number}"
            runs.append(fit(model, train, validation, how, folder, progress=progress))
    finally:
        for layer in model.layers:
            layer.trainable = True
    return runs
