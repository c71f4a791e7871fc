"""Quantization-aware training (Jacob et al., 2018), on Keras 3."""

from fercourse.edge.folding import consumers, fold
from fercourse.errors import ModelError

# Layers behind which LiteRT keeps the scale that was before them, or knows it beforehand.
_KEEP = (
    "MaxPooling2D",
    "AveragePooling2D",
    "Flatten",
    "Reshape",
    "Identity",
    "Dropout",
    "Rescaling",
)
_KNOWN = ("softmax", "sigmoid", "tanh")


def quantization_aware(model):
    """Return a network that computes what the INT8 file of `model` would. Introduced in notebook 06.

    Train it, on the same faces and with a small learning rate, and hand it to
    ``to_litert(..., "int8")``: the file rounds as it does.

    Parameters
    ----------
    model : keras.Model
        A trained functional network.

    Returns
    -------
    keras.Model
        Batch normalization is folded into the weights, which are rounded; a `FakeQuantize` stands
        wherever INT8 stores values. Its ranges are learned from the first faces it is trained on.

    Raises
    ------
    ModelError
        If the network is not made of convolutions, dense layers, pooling, sums and ReLU.
    """
    import keras

    from fercourse.models import fake_quantize as own

    kinds = {
        keras.layers.Conv2D: own.QuantizedConv2D,
        keras.layers.DepthwiseConv2D: own.QuantizedDepthwiseConv2D,
        keras.layers.Dense: own.QuantizedDense,
    }
    folded = fold(model)
    feeds = consumers(folded)
    sources = {_renamed(layer.name): layer for layer in folded.layers}

    def clone(layer):
        if layer.weights and type(layer) not in kinds:
            raise ModelError(
                f"The layer {layer.name!r} ({type(layer).__name__}) cannot be trained for INT8."
            )
        config = {**layer.get_config(), "name": _renamed(layer.name)}
        return kinds.get(type(layer), type(layer)).from_config(config)

    def call(layer, *inputs, **options):
        source = sources[layer.name]
        if source.input is folded.inputs[0]:
            inputs = [own.FakeQuantize(0.0, 255.0, fixed=True, name="faces_range")(inputs[0])]
        output = layer(*inputs, **options)
        if _keeps_scale(source, feeds[source.name]):
            return output
        # Whoever asks for the logits is to get the rounded ones.
        name = "logits" if source.name == "logits" else f"{source.name}_range"
        return own.FakeQuantize(name=name)(output)

    aware = keras.models.clone_model(folded, clone_function=clone, call_function=call)
    for name, layer in sources.items():
        if layer.weights:
            aware.get_layer(name).set_weights(layer.get_weights())
    return aware


def _renamed(name: str) -> str:
    return "scores" if name == "logits" else name


def is_quantization_aware(model) -> bool:
    """Tell whether a network is one that `quantization_aware` returned."""
    return any(type(layer).__name__ == "FakeQuantize" for layer in model.layers)


def frozen(model):
    """Return a quantization-aware network in the form that LiteRT's converter understands.

    Rounded weights stand for the weights, and TensorFlow's own operation, which marks a range for
    the converter, for each `FakeQuantize`.
    """
    import keras
    import tensorflow

    from fercourse.models import fake_quantize as own

    plain = {
        own.QuantizedConv2D: keras.layers.Conv2D,
        own.QuantizedDepthwiseConv2D: keras.layers.DepthwiseConv2D,
        own.QuantizedDense: keras.layers.Dense,
    }

    class Range(keras.layers.Layer):
        """The range of a `FakeQuantize`."""

        def __init__(self, low: float, high: float, **options):
            super().__init__(**options)
            self.low, self.high = low, high

        def call(self, x):
            return tensorflow.quantization.fake_quant_with_min_max_vars(x, self.low, self.high)

    def clone(layer):
        if isinstance(layer, own.FakeQuantize):
            return Range(float(layer.low), float(layer.high), name=layer.name)
        return plain.get(type(layer), type(layer)).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone)
    for layer in model.layers:
        if type(layer) in plain:
            copy.get_layer(layer.name).set_weights(
                [own.rounded_kernel(layer), *layer.get_weights()[1:]]
            )
        elif layer.weights and not isinstance(layer, own.FakeQuantize):
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _keeps_scale(layer, followers) -> bool:
    """Tell whether INT8 stores no values with a scale of their own behind a layer."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if type(layer).__name__ in _KEEP or activation in _KNOWN:
        return True
    # A ReLU is computed together with what is before it.
    return (
        len(followers) == 1
        and activation == "linear"
        and _is_relu(followers[0])
        and not _is_relu(layer)
    )


def _is_relu(layer) -> bool:
    return type(layer).__name__ == "ReLU" or (
        type(layer).__name__ == "Activation" and layer.activation.__name__ in ("relu", "relu6")
    )
