import numpy as np
import pytest

from fercourse.explain.faithfulness import CONTROLS, controls


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_gives_a_map_for_each_face_and_is_repeatable(name, marked):
    once, again = CONTROLS[name](marked), CONTROLS[name](marked)
    assert once.shape == marked.shape
    np.testing.assert_array_equal(once, again)


def test_the_gaussian_is_highest_in_the_middle(marked):
    hill = controls.centered_gaussian(marked)[0]
    assert set(np.argwhere(hill == hill.max()).ravel().tolist()) == {23, 24}


def test_the_mean_map_of_a_face_does_not_know_that_face():
    maps = np.arange(3, dtype=np.float32)[:, None, None] * np.ones((3, 2, 2), np.float32)
    np.testing.assert_allclose(controls.mean_of_others(maps)[:, 0, 0], [1.5, 1, 0.5])
    grouped = controls.mean_of_others(maps, [0, 1, 1])
    np.testing.assert_allclose(grouped[:, 0, 0], [0, 2, 1])
