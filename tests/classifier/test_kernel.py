import numpy as np
import pytest
from sklearn.base import clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline

from fercourse.classifier import as_classifier, kernel, load_classifier, save_classifier
from fercourse.classifier.kernel import MirrorKernelClassifier
from fercourse.errors import ModelError
from fercourse.features import BothWays, Eigenfaces


@pytest.fixture(scope="module")
def points():
    """Three clouds of even and odd features, each point with its mirror image beside it."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    even = rng.normal(size=(240, 3)) + 1.2 * np.eye(3)[labels]
    odd = rng.normal(size=(240, 2)) * 0.7
    return np.hstack([even, odd, even, -odd]).astype(np.float32), labels


def mirrored(features):
    return np.hstack(np.hsplit(features, 2)[::-1])


@pytest.fixture(scope="module")
def model(points):
    return MirrorKernelClassifier(alpha=0.5).fit(*points)


def test_a_mirror_image_has_the_same_scores(points, model):
    np.testing.assert_allclose(
        model.decision_function(mirrored(points[0])),
        model.decision_function(points[0]),
        atol=1e-4,
    )


def test_it_is_kernel_ridge_regression_on_faces_and_mirror_images(points, model):
    features, labels = points
    both = np.vstack([features[:, :5], features[:, 5:]])
    targets = np.eye(3)[labels] - 1 / 3
    # Each pair of copies shares one weight, and the kernel is a mean of two.
    reference = KernelRidge(kernel="rbf", gamma=model.scale_, alpha=2 * 0.5)
    reference.fit(both, np.vstack([targets, targets]))
    np.testing.assert_allclose(
        model.decision_function(features), reference.predict(features[:, :5]) + 1 / 3, atol=1e-3
    )


def test_faces_taken_some_at_a_time_teach_what_all_at_once_do(points, model, monkeypatch):
    monkeypatch.setattr(kernel, "ROWS_AT_ONCE", 50)
    parts = MirrorKernelClassifier(alpha=0.5).fit(*points)
    np.testing.assert_allclose(
        parts.decision_function(points[0]), model.decision_function(points[0]), atol=1e-5
    )


def test_equal_faces_without_regularization_are_refused(points):
    features, labels = points
    with pytest.raises(ModelError, match="take a larger alpha"):
        MirrorKernelClassifier(alpha=1e-12).fit(np.ones_like(features), labels)


def test_leave_one_out_scores_are_those_of_leaving_one_out(points):
    features, labels = points
    model = MirrorKernelClassifier(alpha=0.5).fit(features, labels)
    targets = np.eye(3, dtype=np.float32)[labels] - model.prior_
    _, left_out = model._solve(targets)
    values = np.vstack([block for _, block in model._kernel(model.support_)])
    for row in (0, 100, 239):
        kept = np.arange(240) != row
        matrix = values[kept][:, kept] + 0.5 * np.eye(239)
        truth = values[row, kept] @ np.linalg.solve(matrix, targets[kept]) + model.prior_
        np.testing.assert_allclose(left_out[row], truth, atol=0.1)


def test_probabilities_sum_to_one_and_agree_with_the_labels_predicted(points, model):
    features, labels = points
    probabilities = model.predict_proba(features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(model.predict(features), probabilities.argmax(axis=1))
    assert model.score(features, labels) > 0.6


def test_a_narrow_kernel_that_knows_every_face_by_heart_is_still_not_sure(points):
    features, labels = points
    rng = np.random.default_rng(1)
    model = MirrorKernelClassifier(gamma=30, alpha=0.01).fit(features, rng.permutation(labels))
    assert model.decision_function(features).max(axis=1).mean() > 0.9
    assert model.predict_proba(rng.permutation(features) + 0.3).max(axis=1).mean() < 0.6


def test_two_fits_agree_and_a_clone_is_not_fitted(points, model):
    again = clone(model).fit(*points)
    np.testing.assert_array_equal(again.predict_proba(points[0]), model.predict_proba(points[0]))
    assert not hasattr(clone(model), "weights_")
    assert model.decision_function(points[0][:0]).shape == (0, 3)
    assert model.predict_proba(points[0][:0]).shape == (0, 3)


def test_in_a_pipeline_on_faces_it_is_saved_and_loaded(tmp_path):
    faces = np.random.default_rng(0).integers(0, 256, (60, 12, 12), dtype=np.uint8)
    pipeline = make_pipeline(BothWays(Eigenfaces(10)), MirrorKernelClassifier())
    model = as_classifier(pipeline.fit(faces, np.arange(60) % 7))
    again = load_classifier(save_classifier(model, tmp_path / "kernel.skops"))
    np.testing.assert_array_equal(again.predict_proba(faces), model.predict_proba(faces))


@pytest.mark.parametrize(
    ("settings", "break_", "words"),
    [
        ({"alpha": 0}, lambda x, y: (x, y), "positive"),
        ({"gamma": -1}, lambda x, y: (x, y), "positive"),
        ({}, lambda x, y: (x[:, :9], y), "even number of columns"),
        ({}, lambda x, y: (x, y[:-1]), "labels"),
        ({}, lambda x, y: (x, y * 0), "two classes"),
        ({}, lambda x, y: (x * np.nan, y), "missing or infinite"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(points, settings, break_, words):
    with pytest.raises(ModelError, match=words):
        MirrorKernelClassifier(**settings).fit(*break_(*points))
