"""Our maps beside those of tf-keras-vis, used directly as its documentation says."""

import numpy as np
import pytest

from fercourse.explain import saliency
from fercourse.explain.network import quiet

pytest.importorskip("tensorflow")
with quiet():
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.layercam import Layercam
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.scorecam import Scorecam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

TARGETS = [3, 0, 5]


@pytest.fixture(scope="module")
def faces(marked):
    return marked[:3]


@pytest.fixture(scope="module")
def last_maps(tiny):
    return [layer.name for layer in tiny.layers if len(layer.output.shape) == 4][-1]


def by_hand(kind, model, faces, **options):
    with quiet():
        explainer = kind(model, model_modifier=ReplaceToLinear())
        return explainer(CategoricalScore(TARGETS), faces[..., None].astype(np.float32), **options)


def test_gradients_are_the_same(tiny, faces):
    ours = saliency(tiny, faces, "gradient", TARGETS).raw
    expected = by_hand(Saliency, tiny, faces, normalize_map=False)
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-7)


def test_smoothgrad_is_the_same_for_the_same_noise(tiny, faces, monkeypatch):
    rng = np.random.default_rng(4)
    shape = (*faces.shape, 1)
    noise = np.stack([rng.standard_normal(shape, np.float32) for _ in range(6)])
    monkeypatch.setattr(np.random, "normal", lambda mean, sigma, shape: sigma * noise[: shape[0]])
    expected = by_hand(
        Saliency, tiny, faces, smooth_samples=6, smooth_noise=0.1, normalize_map=False
    )
    ours = saliency(tiny, faces, "smoothgrad", TARGETS, samples=6, noise=0.1, seed=4).raw
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "kind", "options"),
    [
        ("grad_cam", Gradcam, {}),
        ("grad_cam_pp", GradcamPlusPlus, {}),
        ("layer_cam", Layercam, {}),
        ("score_cam", Scorecam, {}),
        ("faster_score_cam", Scorecam, {"max_N": 10}),
    ],
)
def test_cams_are_the_same(method, kind, options, tiny, faces, last_maps):
    ours = saliency(tiny, faces, method, TARGETS, layer=last_maps).raw
    options |= {"penultimate_layer": last_maps, "seek_penultimate_conv_layer": False}
    expected = by_hand(kind, tiny, faces, normalize_cam=False, **options)
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-5)


def test_integrated_gradients_are_complete(tiny, faces):
    from fercourse import models

    raw = saliency(tiny, faces, "integrated_gradients", TARGETS).raw
    scores = models.logits(tiny)
    gray = np.broadcast_to(faces.mean(axis=(1, 2), keepdims=True), faces.shape)
    rows = np.arange(3)
    change = (
        scores.predict_on_batch(faces[..., None].astype(np.float32))[rows, TARGETS]
        - scores.predict_on_batch(gray[..., None].astype(np.float32))[rows, TARGETS]
    )
    np.testing.assert_allclose(raw.sum(axis=(1, 2)), change, rtol=0.01)


def test_integrated_gradients_of_a_linear_network_are_weights_times_change(faces):
    import keras

    linear = keras.Sequential(
        [keras.Input((48, 48, 1)), keras.layers.Flatten(), keras.layers.Dense(7, "softmax")]
    )
    linear.layers[-1].set_weights([linear.get_weights()[0] / 255, linear.get_weights()[1]])
    raw = saliency(linear, faces, "integrated_gradients", TARGETS).raw
    weights = linear.get_weights()[0].T.reshape(7, 48, 48)[TARGETS]
    expected = weights * (faces - faces.mean(axis=(1, 2), keepdims=True))
    np.testing.assert_allclose(raw, expected, rtol=1e-3, atol=1e-5)
