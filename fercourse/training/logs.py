"""Logs that TensorBoard shows."""

import math
from collections.abc import Callable
from pathlib import Path

from fercourse.errors import MissingPackageError, ModelError
from fercourse.training.config import Config
from fercourse.training.files import TENSORBOARD


def open_log(folder: Path | None, config: Config) -> Callable[[dict], None]:
    """Return what writes a row of the history into the log, if one is wanted.

    Raises
    ------
    ModelError
        If the run has no folder.
    MissingPackageError
        If TensorBoard is not installed.
    """
    if not config.tensorboard:
        return lambda row: None
    if folder is None:
        raise ModelError("Logs for TensorBoard stand in the run's folder; give fit a folder: out.")
    try:
        from tensorboard.summary import Writer
    except ImportError as error:
        raise MissingPackageError("Logs need TensorBoard: pip install tensorboard.") from error
    writer = Writer(str(folder / TENSORBOARD))

    def write(row: dict) -> None:
        for name, value in row.items():
            if name != "epoch" and math.isfinite(value):
                writer.add_scalar(name, value, row["epoch"])
        writer.flush()

    return write
