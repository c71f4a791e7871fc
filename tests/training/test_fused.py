"""Fused batch normalization computes what Keras computes, and leaves no trace."""

import keras
import numpy as np

from fercourse.models import build
from fercourse.training.fused import fused_normalization


def trained(fused: bool):
    """Return the weights and losses of a network after some steps."""
    rng = np.random.default_rng(0)
    faces = rng.uniform(0, 255, (32, 48, 48, 1)).astype(np.float32)
    targets = np.eye(7, dtype=np.float32)[rng.integers(0, 7, 32)]
    network = build("tiny", seed=0, dropout=0.0)
    network.compile(keras.optimizers.SGD(0.05), "categorical_crossentropy", jit_compile=False)
    if not fused:
        return network, [network.train_on_batch(faces, targets) for _ in range(4)]
    with fused_normalization(network):
        return network, [network.train_on_batch(faces, targets) for _ in range(4)]


def test_fused_normalization_trains_to_the_same_weights():
    (one, losses), (other, fused_losses) = trained(fused=False), trained(fused=True)
    # Rounding grows from step to step, and on some processors faster than on others.
    assert np.allclose(losses[0], fused_losses[0], rtol=1e-5)
    assert np.allclose(losses, fused_losses, rtol=1e-3)
    for plain, fused in zip(one.get_weights(), other.get_weights(), strict=True):
        assert np.allclose(plain, fused, rtol=1e-3, atol=1e-4)


def test_it_is_used_in_training_and_leaves_the_layers_as_they_were(monkeypatch):
    import tensorflow as tf

    used, real = [], tf.compat.v1.nn.fused_batch_norm
    monkeypatch.setattr(
        tf.compat.v1.nn, "fused_batch_norm", lambda *a, **k: used.append(1) or real(*a, **k)
    )
    network, _ = trained(fused=True)
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
