"""Everything that training needs to go on, in one file: the same numbers come out as without a break."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from keras import ops

from fercourse.errors import ModelError
from fercourse.training.files import write_whole
from fercourse.training.trainer import seeds


@dataclass
class State:
    """What is known after some epochs, besides the variables of the trainer.

    Parameters
    ----------
    history : list of dict
        One row an epoch.
    best : list of ndarray
        The network's weights of the best epoch; empty before the first.
    """

    history: list[dict] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)


def save(path: Path, trainer, state: State) -> None:
    """Write weights, optimizer, seeds and state."""
    content = {"history": np.array(json.dumps(state.history))}
    content |= {
        f"variable_{index}": ops.convert_to_numpy(one)
        for index, one in enumerate(_variables(trainer))
    }
    content |= {f"best_{index}": array for index, array in enumerate(state.best)}
    write_whole(path, lambda file: np.savez(file, **content))


def restore(path: Path, trainer, network) -> State:
    """Set weights, optimizer and seeds to what `save` wrote, and return the state.

    Raises
    ------
    ModelError
        If the file is damaged or belongs to another network or config.
    """
    variables = _variables(trainer)
    try:
        with np.load(path, allow_pickle=False) as content:
            history = json.loads(str(content["history"]))
            values = [content[f"variable_{index}"] for index in range(len(variables))]
            best = [content[f"best_{index}"] for index in range(len(network.weights))]
    # Whatever is wrong in a file, the answer is the same.
    except Exception as error:
        raise ModelError(f"{path} is damaged, or of another network; train anew.") from error
    pairs = [*zip(variables, values, strict=True), *zip(network.weights, best, strict=True)]
    if any(one.shape != value.shape for one, value in pairs):
        raise ModelError(f"{path} belongs to another network or config; train anew.")
    for one, value in zip(variables, values, strict=True):
        one.assign(value)
    return State(history, best)


def _variables(trainer) -> list:
    return [*trainer.weights, *seeds(trainer), *trainer.optimizer.variables]
