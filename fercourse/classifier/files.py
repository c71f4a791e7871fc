"""Classifiers as files: the suffix tells which kind of model a file holds."""

import stat
from importlib import import_module
from pathlib import Path

from fercourse.classifier.protocol import Classifier, check_classes
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError

# Each module has load(path, classes); those that can write have save(model, path, classes).
READERS = {
    ".skops": "fercourse.classifier.sklearn_files",
    ".keras": "fercourse.classifier.keras_files",
    ".tflite": "fercourse.classifier.litert",
    ".onnx": "fercourse.classifier.onnx",
}
WRITERS = (".skops", ".keras")
MOST_BYTES = 2 * 1024**3
MODEL_OF_A_RUN = "model.keras"
SHIPPED = Path(__file__).resolve().parents[1] / "weights"


def save_classifier(model, path: str | Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """Write a classifier to a file: a network to ``.keras``, a scikit-learn one to ``.skops``.

    Parameters
    ----------
    model : KerasClassifier, SklearnClassifier, keras.Model or fitted scikit-learn estimator
        What `as_classifier` takes.
    path : path
        Where to write. A file that is there is replaced, once the new one is whole.
    classes : tuple of str
        The words of the classes; a classifier carries its own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ModelError
        If the suffix is another kind of model's, if the model holds anything that
        `load_classifier` would refuse, or if the file cannot be written.
    """
    path = _as_path(path, "written")
    if path.suffix not in WRITERS:
        raise ModelError(
            f"A classifier is saved as {' or '.join(WRITERS)}; {path.name} is neither."
        )
    return import_module(READERS[path.suffix]).save(model, path, classes)


def load_classifier(path: str | Path, classes: tuple[str, ...] = CLASSES) -> Classifier:
    """Read a classifier. The file may come from anybody: no code of it is run.

    Parameters
    ----------
    path : path or str
        A ``.skops``, ``.keras``, ``.tflite`` or ``.onnx`` file, the folder of a training run, or the name of a model that
        is shipped with fercourse, such as ``"builtin"``.
    classes : tuple of str
        The words of the classes of a network that somebody else saved; a file of
        `save_classifier` carries its own.

    Returns
    -------
    Classifier
        After it has classified one gray face.

    Raises
    ------
    ModelError
        If the file cannot be read, is of another kind or damaged, or holds anything else.
    """
    check_classes(classes)
    path = model_file(path)
    if path.suffix not in READERS:
        raise ModelError(
            f"A classifier stands in a {', '.join(READERS)} file, not in {path.name}"
            + (f"; the models that are shipped are {', '.join(shipped())}." if shipped() else ".")
        )
    _check_file(path)
    return import_module(READERS[path.suffix]).load(path, classes)


def shipped() -> tuple[str, ...]:
    """Return the names of the models that are installed with fercourse."""
    return tuple(sorted({file.stem for file in SHIPPED.glob("*") if file.suffix in READERS}))


def model_file(path: str | Path) -> Path:
    """Return the file that a path, the folder of a run or the name of a shipped model stands for.

    Raises
    ------
    ModelError
        If the path cannot be looked up; whether there is a file is not said.
    """
    path = _as_path(path, "read")
    if path.is_dir() and path.suffix not in READERS:
        return path / MODEL_OF_A_RUN
    if path.exists() or len(path.parts) != 1:
        return path
    # The INT8 file comes first: it needs no Keras.
    names = [path.name] if path.suffix else [f"{path}.tflite", f"{path}.keras"]
    files = [SHIPPED / name for name in names if Path(name).suffix in READERS]
    return next((file for file in files if file.is_file()), path)


def _as_path(path: str | Path, done: str) -> Path:
    """Return a path that can be looked up, whether or not there is a file; or raise a ModelError."""
    if not isinstance(path, str | Path):
        raise ModelError(f"A model file is named by a path, not by a {type(path).__name__}.")
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    # A null byte, or half of a character.
    except ValueError:
        raise ModelError(f"{str(path)[:80]!r} is no path; check its letters.") from None
    except OSError as error:
        raise ModelError(f"{str(path)[:80]} cannot be {done}: {error.strerror}.") from error
    return Path(path)


def _check_file(path: Path) -> None:
    """Raise a ModelError unless this is a file that can be read to its end, and not a large one."""
    try:
        facts = path.stat()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(facts.st_mode):
        raise ModelError(f"{path} cannot be read: it is no file.")
    if facts.st_size > MOST_BYTES:
        raise ModelError(f"{path.name} is larger than 2 GB; that is no classifier of fercourse.")
