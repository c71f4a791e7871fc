"""The loop over the epochs: train, validate, keep what is best, save."""

import math
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import ModelError
from fercourse.training import checkpoint, files
from fercourse.training.batches import Batches, one_hot, readable, steps
from fercourse.training.config import Config
from fercourse.training.fused import fused_normalization
from fercourse.training.imbalance import epoch_rows, epoch_weights
from fercourse.training.logs import Log
from fercourse.training.progress import Display, make_display
from fercourse.training.run import Run
from fercourse.training.trainer import (
    BalancedAccuracy,
    average_in_place,
    learning_rate,
    make_trainer,
    set_learning_rate,
)
from fercourse.training.watching import best_of, is_over, plateau_rate

# Without gradients a larger batch fits, and small networks spend less on each call.
_VALIDATION_BATCH = 256


class Loop:
    """A network, the faces it learns, and the folder it is written to; parameters as of `fit`.

    `targets` is what is learned of each face, float32 (N, C), and `folder` exists if it is given.
    """

    def __init__(
        self,
        network,
        train: FaceSet,
        validation: FaceSet,
        config: Config,
        folder: Path | None,
        targets: np.ndarray,
    ):
        if config.deterministic:
            _ask_for_determinism()
        self.network, self.train, self.config, self.folder = network, train, config, folder
        self.log = Log(folder, config)
        self.targets = targets
        self.steps = steps(len(train), config.batch_size)
        self.balanced = BalancedAccuracy(len(train.classes))
        self.trainer = make_trainer(network, config, self.steps, self.balanced)
        in_order = np.arange(len(validation))
        self.validation = readable(
            Batches(validation.images, one_hot(validation), in_order, _VALIDATION_BATCH)
        )

    def run(self, state: checkpoint.State, progress: bool) -> Run:
        """Train the epochs that are left."""
        display = make_display(self.config.epochs, self.steps, progress)
        try:
            with fused_normalization(self.network):
                self.train_all(state, display)
        except KeyboardInterrupt:
            self.tell_interrupted(state)
            raise
        finally:
            display.close()
            self.log.close()
            if state.best:
                self.network.set_weights(state.best)
        return self.finish(state)

    def train_all(self, state: checkpoint.State, display: Display) -> None:
        """Train until the run is over."""
        while not is_over(state.history, self.config):
            row = self.train_epoch(state.history, display)
            self.keep(row, state)
            display.epoch(row, is_best=best_of(state.history, self.config) == row["epoch"])

    def train_epoch(self, history: list[dict], display: Display) -> dict:
        """Train one epoch and return its row of the history, as far as training gives it."""
        number, started = len(history) + 1, time.perf_counter()
        rate = learning_rate(self.trainer)
        logs = self.trainer.fit(
            readable(self.batches(number, history)),
            shuffle=False,
            verbose=0,
            callbacks=[_Steps(display, number)],
        ).history
        row = {"epoch": number, **{name: float(values[-1]) for name, values in logs.items()}}
        row |= self.recalls("recall")
        row |= {"learning_rate": rate, "seconds": round(time.perf_counter() - started, 3)}
        _refuse_nonsense(row, "loss")
        return row

    def batches(self, number: int, history: list[dict]) -> Batches:
        """Return the faces of an epoch; they depend on the seed and its number, not on the past."""
        rng = np.random.default_rng([self.config.seed, number])
        labels = self.train.labels
        return Batches(
            self.train.images,
            self.targets,
            epoch_rows(labels, self.config, rng),
            self.config.batch_size,
            weights=epoch_weights(labels, self.train.classes, self.config, history),
            mixup=self.config.mixup,
            rng=rng,
        )

    def keep(self, row: dict, state: checkpoint.State) -> None:
        """Validate an epoch, complete its row, keep the weights if they are the best, and save."""
        with average_in_place(self.trainer, self.config):
            scores = self.trainer.evaluate(self.validation, return_dict=True, verbose=0)
            row |= {f"val_{name}": float(value) for name, value in scores.items()}
            row |= self.recalls("val_recall")
            _refuse_nonsense(row, "val_loss")
            state.history.append(row)
            is_best = best_of(state.history, self.config) == row["epoch"]
            if is_best:
                state.best = self.network.get_weights()
        if self.config.schedule == "plateau":
            set_learning_rate(self.trainer, plateau_rate(state.history, self.config))
        if self.folder is not None:
            checkpoint.save(self.folder / files.CHECKPOINT, self.trainer, state)
            files.put(self.folder / files.HISTORY, _frame(state.history).to_csv().encode())
            if is_best:  # after the checkpoint: without one, a run begins anew from this file
                with average_in_place(self.trainer, self.config):
                    files.keep_model(self.folder, self.network, self.train.classes)
        self.log.write(row)

    def recalls(self, prefix: str) -> dict[str, float]:
        """Return the share of each class recognized, as last measured."""
        names = (f"{prefix}_{name}" for name in self.train.classes)
        return dict(zip(names, map(float, self.balanced.recalls()), strict=True))

    def tell_interrupted(self, state: checkpoint.State) -> None:
        """Say what is kept."""
        done = f"Stopped after {len(state.history)} of {self.config.epochs} epochs."
        kept = f" The run in {self.folder} can be resumed." if self.folder else ""
        print(done + kept, file=sys.stderr)

    def finish(self, state: checkpoint.State) -> Run:
        """Write what a finished run has, and return it."""
        best = best_of(state.history, self.config)
        if self.folder is not None:
            metrics = {"epochs": len(state.history), "best_epoch": best}
            files.write_json(self.folder / files.METRICS, metrics | state.history[best - 1])
            files.keep_model(self.folder, self.network, self.train.classes)
        return Run(
            self.network,
            _frame(state.history),
            self.train.classes,
            self.config,
            best,
            self.folder,
        )


class _Steps(keras.callbacks.Callback):
    """Tells a display of each step."""

    def __init__(self, display: Display, epoch: int):
        super().__init__()
        self.display, self.epoch = display, epoch

    def on_train_batch_end(self, batch, logs=None):
        self.display.step(self.epoch, batch + 1)


def _refuse_nonsense(row: dict, name: str) -> None:
    if not math.isfinite(row[name]):
        raise ModelError(
            f"In epoch {row['epoch']} the {name.replace('val_', 'validation ')} is no number any "
            f"more; the learning rate of {row['learning_rate']:g} is most likely too high. Nothing "
            "was overwritten; train anew with a tenth of it, or with a longer warm-up."
        )


def _frame(history: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(history).set_index("epoch")


def _ask_for_determinism() -> None:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
