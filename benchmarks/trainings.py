"""Trainings that benchmarks share: kept in ``work/``, and gone on with where they were stopped."""

from pathlib import Path

from fercourse.errors import CourseError
from fercourse.training import Config, Run, fit, resume
from fercourse.training.files import is_run, read_about


def train_once(network: str, faces: tuple, config: Config, folder: Path, targets=None) -> Run:
    """Return the run in the folder, which begins now unless it is there already.

    Faces are those for training and for validation; targets are as `fit` takes them.
    """
    if not is_run(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        return fit(network, *faces, config, folder, targets=targets)
    if read_about(folder)[1] != config:
        raise CourseError(f"{folder} is a run by another recipe; move it away, and try again.")
    return resume(folder, *faces, targets=targets)
