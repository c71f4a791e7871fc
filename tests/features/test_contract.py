"""What scikit-learn expects of a transformer, tested of each transformer of faces."""

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union

from fercourse.errors import DataError, ModelError
from fercourse.features import (
    HOG,
    LBP,
    BothWays,
    Eigenfaces,
    Gabor,
    LandmarkGeometry,
    ShapeModel,
    SmoothHOG,
    SmoothLBP,
)

TRANSFORMERS = {
    "LBP": (LBP(), {"radius": 2}),
    "HOG": (HOG(), {"cell": 12}),
    "Gabor": (Gabor((4, 8), orientations=4), {"grid": 3}),
    "Eigenfaces": (Eigenfaces(12), {"n_components": 5}),
    "SmoothLBP": (SmoothLBP(grid=3), {"grid": 5}),
    "SmoothHOG": (SmoothHOG(), {"orientations": 8}),
    "BothWays": (BothWays(Eigenfaces(8)), {"transformer": Eigenfaces(4)}),
}
each = pytest.mark.parametrize(("transformer", "change"), TRANSFORMERS.values(), ids=TRANSFORMERS)


@each
def test_a_clone_has_the_same_settings_and_nothing_learned(drawn, transformer, change):
    fitted = clone(transformer).fit(drawn.images)
    copy = clone(fitted)
    assert str(copy.get_params()) == str(fitted.get_params())
    with pytest.raises(NotFittedError):
        copy.transform(drawn.images)


@each
def test_set_params_changes_what_is_computed(drawn, transformer, change):
    first = clone(transformer)
    other = clone(transformer).set_params(**change)
    ((name, value),) = change.items()
    assert str(getattr(other, name)) == str(value)
    assert str(getattr(first, name)) != str(value)
    ours, theirs = first.fit_transform(drawn.images), other.fit_transform(drawn.images)
    assert ours.shape != theirs.shape or not np.allclose(ours, theirs)


@each
def test_grid_search_inside_a_pipeline_tries_the_settings(drawn, transformer, change):
    pipeline = make_pipeline(clone(transformer), LogisticRegression(max_iter=20, tol=0.1))
    ((name, value),) = change.items()
    grid = {f"{type(transformer).__name__.lower()}__{name}": [getattr(transformer, name), value]}
    smiles = drawn.labels == 3
    search = GridSearchCV(pipeline, grid, cv=2).fit(drawn.images, smiles)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@each
def test_every_feature_has_a_name_of_its_own(drawn, transformer, change):
    model = clone(transformer).fit(drawn.images)
    names = model.get_feature_names_out()
    assert len(set(names)) == len(names) == model.transform(drawn.images).shape[1]


@each
def test_faces_stay_as_they_were(drawn, transformer, change):
    faces = drawn.images.copy()
    faces.flags.writeable = False
    clone(transformer).fit_transform(faces)
    np.testing.assert_array_equal(faces, drawn.images)


@each
def test_fitting_again_forgets_the_first_faces(drawn, transformer, change):
    small = np.ascontiguousarray(drawn.images[:40, 4:44, 4:44])
    twice = clone(transformer).fit(drawn.images).fit(small)
    np.testing.assert_allclose(
        twice.transform(small), clone(transformer).fit_transform(small), atol=1e-5
    )


@each
def test_each_face_is_described_on_its_own_in_float32(drawn, transformer, change):
    model = clone(transformer).fit(drawn.images)
    together = model.transform(drawn.images)
    assert together.dtype == np.float32
    np.testing.assert_allclose(model.transform(drawn.images[41:42])[0], together[41], atol=1e-4)
    assert model.transform(drawn.images[:0]).shape == (0, together.shape[1])


@each
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda faces: faces / 255, "uint8"),
        (lambda faces: faces.astype(float) * np.nan, "uint8"),
        (lambda faces: faces[0], r"\(48, 48\)"),
        (lambda faces: faces.tolist(), "not from a list"),
        (lambda faces: faces[:, :40], "48x48 pixels, not of 48x40"),
    ],
)
def test_anything_but_faces_of_that_size_is_refused(drawn, transformer, change, broken, words):
    model = clone(transformer).fit(drawn.images)
    with pytest.raises(DataError, match=words):
        model.transform(broken(drawn.images))


@each
def test_no_faces_are_too_few_to_fit_on(drawn, transformer, change):
    with pytest.raises(DataError, match="no faces"):
        clone(transformer).fit(drawn.images[:0])


@pytest.mark.parametrize(
    "wrong",
    [
        *(LBP("diagonal"), LBP(points=40), LBP(radius=0), LBP(grid=0), LBP(grid=49)),
        *(HOG(norm="L3"), HOG(cell=0), HOG(cell=60), HOG(block=7), HOG(orientations=0)),
        *(SmoothLBP(grid=17), SmoothHOG(cell=7), SmoothHOG(block=7), SmoothHOG(orientations=1)),
        *(Gabor(()), Gabor((1,)), Gabor(grid=30), Gabor(width=0), Eigenfaces(0), Eigenfaces(61)),
        *(Gabor(4), Gabor((1e9,)), Gabor(("a",)), Gabor(width=1e9), LBP(n_jobs=0), HOG(n_jobs="a")),
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_named(drawn, wrong):
    with pytest.raises(ModelError, match="must be"):
        wrong.fit(drawn.images)


@pytest.mark.parametrize(
    "wrong",
    [
        *(LBP(grid=True), LBP(grid=2.0), LBP(radius=None), LBP(["uniform"]), LBP(points=8.0)),
        *(LBP(square_root="no"), LBP(grid=np.array([1, 2])), LBP(n_jobs=True), LBP(n_jobs=10**9)),
        *(
            HOG(cell=np.uint8(16)),
            HOG(cell="8"),
            HOG(cell=8.0),
            HOG(block=True),
            HOG(norm=["L2"]),
            HOG(orientations=9.0),
        ),
        *(SmoothLBP(grid=True), SmoothHOG(cell=8.0), SmoothHOG(block=2.0), SmoothHOG(12.0)),
        *(Gabor(orientations=8.0), Gabor(step=2.0), Gabor(width=True), Gabor(grid=3.0)),
        *(
            Eigenfaces(2.0),
            Eigenfaces(True),
            Eigenfaces(5, whiten=1),
            Eigenfaces(5, random_state=-1),
        ),
        *(BothWays(LBP), BothWays(None), BothWays({})),
    ],
    ids=str,
)
def test_a_setting_of_another_type_is_named(drawn, wrong):
    with pytest.raises(ModelError, match="must be"):
        wrong.fit(drawn.images)


def test_a_union_puts_features_side_by_side_under_their_names(drawn):
    union = make_union(LBP(grid=2), HOG(), Eigenfaces(5)).fit(drawn.images)
    features = union.transform(drawn.images)
    assert features.shape == (60, 4 * 59 + 900 + 5)
    np.testing.assert_array_equal(features[:, 236:1136], HOG().fit_transform(drawn.images))
    assert union.get_feature_names_out()[-1] == "eigenfaces__eigenface4"


def test_pandas_output_has_the_names_as_columns(drawn):
    table = HOG().set_output(transform="pandas").fit_transform(drawn.images)
    assert list(table.columns) == list(HOG().fit(drawn.images).get_feature_names_out())


@pytest.mark.parametrize("transformer", [LBP(grid=2), HOG()], ids=["LBP", "HOG"])
def test_several_workers_compute_what_one_does(drawn, transformer):
    faces = np.concatenate([drawn.images] * 12)
    alone = clone(transformer).fit_transform(faces)
    with joblib.parallel_config("threading"):
        together = clone(transformer).set_params(n_jobs=3).fit_transform(faces)
    np.testing.assert_array_equal(together, alone)


OF_LANDMARKS = pytest.mark.parametrize(
    ("transformer", "change"),
    [(ShapeModel(), {"variance": 0.5}), (LandmarkGeometry(), {})],
    ids=["ShapeModel", "LandmarkGeometry"],
)


@OF_LANDMARKS
def test_transformers_of_landmarks_keep_the_contract_too(drawn, transformer, change):
    landmarks = drawn.landmarks.copy()
    landmarks.flags.writeable = False
    model = clone(transformer).fit(landmarks)
    features = model.transform(landmarks)
    np.testing.assert_array_equal(landmarks, drawn.landmarks)
    assert features.dtype == np.float32
    assert len(set(model.get_feature_names_out())) == features.shape[1]
    assert clone(model).set_params(**change).get_params() == {**model.get_params(), **change}
    assert clone(model).fit(landmarks[:20]).transform(landmarks[:0]).shape[0] == 0
    np.testing.assert_allclose(
        clone(model).fit(landmarks[:20]).fit(landmarks).transform(landmarks), features, atol=1e-5
    )


def test_a_search_over_shapes_runs_inside_a_pipeline(drawn):
    pipeline = make_pipeline(ShapeModel(), LogisticRegression(max_iter=20, tol=0.1))
    grid = {"shapemodel__variance": [0.5, 0.9]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(drawn.landmarks, drawn.labels == 3)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
