import cv2
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline

from fercourse.features import HOG, LBP, BothWays, Eigenfaces, SmoothHOG, SmoothLBP


def shifted_change(transformer, faces):
    """How far features move when a face moves one pixel, as a share of the way to another face."""
    features = transformer.fit_transform(faces)
    shifted = transformer.transform(np.roll(faces, 1, axis=2))
    moved = np.linalg.norm(shifted - features, axis=1).mean()
    return moved / np.linalg.norm(features - np.roll(features, 1, axis=0), axis=1).mean()


@pytest.mark.parametrize(
    ("smooth", "hard"), [(SmoothLBP(grid=6), LBP(grid=6)), (SmoothHOG(9, block=2), HOG())]
)
def test_a_small_shift_changes_smooth_features_less(drawn, smooth, hard):
    assert shifted_change(smooth, drawn.images) < shifted_change(hard, drawn.images)


def test_smooth_gradients_equal_opencvs(drawn):
    descriptor = cv2.HOGDescriptor(
        (48, 48), (24, 24), (8, 8), (8, 8), 12, 1, -1, 0, 0.2, False, 64, True
    )
    ours = SmoothHOG().fit_transform(drawn.images[:3])
    theirs = descriptor.compute(drawn.images[2]).ravel()
    np.testing.assert_allclose(ours[2], theirs, atol=1e-6)


def test_an_edge_votes_for_its_direction_and_place_by_name():
    face = np.zeros((1, 48, 48), np.uint8)
    face[:, 36:, :24] = 255
    model = SmoothHOG(orientations=4, block=1).fit(face)
    best = model.get_feature_names_out()[model.transform(face)[0] > 0.4]
    places = {tuple(name.split("_")[2:4]) for name in best}
    assert ("row4", "column0") in places
    assert not any(row in ("row0", "row1", "row2") for row, _ in places)


@pytest.mark.parametrize("grid", [1, 5, 16])
def test_smooth_histograms_are_still_shares(drawn, grid):
    shares = SmoothLBP(grid=grid).fit_transform(drawn.images).reshape(60, grid, grid, 59)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-4)


def test_as_many_smooth_cells_as_small_ones_are_those_of_lbp(drawn):
    np.testing.assert_allclose(
        SmoothLBP(grid=16).fit_transform(drawn.images),
        LBP(grid=16).fit_transform(drawn.images),
        atol=1e-6,
    )


def test_both_ways_puts_the_mirror_images_features_beside_the_faces_own(drawn):
    features = BothWays(HOG()).fit_transform(drawn.images)
    mirrored = np.ascontiguousarray(drawn.images[:, :, ::-1])
    np.testing.assert_array_equal(features[:, :900], HOG().fit_transform(drawn.images))
    np.testing.assert_array_equal(features[:, 900:], HOG().fit_transform(mirrored))


def test_both_ways_fits_what_learns_on_mirror_images_too(drawn):
    model = BothWays(Eigenfaces(20)).fit(drawn.images)
    mean = model.transformer_.mean_face_
    np.testing.assert_allclose(mean, mean[:, ::-1], atol=1e-5)
    np.testing.assert_allclose(
        model.transform(drawn.images), model.fit_transform(drawn.images), atol=2e-3
    )


def test_components_of_both_ways_are_even_or_odd(drawn):
    # Later components have nearly equal variances and may mix.
    inner = make_pipeline(HOG(), PCA(6, svd_solver="full"))
    features = BothWays(inner).fit_transform(drawn.images)
    ahead, mirrored = np.hsplit(features, 2)
    even, odd = np.square(ahead + mirrored).sum(axis=0), np.square(ahead - mirrored).sum(axis=0)
    assert (np.minimum(even, odd) < 0.02 * np.maximum(even, odd)).all()
