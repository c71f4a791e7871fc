"""LiteRT files as classifiers: ``.tflite`` through ai-edge-litert, without TensorFlow."""

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path

import numpy as np

from fercourse.classifier.metadata import LARGEST_FACE, MOST_BYTES, Metadata, read_metadata
from fercourse.classifier.protocol import check_faces, check_probabilities
from fercourse.errors import ModelError
from fercourse.faces import MARGIN
from fercourse.quiet import quiet

# TensorFlow Lite's own way to put a file into a model: a zip archive behind its last byte.
METADATA = "fercourse.json"
MOST_MODEL_BYTES = 2 * 1024**3


class LiteRTClassifier:
    """A ``.tflite`` file that takes one face (1, H, W, 1) and gives a probability a class.

    Parameters
    ----------
    content : bytes
        The file. It may come from anybody.
    classes : tuple of str, optional
        The words of the classes; a file that `fercourse edge export` made carries its own.
    threads : int
        How many threads may compute. For networks of this size one is fastest.

    Attributes
    ----------
    classes : tuple of str
    metadata : Metadata or None
        What the file says of itself.
    crop_margin : float
        The margin that faces are to be cut out with, as `faces.crop` counts.

    Raises
    ------
    ModelError
        If the file is damaged, takes or gives anything else, or names other classes.

    Notes
    -----
    Faces are run one after the other: a batch is no faster on one thread. Not for several threads
    of a program at once; give each its own.
    """

    def __init__(self, content: bytes, classes: tuple[str, ...] | None = None, threads: int = 1):
        if not isinstance(threads, int) or threads < 1:
            raise ModelError(f"The number of threads must be 1 or more, not {threads!r}.")
        self.metadata = metadata_of(content)
        self.crop_margin = MARGIN if self.metadata is None else self.metadata.margin
        self._interpreter = _interpreter(content, threads)
        self._takes, self._gives = _ends(self._interpreter)
        self.classes = self._checked_classes(classes)
        self._pixels = pixel_values(self._takes)
        check_probabilities(self._run(np.full((1, *self.face_shape), 128, np.uint8)))

    @property
    def face_shape(self) -> tuple[int, int]:
        """Height and width of the faces, in pixels."""
        return tuple(int(side) for side in self._takes["shape"][1:3])

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        if len(faces) and faces.shape[1:] != self.face_shape:
            height, width = self.face_shape
            raise ModelError(
                f"This model takes faces of {width}x{height} pixels, not "
                f"{faces.shape[2]}x{faces.shape[1]}."
            )
        probabilities = self._run(faces)
        # In INT8 a row sums to one only within the rounding of its values.
        probabilities /= np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-9)
        check_probabilities(probabilities)
        return probabilities

    def _run(self, faces: np.ndarray) -> np.ndarray:
        values = np.take(self._pixels, faces)[..., None]
        given = np.empty((len(faces), len(self.classes)), self._gives["dtype"])
        run, place, end = self._interpreter, self._takes["index"], self._gives["index"]
        try:
            for row in range(len(faces)):
                run.set_tensor(place, values[row : row + 1])
                run.invoke()
                given[row] = run.get_tensor(end)[0]
        except (RuntimeError, ValueError) as error:
            raise ModelError(
                "This model is damaged; make it again with 'fercourse edge export'."
            ) from error
        scale, zero = self._gives["quantization"]
        if not scale:
            return given.astype(np.float32, copy=False)
        return (given.astype(np.float32) - zero) * np.float32(scale)

    def _checked_classes(self, classes: tuple[str, ...] | None) -> tuple[str, ...]:
        outputs = int(self._gives["shape"][1])
        if self.metadata is None and classes is None:
            raise ModelError(
                f"This model does not name its {outputs} classes; name them, or make the file with "
                "'fercourse edge export'."
            )
        if self.metadata is not None:
            if self.metadata.face_shape != self.face_shape:
                raise ModelError("The model takes other faces than its metadata say.")
            classes = self.metadata.classes
        if len(classes) != outputs:
            raise ModelError(
                f"This model has {outputs} outputs, but {len(classes)} classes are named: "
                f"{', '.join(classes)}."
            )
        return tuple(classes)


def load(path: Path, classes: tuple[str, ...] | None = None, threads: int = 1) -> LiteRTClassifier:
    """Read a ``.tflite`` file, as `load_classifier` does for this kind."""
    try:
        if path.stat().st_size > MOST_MODEL_BYTES:
            raise ModelError(f"{path.name} is larger than 2 GB.")
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return LiteRTClassifier(content, classes, threads)
    except ModelError as error:
        raise ModelError(f"{path.name}: {error}") from error


def metadata_of(content: bytes) -> Metadata | None:
    """Return the block of metadata in a ``.tflite`` file, or None where it has none.

    Raises
    ------
    ModelError
        If the block, or the model before it, is not what `with_metadata` wrote.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if METADATA not in archive.namelist():
                return None
            member = archive.getinfo(METADATA)
            if member.file_size > MOST_BYTES:
                raise ModelError("The model's block of metadata is too long.")
            text = archive.read(METADATA)
    # A damaged archive fails in many ways; the answer is the same.
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError) as error:
        raise ModelError("The model's block of metadata is damaged.") from error
    metadata = read_metadata(text)
    model = hashlib.sha256(content[: member.header_offset]).hexdigest()
    if json.loads(text).get("model_sha256") != model:
        raise ModelError(
            "The file is damaged: its checksum is another one than its metadata say; make it again "
            "with 'fercourse edge export'."
        )
    return metadata


def with_metadata(content: bytes, metadata: Metadata) -> bytes:
    """Return a ``.tflite`` file with a block of metadata behind it; the same each time."""
    checksum = {"model_sha256": hashlib.sha256(content).hexdigest()}
    file = io.BytesIO(content)
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(METADATA), metadata.to_json(**checksum))
    return file.getvalue()


def _interpreter(content: bytes, threads: int):
    from ai_edge_litert.interpreter import Interpreter

    try:
        with quiet():
            interpreter = Interpreter(model_content=content, num_threads=threads)
            interpreter.allocate_tensors()
    # Which class is raised differs between versions and kinds of damage.
    except Exception as error:
        raise ModelError(
            "This is no LiteRT model, or it is damaged; make it again with 'fercourse edge export'."
        ) from error
    return interpreter


def _ends(interpreter) -> tuple[dict, dict]:
    """Return the details of the one input and the one output, if they are those of a classifier."""
    takes, gives = interpreter.get_input_details(), interpreter.get_output_details()
    shapes = [tuple(int(side) for side in one["shape"]) for one in takes + gives]
    types = [np.dtype(one["dtype"]) for one in takes + gives]
    sound = (
        len(takes) == len(gives) == 1
        and len(shapes[0]) == 4
        and (shapes[0][0], shapes[0][3]) == (1, 1)
        and all(1 <= side <= LARGEST_FACE for side in shapes[0])
        and len(shapes[1]) == 2
        and shapes[1][0] == 1
        and all(one in (np.float32, np.uint8, np.int8) for one in types)
    )
    if not sound:
        words = " and ".join(f"{type_} {shape}" for type_, shape in zip(types, shapes, strict=True))
        raise ModelError(
            "A classifier of faces takes uint8 or float32 (1, height, width, 1) and gives "
            f"(1, classes); this model's ends are {words}."
        )
    return takes[0], gives[0]


def pixel_values(takes: dict) -> np.ndarray:
    """Return what the model is given for each gray level from 0 to 255."""
    levels = np.arange(256, dtype=np.float32)
    scale, zero = takes["quantization"]
    if not scale:
        return levels.astype(takes["dtype"])
    limits = np.iinfo(takes["dtype"])
    return np.clip(np.rint(levels / scale) + zero, limits.min, limits.max).astype(takes["dtype"])
