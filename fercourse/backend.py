"""Keras, imported when it is first needed, and without TensorFlow's talk about itself."""

import os
import shutil
from importlib import import_module

from fercourse.errors import MissingPackageError
from fercourse.quiet import quiet


def import_keras(what: str = "Networks need"):
    """Return Keras, whatever it computes with.

    Parameters
    ----------
    what : str
        Who needs it: how the sentence begins that is raised where it is missing.

    Raises
    ------
    MissingPackageError
        If it is not installed, or cannot compute with what KERAS_BACKEND names.
    """
    # From then on TensorFlow warns, and tells nothing else. While it is loaded it heeds no setting.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    try:
        with quiet():
            keras = import_module("keras")
            if keras.backend.backend() == "tensorflow" and shutil.which("nvidia-smi") is None:
                # It calls the missing graphics card an error when it first looks for one: now.
                import_module("tensorflow").config.list_physical_devices("GPU")
    except ImportError as error:
        raise MissingPackageError(f"{what} Keras: pip install 'fercourse[course]'.") from error
    # So Keras answers to a name that it does not know.
    except ValueError as error:
        name = os.environ.get("KERAS_BACKEND")
        raise MissingPackageError(
            f"Keras cannot compute with {name!r}; set KERAS_BACKEND to tensorflow, or to nothing."
        ) from error
    return keras
