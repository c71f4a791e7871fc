"""Pretrain a backbone on faces that need no download, once, and keep it."""

from pathlib import Path

from fercourse.classifier import save_classifier
from fercourse.datasets import load
from fercourse.datasets.cache import writing
from fercourse.errors import ModelError
from fercourse.models import build
from fercourse.models.transfer import checked
from fercourse.models.transfer_weights import PRETRAINED, pretrained_file
from fercourse.training.config import Config
from fercourse.training.fitting import fit

EPOCHS = 15


def pretrain(
    backbone: str = "mobilenet_v2",
    source: str = "synthetic",
    *,
    size: int = 96,
    width: float = 1.0,
    data: str | Path | None = None,
    config: Config | None = None,
    faces: int | None = None,
    progress: bool = True,
) -> Path:
    """Train a backbone once and keep it where ``build("transfer", weights=source)`` finds it.

    Parameters
    ----------
    backbone, size, width
        As of ``models.build("transfer")``.
    source : {"synthetic", "fer2013"}
        The data set: built-in faces, or FER2013, of which you need a copy.
    data : path, optional
        Your copy of FER2013; the last import by default.
    config : Config, optional
        How; `EPOCHS` epochs by default.
    faces : int, optional
        About so many; all by default.
    progress : bool
        Show a table of the epochs.

    Returns
    -------
    Path
        The file; at once where it is there already.

    Raises
    ------
    ModelError, DataError
        If there is no such backbone or source, or it cannot be trained.
    """
    if source not in PRETRAINED:
        raise ModelError(f"Pretraining is on one of {', '.join(PRETRAINED)}, not on {source!r}.")
    path = pretrained_file(source, backbone, size, width)
    if path.is_file():
        return path
    checked(backbone, size, width)
    config = config or Config(epochs=EPOCHS)
    everything = load(PRETRAINED[source], data)
    chosen = everything if faces is None else everything.sample(faces, seed=config.seed)
    network = build(
        "transfer", chosen.classes, seed=config.seed, backbone=backbone, size=size, width=width
    )
    run = fit(network, chosen.split("train"), chosen.split("validation"), config, progress=progress)
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    return save_classifier(run.classifier, path)
