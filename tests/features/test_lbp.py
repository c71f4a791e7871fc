import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from fercourse.features import LBP

NAMES_IN_SCIKIT_IMAGE = {
    "basic": "default",
    "uniform": "nri_uniform",
    "rotation_invariant": "uniform",
}


def reference_codes(faces, method, points, radius):
    name = NAMES_IN_SCIKIT_IMAGE[method]
    return np.stack([local_binary_pattern(face, points, radius, name) for face in faces])


@pytest.mark.parametrize("method", NAMES_IN_SCIKIT_IMAGE)
@pytest.mark.parametrize(("points", "radius"), [(8, 1), (8, 2), (8, 1.5), (4, 1), (12, 2.5)])
def test_codes_equal_those_of_scikit_image_in_every_pixel(mixed, method, points, radius):
    codes = LBP(method, points, radius).codes(mixed)
    np.testing.assert_array_equal(codes, reference_codes(mixed, method, points, radius))


def test_codes_of_faces_that_are_not_square_equal_those_of_scikit_image(mixed):
    wide = np.ascontiguousarray(mixed[:, 5:36])
    np.testing.assert_array_equal(LBP().codes(wide), reference_codes(wide, "uniform", 8, 1))


@pytest.mark.parametrize(("method", "bins"), [("basic", 256), ("uniform", 59)])
def test_histograms_count_the_codes_of_each_cell(mixed, method, bins):
    histograms = LBP(method, grid=3).fit_transform(mixed).reshape(len(mixed), 3, 3, bins)
    codes = reference_codes(mixed, method, 8, 1).astype(int)
    cell = codes[4, 16:32, 32:48]
    np.testing.assert_allclose(
        histograms[4, 1, 2], np.bincount(cell.ravel(), minlength=bins) / 256, rtol=1e-6
    )
    np.testing.assert_allclose(histograms.sum(axis=-1), 1, rtol=1e-5)


def test_cells_of_a_grid_that_does_not_divide_the_face_take_in_every_pixel(mixed):
    histograms = LBP("rotation_invariant", grid=7).fit_transform(mixed)
    np.testing.assert_allclose(histograms.reshape(len(mixed), 49, 10).sum(axis=-1), 1, rtol=1e-5)


def test_square_roots_are_of_the_same_histograms(mixed):
    plain, rooted = LBP().fit_transform(mixed), LBP(square_root=True).fit_transform(mixed)
    np.testing.assert_allclose(rooted**2, plain, atol=1e-6)


def test_uniform_codes_of_eight_points_take_59_bins_and_rotation_invariant_ones_10(drawn):
    assert LBP(grid=1).fit_transform(drawn.images).shape == (60, 59)
    assert LBP("rotation_invariant", grid=1).fit_transform(drawn.images).shape == (60, 10)


def test_a_brighter_face_has_the_same_codes(drawn):
    darker = drawn.images // 2
    brighter = darker + 100
    codes = LBP(radius=1, points=4).codes
    inside = np.s_[:, 1:-1, 1:-1]
    np.testing.assert_array_equal(codes(darker)[inside], codes(brighter)[inside])
