"""What `fit` returns, and how to read it again."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from fercourse.classifier.keras import KerasClassifier
from fercourse.errors import ModelError
from fercourse.training import files
from fercourse.training.config import Config


@dataclass(frozen=True, eq=False)
class Run:
    """A trained network and how it came about. Introduced in notebook 03.

    Parameters
    ----------
    model : keras.Model
        The network, with the weights of the best epoch.
    history : DataFrame
        One row an epoch (index ``epoch``, from 1): ``loss``, ``accuracy``, ``balanced_accuracy``
        of the augmented training faces as they were seen, the same with ``val_`` of the validation
        faces after the epoch, ``recall_angry`` and so on, ``learning_rate``, ``seconds``.
    classes : tuple of str
    config : Config
    best_epoch : int
        From 1; by what the config monitors.
    folder : Path or None
        Where the run was written.
    """

    model: object = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    classes: tuple[str, ...]
    config: Config
    best_epoch: int
    folder: Path | None = None

    @property
    def classifier(self) -> KerasClassifier:
        """The network as a classifier."""
        return KerasClassifier(self.model, self.classes)

    @property
    def minutes(self) -> float:
        """How long training took: by the median epoch, so that a pause does not count."""
        return float(self.history["seconds"].median() * len(self.history) / 60)

    @property
    def best(self) -> dict[str, float]:
        """The row of the history of the best epoch."""
        return self.history.loc[self.best_epoch].to_dict()


def load_run(folder: str | Path) -> Run:
    """Return a finished run as it stands in its folder; its faces are not needed.

    Parameters
    ----------
    folder : path
        What `fit` was given as `out`.

    Returns
    -------
    Run

    Raises
    ------
    ModelError
        If the folder holds no run, one of another version or an unfinished one, or is damaged.
    """
    folder = Path(folder)
    about, config = files.read_about(folder)
    if not (folder / files.METRICS).is_file():
        raise ModelError(f"The run in {folder} is not finished; resume it first.")
    try:
        history = pd.read_csv(folder / files.HISTORY, index_col="epoch")
        metrics = json.loads((folder / files.METRICS).read_text(encoding="utf-8"))
        best = int(history.index[history.index == metrics["best_epoch"]][0])
        classes = tuple(map(str, about["classes"]))
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelError(f"The run in {folder} is damaged; train anew.") from error
    return Run(files.read_network(folder), history, classes, config, best, folder)
