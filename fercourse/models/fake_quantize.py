"""Layers that compute in floating point what INT8 will make of it; importing them loads Keras."""

import keras
import numpy as np
from keras import ops

own_layer = keras.saving.register_keras_serializable(package="fercourse")

STEPS = 255
MOMENTUM = 0.95


def straight_through(exact, rounded):
    """Return `rounded` with the gradient of `exact` (Bengio, Léonard and Courville, 2013)."""
    return exact + ops.stop_gradient(rounded - exact)


def fake_quantized_weights(kernel, depthwise: bool = False):
    """Return weights rounded to 255 levels from -127 to 127, with a scale for each output channel.

    This is how LiteRT quantizes weights: symmetric, so that zero stays zero.
    """
    axes = (0, 1) if depthwise else tuple(range(len(kernel.shape) - 1))
    scale = ops.max(ops.abs(kernel), axis=axes, keepdims=True) / 127
    scale = ops.maximum(scale, 1e-12)
    return straight_through(kernel, ops.clip(ops.round(kernel / scale), -127, 127) * scale)


@own_layer
class FakeQuantize(keras.layers.Layer):
    """Round values to 256 levels between the least and the largest one seen in training.

    The range follows those of the batches, and always holds zero (Jacob et al., 2018). Values
    outside are cut off, and have no gradient.

    Parameters
    ----------
    low, high : float
        The range to begin with.
    fixed : bool
        Whether it stays as it is.
    """

    def __init__(self, low: float = 0.0, high: float = 0.0, fixed: bool = False, **options):
        super().__init__(**options)
        self.start, self.fixed = (low, high), fixed

    def build(self, shape):
        low, high = self.start
        self.low = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(low), trainable=False, name="low"
        )
        self.high = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(high), trainable=False, name="high"
        )

    def call(self, x, training=False):
        if training and not self.fixed:
            self._follow(x)
        scale = ops.maximum((self.high - self.low) / STEPS, 1e-12)
        zero = ops.round(-self.low / scale)
        levels = ops.clip(ops.round(x / scale) + zero, 0, STEPS)
        least, largest = -zero * scale, (STEPS - zero) * scale
        return straight_through(ops.clip(x, least, largest), (levels - zero) * scale)

    def get_config(self):
        low, high = self.start
        return {**super().get_config(), "low": low, "high": high, "fixed": self.fixed}

    def _follow(self, x):
        least, largest = ops.minimum(ops.min(x), 0.0), ops.maximum(ops.max(x), 0.0)
        is_new = ops.equal(self.high, self.low)
        momentum = ops.where(is_new, 0.0, MOMENTUM)
        self.low.assign(momentum * self.low + (1 - momentum) * least)
        self.high.assign(momentum * self.high + (1 - momentum) * largest)


@own_layer
class QuantizedConv2D(keras.layers.Conv2D):
    """A convolution whose weights are rounded as in INT8."""

    def call(self, x):
        y = self.convolution_op(x, fake_quantized_weights(self.kernel))
        return self.activation(y + self.bias)


@own_layer
class QuantizedDepthwiseConv2D(keras.layers.DepthwiseConv2D):
    """A depthwise convolution whose weights are rounded as in INT8."""

    def call(self, x):
        y = ops.depthwise_conv(
            x,
            fake_quantized_weights(self.kernel, True),
            self.strides,
            self.padding,
            dilation_rate=self.dilation_rate,
        )
        return self.activation(y + self.bias)


@own_layer
class QuantizedDense(keras.layers.Dense):
    """A dense layer whose weights are rounded as in INT8."""

    def call(self, x):
        y = ops.matmul(x, fake_quantized_weights(self.kernel))
        return self.activation(y + self.bias)


def rounded_kernel(layer) -> np.ndarray:
    """Return the rounded weights of a quantized layer."""
    depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    return np.asarray(ops.convert_to_numpy(fake_quantized_weights(layer.kernel, depthwise)))
