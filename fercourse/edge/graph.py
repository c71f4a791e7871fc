"""What a ``.tflite`` file holds: its tensors and operations, read from the file itself."""

from dataclasses import dataclass, field
from math import prod

import numpy as np

from fercourse.errors import ModelError

_NUMPY_TYPES = {
    "FLOAT32": np.float32,
    "FLOAT16": np.float16,
    "INT32": np.int32,
    "UINT8": np.uint8,
    "INT64": np.int64,
    "INT8": np.int8,
    "INT16": np.int16,
    "BOOL": np.bool_,
}


@dataclass(frozen=True, eq=False)
class Tensor:
    """A tensor of a model. A value is ``scale * (integer - zero_point)``.

    Parameters
    ----------
    name : str
    shape : tuple of int
    dtype : str
        LiteRT's word, such as ``"INT8"``.
    scales : ndarray, float64, shape (S,)
        One for the whole tensor, one for each channel, or none.
    zero_points : ndarray, int64, shape (S,)
    values : ndarray or None
        What the tensor holds where it is a constant, such as the weights.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: np.ndarray
    zero_points: np.ndarray
    values: np.ndarray | None


@dataclass(frozen=True)
class Operation:
    """An operation of a model, with the numbers of the tensors it takes and gives.

    `options` holds its settings in LiteRT's words, such as ``strideH`` and ``padding`` (0 "same",
    1 "valid").
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True, eq=False)
class Graph:
    """The tensors and operations of a model, in the order in which they are computed."""

    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]

    @property
    def float_tensors(self) -> list[Tensor]:
        """The tensors that hold floating-point numbers; a full INT8 model has none."""
        return [tensor for tensor in self.tensors if tensor.dtype.startswith("FLOAT")]

    @property
    def multiply_adds(self) -> int:
        """How many multiplications with an addition one face takes in convolutions and dense layers."""
        return sum(self.multiply_adds_of(operation) for operation in self.operations)

    def multiply_adds_of(self, operation: Operation) -> int:
        """Return the multiply-adds of one operation."""
        if operation.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            return 0
        weights = self.tensors[operation.inputs[1]].shape
        outputs = prod(self.tensors[operation.outputs[0]].shape)
        # Weights are (out, height, width, in), (1, height, width, out) or (out, in).
        inputs = weights[1:3] if operation.name == "DEPTHWISE_CONV_2D" else weights[1:]
        return outputs * prod(inputs)


def read_graph(content: bytes) -> Graph:
    """Return what a ``.tflite`` file holds. The file is parsed, not run.

    Raises
    ------
    ModelError
        If it is no such file.
    """
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        (part,) = model.subgraphs
        types = _words(schema.TensorType)
        names = _words(schema.BuiltinOperator)
        tensors = tuple(_tensor(tensor, model.buffers, types) for tensor in part.tensors)
        operations = tuple(
            Operation(
                names[_code(model.operatorCodes[one.opcodeIndex])],
                tuple(int(place) for place in one.inputs),
                tuple(int(place) for place in one.outputs),
                dict(vars(one.builtinOptions)) if one.builtinOptions else {},
            )
            for one in part.operators
        )
    # The parser reads wherever the numbers of a damaged file point.
    except Exception as error:
        raise ModelError("This is no LiteRT model with one graph, or it is damaged.") from error
    return Graph(tensors, operations)


def _words(enumeration) -> dict[int, str]:
    return {number: word for word, number in vars(enumeration).items() if not word.startswith("_")}


def _code(code) -> int:
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def _tensor(tensor, buffers, types: dict[int, str]) -> Tensor:
    quantization = tensor.quantization
    scales = getattr(quantization, "scale", None)
    zeros = getattr(quantization, "zeroPoint", None)
    shape = tuple(int(side) for side in ([] if tensor.shape is None else tensor.shape))
    dtype = types[tensor.type]
    data = buffers[tensor.buffer].data
    values = None
    if data is not None and len(data) and dtype in _NUMPY_TYPES:
        values = np.frombuffer(bytes(data), _NUMPY_TYPES[dtype]).reshape(shape)
    return Tensor(
        tensor.name.decode() if isinstance(tensor.name, bytes) else str(tensor.name),
        shape,
        dtype,
        np.array([] if scales is None else scales, np.float64),
        np.array([] if zeros is None else zeros, np.int64),
        values,
    )
