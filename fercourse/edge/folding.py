"""A network of plain convolutions, equal to one with batch normalization and separable layers."""

import numpy as np

from fercourse.errors import ModelError


def fold(model):
    """Return an equal network without batch normalization, as it stands in a quantized file.

    Each normalization becomes part of the weights before it (Jacob et al., 2018, section 3.2), each
    separable convolution two convolutions. Introduced in notebook 06.

    Parameters
    ----------
    model : keras.Model
        A functional network.

    Returns
    -------
    keras.Model
        New layers, with weights of their own.

    Raises
    ------
    ModelError
        If a normalization does not follow a convolution or dense layer of its own.
    """
    import keras

    feeds = consumers(model)
    parts = {}

    def clone(layer):
        config = layer.get_config()
        if kernel_of(layer) is not None:
            config["use_bias"] = True
        return type(layer).from_config(config)

    def call(layer, *inputs, **options):
        source = model.get_layer(layer.name)
        if isinstance(source, keras.layers.BatchNormalization):
            _check_normalization(source, feeds)
        if isinstance(source, (keras.layers.BatchNormalization, keras.layers.Dropout)):
            return inputs[0]
        if not isinstance(source, keras.layers.SeparableConv2D):
            return layer(*inputs, **options)
        spread, mix = split_separable(source)
        parts[source.name] = spread, mix
        return mix(spread(*inputs))

    folded = keras.models.clone_model(model, clone_function=clone, call_function=call)
    for layer in folded.layers:
        source = next((one for one in model.layers if one.name == layer.name), None)
        if source is not None and kernel_of(source) is not None:
            layer.set_weights(_folded_weights(source, feeds))
        elif source is not None and source.weights:
            layer.set_weights(source.get_weights())
    for name, (spread, mix) in parts.items():
        source = model.get_layer(name)
        spread.set_weights([source.get_weights()[0], np.zeros(spread.bias.shape, np.float32)])
        mix.set_weights(_folded_weights(source, feeds))
    return folded


def split_separable(layer):
    """Return the two convolutions that a separable one consists of, not built yet."""
    import keras

    spread = keras.layers.DepthwiseConv2D(
        layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
        depth_multiplier=layer.depth_multiplier,
        name=f"{layer.name}_depthwise",
    )
    mix = keras.layers.Conv2D(
        layer.filters, 1, activation=layer.activation, name=f"{layer.name}_pointwise"
    )
    return spread, mix


def consumers(model) -> dict[str, list]:
    """Return the layers that take the output of each layer, by its name."""
    import keras

    feeds = {layer.name: [] for layer in model.layers}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        for tensor in keras.tree.flatten(layer.input):
            feeds[tensor._keras_history.operation.name].append(layer)
    return feeds


def kernel_of(layer):
    """Return the last kernel of a convolution or dense layer, None for any other layer."""
    for name in ("pointwise_kernel", "depthwise_kernel", "kernel"):
        if hasattr(layer, name):
            return getattr(layer, name)
    return None


def _check_normalization(normalization, feeds) -> None:
    """Raise a ModelError unless a normalization alone takes the output of a linear layer."""
    source = normalization.input._keras_history.operation
    alone = kernel_of(source) is not None and len(feeds[source.name]) == 1
    if not alone or source.activation.__name__ != "linear":
        raise ModelError(
            f"The layer {normalization.name!r} cannot be folded: it must follow a convolution or "
            "dense layer without activation that nothing else follows."
        )


def _folded_weights(layer, feeds) -> list[np.ndarray]:
    """Return kernel and bias with the normalization behind them."""
    import keras

    kernel = np.asarray(kernel_of(layer), np.float64)
    bias = (
        np.asarray(layer.bias, np.float64) if layer.use_bias else np.zeros(layer.output.shape[-1])
    )
    for follower in feeds[layer.name]:
        if isinstance(follower, keras.layers.BatchNormalization):
            factor, shift = _as_factor(follower)
            bias = bias * factor + shift
            kernel = kernel * (factor.reshape(kernel.shape[2:]) if is_depthwise(layer) else factor)
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def is_depthwise(layer) -> bool:
    """Tell whether a layer's kernel is (height, width, channels, multiplier)."""
    import keras

    return isinstance(layer, keras.layers.DepthwiseConv2D)


def _as_factor(normalization) -> tuple[np.ndarray, np.ndarray]:
    """Return by what a normalization multiplies, and what it adds."""
    mean, variance = (
        np.asarray(one, np.float64)
        for one in (normalization.moving_mean, normalization.moving_variance)
    )
    gamma = np.asarray(normalization.gamma, np.float64) if normalization.scale else 1.0
    beta = np.asarray(normalization.beta, np.float64) if normalization.center else 0.0
    factor = gamma / np.sqrt(variance + normalization.epsilon)
    return factor, beta - mean * factor
