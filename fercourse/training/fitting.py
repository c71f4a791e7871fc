"""`fit` and `resume`: train a network, and go on where training was broken off."""

from pathlib import Path

import numpy as np

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import ModelError
from fercourse.models import build
from fercourse.training import checkpoint, files
from fercourse.training.batches import checked_targets
from fercourse.training.checks import check_faces, check_network
from fercourse.training.config import Config
from fercourse.training.logs import check_log
from fercourse.training.loop import Loop
from fercourse.training.run import Run


def fit(
    model,
    train: FaceSet,
    validation: FaceSet,
    config: Config = Config(),
    out: str | Path | None = None,
    *,
    targets: np.ndarray | None = None,
    progress: bool = True,
) -> Run:
    """Train a network. Introduced in notebook 03.

    Parameters
    ----------
    model : keras.Model or str
        A network that takes float32 (N, H, W, 1) holding 0 to 255 and gives probabilities, which
        is trained in place; or a name of `fercourse.models.MODELS`.
    train, validation : FaceSet
        What is learned from, and what the best epoch is chosen by.
    config : Config
        How.
    out : path, optional
        A new folder for config, history, checkpoint and model. A run that was broken off goes on
        from it by `resume`.
    targets : ndarray, float32, shape (N, C), optional
        What is to be learned of the training faces instead of their labels.
    progress : bool
        Show a table of the epochs.

    Returns
    -------
    Run
        With the weights of the best epoch.

    Raises
    ------
    DataError
        If the faces are too few, lack a class, or do not go together.
    ModelError
        If the network does not fit the faces, the folder exists or cannot be written, or the loss
        is no number any more. What was saved before is kept.
    KeyboardInterrupt
        When it is stopped. The network then has the weights of the best epoch.
    """
    check_faces(train, validation)
    network = build(model, train.classes, seed=config.seed) if isinstance(model, str) else model
    check_network(network, train)
    told = checked_targets(train, config, targets)
    check_log(out, config)
    folder = None
    if out is not None:
        folder = files.start_folder(Path(out), network, config, train, targets)
    loop = Loop(network, train, validation, config, folder, told)
    return loop.run(checkpoint.State(), progress)


def resume(
    folder: str | Path,
    train: FaceSet,
    validation: FaceSet,
    *,
    targets: np.ndarray | None = None,
    progress: bool = True,
) -> Run:
    """Go on with a run that was broken off; the result is the same as if it had not been.

    Parameters
    ----------
    folder : path
        What `fit` was given as `out`.
    train, validation, targets
        The same as `fit` was given.
    progress : bool
        Show a table of the epochs.

    Returns
    -------
    Run
        At once where nothing is left to do.

    Raises
    ------
    DataError, ModelError
        As `fit`; and if the folder holds no run, one of another version, or one of other faces or
        targets.
    """
    folder = Path(folder)
    about, config = files.read_about(folder)
    check_faces(train, validation)
    if about["fingerprint"] != files.fingerprint(train):
        raise ModelError(
            f"The run in {folder} was trained on other faces ({about['faces']} of "
            f"{about['data']!r}); give the same, or train anew."
        )
    if not files.are_those(targets, about):
        raise ModelError(
            f"The run in {folder} was begun with other targets; give the same, or train anew."
        )
    told = checked_targets(train, config, targets)
    network = files.read_network(folder)
    check_network(network, train)
    loop = Loop(network, train, validation, config, folder, told)
    saved, state = folder / files.CHECKPOINT, checkpoint.State()
    if saved.exists():
        state = checkpoint.restore(saved, loop.trainer, network)
    return loop.run(state, progress)
