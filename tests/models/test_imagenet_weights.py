"""Downloads of ImageNet weights, faked: no test needs a network."""

import urllib.error
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format

from fercourse import models
from fercourse.errors import ModelError


@pytest.fixture(autouse=True)
def keras_home(monkeypatch, tmp_path):
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    return tmp_path


def serve(monkeypatch, answer):
    """Let Keras fetch from a function of the target instead of from the network."""
    asked = []

    def urlretrieve(url, target, progress=None):
        asked.append(url)
        answer(Path(target))

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", urlretrieve)
    return asked


def mobilenet(**options):
    return models.build("transfer", seed=1, backbone="mobilenet_v2", size=96, width=0.35, **options)


def test_fetched_weights_are_in_the_network_and_fetched_once(monkeypatch):
    keras.utils.set_random_seed(7)
    source = keras.applications.MobileNetV2((96, 96, 3), 0.35, include_top=False, weights=None)

    def published(target):
        with h5py.File(target, "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, source)

    asked = serve(monkeypatch, published)
    first, second = mobilenet(weights="imagenet"), mobilenet(weights="imagenet")
    assert len(asked) == 1
    assert "mobilenet_v2" in asked[0]
    for network in (first, second):
        for expected, found in zip(source.get_weights(), network.get_weights(), strict=False):
            np.testing.assert_array_equal(found, expected)


def no_network(target):
    raise urllib.error.URLError("Name or service not known")


def interrupted(target):
    target.write_bytes(b"half")
    raise urllib.error.ContentTooShortError("retrieval incomplete: got only 4 bytes", b"")


def altered(target):
    target.write_bytes(b"altered")


@pytest.mark.parametrize(
    ("backbone", "answer", "words"),
    [
        ("mobilenet_v2", no_network, "could not be fetched; is there a network"),
        ("vgg16", no_network, "weights='synthetic' needs no network"),
        ("vgg16", interrupted, "could not be fetched"),
        ("vgg16", altered, "their checksum is wrong"),
        ("mobilenet_v2", altered, "is damaged; delete it"),
    ],
)
def test_a_download_that_fails_ends_in_one_sentence(monkeypatch, backbone, answer, words):
    serve(monkeypatch, answer)
    width = 0.35 if backbone == "mobilenet_v2" else 1.0
    with pytest.raises(ModelError, match=words) as raised:
        models.build("transfer", backbone=backbone, size=48, width=width, weights="imagenet")
    assert "\n" not in str(raised.value)


def test_an_interrupted_download_leaves_no_file_behind(monkeypatch, keras_home):
    serve(monkeypatch, interrupted)
    with pytest.raises(ModelError):
        models.build("transfer", backbone="vgg16", size=48, weights="imagenet")
    assert not [path for path in keras_home.rglob("*") if path.is_file()]


def test_a_width_without_published_weights_is_said_to_have_none(monkeypatch):
    serve(monkeypatch, no_network)
    with pytest.raises(ModelError, match="no ImageNet weights for mobilenet_v2 of this kind"):
        models.build("transfer", backbone="mobilenet_v2", width=0.2, weights="imagenet")
