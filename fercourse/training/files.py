"""The files of a run's folder. Each is written beside its place and then put there whole."""

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fercourse import __version__
from fercourse.classifier import load_classifier, save_classifier
from fercourse.classifier.keras import KerasClassifier
from fercourse.datasets.faceset import FaceSet
from fercourse.errors import ModelError
from fercourse.training.config import Config
from fercourse.whole import real_path, whole_file, whole_folder

FORMAT = "fercourse run 1"
CONFIG, CHECKPOINT, HISTORY = "config.json", "checkpoint.npz", "history.csv"
METRICS, MODEL, ARCHITECTURE = "metrics.json", "model.keras", "architecture.json"
TENSORBOARD = "tensorboard"
_LOOKED_AT = 256
_TOLD_OF = 16


def start_folder(
    folder: Path, network, config: Config, train: FaceSet, targets: np.ndarray | None
) -> Path:
    """Make the folder of a new run, whole or not at all, and return it; `targets` as of `fit`.

    Raises
    ------
    ModelError
        If there is something in it already, or it cannot be written.
    """
    check_new(folder)
    about = {
        "format": FORMAT,
        "version": __version__,
        "network": network.name,
        "classes": list(train.classes),
        "data": train.name,
        "faces": len(train),
        "fingerprint": fingerprint(train),
        "targets": _some(targets),
        "config": config.to_dict(),
    }
    try:
        with whole_folder(folder) as fresh:
            write_json(fresh / CONFIG, about)
            put(fresh / ARCHITECTURE, network.to_json(indent=2).encode())
            save_classifier(KerasClassifier(network, train.classes), fresh / MODEL)
    except OSError as error:
        raise ModelError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder


def check_new(folder: Path) -> None:
    """Raise a ModelError unless a run can be put there."""
    try:
        real_path(folder)
    except OSError as error:
        raise ModelError(f"{folder} cannot be written: {error.strerror}.") from error
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        way = "resume it, or name another folder" if is_run(folder) else "name another folder"
        raise ModelError(f"{folder} is there already and is not overwritten; {way}.")


def is_run(folder: Path) -> bool:
    """Return whether a folder holds a run."""
    return (folder / CONFIG).is_file()


def read_about(folder: Path) -> tuple[dict, Config]:
    """Return what ``config.json`` says, and the config in it.

    Raises
    ------
    ModelError
        If the folder holds no run, or one of another version.
    """
    try:
        about = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        written = about["format"], about["fingerprint"], about["config"]
    except OSError as error:
        raise ModelError(f"{folder} holds no run of fercourse: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / CONFIG} is damaged; train anew.") from error
    if written[0] != FORMAT:
        raise ModelError(
            f"{folder} was written by another version of fercourse ({written[0]!r}, not "
            f"{FORMAT!r}); train anew, or use the version that wrote it."
        )
    return about, Config.from_dict(written[2])


def read_network(folder: Path):
    """Return the network that the folder holds: the best so far, or the untrained one."""
    return load_classifier(folder / MODEL).model


def keep_model(folder: Path, network, classes: tuple[str, ...]) -> None:
    """Put the network as it is now into the folder."""
    save_classifier(KerasClassifier(network, classes), folder / MODEL)


def fingerprint(faces: FaceSet) -> int:
    """Return a number that other faces, labels or orders are most unlikely to have."""
    some = faces.images[:: max(1, len(faces) // _LOOKED_AT)]
    number = zlib.crc32(np.ascontiguousarray(faces.labels, np.int64).tobytes())
    return zlib.crc32(np.ascontiguousarray(some).tobytes(), number)


def are_those(targets: np.ndarray | None, about: dict) -> bool:
    """Return whether targets are those that a run was begun with; older runs did not write them down."""
    known, given = about.get("targets", _some(targets)), _some(targets)
    if known is None or given is None:
        return known is given
    # What teachers say differs in the last digits from one computer to another.
    return np.shape(known) == np.shape(given) and np.allclose(known, given, atol=1e-2)


def _some(targets: np.ndarray | None) -> list | None:
    """Return the targets of a few faces, as JSON takes them."""
    if targets is None:
        return None
    rows = np.asarray(targets, float)[:: max(1, len(targets) // _TOLD_OF)]
    return rows.round(4).tolist()


def write_json(path: Path, values) -> None:
    """Write values as JSON."""
    put(path, (json.dumps(values, indent=2) + "\n").encode())


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; what stood there before stays until then."""
    write_whole(path, lambda file: file.write(content))


def write_whole(path: Path, write: Callable) -> None:
    """Let `write` fill a file that replaces `path` once it is whole and on the disk.

    Raises
    ------
    ModelError
        If it cannot be written, as on a full disk.
    """
    try:
        with whole_file(path) as fresh, fresh.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ModelError(
            f"{path} cannot be written: {error.strerror or error}. What was saved before is "
            "unharmed; make room, then resume the run."
        ) from error
