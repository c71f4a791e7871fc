import numpy as np
import pytest

from fercourse.errors import DataError
from fercourse.features import Eigenfaces


def test_all_eigenfaces_together_give_the_faces_back(drawn):
    model = Eigenfaces(59).fit(drawn.images)
    rebuilt = model.inverse_transform(model.transform(drawn.images))
    np.testing.assert_allclose(rebuilt, drawn.images / 255, atol=2e-3)


def test_eigenfaces_are_orthonormal_and_sorted_by_variance(drawn):
    model = Eigenfaces(20).fit(drawn.images)
    flat = model.eigenfaces_.reshape(20, -1)
    np.testing.assert_allclose(flat @ flat.T, np.eye(20), atol=1e-4)
    assert (np.diff(model.explained_variance_ratio_) <= 0).all()
    np.testing.assert_allclose(model.mean_face_, drawn.images.mean(axis=0) / 255, atol=1e-5)


def test_whitened_weights_have_unit_variance(drawn):
    weights = Eigenfaces(10, whiten=True).fit_transform(drawn.images)
    np.testing.assert_allclose(weights.std(axis=0, ddof=1), 1, rtol=1e-3)


def test_weights_of_another_length_are_refused(drawn):
    with pytest.raises(DataError, match=r"\(N, 5\)"):
        Eigenfaces(5).fit(drawn.images).inverse_transform(np.zeros((3, 4)))


@pytest.mark.parametrize("weights", [[["a", "b"]], [[np.nan, 0]], None, [1.0, 2.0, 3.0]], ids=str)
def test_weights_that_are_no_numbers_are_refused(drawn, weights):
    with pytest.raises(DataError, match="Weights must be numbers"):
        Eigenfaces(2).fit(drawn.images).inverse_transform(weights)


def test_no_weights_give_no_faces(drawn):
    model = Eigenfaces(2).fit(drawn.images)
    assert model.inverse_transform(np.empty((0, 2))).shape == (0, 48, 48)


def test_faces_that_do_not_differ_are_refused(drawn):
    with pytest.raises(DataError, match="same picture"):
        Eigenfaces(1).fit(np.repeat(drawn.images[:1], 3, axis=0))
