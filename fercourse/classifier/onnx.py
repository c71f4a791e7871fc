"""ONNX files as classifiers, through ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fercourse.classifier.metadata import LARGEST_FACE, Metadata, read_metadata
from fercourse.classifier.protocol import check_faces, check_probabilities
from fercourse.errors import MissingPackageError, ModelError
from fercourse.faces import MARGIN

METADATA = "fercourse"
BATCH = 64
CPU = "CPUExecutionProvider"


class ONNXClassifier:
    """An ``.onnx`` model that takes float32 (N, H, W, 1) holding 0 to 255 and gives probabilities.

    Parameters
    ----------
    content : bytes
        The file. It may come from anybody; one that names other files to be read is refused. A
        model is a program, though: what it computes may take much time and memory.
    classes : tuple of str, optional
        The words of the classes; a file that `fercourse edge export` made carries its own.
    threads : int
        How many threads may compute.
    providers : sequence of str
        What computes, best first: ONNX Runtime's execution providers, such as
        ``"TensorrtExecutionProvider"``.

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
        If the file is damaged, takes or gives anything else, or names other classes; if a
        provider is not there.
    MissingPackageError
        If ONNX Runtime is not installed.
    """

    def __init__(
        self,
        content: bytes,
        classes: tuple[str, ...] | None = None,
        threads: int = 1,
        providers: Sequence[str] = (CPU,),
    ):
        if not isinstance(threads, int) or threads < 1:
            raise ModelError(f"The number of threads must be 1 or more, not {threads!r}.")
        self._session = _session(content, threads, list(providers))
        self.metadata = _metadata(self._session)
        self.crop_margin = MARGIN if self.metadata is None else self.metadata.margin
        self.face_shape, outputs = _ends(self._session)
        self.classes = self._checked_classes(classes, outputs)
        takes = self._session.get_inputs()[0]
        self._input = takes.name
        # Many exports take one face at a time.
        self._batch = 1 if takes.shape[0] == 1 else BATCH
        self.predict_proba(np.full((1, *self.face_shape), 128, np.uint8))

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        if len(faces) and faces.shape[1:] != self.face_shape:
            height, width = self.face_shape
            raise ModelError(
                f"This model takes faces of {width}x{height} pixels, not "
                f"{faces.shape[2]}x{faces.shape[1]}."
            )
        probabilities = np.empty((len(faces), len(self.classes)), np.float32)
        for start in range(0, len(faces), self._batch):
            rows = slice(start, start + self._batch)
            probabilities[rows] = self._run(faces[rows].astype(np.float32)[..., None])
        check_probabilities(probabilities)
        return probabilities

    def _run(self, batch: np.ndarray) -> np.ndarray:
        try:
            return self._session.run(None, {self._input: batch})[0]
        # As when a session is made, each kind of fault has a class of its own.
        except Exception as error:
            raise ModelError(
                f"This model fails on {len(batch)} faces; make it again with 'fercourse edge export'."
            ) from error

    def _checked_classes(self, classes: tuple[str, ...] | None, outputs: int) -> tuple[str, ...]:
        if self.metadata is not None:
            if self.metadata.face_shape != self.face_shape:
                raise ModelError("The model takes other faces than its metadata say.")
            classes = self.metadata.classes
        if classes is None:
            raise ModelError(
                f"This model does not name its {outputs} classes; name them, or make the file with "
                "'fercourse edge export'."
            )
        if len(classes) != outputs:
            raise ModelError(
                f"This model has {outputs} outputs, but {len(classes)} classes are named: "
                f"{', '.join(classes)}."
            )
        return tuple(classes)


def load(
    path: Path,
    classes: tuple[str, ...] | None = None,
    threads: int = 1,
    providers: Sequence[str] = (CPU,),
) -> ONNXClassifier:
    """Read an ``.onnx`` file, as `load_classifier` does for this kind."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return ONNXClassifier(content, classes, threads, providers)
    except ModelError as error:
        raise ModelError(f"{path.name}: {error}") from error


def _session(content: bytes, threads: int, providers: list[str]):
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingPackageError(
            "An .onnx file needs ONNX Runtime: pip install onnxruntime."
        ) from error
    here = onnxruntime.get_available_providers()
    for provider in providers:
        if provider not in here:
            raise ModelError(
                f"ONNX Runtime has no {provider} here; it has {', '.join(here)}. For TensorRT or "
                "CUDA install onnxruntime-gpu and NVIDIA's libraries."
            )
    # So is the key called by which ONNX names another file. It has no setting that forbids them.
    if b"location" in content:
        raise ModelError(
            "The model names other files to be read, or something in it is called 'location'; make "
            "it again with 'fercourse edge export', which keeps all in one file."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=providers)
    # Each kind of fault has a class of its own there, and none in common below Exception.
    except Exception as error:
        raise ModelError(
            "This is no ONNX model, or it is damaged; make it again with 'fercourse edge export'."
        ) from error


def _metadata(session) -> Metadata | None:
    text = session.get_modelmeta().custom_metadata_map.get(METADATA)
    return None if text is None else read_metadata(text)


def _ends(session) -> tuple[tuple[int, int], int]:
    """Return the size of the faces and the number of outputs, if they are those of a classifier."""
    takes, gives = session.get_inputs(), session.get_outputs()
    shapes = [one.shape for one in (*takes, *gives)]
    sound = (
        len(takes) == len(gives) == 1
        and all(one.type == "tensor(float)" for one in (*takes, *gives))
        and len(shapes[0]) == 4
        and shapes[0][3] == 1
        and all(isinstance(side, int) and 1 <= side <= LARGEST_FACE for side in shapes[0][1:3])
        and len(shapes[1]) == 2
        and isinstance(shapes[1][1], int)
    )
    if not sound:
        words = " and ".join(f"{one.type} {one.shape}" for one in (*takes, *gives))
        raise ModelError(
            "A classifier of faces takes tensor(float) (N, height, width, 1) and gives "
            f"(N, classes); this model's ends are {words}."
        )
    return tuple(shapes[0][1:3]), shapes[1][1]
