import numpy as np
import pytest

from fercourse.errors import ModelError
from fercourse.explain import METHODS, saliency
from fercourse.explain.saliency import scaled

NETWORK = [name for name, method in METHODS.items() if method.network]


def test_maps_lie_between_0_and_1_and_raw_values_are_kept(corner, marked):
    maps = saliency(corner, marked, "occlusion")
    assert maps.values.dtype == maps.raw.dtype == np.float32
    assert maps.values.shape == maps.raw.shape == marked.shape
    assert (maps.values.min(), maps.values.max()) == (0, 1)
    np.testing.assert_array_equal(maps.values, scaled(maps.raw))


def test_the_predicted_class_is_explained_unless_another_is_named(corner, marked):
    assert (saliency(corner, marked, "occlusion").targets == 3).all()
    assert (saliency(corner, marked, "occlusion", "sad").targets == 4).all()
    each = np.arange(len(marked)) % 7
    np.testing.assert_array_equal(saliency(corner, marked, "occlusion", each).targets, each)


def test_an_even_map_is_zero_everywhere():
    assert scaled(np.full((1, 4, 4), 3, np.float32)).max() == 0


def test_no_faces_have_no_maps(corner, tiny):
    nothing = np.empty((0, 48, 48), np.uint8)
    for model, method in ((corner, "rise"), (tiny, "grad_cam")):
        assert saliency(model, nothing, method).values.shape == (0, 48, 48)


@pytest.mark.parametrize(
    ("method", "options", "words"),
    [
        ("lime", {}, "no method 'lime'"),
        ("rise", {"layer": "conv"}, "rise has no option 'layer'; it has masks, cells, seed"),
        ("occlusion", {"target": "bored"}, "no class 'bored'"),
        ("occlusion", {"target": 7}, "has the classes 0 to 6"),
        ("occlusion", {"target": -1}, "-1 is none"),
        ("rise", {"cells": 0}, "cells must be a whole number of at least 1, not 0"),
        ("rise", {"seed": -1}, "seed must be a whole number of at least 0"),
        ("smoothgrad", {"samples": 2.5}, "samples must be a whole number"),
        ("occlusion", {"target": [1.5]}, "index of a class"),
        ("grad_cam", {}, "needs a Keras network, not a CornerClassifier"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(corner, marked, method, options, words):
    with pytest.raises(ModelError, match=words):
        saliency(corner, marked, method, **options)


def test_faces_must_be_raw_gray_levels(corner):
    with pytest.raises(ModelError, match="do not scale"):
        saliency(corner, np.zeros((1, 48, 48)), "rise")


@pytest.mark.parametrize("method", NETWORK)
def test_a_network_has_maps_by_every_method(method, tiny, marked):
    maps = saliency(tiny, marked[:3], method, "happy")
    assert maps.values.shape == (3, 48, 48)
    assert np.isfinite(maps.raw).all()


@pytest.mark.parametrize("method", NETWORK)
def test_nothing_is_printed_and_no_warning_reaches_the_reader(
    method, tiny, marked, capsys, recwarn
):
    saliency(tiny, marked[:2], method)
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list


def test_weights_that_are_not_finite_are_named(tiny, marked):
    import keras

    broken = keras.models.clone_model(tiny)
    weights = tiny.get_weights()
    weights[0] = np.full_like(weights[0], np.inf)
    broken.set_weights(weights)
    with pytest.raises(ModelError):
        saliency(broken, marked[:2], "gradient", 0)
