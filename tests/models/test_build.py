import random

import keras
import numpy as np
import pytest
from keras import layers

from fercourse import models
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).integers(0, 256, (6, 48, 48, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def tiny():
    return models.build("tiny", seed=0)


def test_a_network_takes_gray_levels_and_gives_a_distribution(tiny, faces):
    probabilities = np.asarray(tiny(faces))
    assert tiny.input_shape == (None, 48, 48, 1)
    assert probabilities.shape == (6, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_logits_are_what_the_softmax_makes_probabilities_of(tiny, faces):
    scores = np.exp(np.asarray(models.logits(tiny)(faces), np.float64))
    expected = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.asarray(tiny(faces)), expected, atol=1e-6)


def test_a_number_of_classes_may_come_from_numpy():
    assert models.build("tiny", np.int64(3), seed=0).output_shape == (None, 3)


def test_the_last_layers_have_the_names_that_others_ask_for(tiny):
    assert [layer.name for layer in tiny.layers[-2:]] == ["logits", "probabilities"]


@pytest.mark.parametrize(
    "ending",
    [
        lambda: [layers.Dense(7, activation="softmax")],
        lambda: [layers.Dense(7), layers.Softmax()],
        lambda: [layers.Dense(7), layers.Activation("softmax")],
    ],
)
def test_logits_of_a_network_from_outside_are_found_before_its_softmax(ending, faces):
    outside = keras.Sequential([keras.Input((48, 48, 1)), layers.Flatten(), *ending()])
    scores = np.asarray(models.logits(outside)(faces / 255))
    assert scores.min() < 0
    expected = np.asarray(outside(faces / 255))
    np.testing.assert_allclose(keras.ops.softmax(scores), expected, rtol=1e-4, atol=1e-6)


def test_a_model_without_logits_is_refused():
    with pytest.raises(ModelError, match="no layer named 'logits'"):
        models.logits(models.logits)


@pytest.mark.parametrize(("classes", "outputs"), [(2, 2), (8, 8), (("calm", "tense", "wild"), 3)])
def test_a_network_has_an_output_for_each_class(classes, outputs):
    assert models.build("tiny", classes=classes).output_shape == (None, outputs)


def test_one_seed_gives_one_network_and_leaves_other_random_numbers_alone():
    random.seed(5)
    first, second, other = (models.build("tiny", seed=seed) for seed in (1, 1, 2))
    drawn = random.random()
    random.seed(5)
    assert drawn == random.random()
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first.get_weights()[0] - other.get_weights()[0]).max() > 0.01


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("tinny", {}, "no network 'tinny'; choose one of tiny"),
        ("tiny", {"classes": 1}, "2 to 1000"),
        ("tiny", {"classes": "happy"}, "2 to 1000"),
        ("tiny", {"width": 3}, "option of tiny .width.; choose one of filters, dropout"),
        ("tiny", {"preprocessing": "magic"}, "preprocessing .magic.; choose one of none"),
    ],
)
def test_a_network_that_does_not_exist_is_refused_in_one_sentence(name, options, words):
    with pytest.raises(ModelError, match=words):
        models.build(name, **options)
