import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.classifier import Classifier, as_classifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def network():
    return models.build("tiny", seed=0)


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).integers(0, 256, (300, 48, 48), dtype=np.uint8)


def test_probabilities_are_the_networks_for_raw_gray_levels(network, faces):
    probabilities = as_classifier(network).predict_proba(faces)
    assert probabilities.dtype == np.float32
    expected = np.asarray(network(faces[..., None].astype(np.float32)))
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_a_network_becomes_a_classifier_that_keeps_it(network):
    classifier = as_classifier(network)
    assert isinstance(classifier, Classifier)
    assert classifier.model is network
    assert classifier.classes == CLASSES


def test_no_faces_give_no_probabilities(network, faces):
    assert as_classifier(network).predict_proba(faces[:0]).shape == (0, 7)


def test_predicting_prints_nothing(network, faces, capfd):
    as_classifier(network).predict_proba(faces)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda faces: faces / 255, "do not scale"),
        (lambda faces: faces[..., None], "shape"),
        (lambda faces: faces[:, :40], "faces of 48x48 pixels, not 48x40"),
    ],
)
def test_anything_but_raw_faces_of_its_size_is_refused(network, faces, broken, words):
    with pytest.raises(ModelError, match=words):
        as_classifier(network).predict_proba(broken(faces))


def network_of(shape, *layers):
    x = faces = keras.Input(shape)
    for layer in layers:
        x = layer(x)
    return keras.Model(faces, x)


FLAT = keras.layers.Flatten


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: network_of((48, 48, 3), FLAT(), keras.layers.Dense(7)), "height, width, 1"),
        (lambda: network_of((48, 48, 1), keras.layers.Conv2D(7, 3)), "one number a class"),
        (lambda: network_of((48, 48, 1), FLAT(), keras.layers.Dense(7)), "end it in a softmax"),
        (lambda: models.build("tiny", classes=3), "3 outputs, but 7 classes"),
    ],
)
def test_a_network_of_another_form_is_refused_in_one_sentence(make, words):
    with pytest.raises(ModelError, match=words):
        as_classifier(make())
