"""From a Keras network to LiteRT: float32, float16, INT8 weights, or INT8 throughout."""

import hashlib
import re
import warnings

import numpy as np

from fercourse.backend import import_keras
from fercourse.classifier.litert import with_metadata
from fercourse.classifier.metadata import PRECISIONS, Metadata
from fercourse.classifier.protocol import check_faces
from fercourse.edge.graph import read_graph
from fercourse.edge.quantization_training import frozen, is_quantization_aware
from fercourse.emotions import CLASSES
from fercourse.errors import MissingPackageError, ModelError
from fercourse.faces import MARGIN
from fercourse.quiet import quiet


def to_litert(
    model,
    precision: str = "float32",
    *,
    representative: np.ndarray | None = None,
    classes: tuple[str, ...] = CLASSES,
    training_data: str = "not told",
    margin: float = MARGIN,
) -> bytes:
    """Convert a network to a ``.tflite`` file. Introduced in notebook 06.

    Parameters
    ----------
    model : keras.Model
        It takes float32 (N, H, W, 1) holding 0 to 255 and gives probabilities.
    precision : str
        ``"float32"``; ``"float16"`` (weights are stored in half the bits); ``"dynamic"`` (INT8
        weights, everything else is computed in float32); or ``"int8"`` (Jacob et al., 2018): uint8
        in, uint8 out, and no floating-point number in between.
    representative : ndarray, uint8, shape (N, H, W)
        For ``"int8"``: faces of the kind that will come; the range of every layer's values is
        measured on them. `representative_faces` chooses some.
    classes : tuple of str
        The words of the classes.
    training_data : str
        What the network has learned from, for the block of metadata.
    margin : float
        The margin that its faces were cut out with (see `faces.crop`), for the same block.

    Returns
    -------
    bytes
        The file, with its block of metadata.

    Raises
    ------
    ModelError
        If there are no representative faces, the network takes or gives anything else, or one of
        its operations cannot be converted or quantized.
    MissingPackageError
        If TensorFlow is not installed.
    """
    if precision not in PRECISIONS:
        raise ModelError(
            f"There is no precision {precision!r}; choose one of {', '.join(PRECISIONS)}."
        )
    face_shape = face_shape_of(model, classes)
    tensorflow = import_tensorflow()
    knows_ranges = is_quantization_aware(model)
    with quiet():
        function = traced(frozen(model) if knows_ranges else model, batch=1)
        # Named twice: else it warns that variables may be lost, and here are none left to lose.
        converter = tensorflow.lite.TFLiteConverter.from_concrete_functions([function], function)
        if precision != "float32":
            converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tensorflow.float16]
        if precision == "int8":
            converter.inference_input_type = converter.inference_output_type = tensorflow.uint8
        if precision == "int8" and not knows_ranges:
            _calibrate(converter, checked_representative(representative, face_shape))
        content = _converted(converter)
    if precision == "int8":
        check_full_int8(content)
    known = (tuple(classes), face_shape, precision, training_data, weights_hash(model), margin)
    return with_metadata(content, Metadata(*known))


def representative_faces(faces, count: int = 200, seed: int = 0) -> np.ndarray:
    """Choose faces on which the ranges of a network's values are measured.

    Parameters
    ----------
    faces : FaceSet
        Training faces.
    count : int
        How many; as many of each class, rounded up, as far as there are so many.
    seed : int

    Returns
    -------
    ndarray, uint8, shape (N, H, W)

    Raises
    ------
    ModelError
        If there are no faces to choose from.
    """
    present = np.unique(faces.labels)
    if not len(present) or count < 1:
        raise ModelError("There are no representative faces; give some of the training faces.")
    rng = np.random.default_rng(seed)
    chosen = []
    for label in present:
        rows = np.flatnonzero(faces.labels == label)
        wanted = min(len(rows), -(-count // len(present)))
        chosen.append(rng.choice(rows, wanted, replace=False))
    return np.asarray(faces.images[np.sort(np.concatenate(chosen))])


def check_full_int8(content: bytes) -> None:
    """Raise a ModelError that names the first floating-point tensor of a file, if there is any."""
    graph = read_graph(content)
    left = {place for place, one in enumerate(graph.tensors) if one.dtype.startswith("FLOAT")}
    if left:
        users = [one.name for one in graph.operations if left & {*one.inputs, *one.outputs}]
        named = [name for name in users if name not in ("QUANTIZE", "DEQUANTIZE")] or users
        raise ModelError(
            f"The network cannot be quantized throughout: {named[0] if named else 'its end'} computes "
            "in floating point; replace that layer, or choose another precision."
        )


def face_shape_of(model, classes: tuple[str, ...]) -> tuple[int, int]:
    """Return the height and width of the faces a network takes; refuse one that is no classifier."""
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if (
        not isinstance(takes, tuple)
        or len(takes) != 4
        or takes[3] != 1
        or None in takes[1:3]
        or not isinstance(gives, tuple)
        or len(gives) != 2
    ):
        raise ModelError(
            "A network for faces takes (N, height, width, 1) and gives one number a class; this one "
            f"takes {takes} and gives {gives}."
        )
    if gives[1] != len(classes):
        raise ModelError(
            f"The network has {gives[1]} outputs, but there are {len(classes)} classes."
        )
    return takes[1], takes[2]


def weights_hash(model) -> str:
    """Return the SHA-256 of a network's weights, in hexadecimal."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()


def import_tensorflow():
    """Return TensorFlow, which converts networks but runs none of them."""
    keras = import_keras("Converting a network needs")
    try:
        import tensorflow
    except ImportError as error:
        raise MissingPackageError(
            "Converting a network needs TensorFlow: pip install 'fercourse[course]'."
        ) from error
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"Keras runs on {keras.backend.backend()} here; save the network as .keras, and convert "
            "it with KERAS_BACKEND=tensorflow."
        )
    return tensorflow


def traced(model, batch: int | None):
    """Return a network as a TensorFlow function for so many faces at once."""
    tensorflow = import_tensorflow()
    shape = tensorflow.TensorSpec((batch, *model.input_shape[1:]), tensorflow.float32, name="faces")

    def faces_to_probabilities(faces):
        return model(faces, training=False)

    return tensorflow.function(faces_to_probabilities, [shape]).get_concrete_function()


def checked_representative(
    representative: np.ndarray | None, face_shape: tuple[int, int]
) -> np.ndarray:
    """Return representative faces if there are some, of the right form."""
    if representative is None or not len(representative):
        raise ModelError(
            "INT8 needs representative faces to measure ranges on; give some of the training faces."
        )
    check_faces(representative)
    if representative.shape[1:] != face_shape:
        raise ModelError(
            f"The representative faces are of shape {representative.shape[1:]}, but the network "
            f"takes {face_shape}."
        )
    return representative


def _calibrate(converter, representative: np.ndarray) -> None:
    import tensorflow

    def faces():
        for face in representative:
            yield [face[None, ..., None].astype(np.float32)]

    converter.representative_dataset = faces
    converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]


def _converted(converter) -> bytes:
    try:
        with warnings.catch_warnings():
            # It asks for statistics that only older quantized networks need.
            warnings.simplefilter("ignore", UserWarning)
            return converter.convert()
    # The converter's classes of errors are private and differ between versions.
    except Exception as error:
        raise ModelError(
            f"The network cannot be converted: {_culprit(str(error))}; replace that layer, or choose "
            "another precision."
        ) from error


def _culprit(message: str) -> str:
    """Return what a converter's message complains of."""
    named = re.search(r"'tf\.(\w+)' op", message)
    return f"LiteRT has no operation {named.group(1)}" if named else "an operation is not supported"
