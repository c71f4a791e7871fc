"""Faces drawn by lot: the same wherever they are drawn, and fair to learn from."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, f_oneway

from fercourse import synth
from fercourse.emotions import CLASSES
from fercourse.errors import DataError


@pytest.fixture(scope="module")
def faces():
    return synth.draw(450, seed=3)


def test_the_same_seed_draws_the_same_bytes_on_two_processes():
    alone, together = synth.draw(90, seed=5), synth.draw(90, seed=5, processes=2)
    for name in ("images", "labels", "action_units", "regions", "landmarks"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))
    pd.testing.assert_frame_equal(alone.table, together.table)


def test_a_face_depends_on_its_number_and_not_on_those_drawn_before_it(faces):
    some = synth.draw(7, seed=3, start=41)
    np.testing.assert_array_equal(some.images, faces.images[41:48])
    np.testing.assert_array_equal(some.labels, faces.labels[41:48])


def test_another_seed_draws_other_people():
    assert (synth.draw(9, seed=1).images != synth.draw(9, seed=2).images).mean() > 0.5


def test_every_array_has_the_shape_and_type_it_promises(faces):
    assert faces.images.shape == faces.regions.shape == (450, 48, 48)
    assert faces.images.dtype == faces.regions.dtype == np.uint8
    assert faces.labels.dtype == np.int64
    assert faces.action_units.shape == (450, len(synth.ACTION_UNIT_NAMES))
    assert faces.action_units.dtype == faces.landmarks.dtype == np.float32
    assert faces.landmarks.shape == (450, 68, 2)
    assert 0 <= faces.action_units.min() <= faces.action_units.max() <= 1


def test_no_person_stands_in_two_splits_and_the_splits_have_their_shares():
    recipes = synth.draw(180, size=16).table
    assert (recipes.groupby("subject")["split"].nunique() == 1).all()
    shares = recipes["split"].value_counts(normalize=True)
    np.testing.assert_allclose(shares[["train", "validation", "test"]], [7 / 9, 1 / 9, 1 / 9])
    assert (recipes.groupby("subject").size() == 20).all()


def test_classes_are_as_unbalanced_as_in_fer2013(faces):
    shares = np.bincount(faces.table["true_class"], minlength=7) / 450
    published = np.array([4953, 547, 5121, 8989, 6077, 4002, 6198]) / 35887
    np.testing.assert_allclose(shares, published, atol=0.05)


def test_the_balanced_variant_has_as_many_of_each_class_in_each_split():
    table = synth.draw(9 * 7 * 3, variant="balanced", size=16).table
    assert (pd.crosstab(table["split"], table["true_class"]).nunique(axis=1) == 1).all()


def test_easy_faces_are_rightly_labeled_and_nothing_hides_them():
    drawing = synth.draw(63, variant="easy", size=16)
    np.testing.assert_array_equal(drawing.labels, drawing.table["true_class"])
    assert (drawing.table["occluder"] == "none").all()


def test_shifted_faces_show_the_same_classes_under_other_lamps_and_turned_further(faces):
    shifted = synth.draw(126, variant="shifted", size=16).table
    assert shifted["light_azimuth"].abs().min() >= 40 > faces.table["light_azimuth"].abs().median()
    assert shifted["yaw"].std() > 1.2 * faces.table["yaw"].std()
    assert shifted["true_class"].nunique() == 7


def test_ten_raters_vote_and_most_agree_with_the_class(faces):
    votes = faces.table[list(synth.VOTE_COLUMNS)].to_numpy()
    assert (votes.sum(axis=1) == 10).all()
    agree = (votes.argmax(axis=1) == faces.table["true_class"]).mean()
    assert 0.75 < agree < 0.99
    wrong = (faces.labels != faces.table["true_class"]).mean()
    assert 0.04 < wrong < 0.16


@pytest.mark.parametrize(
    "nuisance", ["yaw", "pitch", "roll", "gaze_x", "light_azimuth", "light_strength", "tone"]
)
def test_what_is_not_the_expression_is_independent_of_the_class(faces, nuisance):
    groups = [rows[nuisance] for _, rows in faces.table.groupby("true_class")]
    assert f_oneway(*groups).pvalue > 0.001


def test_occluders_and_splits_are_independent_of_the_class(faces):
    for column in ("occluder", "split"):
        counts = pd.crosstab(
            faces.table[column] == faces.table[column].iloc[0], faces.table["true_class"]
        )
        assert chi2_contingency(counts).pvalue > 0.001


@pytest.mark.slow
def test_the_picture_without_the_face_does_not_tell_the_class():
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    drawing = synth.draw(2800, variant="balanced", seed=1)
    rest = np.concatenate(
        [drawing.images[:, :4].reshape(2800, -1), drawing.images[:, :, :3].reshape(2800, -1)], 1
    )
    train = (drawing.table["split"] == "train").to_numpy()
    truth = drawing.table["true_class"].to_numpy()
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    probe.fit(rest[train], truth[train])
    assert balanced_accuracy_score(truth[~train], probe.predict(rest[~train])) < 0.20


@pytest.mark.slow
def test_expressions_can_be_learned_but_not_easily():
    import cv2
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    hog = cv2.HOGDescriptor((48, 48), (16, 16), (8, 8), (8, 8), 9)
    drawing = synth.draw(2700)
    features = np.stack([hog.compute(image).ravel() for image in drawing.images])
    train = (drawing.table["split"] == "train").to_numpy()
    model = make_pipeline(StandardScaler(), LinearSVC(C=0.002)).fit(
        features[train], drawing.labels[train]
    )
    assert 0.40 < model.score(features[~train], drawing.labels[~train]) < 0.75


def test_progress_counts_up_to_the_end():
    seen = []
    synth.draw(130, size=16, progress=seen.append)
    assert seen == [64, 128, 130]


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"count": 3, "start": -1},
        {"count": 3, "size": 4},
        {"count": 3, "variant": "hard"},
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(wrong):
    with pytest.raises(DataError, match=r"^[A-Z][^\n]*\.$"):
        synth.draw(**wrong)


def test_classes_are_those_of_fer2013(faces):
    assert set(faces.labels) <= set(range(len(CLASSES)))
