"""Keras networks as ``.keras`` files, read in safe mode after a look at what they hold."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

from fercourse.backend import import_keras
from fercourse.classifier.keras import KerasClassifier, is_network
from fercourse.classifier.network_trust import check_config
from fercourse.errors import FercourseError, ModelError
from fercourse.models.weights_trust import check_weights
from fercourse.whole import whole_file

# A member of the archive of our own; Keras reads only those that it knows.
METADATA = "fercourse.json"
FORMAT = "fercourse network 1"
MOST_BYTES = 2 * 1024**3
MOST_CONFIG_BYTES = 16 * 1024**2
MOST_METADATA_BYTES = 1024**2
# What Keras has added to configs since 3.8, at the value that means the same as its absence. Older
# ones, such as Colab's, refuse a file that names it.
ADDED = {
    "input_axes": None, "output_axes": None, "quantization_config": None,
    "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99,
}  # fmt: skip


def save(model, path: Path, classes: tuple[str, ...]) -> Path:
    """Write a network and the words of its classes, as `save_classifier` does for this kind."""
    if is_network(model):
        model = KerasClassifier(model, classes)
    if not isinstance(model, KerasClassifier):
        raise ModelError(f"A .keras file holds a Keras model, not a {type(model).__name__}.")
    try:
        with whole_file(path) as fresh:
            model.model.save(fresh)
            with zipfile.ZipFile(fresh, "a") as archive:
                known = {"format": FORMAT, "classes": list(model.classes)}
                archive.writestr(METADATA, json.dumps(known))
                check_config(_config(archive))
    except OSError as error:
        reason = error.strerror or "there is no such folder, or the disk is full"
        raise ModelError(f"{path} cannot be written: {reason}.") from error
    return path


def load(path: Path, classes: tuple[str, ...]) -> KerasClassifier:
    """Read a network, as `load_classifier` does.

    Only a fixed list of layers is built from a file; Keras's own safe mode comes on top.
    """
    keras = import_keras("A .keras file needs")
    try:
        written = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        own = _examined(written)
        return KerasClassifier(_built(written, keras), classes if own is None else own)
    except FercourseError as error:
        raise ModelError(f"{path.name}: {error}") from error
    # Whatever is wrong in a file that somebody made up, the answer is the same.
    except Exception as error:
        raise ModelError(
            f"{path.name} is no network that fercourse can read, or it is damaged; make it again "
            "with save_classifier."
        ) from error


def _examined(written: bytes) -> tuple[str, ...] | None:
    """Return the classes that a file names, if any, after a look at all that it holds."""
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
            raise ModelError("The network is larger than 2 GB.")
        outputs = check_config(_config(archive))
        # Layers are filled with numbers by lot before the file's own are read.
        if outputs > check_weights(archive):
            raise ModelError("The file holds fewer weights than its layers have outputs.")
        if METADATA not in archive.namelist():
            return None
        if archive.getinfo(METADATA).file_size > MOST_METADATA_BYTES:
            raise ModelError("The file says too much about its classes.")
        return _classes(json.loads(archive.read(METADATA)))


def _built(written: bytes, keras):
    """Return the network of a file that was examined and may come from a newer Keras."""
    with tempfile.TemporaryDirectory(prefix="fercourse-", ignore_cleanup_errors=True) as place:
        file = Path(place) / "network.keras"
        with zipfile.ZipFile(io.BytesIO(written)) as archive, zipfile.ZipFile(file, "w") as plain:
            plain.writestr("config.json", json.dumps(_without_added(_config(archive))))
            for name in ("metadata.json", "model.weights.h5"):
                plain.writestr(name, archive.read(name))
        return keras.saving.load_model(file, compile=False, safe_mode=True)


def _without_added(part):
    """Return a config, or a part of one, without what only newer ones than Keras 3.8 know."""
    if isinstance(part, list):
        return [_without_added(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_added(value)
        for key, value in part.items()
        if key not in ADDED or value != ADDED[key]
    }


def _config(archive: zipfile.ZipFile):
    if archive.getinfo("config.json").file_size > MOST_CONFIG_BYTES:
        raise ModelError("The network has too many parts.")
    return json.loads(archive.read("config.json"))


def _classes(known) -> tuple[str, ...]:
    if known["format"] != FORMAT:
        raise ModelError(f"The file says {known['format']!r}, not {FORMAT!r}.")
    classes = tuple(known["classes"])
    if not classes or not all(isinstance(name, str) and name for name in classes):
        raise ModelError("The file names no classes.")
    return classes
