"""What `fit` returns."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from fercourse.classifier.keras import KerasClassifier
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
