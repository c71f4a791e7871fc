"""Quantization-aware networks: equal when folded, equal to their file when exported."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.classifier import save_classifier
from fercourse.classifier.keras import KerasClassifier
from fercourse.classifier.litert import LiteRTClassifier
from fercourse.edge.conversion import to_litert
from fercourse.edge.distillation import distil
from fercourse.edge.folding import fold
from fercourse.edge.graph import read_graph
from fercourse.edge.quantization_training import quantization_aware
from fercourse.errors import ModelError
from fercourse.models.fake_quantize import FakeQuantize, fake_quantized_weights

CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def lively(name):
    """Return a network with normalizations that do something, and probabilities that differ."""
    network = models.build(name, 7, seed=0)
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, _, mean, variance = layer.get_weights()
            shape = gamma.shape
            layer.set_weights(
                [rng.uniform(0.8, 1.6, shape), rng.normal(0, 0.2, shape), mean, variance * 0.3]
            )
    return network


@pytest.fixture(scope="module")
def few():
    from fercourse.datasets.builtin import draw_faces

    return draw_faces(56, seed=1, progress=False, processes=1)


@pytest.mark.parametrize("name", ["tiny", "edge_net", "mini_xception"])
def test_folding_changes_no_answer(name, faces):
    network = lively(name)
    x = faces[..., None].astype(np.float32)
    folded = fold(network)
    assert not any(isinstance(one, keras.layers.BatchNormalization) for one in folded.layers)
    np.testing.assert_allclose(
        folded.predict(x, verbose=0), network.predict(x, verbose=0), atol=2e-5
    )


@pytest.mark.parametrize(
    "name",
    [
        "tiny",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("edge_net", "mini_xception")),
    ],
)
def test_the_int8_file_rounds_as_the_network_did(name, few):
    network = lively(name)
    aware = quantization_aware(network)
    distil(network, aware, few, epochs=2, temperature=1, learning_rate=1e-5, batch_size=28)
    content = to_litert(aware, "int8", classes=CLASSES)
    assert read_graph(content).float_tensors == []
    by_file = LiteRTClassifier(content).predict_proba(few.images)
    by_network = aware.predict(few.images[..., None].astype(np.float32), verbose=0)
    # A softmax in INT8 has steps of 1 / 256; a logit on the border of two steps may move by one.
    assert np.median(np.abs(by_file - by_network)) < 1 / 256
    assert np.abs(by_file - by_network).max() < 0.03
    clear = np.sort(by_network, axis=1)[:, -1] - np.sort(by_network, axis=1)[:, -2] > 0.05
    np.testing.assert_array_equal(by_file.argmax(axis=1)[clear], by_network.argmax(axis=1)[clear])


def test_weights_take_255_levels_with_a_scale_a_channel():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32)
    kernel[..., 2] *= 100
    rounded = np.asarray(fake_quantized_weights(kernel))
    scale = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    levels = rounded / scale
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)
    assert np.abs(levels).max() == pytest.approx(127, abs=1e-3)
    assert (np.abs(rounded - kernel) <= scale * 0.501).all()


def test_rounding_lets_the_gradient_through_inside_the_range_only():
    layer = FakeQuantize(0.0, 2.55, fixed=True)
    x = keras.ops.convert_to_tensor(np.array([-1.0, 0.004, 0.006, 1.0, 9.0], np.float32))
    np.testing.assert_allclose(np.asarray(layer(x)), [0, 0, 0.01, 1.0, 2.55], atol=1e-5)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        total = keras.ops.sum(layer(x))
    np.testing.assert_array_equal(np.asarray(tape.gradient(total, x)), [0, 1, 1, 1, 0])


def test_a_range_follows_the_values_of_training_and_holds_zero():
    layer = FakeQuantize()
    values = np.array([0.5, 3.0], np.float32)
    layer(values, training=True)
    assert (float(layer.low), float(layer.high)) == (0.0, 3.0)
    layer(values + 1, training=True)
    assert 3.0 < float(layer.high) < 4.0
    layer(values * 100)
    assert float(layer.high) < 4.0


def test_a_network_with_layers_that_cannot_be_rounded_is_refused():
    with pytest.raises(ModelError, match="cannot be folded"):
        quantization_aware(models.build("four_block", 7, seed=0))


def test_a_layer_with_weights_that_is_not_rounded_is_refused():
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.PReLU(shared_axes=(1, 2))(keras.layers.Conv2D(4, 3)(inputs))
    x = keras.layers.Dense(7, name="logits")(keras.layers.GlobalAveragePooling2D()(x))
    with pytest.raises(ModelError, match="PReLU"):
        quantization_aware(keras.Model(inputs, keras.layers.Softmax()(x)))


def test_a_network_trained_for_int8_is_read_by_a_new_process(tmp_path):
    save_classifier(
        KerasClassifier(quantization_aware(lively("tiny")), CLASSES), tmp_path / "a.keras"
    )
    code = f"from fercourse import load_classifier; load_classifier({str(tmp_path / 'a.keras')!r})"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_dilation_survives_folding(faces):
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(4, 3)(inputs)
    x = keras.layers.SeparableConv2D(4, 3, padding="same", dilation_rate=2)(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization()(x))
    network = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(3, name="logits")(x)))
    given = faces[..., None].astype(np.float32) / 255
    wanted = network.predict(given, verbose=0)
    np.testing.assert_allclose(fold(network).predict(given, verbose=0), wanted, atol=2e-5)
