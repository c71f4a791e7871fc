"""From a Keras network to ONNX: float32, or INT8 between pairs of quantize and dequantize."""

import logging
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from fercourse.classifier.metadata import Metadata
from fercourse.classifier.onnx import METADATA
from fercourse.edge.conversion import (
    checked_representative,
    face_shape_of,
    import_tensorflow,
    weights_hash,
)
from fercourse.emotions import CLASSES
from fercourse.errors import MissingPackageError, ModelError
from fercourse.faces import MARGIN
from fercourse.quiet import quiet

OPSET = 17
PRECISIONS = ("float32", "int8")


def to_onnx(
    model,
    precision: str = "float32",
    *,
    representative: np.ndarray | None = None,
    classes: tuple[str, ...] = CLASSES,
    training_data: str = "not told",
    margin: float = MARGIN,
) -> bytes:
    """Convert a network to an ``.onnx`` file. Introduced in notebook 06.

    Parameters
    ----------
    model : keras.Model
        It takes float32 (N, H, W, 1) holding 0 to 255 and gives probabilities.
    precision : str
        ``"float32"``, or ``"int8"``: static quantization in ONNX Runtime's QDQ form, with a scale
        for each channel of the weights. (QOperator per channel, and dynamic quantization, ruin
        small networks.)
    representative, classes, training_data, margin
        As for `to_litert`.

    Returns
    -------
    bytes
        The file, with its block of metadata.

    Raises
    ------
    ModelError
        As `to_litert` does.
    MissingPackageError
        If TensorFlow, tf2onnx, onnx or onnxruntime is not installed.
    """
    if precision not in PRECISIONS:
        raise ModelError(
            f"There is no precision {precision!r} for ONNX; choose one of {', '.join(PRECISIONS)}."
        )
    face_shape = face_shape_of(model, classes)
    if precision == "int8":
        representative = checked_representative(representative, face_shape)
    onnx = _import_onnx()
    proto = _converted(model)
    if precision == "int8":
        proto = _quantized(proto, representative)
    known = (tuple(classes), face_shape, precision, training_data, weights_hash(model), margin)
    metadata = Metadata(*known)
    onnx.helper.set_model_props(proto, {METADATA: metadata.to_json()})
    return proto.SerializeToString()


def _import_onnx():
    """Return onnx, once it is sure that nothing else is missing halfway."""
    missing = [name for name in ("onnx", "onnxruntime", "tf2onnx") if find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"Converting to ONNX needs {', '.join(missing)}: pip install 'fercourse[course]'."
        )
    import onnx

    return onnx


def _converted(model):
    tensorflow = import_tensorflow()
    import tf2onnx

    @tensorflow.function
    def faces_to_probabilities(faces):
        return model(faces, training=False)

    shape = tensorflow.TensorSpec((None, *model.input_shape[1:]), tensorflow.float32, name="faces")
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    try:
        with quiet():
            return tf2onnx.convert.from_function(faces_to_probabilities, [shape], opset=OPSET)[0]
    # tf2onnx raises whatever happens to break.
    except Exception as error:
        raise ModelError(f"The network cannot be converted to ONNX: {error}") from error


def _quantized(proto, representative: np.ndarray):
    import onnx
    from onnxruntime import quantization

    class Faces(quantization.CalibrationDataReader):
        def __init__(self):
            name = proto.graph.input[0].name
            self.rest = iter(
                [{name: face[None, ..., None].astype(np.float32)} for face in representative]
            )

        def get_next(self):
            return next(self.rest, None)

    logging.getLogger().addFilter(_no_advice)
    try:
        with tempfile.TemporaryDirectory() as folder, quiet():
            before, after = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
            onnx.save(proto, before)
            quantization.quantize_static(
                str(before),
                str(after),
                Faces(),
                quant_format=quantization.QuantFormat.QDQ,
                per_channel=True,
                activation_type=quantization.QuantType.QUInt8,
                weight_type=quantization.QuantType.QInt8,
            )
            return onnx.load(after)
    except Exception as error:
        raise ModelError(f"The network cannot be quantized for ONNX: {error}") from error
    finally:
        logging.getLogger().removeFilter(_no_advice)


def _no_advice(record: logging.LogRecord) -> bool:
    """Keep from the reader the advice to preprocess the model first, which changes nothing here."""
    return "pre-processing" not in record.getMessage()
