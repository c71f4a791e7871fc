import os
import subprocess
import sys
from importlib import import_module
from itertools import pairwise

import keras
import numpy as np
import pytest

from fercourse import models, synth
from fercourse.classifier import load_classifier, save_classifier

# Arriaga's own file of mini-Xception has 58,423; the usual ResNet-18 for CIFAR has 11,173,962
# weights to train for three channels and ten classes. The other sums are done by hand.
PARAMETERS = {"mini_xception": 58_423, "four_block": 4_237_831}


@pytest.fixture(scope="module")
def faces():
    return synth.draw(16, seed=0).images


# Backbones have tests of their own.
@pytest.fixture(scope="module", params=[name for name in models.MODELS if name != "transfer"])
def network(request):
    return models.build(request.param, seed=0)


def trained(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_networks_have_as_many_parameters_as_their_source(name, count):
    assert models.build(name).count_params() == count


def test_resnet18_has_as_many_parameters_as_its_source():
    channels, classes = (3 - 1) * 9 * 64, (10 - 7) * (512 + 1)
    assert trained(models.build("resnet18")) == 11_173_962 - channels - classes


def test_vgg_has_as_many_parameters_as_its_source():
    sizes = (1, 64, 64, 128, 128, 256, 256, 512, 512)
    convolutions = sum(9 * a * b + 3 * b for a, b in pairwise(sizes))
    dense = (9 * 512 + 1) * 4096 + 4097 * 4096 + 4097 * 7
    assert trained(models.build("vgg")) == convolutions + dense


def test_edge_net_stays_within_its_limits():
    network = models.build("edge_net")
    multiplications = sum(
        int(np.prod(layer.output.shape[1:3])) * int(np.prod(layer.kernel.shape))
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D)
    )
    assert network.count_params() <= 200_000
    assert 20e6 <= multiplications <= 24e6


def test_every_network_gives_a_distribution(network, faces):
    probabilities = np.asarray(network(faces[..., None].astype(np.float32)))
    assert probabilities.shape == (16, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert models.logits(network).output_shape == (None, 7)


def test_no_network_has_a_strided_1x1_convolution(network):
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            assert layer.kernel_size != (1, 1) or layer.strides == (1, 1)


def test_every_network_that_is_listed_has_a_module_of_its_own():
    for name in models.MODELS:
        assert callable(import_module(f"fercourse.models.{name}").network)


def test_the_smallest_network_learns(faces):
    learns(models.build("tiny", seed=0), faces, steps=4)


@pytest.mark.slow
def test_every_network_trains(network, faces):
    learns(network, faces, steps=1)


def learns(network, faces, steps):
    x, labels = faces[..., None].astype(np.float32), np.arange(16) % 7
    network.compile("adam", "sparse_categorical_crossentropy")
    before = [weight.copy() for weight in network.get_weights()]
    losses = [network.train_on_batch(x, labels) for _ in range(steps)]
    assert np.isfinite(losses).all()
    assert any(np.abs(a - b).max() > 0 for a, b in zip(before, network.get_weights(), strict=True))
    assert steps == 1 or losses[-1] < losses[0]


PREDICT = """
import sys, numpy as np
from pathlib import Path
from fercourse.classifier import load_classifier
folder = Path(sys.argv[1])
faces = np.load(folder / "faces.npy")
answers = {p.stem: load_classifier(p).predict_proba(faces) for p in folder.glob("*.keras")}
np.savez(folder / "answers.npz", **answers)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_one_file_gives_one_answer_in_another_process_on_every_backend(tmp_path, faces, backend):
    np.save(tmp_path / "faces.npy", faces)
    expected = {}
    for name in ("tiny", "mini_xception", "edge_net", "ecnn", "attention_cnn"):
        network = models.build(name, seed=0, preprocessing="histogram_equalization")
        path = save_classifier(network, tmp_path / f"{name}.keras")
        expected[name] = load_classifier(path).predict_proba(faces)
    subprocess.run(
        [sys.executable, "-c", PREDICT, tmp_path],
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
    )
    answers = np.load(tmp_path / "answers.npz")
    for name, probabilities in expected.items():
        np.testing.assert_allclose(answers[name], probabilities, atol=1e-5)
