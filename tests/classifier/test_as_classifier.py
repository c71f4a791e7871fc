import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from fercourse.classifier import Classifier, as_classifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError


def flatten(faces):
    return faces.reshape(len(faces), -1)


def pipeline(last):
    return make_pipeline(FunctionTransformer(flatten), last)


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)


@pytest.fixture
def fitted(faces):
    return pipeline(GaussianNB()).fit(faces, np.arange(40) % 3 * 2)


def test_probabilities_are_the_estimators_in_the_columns_of_its_classes(faces, fitted):
    probabilities = as_classifier(fitted).predict_proba(faces)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (40, 7)
    np.testing.assert_allclose(probabilities[:, [0, 2, 4]], fitted.predict_proba(faces), rtol=1e-6)
    assert not probabilities[:, [1, 3, 5, 6]].any()


def test_a_classifier_is_returned_as_it_is(fitted):
    classifier = as_classifier(fitted)
    assert isinstance(classifier, Classifier)
    assert as_classifier(classifier) is classifier
    assert classifier.classes == CLASSES


def test_no_faces_give_no_probabilities(fitted, faces):
    assert as_classifier(fitted).predict_proba(faces[:0]).shape == (0, 7)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda faces: faces / 255, "do not scale"),
        (lambda faces: faces[0], "face\\[None\\]"),
        (lambda faces: faces[..., None], "shape"),
        (lambda faces: faces.tolist(), "not a list"),
    ],
)
def test_anything_but_raw_faces_is_refused_in_one_sentence(fitted, faces, broken, words):
    with pytest.raises(ModelError, match=words):
        as_classifier(fitted).predict_proba(broken(faces))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda faces: pipeline(GaussianNB()), "not fitted"),
        (lambda faces: pipeline(LinearSVC()).fit(faces, np.arange(40) % 2), "no probabilities"),
        (lambda faces: pipeline(DummyClassifier()).fit(faces, np.full(40, 7)), "indices"),
        (lambda faces: pipeline(DummyClassifier()).fit(faces, ["happy"] * 40), "indices"),
        (lambda faces: "model.pkl", "not in model.pkl"),
        (lambda faces: 42, "no model"),
        (lambda faces: GaussianNB, "a class, not a model"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_in_one_sentence(faces, model, words):
    with pytest.raises(ModelError, match=words):
        as_classifier(model(faces))


@pytest.mark.parametrize("classes", ["abcdefg", ("happy",) * 7, range(7), None, ()])
def test_classes_that_are_no_different_words_are_refused(fitted, classes):
    with pytest.raises(ModelError, match="classes must be"):
        as_classifier(fitted, classes)


def test_faces_of_another_size_than_learned_from_are_refused_in_one_sentence(fitted, faces):
    with pytest.raises(ModelError, match="cannot classify faces of 8x6 pixels"):
        as_classifier(fitted).predict_proba(np.ascontiguousarray(faces[:, :6]))
