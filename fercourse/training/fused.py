"""Batch normalization by one fused operation of TensorFlow, while a network is trained.

Keras spells it out in a dozen operations, each of which reads and writes every number; on a CPU that
takes more time than the convolutions of a small network. The fused one computes the same. Layers,
weights and files stay what they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import keras
from keras import ops


@contextmanager
def fused_normalization(network) -> Iterator[None]:
    """Let the batch normalization of a network be fused for a while, where TensorFlow computes."""
    layers = [one for one in _layers(network) if _can_be_fused(one)]
    for layer in layers:
        layer.call = partial(_call, layer, layer.call)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call


def _layers(network) -> Iterator:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer


def _can_be_fused(layer) -> bool:
    return (
        keras.backend.backend() == "tensorflow"
        and type(layer) is keras.layers.BatchNormalization
        and layer.scale
        and layer.center
        and not getattr(layer, "renorm", False)
        and layer.compute_dtype == "float32"
        and layer.input_spec.ndim == 4
        and layer.axis in (-1, 3)
    )


def _call(layer, plain, inputs, training=None, mask=None):
    """Do what ``BatchNormalization.call`` does; `plain` is that method."""
    if not training or not layer.trainable or mask is not None:
        return plain(inputs, training=training, mask=mask)
    import tensorflow as tf

    outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
        inputs,
        ops.convert_to_tensor(layer.gamma),
        ops.convert_to_tensor(layer.beta),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The operation gives the unbiased variance; Keras averages the plain one.
    count = ops.cast(ops.prod(ops.shape(inputs)[:-1]), "float32")
    variance = variance * (count - 1) / count
    for moving, value in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + value * (1 - layer.momentum))
    return outputs
