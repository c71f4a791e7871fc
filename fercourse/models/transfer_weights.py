"""Where the weights of a backbone come from: ImageNet, our own pretraining, or a file."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from fercourse.datasets.cache import cache_folder
from fercourse.errors import ModelError
from fercourse.models.weights_trust import check_weights

IMAGENET = "imagenet"
# Pretrained by fercourse.training.pretrain, on this data set, and kept in the cache.
PRETRAINED = {"synthetic": "builtin", "fer2013": "fer2013"}
_WAYS_ON = (
    "weights='synthetic' needs no network (fercourse.training.pretrain makes it), and a file may "
    "be named instead"
)


@contextmanager
def fetching(backbone: str) -> Iterator[None]:
    """Turn whatever goes wrong while Keras fetches ImageNet weights into one sentence."""
    try:
        yield
    except ModelError:
        raise
    # Keras raises a bare Exception where a download fails, and urllib whatever the network does.
    except Exception as error:
        raise ModelError(_why_not_fetched(backbone, error)) from error


def _why_not_fetched(backbone: str, error: Exception) -> str:
    said = str(error)
    if "URL fetch failure" in said or isinstance(error, ConnectionError | TimeoutError):
        return (
            f"The ImageNet weights of {backbone} could not be fetched; is there a network? "
            f"Try again, or go on without: {_WAYS_ON}."
        )
    if "hash" in said:
        return (
            f"The ImageNet weights of {backbone} were fetched, but their checksum is wrong: the "
            f"file is incomplete or altered, and is not used. Try again, or go on without: {_WAYS_ON}."
        )
    if isinstance(error, OSError):
        return (
            f"The file of ImageNet weights of {backbone} is damaged; delete it from the folder "
            ".keras/models in your home folder and try again."
        )
    return f"Keras has no ImageNet weights for {backbone} of this kind: {_first_line(error)}"


def pretrained_file(source: str, backbone: str, size: int, width: float) -> Path:
    """Return where a backbone that was pretrained on `source` is kept."""
    return cache_folder() / "networks" / f"{backbone}-{size}-{width:g}-{source}.keras"


def load_weights(
    body: keras.Model, weights: str | Path, backbone: str, size: int, width: float
) -> None:
    """Load the weights of a backbone from a file; of the file, nothing but numbers is read.

    Raises
    ------
    ModelError
        If the file is missing, damaged, or of another architecture.
    """
    path = _found(weights, backbone, size, width)
    try:
        with zipfile.ZipFile(path) as archive:
            check_weights(archive)
        with warnings.catch_warnings():
            # Keras warns layer by layer before it raises.
            warnings.simplefilter("ignore")
            body.load_weights(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or 'it is damaged'}.") from error
    # h5py and Keras raise many kinds of errors for a file that is not as it must be.
    except Exception as error:
        raise ModelError(
            f"{path.name} does not hold the weights of {backbone} at width {width:g}: it is of "
            "another architecture, or damaged."
        ) from error


def _found(weights: str | Path, backbone: str, size: int, width: float) -> Path:
    """Return the file that a name, a path or the folder of a run stands for."""
    if weights in PRETRAINED:
        path = pretrained_file(str(weights), backbone, size, width)
        if not path.is_file():
            raise ModelError(
                f"{backbone} has not been pretrained on {PRETRAINED[str(weights)]} on this computer "
                f"yet; do it once: fercourse.training.pretrain({backbone!r}, {str(weights)!r}, "
                f"size={size}, width={width:g})."
            )
        return path
    path = Path(weights)
    if path.is_dir():
        path = path / "model.keras"
    if path.suffix != ".keras":
        known = ", ".join((IMAGENET, *PRETRAINED))
        raise ModelError(
            f"There are no weights {str(weights)!r}; choose {known}, None, a .keras file, or the "
            "folder of a training run."
        )
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    return path


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
