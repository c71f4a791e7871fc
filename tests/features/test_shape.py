import numpy as np
import pytest

from fercourse.errors import DataError, ModelError
from fercourse.features import LandmarkGeometry, ShapeModel


def moved(landmarks, scale=1.7, angle=0.4, by=(30, -12)):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return landmarks @ turn.T + by


def test_position_size_and_turn_do_not_change_the_weights(drawn):
    model = ShapeModel().fit(drawn.landmarks)
    weights = model.transform(moved(drawn.landmarks))
    np.testing.assert_allclose(weights, model.transform(drawn.landmarks), atol=1e-3)


def test_all_modes_together_give_the_aligned_shapes_back(drawn):
    model = ShapeModel(variance=1).fit(drawn.landmarks)
    rebuilt = model.inverse_transform(model.transform(drawn.landmarks))
    np.testing.assert_allclose(rebuilt, model.align(drawn.landmarks), atol=1e-3)


def test_modes_are_orthonormal_and_keep_the_share_of_variance_asked_for(drawn):
    everything, most = (ShapeModel(share).fit(drawn.landmarks) for share in (1, 0.9))
    flat = most.modes_.reshape(len(most.modes_), -1)
    np.testing.assert_allclose(flat @ flat.T, np.eye(len(flat)), atol=1e-9)
    total = everything.variances_.sum()
    assert most.variances_[:-1].sum() < 0.9 * total <= most.variances_.sum()


def test_a_model_of_one_way_of_varying_finds_that_mode():
    base = np.random.default_rng(0).normal(size=(10, 2)) * 20
    mode = np.zeros((10, 2))
    mode[3] = (3, 4)
    shapes = base + np.linspace(-1, 1, 21)[:, None, None] * mode
    model = ShapeModel(0.95).fit(shapes)
    assert len(model.modes_) == 1
    assert np.abs(model.modes_[0][3]).argmax() == 1
    assert (np.linalg.norm(model.modes_[0], axis=1) > 0.5).sum() == 1


def test_the_mean_of_shapes_is_upright(drawn):
    mean = ShapeModel().fit(drawn.landmarks).mean_
    assert mean[8, 1] > mean[27, 1]
    assert abs(mean[45, 1] - mean[36, 1]) < 2


def test_geometry_does_not_change_with_position_size_and_turn(drawn):
    model = LandmarkGeometry().fit(drawn.landmarks)
    ours, theirs = (model.transform(part) for part in (drawn.landmarks, moved(drawn.landmarks)))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "point", "by", "sign"),
    [
        ("mouth_opening", 66, (0, 5), 1),
        ("inner_brow_to_eye_left", 22, (0, -3), 1),
        ("between_brows", 21, (3, 0), -1),
        ("eye_opening_inner_right", 38, (0, -2), 1),
    ],
)
def test_a_moved_landmark_changes_the_measure_named_after_it(drawn, name, point, by, sign):
    model = LandmarkGeometry().fit(drawn.landmarks)
    column = list(model.get_feature_names_out()).index(name)
    after = drawn.landmarks[:1].copy()
    after[0, point] += by
    change = model.transform(after)[0, column] - model.transform(drawn.landmarks[:1])[0, column]
    assert sign * change > 0


def test_both_sides_of_a_mirrored_face_trade_places(drawn):
    sides = np.array([*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
                      45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
                      *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65])  # fmt: skip
    mirrored = drawn.landmarks[:, sides] * (-1, 1)
    model = LandmarkGeometry().fit(drawn.landmarks)
    ours, theirs = model.transform(drawn.landmarks), model.transform(mirrored)
    names = list(model.get_feature_names_out())
    for name in ("mouth_corner_to_eye", "outer_brow_to_eye", "eye_opening_inner", "mouth_slope"):
        right, left = names.index(f"{name}_right"), names.index(f"{name}_left")
        np.testing.assert_allclose(np.abs(ours[:, right]), np.abs(theirs[:, left]), atol=1e-4)


@pytest.mark.parametrize("model", [ShapeModel(), LandmarkGeometry()])
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda points: points.tolist(), "array of floats"),
        (lambda points: points.astype(int), "array of floats"),
        (lambda points: points[0], r"not \(68, 2\)"),
        (lambda points: np.where(points > 20, np.nan, points), "missing or infinite"),
        (lambda points: np.zeros_like(points), "one point"),
    ],
)
def test_landmarks_that_are_none_are_refused_in_one_sentence(drawn, model, broken, words):
    with pytest.raises(DataError, match=words):
        model.fit(broken(drawn.landmarks)).transform(broken(drawn.landmarks))


def test_another_number_of_points_is_refused(drawn):
    with pytest.raises(DataError, match="68"):
        LandmarkGeometry().fit(drawn.landmarks[:, :51])
    with pytest.raises(DataError, match="68"):
        ShapeModel().fit(drawn.landmarks).transform(drawn.landmarks[:, :51])


def test_one_shape_and_no_variance_are_refused(drawn):
    with pytest.raises(DataError, match="at least two"):
        ShapeModel().fit(drawn.landmarks[:1])
    with pytest.raises(ModelError, match="variance"):
        ShapeModel(0).fit(drawn.landmarks)


@pytest.mark.parametrize("weights", [None, 1, np.ones(3), np.ones((2, 300)), [["a"]]], ids=str)
def test_weights_of_other_modes_are_refused(drawn, weights):
    with pytest.raises(DataError, match="Weights must be numbers"):
        ShapeModel().fit(drawn.landmarks).inverse_transform(weights)


def test_shapes_without_landmarks_are_refused(drawn):
    with pytest.raises(DataError, match="have the shape"):
        ShapeModel().fit(drawn.landmarks[:, :0])
