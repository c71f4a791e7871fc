import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from fercourse.errors import DataError, ModelError
from fercourse.features import HOG, ActiveAppearanceModel
from fercourse.features.texture import Patch, normalized


@pytest.fixture(scope="module")
def model(drawn):
    return ActiveAppearanceModel(steps=8).fit(drawn.images, drawn.landmarks)


@pytest.fixture(scope="module")
def found(model, drawn):
    return model.search(drawn.images)


def test_the_error_never_rises_and_falls_for_nearly_every_face(found):
    assert found.errors.shape == (9, 60)
    assert (np.diff(found.errors, axis=0) <= 1e-6).all()
    assert np.median(found.errors[-1]) < 0.5 * np.median(found.errors[0])


def test_the_landmarks_come_nearer_to_the_truth(found, drawn):
    distances = np.linalg.norm(found.paths - drawn.landmarks, axis=-1).mean(axis=-1)
    assert np.median(distances[-1]) < 0.7 * np.median(distances[0])
    np.testing.assert_array_equal(found.landmarks, found.paths[-1])


def test_a_face_that_the_model_drew_is_found_again(model, drawn):
    parameters = np.zeros((1, len(model.shape_modes_)))
    parameters[0, 0] = 1.0
    pose = np.append(parameters, model.start_)[None]
    inside = model.patch_.read(drawn.images[:1], model._placed(pose))
    assert inside.shape == (1, len(model.mean_levels_))
    picture = model.picture(parameters)[0]
    np.testing.assert_allclose(picture[~np.isnan(picture)].mean(), 0, atol=0.2)


def test_a_start_beside_the_face_moves_the_shape_there(model, drawn):
    centers = drawn.landmarks.mean(axis=1) + np.array([1.5, 0])
    first = model.search(drawn.images, start=centers).paths[0]
    np.testing.assert_allclose(first.mean(axis=1)[:, 0], centers[:, 0], atol=0.5)


def test_refitting_gives_the_same_model(model, drawn):
    again = ActiveAppearanceModel(steps=8).fit(drawn.images, drawn.landmarks)
    np.testing.assert_allclose(again.corrections_, model.corrections_)


def test_faces_stay_as_they_were_and_each_is_searched_on_its_own(model, found, drawn):
    before = drawn.images.copy()
    alone = model.transform(drawn.images[7:8])
    np.testing.assert_array_equal(drawn.images, before)
    np.testing.assert_allclose(alone[0], found.parameters[7], atol=1e-3)


def test_a_frozen_model_works_in_a_union_and_a_pipeline(model, drawn):
    union = make_union(HOG(), FrozenEstimator(model))
    pipeline = make_pipeline(union, LogisticRegression(max_iter=50, tol=1))
    pipeline.fit(drawn.images, drawn.labels)
    assert pipeline.predict(drawn.images).shape == (60,)
    names = union.get_feature_names_out()
    assert names[-1] == f"frozenestimator__appearance{len(model.shape_modes_) - 1}"


def test_fitting_on_labels_or_too_few_landmarks_is_refused(drawn):
    with pytest.raises(DataError, match="Landmarks"):
        ActiveAppearanceModel().fit(drawn.images, drawn.labels)
    with pytest.raises(DataError, match="landmarks of 59"):
        ActiveAppearanceModel().fit(drawn.images, drawn.landmarks[:59])


def test_no_faces_give_no_parameters(model, drawn):
    assert model.transform(drawn.images[:0]).shape == (0, len(model.shape_modes_))


def test_a_patch_reads_each_landmark_at_its_own_place():
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], float)
    patch = Patch.inside(square)
    ramp = np.tile(np.arange(40, dtype=np.uint8), (40, 1))[None]
    levels = patch.picture(patch.read(ramp, (square * 2 + 5)[None]))[0]
    np.testing.assert_allclose(levels, np.tile(np.arange(5.0, 26, 2), (11, 1)), atol=1e-4)


def test_normalized_levels_do_not_depend_on_light():
    levels = np.random.default_rng(0).random((3, 50))
    np.testing.assert_allclose(normalized(levels * 40 + 7), normalized(levels), atol=1e-9)
    assert np.isfinite(normalized(np.full((1, 50), 9.0))).all()


@pytest.mark.parametrize(
    ("landmarks", "words"),
    [
        (lambda points: points * 1e6, "far outside"),
        (lambda points: np.repeat(points[..., :1], 2, axis=-1), "one line"),
    ],
)
def test_landmarks_that_span_no_face_are_refused(drawn, landmarks, words):
    with pytest.raises(DataError, match=words):
        ActiveAppearanceModel().fit(drawn.images, landmarks(drawn.landmarks))


@pytest.mark.parametrize(
    "start", ["middle", np.zeros((2, 2)), np.full((60, 2), np.nan), np.full((60, 2), 1e300)]
)
def test_a_start_that_is_no_place_is_refused(model, drawn, start):
    with pytest.raises(DataError, match="start must be"):
        model.search(drawn.images, start)


def test_a_model_is_not_fitted_without_landmarks(drawn):
    with pytest.raises(DataError, match="Landmarks are"):
        ActiveAppearanceModel().fit(drawn.images)


@pytest.mark.parametrize(
    ("faces", "words"),
    [(lambda faces: faces * 0, "even gray"), (lambda faces: faces[:, :1], "two pixels")],
)
def test_faces_that_show_nothing_are_refused(drawn, faces, words):
    with pytest.raises(DataError, match=words):
        ActiveAppearanceModel().fit(faces(drawn.images), drawn.landmarks)


@pytest.mark.parametrize("setting", [{"steps": 2.0}, {"random_state": -1}, {"random_state": "a"}])
def test_a_setting_that_is_none_is_refused(drawn, setting):
    with pytest.raises(ModelError, match="must be"):
        ActiveAppearanceModel(**setting).fit(drawn.images, drawn.landmarks)


@pytest.mark.parametrize("parameters", [None, "a", np.ones((1, 99))], ids=str)
def test_there_is_no_picture_of_other_parameters(model, parameters):
    with pytest.raises(DataError, match="Weights must be numbers"):
        model.picture(parameters)
