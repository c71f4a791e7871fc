"""Fused batch normalization computes what Keras computes, and leaves no trace."""

from contextlib import nullcontext

import keras
import numpy as np

from fercourse.models import build
from fercourse.training.fused import fused_normalization


def trained(fused: bool):
    """Return a network after one step, and the loss of that step and of the next."""
    rng = np.random.default_rng(0)
    faces = rng.uniform(0, 255, (32, 48, 48, 1)).astype(np.float32)
    targets = np.eye(7, dtype=np.float32)[rng.integers(0, 7, 32)]
    network = build("tiny", seed=0, dropout=0.0)
    network.compile(keras.optimizers.SGD(0.05), "categorical_crossentropy", jit_compile=False)
    with fused_normalization(network) if fused else nullcontext():
        first = network.train_on_batch(faces, targets)
        weights = {one.path: keras.ops.convert_to_numpy(one).copy() for one in network.variables}
        return network, weights, (first, network.train_on_batch(faces, targets))


def test_fused_normalization_trains_to_the_same_weights():
    # One step, since rounding grows: on one thread the fused operation adds in another order, and its
    # gradient is then 6e-6 of the largest value from the true one, that of Keras 1.5e-6.
    (_, weights, losses), (_, others, fused_losses) = trained(fused=False), trained(fused=True)
    np.testing.assert_allclose(fused_losses, losses, rtol=5e-5)
    assert any("moving_variance" in path for path in weights)
    for path, fused in zip(weights, others.values(), strict=True):
        most = 1e-6 if "moving" in path else 1e-4
        np.testing.assert_allclose(fused, weights[path], rtol=0, atol=most, err_msg=path)


def test_it_is_used_in_training_and_leaves_the_layers_as_they_were(monkeypatch):
    import tensorflow as tf

    used, real = [], tf.compat.v1.nn.fused_batch_norm
    monkeypatch.setattr(
        tf.compat.v1.nn, "fused_batch_norm", lambda *a, **k: used.append(1) or real(*a, **k)
    )
    network, *_ = trained(fused=True)
    assert len(used) >= 3
    layers = [one for one in network.layers if isinstance(one, keras.layers.BatchNormalization)]
    assert layers
    assert not any("call" in vars(one) for one in layers)


def test_frozen_layers_and_inference_are_left_alone():
    network = build("tiny", seed=0)
    faces = np.full((2, 48, 48, 1), 100, np.float32)
    before = keras.ops.convert_to_numpy(network(faces))
    network.trainable = False
    moving = network.get_weights()
    with fused_normalization(network):
        assert np.allclose(keras.ops.convert_to_numpy(network(faces, training=False)), before)
        network(faces, training=True)
    assert all(np.array_equal(a, b) for a, b in zip(moving, network.get_weights(), strict=True))
