import cv2
import keras
import numpy as np
import pytest
from skimage.draw import ellipse
from skimage.exposure import equalize_hist

from fercourse import models, synth
from fercourse.classifier import as_classifier, load_classifier, save_classifier
from fercourse.models import layers


@pytest.fixture(scope="module")
def faces():
    flat = np.full((1, 48, 48), 77, np.uint8)
    dark = np.random.default_rng(0).integers(3, 9, (1, 48, 48), dtype=np.uint8)
    return np.concatenate([synth.draw(3, seed=0).images, flat, dark])


def applied(layer, faces):
    return np.asarray(layer(faces[..., None].astype(np.float32)))[..., 0]


def test_histograms_are_equalized_as_opencv_does(faces):
    expected = [cv2.equalizeHist(face) for face in faces]
    np.testing.assert_array_equal(applied(layers.HistogramEqualization(), faces), expected)


def test_an_equalized_face_has_the_ranks_that_scikit_image_gives_its_pixels(faces):
    face = faces[:1]
    ours = applied(layers.HistogramEqualization(), face)[0]
    assert np.corrcoef(ours.ravel(), equalize_hist(face[0]).ravel())[0, 1] > 0.999


def test_levels_between_whole_ones_are_rounded_and_others_clipped(faces):
    layer, face = layers.HistogramEqualization(), faces[:1].astype(np.float32)
    np.testing.assert_array_equal(applied(layer, face + 0.3), applied(layer, face))
    assert np.isfinite(applied(layer, face * 3 - 200)).all()


def test_noise_is_smoothed_as_opencv_does(faces):
    expected = [cv2.GaussianBlur(face.astype(np.float32), (3, 3), 0) for face in faces]
    np.testing.assert_allclose(applied(layers.Denoising(), faces), expected, atol=1e-3)


def test_edges_are_the_lengths_of_opencvs_sobel_gradients(faces):
    def length(face):
        x, y = (cv2.Sobel(face.astype(np.float32), -1, *order) for order in ((1, 0), (0, 1)))
        return np.hypot(x, y) / np.sqrt(32)

    edges = applied(layers.Edges(), faces)
    np.testing.assert_allclose(edges, [length(face) for face in faces], atol=1e-3)
    assert edges.max() <= 255


def test_outside_of_the_ellipse_is_the_mean_of_what_is_inside(faces):
    inside = np.zeros((48, 48), bool)
    inside[ellipse(23.5, 23.5, 24, 19.2)] = True
    removed = applied(layers.BackgroundRemoval(), faces)
    for face, left in zip(faces, removed, strict=True):
        np.testing.assert_allclose(left[inside], face[inside], atol=1e-4)
        np.testing.assert_allclose(left[~inside], face[inside].mean(), rtol=1e-4)
    assert 0.5 < inside.mean() < 0.7


def test_attention_weighs_places_and_keeps_the_shape():
    x = np.random.default_rng(0).normal(size=(2, 12, 12, 5)).astype(np.float32)
    weights = np.asarray(layers.SpatialAttention()(x)) / x
    assert weights.shape == x.shape
    np.testing.assert_allclose(weights, weights[..., :1].repeat(5, axis=-1), rtol=1e-4)
    assert 0 < weights.min() < weights.max() < 1


@pytest.mark.parametrize("preprocessing", models.PREPROCESSING)
def test_preprocessing_is_saved_with_the_network(preprocessing, faces, tmp_path):
    network = models.build("tiny", preprocessing=preprocessing, seed=0)
    path = save_classifier(network, tmp_path / "model.keras")
    expected = as_classifier(network).predict_proba(faces)
    np.testing.assert_allclose(load_classifier(path).predict_proba(faces), expected, atol=1e-6)
    assert isinstance(keras.saving.load_model(path), keras.Model)


def test_preprocessing_changes_what_the_network_sees(faces):
    plain = models.build("tiny", seed=0)
    for preprocessing in list(models.PREPROCESSING)[1:]:
        network = models.build("tiny", preprocessing=preprocessing, seed=0)
        network.set_weights(plain.get_weights())
        x = faces[:3, ..., None].astype(np.float32)
        assert np.abs(np.asarray(network(x)) - np.asarray(plain(x))).max() > 1e-4
