import numpy as np
import pytest
from skimage.feature import hog

from fercourse.features import HOG


def reference(faces, orientations, cell, block, norm):
    return np.stack([hog(face, orientations, (cell, cell), (block, block), norm) for face in faces])


@pytest.mark.parametrize("norm", ["L2-Hys", "L2", "L1", "L1-sqrt"])
def test_every_norm_equals_that_of_scikit_image(mixed, norm):
    ours = HOG(norm=norm).fit_transform(mixed)
    np.testing.assert_allclose(ours, reference(mixed, 9, 8, 2, norm), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("orientations", "cell", "block"), [(9, 6, 3), (8, 5, 2), (12, 7, 1), (1, 16, 3), (180, 24, 2)]
)
def test_every_layout_equals_that_of_scikit_image(mixed, orientations, cell, block):
    ours = HOG(orientations, cell, block).fit_transform(mixed)
    theirs = reference(mixed, orientations, cell, block, "L2-Hys")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_faces_that_are_not_square_equal_those_of_scikit_image(mixed):
    tall = np.ascontiguousarray(mixed[:, :, 3:40])
    np.testing.assert_allclose(
        HOG().fit_transform(tall), reference(tall, 9, 8, 2, "L2-Hys"), rtol=0, atol=1e-6
    )


def test_an_edge_votes_for_its_direction_alone():
    face = np.zeros((1, 16, 16), np.uint8)
    face[:, 8:] = 255
    names = HOG(block=1).fit(face).get_feature_names_out()
    features = HOG(block=1).fit_transform(face)[0]
    assert {name.split("_")[-1] for name in names[features > 0]} == {"direction4"}
