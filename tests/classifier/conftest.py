"""A small network with known classes, and what it becomes on the edge."""

import numpy as np
import pytest

from fercourse import models, synth
from fercourse.edge.conversion import to_litert


@pytest.fixture(scope="session")
def faces():
    return synth.draw(24, variant="easy", seed=3).images


@pytest.fixture(scope="session")
def network(faces):
    """A network whose weights are drawn, scaled so that its probabilities differ."""
    network = models.build("tiny", 3, seed=1)
    rng = np.random.default_rng(1)
    kernel, bias = network.get_layer("logits").get_weights()
    network.get_layer("logits").set_weights([rng.normal(0, 0.3, kernel.shape), bias])
    return network


@pytest.fixture(scope="session")
def expected(network, faces):
    return network.predict(faces[..., None].astype(np.float32), verbose=0)


@pytest.fixture(scope="session")
def litert(network, faces):
    """The network as .tflite files, by precision."""
    words = {"classes": ("sad", "fine", "other"), "training_data": "nothing: drawn weights"}
    return {
        precision: to_litert(network, precision, representative=faces, **words)
        for precision in ("float32", "float16", "dynamic", "int8")
    }
