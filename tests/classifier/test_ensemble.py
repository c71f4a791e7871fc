"""Ensembles and views are classifiers again, and compute what they say."""

import numpy as np
import pytest

from fercourse.classifier import Classifier
from fercourse.classifier.ensemble import Ensemble, OneAgainstRest
from fercourse.classifier.views import WithFlip, WithTenCrops
from fercourse.errors import ModelError

FACES = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)


class Told:
    """Says what it is told, whatever the face."""

    def __init__(self, probabilities, classes=("a", "b")):
        self.row, self.classes = np.float32(probabilities), classes

    def predict_proba(self, faces):
        return np.tile(self.row, (len(faces), 1))


class LeftOrRight:
    """Says how bright the left half of a face is, and how bright the upper left pixel."""

    classes = ("left", "corner")

    def predict_proba(self, faces):
        assert faces.flags.c_contiguous
        left = faces[:, :, :24].mean(axis=(1, 2)) / 255
        return np.stack([left, faces[:, 0, 0] / 255], axis=1).astype(np.float32)


def test_an_ensemble_is_the_weighted_mean_of_its_classifiers():
    parts = [Told([1, 0]), Told([0, 1])]
    assert isinstance(Ensemble(parts), Classifier)
    assert np.allclose(Ensemble(parts).predict_proba(FACES), 0.5)
    probabilities = Ensemble(parts, [3, 1]).predict_proba(FACES)
    assert np.allclose(probabilities, [0.75, 0.25])
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (5, 2)


def test_an_ensemble_refuses_what_does_not_go_together():
    with pytest.raises(ModelError, match="at least one"):
        Ensemble([])
    with pytest.raises(ModelError, match="same order"):
        Ensemble([Told([1, 0]), Told([1, 0], ("b", "a"))])
    for weights in ([1], [1, -1], [0, 0], [1, float("nan")]):
        with pytest.raises(ModelError, match="weight"):
            Ensemble([Told([1, 0]), Told([0, 1])], weights)


def test_one_against_rest_divides_by_the_sum_and_survives_zeros():
    parts = [Told([0.4, 0.6], ("rest", "a")), Told([0.8, 0.2], ("rest", "b"))]
    assert np.allclose(OneAgainstRest(parts, ("a", "b")).predict_proba(FACES), [0.75, 0.25])
    nobody = [Told([1, 0], ("rest", "a")), Told([1, 0], ("rest", "b"))]
    assert np.allclose(OneAgainstRest(nobody, ("a", "b")).predict_proba(FACES), 0.5)
    with pytest.raises(ModelError, match="in this order"):
        OneAgainstRest(parts, ("b", "a"))


def test_with_flip_gives_a_face_and_its_mirror_image_the_same_answer():
    flipped = WithFlip(LeftOrRight())
    assert isinstance(flipped, Classifier)
    answer = flipped.predict_proba(FACES)
    assert np.allclose(answer, flipped.predict_proba(FACES[:, :, ::-1]))
    assert np.allclose(answer[:, 0], FACES.mean(axis=(1, 2)) / 255, atol=1e-6)


def test_ten_crops_ask_about_all_corners():
    seen = []

    class Watching(LeftOrRight):
        def predict_proba(self, faces):
            seen.append(faces.copy())
            return super().predict_proba(faces)

    face = np.zeros((1, 48, 48), np.uint8)
    face[0, :6, :6] = 200
    answer = WithTenCrops(Watching(), 8).predict_proba(face)
    assert len(seen) == 10
    # The first pixel is bright in the crops that begin at 0, 0 and at 4, 4, and in no mirrored one.
    assert answer[0, 1] * 10 * 255 / 200 == pytest.approx(2, abs=0.01)
    assert {one.shape for one in seen} == {(1, 48, 48)}
    with pytest.raises(ModelError, match="margin"):
        WithTenCrops(LeftOrRight(), 0)
    with pytest.raises(ModelError, match="too small"):
        WithTenCrops(LeftOrRight()).predict_proba(np.zeros((1, 3, 3), np.uint8))


def test_views_and_ensembles_take_no_faces_at_all():
    for one in (WithFlip(LeftOrRight()), WithTenCrops(LeftOrRight()), Ensemble([LeftOrRight()])):
        assert one.predict_proba(FACES[:0]).shape == (0, 2)
