import numpy as np
import pytest

from fercourse import models
from fercourse.errors import ModelError
from fercourse.explain import saliency
from fercourse.explain.network import Network, flat

keras = pytest.importorskip("keras")
layers = keras.layers


def convolutions():
    return [
        layers.Rescaling(1 / 255),
        layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
    ]


def dense():
    return [layers.Flatten(), layers.Dense(7, activation="softmax")]


@pytest.fixture(scope="module")
def sequential():
    return keras.Sequential([keras.Input((48, 48, 1)), *convolutions(), *dense()])


@pytest.fixture(scope="module")
def nested():
    backbone = keras.Sequential([keras.Input((48, 48, 1)), *convolutions()], name="backbone")
    start = keras.Input((48, 48, 1))
    x = backbone(layers.Identity()(start))
    for layer in dense():
        x = layer(x)
    return keras.Model(start, x)


@pytest.mark.parametrize("method", ["gradient", "grad_cam", "score_cam"])
@pytest.mark.parametrize("kind", ["sequential", "nested"])
def test_a_model_from_outside_is_explained(kind, method, marked, request):
    maps = saliency(request.getfixturevalue(kind), marked[:2], method)
    assert maps.values.max() == 1


@pytest.mark.parametrize("kind", ["sequential", "nested"])
def test_made_flat_a_model_computes_the_same(kind, marked, request):
    model = request.getfixturevalue(kind)
    faces = marked[:4, ..., None].astype(np.float32)
    whole = flat(model)
    assert not any(isinstance(layer, keras.Model) for layer in whole.layers)
    np.testing.assert_allclose(np.asarray(whole(faces)), np.asarray(model(faces)), atol=1e-6)


def test_the_last_layer_that_is_not_too_coarse_is_chosen(tiny):
    assert Network(models.logits(tiny)).layer(None).output.shape[1] == 6
    xception = models.logits(models.build("mini_xception"))
    layer = Network(xception).layer(None)
    assert layer.output.shape[1] >= 6
    places = [one.name for one in xception.layers]
    after = xception.layers[places.index(layer.name) + 1 :]
    assert all(len(one.output.shape) < 4 or one.output.shape[1] < 6 for one in after)


def test_a_layer_may_be_named(tiny, marked):
    first = next(layer.name for layer in tiny.layers if "conv" in layer.name)
    named = saliency(tiny, marked[:2], "grad_cam", 0, layer=first)
    assert not np.array_equal(named.raw, saliency(tiny, marked[:2], "grad_cam", 0).raw)


def test_an_unknown_layer_and_a_network_without_convolutions_are_refused(tiny, marked):
    with pytest.raises(ModelError, match="no layer 'conv_99' with feature maps"):
        saliency(tiny, marked, "grad_cam", layer="conv_99")
    plain = keras.Sequential([keras.Input((48, 48, 1)), *dense()])
    with pytest.raises(ModelError, match="has no convolution"):
        saliency(plain, marked, "grad_cam")
