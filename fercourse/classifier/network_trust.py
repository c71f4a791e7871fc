"""What the config of a ``.keras`` file may hold: a fixed list of layers.

Keras's safe mode refuses Python code in a file. Older versions of it could still be led to import
and call functions by name, or to read other files; a list of what may be named ends all of that.
"""

from importlib import import_module
from math import prod

from fercourse.errors import ModelError

LAYERS = {
    "Activation", "Add", "Attention", "Average", "AveragePooling2D", "BatchNormalization",
    "CenterCrop", "Concatenate", "Conv2D", "Conv2DTranspose", "Cropping2D", "Dense",
    "DepthwiseConv2D", "Dot", "Dropout", "ELU", "Flatten", "GaussianDropout", "GaussianNoise",
    "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GroupNormalization", "Identity", "InputLayer",
    "LayerNormalization", "LeakyReLU", "MaxPooling2D", "Maximum", "Minimum", "MultiHeadAttention",
    "Multiply", "Normalization", "PReLU", "Permute", "ReLU", "RepeatVector", "Rescaling",
    "Reshape", "Resizing", "SeparableConv2D", "Softmax", "SpatialDropout2D", "Subtract",
    "UnitNormalization", "UpSampling2D", "ZeroPadding2D",
}  # fmt: skip
MODELS = {"Functional", "Model", "Sequential"}
INITIALIZERS = {
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity",
    "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform",
    "TruncatedNormal", "VarianceScaling", "Zeros",
}  # fmt: skip
ALLOWED = {
    "keras": MODELS | {"DTypePolicy"},
    "keras.constraints": {"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"},
    "keras.dtype_policies": {"DTypePolicy"},
    "keras.initializers": INITIALIZERS,
    "keras.layers": LAYERS,
    "keras.models": MODELS,
    "keras.regularizers": {"L1", "L1L2", "L2", "OrthogonalRegularizer"},
    "keras.src.models.functional": {"Functional"},
    # What "+" and "*" between tensors become; MobileNetV3 has them.
    "keras.src.ops.numpy": {"Add", "Multiply"},
}
PLAIN = {"__keras_tensor__", "__numpy__", "__slice__", "__ellipsis__", "__tensor__"}
OWN = "fercourse>"
MOST_UNITS = 16_384
MOST_PARTS = 20_000
# In pixels; a patch of a vision transformer is 32 wide.
MOST_STEP = 64
STEPS = ("kernel_size", "pool_size", "strides", "padding", "cropping", "dilation_rate", "size")
# 64 MB of float32, for one face.
MOST_VALUES = 2**24
SHAPES = ("batch_shape", "batch_input_shape", "target_shape")


def check_config(config) -> int:
    """Raise a ModelError that names the first thing in a network's config that is not allowed.

    Returns
    -------
    int
        How many filters and units its layers have: each has one weight at least.
    """
    # Optimizer and loss are not built when a classifier is read.
    waiting = [{key: part for key, part in config.items() if key != "compile_config"}]
    seen = outputs = 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            seen += 1
            waiting.extend(part.values())
            if "class_name" in part and not _is_allowed(part):
                name = f"{part.get('module')}.{part['class_name']}"
                raise ModelError(f"The file holds {name}; fercourse's list has no such layer.")
            _check_size(part)
            outputs += sum(_numbers([part.get("filters"), part.get("units")]))
    if seen > MOST_PARTS:
        raise ModelError("The network has too many parts.")
    return outputs


def _check_size(part: dict) -> None:
    """Raise a ModelError if a layer would take much memory, whatever its weights are."""
    sides = [part.get(key) for key in ("filters", "units", "n", "height", "width")]
    if max(_numbers(sides), default=0) > MOST_UNITS:
        raise ModelError(f"A layer of the file has more than {MOST_UNITS:,} outputs.")
    if max(_numbers([part.get(key) for key in STEPS]), default=0) > MOST_STEP:
        raise ModelError(f"A layer of the file reaches over more than {MOST_STEP} pixels.")
    shapes = [part.get(key) for key in SHAPES]
    if any(prod(map(abs, _numbers([shape]))) > MOST_VALUES for shape in shapes):
        raise ModelError(f"A layer of the file gives more than {MOST_VALUES:,} values a face.")


def _numbers(value) -> list[float]:
    """Return the numbers in nested lists."""
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _is_allowed(part: dict) -> bool:
    name, module = part["class_name"], part.get("module")
    if not isinstance(name, str):
        return False
    registered = part.get("registered_name")
    if isinstance(registered, str) and registered.startswith(OWN):
        return _is_own(registered)
    if name in PLAIN:
        return True
    return registered in (None, name) and name in ALLOWED.get(module, ())


def _is_own(registered: str) -> bool:
    """Tell whether a layer of fercourse's own has this name."""
    import keras

    for module in ("layers", "fake_quantize"):
        import_module(f"fercourse.models.{module}")
    return keras.saving.get_registered_object(registered) is not None
