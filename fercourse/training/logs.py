"""Logs that TensorBoard shows."""

import math
from importlib.util import find_spec
from pathlib import Path

from fercourse.errors import MissingPackageError, ModelError
from fercourse.training.config import Config
from fercourse.training.files import TENSORBOARD


def check_log(folder: str | Path | None, config: Config) -> None:
    """Find out before a run's folder is made whether its log can be written, if one is wanted.

    Raises
    ------
    ModelError
        If the run has no folder.
    MissingPackageError
        If TensorBoard is not installed.
    """
    if not config.tensorboard:
        return
    if folder is None:
        raise ModelError("Logs for TensorBoard stand in the run's folder; give fit a folder: out.")
    if find_spec("tensorboard") is None:
        raise MissingPackageError("Logs need TensorBoard: pip install tensorboard.")


class Log:
    """Takes the rows of a history; writes them only where the config asks for it."""

    def __init__(self, folder: Path | None, config: Config):
        check_log(folder, config)
        self.writer = None
        if config.tensorboard:
            from tensorboard.summary import Writer

            self.writer = Writer(str(folder / TENSORBOARD))

    def write(self, row: dict) -> None:
        """Write the numbers of an epoch."""
        if self.writer is None:
            return
        for name, value in row.items():
            if name != "epoch" and math.isfinite(value):
                self.writer.add_scalar(name, value, row["epoch"])
        self.writer.flush()

    def close(self) -> None:
        """Let go of the file and of the thread that writes it."""
        if self.writer is not None:
            self.writer.close()
