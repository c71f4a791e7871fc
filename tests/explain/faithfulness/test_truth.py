import numpy as np
import pandas as pd
import pytest

from fercourse import emotions, synth
from fercourse.datasets.faceset import REGIONS, FaceSet
from fercourse.errors import DataError
from fercourse.explain import faithfulness


def one_face(units):
    drawing = synth.draw_face(units, size=48)
    return FaceSet(
        drawing.images,
        drawing.labels,
        emotions.CLASSES,
        pd.DataFrame(index=[0]),
        truth={"action_units": drawing.action_units, "regions": drawing.regions},
        action_unit_names=synth.ACTION_UNIT_NAMES,
    )


@pytest.mark.parametrize(
    ("units", "name", "region"),
    [
        ({6: 0.4, 12: 0.9}, "happy", "mouth"),
        ({6: 0.9, 12: 0.1}, "happy", "cheeks"),
        ({1: 0.9, 2: 0.9, 26: 0.2}, "surprise", "brows"),
        ({9: 0.9}, "disgust", "nose"),
        ({4: 0.2, 7: 0.9}, "angry", "eyes"),
    ],
)
def test_the_telling_region_is_where_the_units_of_the_class_are_raised(units, name, region):
    face = one_face(units)
    target = np.array([emotions.CLASSES.index(name)])
    found = faithfulness.telling_regions(face, target)
    np.testing.assert_array_equal(found, face.region(region))
    assert faithfulness.evidence(face, target).loc[0].idxmax() == region


def test_a_unit_that_belongs_to_another_class_tells_nothing():
    face = one_face({12: 1.0})
    for name in ("sad", "neutral"):
        target = np.array([emotions.CLASSES.index(name)])
        assert not faithfulness.telling_regions(face, target).any()


def test_weights_are_logarithms_of_how_much_more_often_a_class_shows_a_unit():
    weights = faithfulness.weights_of_evidence(("happy", "sad"))
    assert weights.loc["happy", 12] == pytest.approx(np.log((1 + 0.05) / (0.5 + 0.05)))
    assert weights.loc["sad", 12] == 0


def test_no_fixed_pixel_is_right_on_half_of_the_faces():
    drawing = synth.draw(200, seed=8, variant="balanced")
    faces = FaceSet(
        drawing.images,
        drawing.labels,
        emotions.CLASSES,
        drawing.table,
        truth={"action_units": drawing.action_units, "regions": drawing.regions},
        action_unit_names=synth.ACTION_UNIT_NAMES,
    )
    targets = drawing.table["true_class"].to_numpy()
    truth = faithfulness.telling_regions(faces, targets)
    means = [truth[(targets == one) & truth.any(axis=(1, 2))].mean(axis=0) for one in range(6)]
    assert np.mean(means, axis=0).max() < 0.5


def test_regions_by_landmarks_agree_with_drawn_regions(drawn):
    frontal = (drawn.table["yaw"].abs() < 8).to_numpy()
    faces = drawn[frontal]
    bits = faithfulness.regions_by_landmarks(faces.landmarks, (48, 48))
    for number, name in enumerate(REGIONS):
        ours, truth = (bits >> number & 1).astype(bool), faces.region(name)
        overlap = (ours & truth).sum() / (ours | truth).sum()
        assert overlap > 0.35, name


def test_expected_regions_follow_the_prototypes(drawn):
    bits = faithfulness.regions_by_landmarks(drawn.landmarks[:2], (48, 48))
    found = faithfulness.expected_regions(bits, np.array([3, 6]), emotions.CLASSES)
    np.testing.assert_array_equal(found[0], bits[0] >> REGIONS.index("mouth") & 1)
    assert not found[1].any()


def test_landmarks_of_another_scheme_are_refused():
    with pytest.raises(DataError, match=r"\(N, 68, 2\)"):
        faithfulness.regions_by_landmarks(np.zeros((3, 5, 2)), (48, 48))


def test_faces_without_truth_are_refused(drawn):
    real = FaceSet(drawn.images, drawn.labels, drawn.classes, drawn.table, "photos")
    with pytest.raises(DataError, match="only drawn faces do"):
        faithfulness.telling_regions(real, real.labels)
