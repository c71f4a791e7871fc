import numpy as np
import pytest

from fercourse.classifier import as_classifier
from fercourse.errors import ModelError
from fercourse.explain import activation_maximization, explorer, feature_maps, first_filters
from fercourse.explain.explorer import look, methods_for


def test_the_picture_that_a_class_likes_best_excites_it_more_than_gray(tiny):
    classifier = as_classifier(tiny)
    picture = activation_maximization(classifier, "happy", steps=15)
    again = activation_maximization(classifier, "happy", steps=15)
    assert picture.shape == (48, 48)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, again)
    gray = np.full((48, 48), 128, np.uint8)
    found, plain = classifier.predict_proba(np.stack([picture, gray]))[:, 3]
    assert found > plain


def test_filters_and_feature_maps_have_one_picture_a_channel(tiny, marked):
    assert first_filters(tiny).shape == (16, 3, 3)
    assert feature_maps(tiny, marked[0]).shape == (32, 6, 6)


def test_only_a_network_can_be_looked_into(corner, marked):
    for ask in (lambda: first_filters(corner), lambda: activation_maximization(corner, "happy")):
        with pytest.raises(ModelError, match="needs a Keras network"):
            ask()


def test_the_panel_offers_only_what_a_classifier_allows(corner, tiny):
    assert methods_for(corner) == ["occlusion", "rise"]
    assert "grad_cam" in methods_for(as_classifier(tiny))


def test_the_map_follows_the_action_unit(corner):
    chosen = {"person": 1, "expression": "happy", "target": "happy", "method": "occlusion"}
    chosen |= {"layer": None, "unit": 26}
    low, words = look(corner, intensity=0.0, **chosen)
    high, _ = look(corner, intensity=1.0, **chosen)
    assert low[:4] == b"\x89PNG"
    assert low != high
    assert words.startswith("Predicted: ")


def test_moving_a_control_draws_the_picture_anew(corner):
    pytest.importorskip("ipywidgets")
    panel = explorer(corner)
    controls, picture = panel.children[0].children
    before = picture.value
    controls.children[0].value = 5
    assert picture.value != before
