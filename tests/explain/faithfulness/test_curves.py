import numpy as np

from fercourse.explain.faithfulness import deletion_insertion


def test_the_right_ranking_loses_early_and_regains_early(corner, marked):
    right = np.zeros(marked.shape, np.float32)
    right[:, :6, :6] = 1
    targets = np.full(len(marked), 3)
    good = deletion_insertion(corner, marked, right, targets)
    bad = deletion_insertion(corner, marked, 1 - right, targets)
    assert np.all(good.deletion_area < bad.deletion_area)
    assert np.all(good.insertion_area > bad.insertion_area)


def test_curves_run_from_the_face_to_its_blurred_copy_and_back(corner, marked):
    curves = deletion_insertion(corner, marked, marked.astype(float), np.full(len(marked), 3))
    whole = corner.predict_proba(marked)[:, 3]
    np.testing.assert_allclose(curves.deletion[:, 0], whole)
    np.testing.assert_allclose(curves.insertion[:, -1], whole)
    np.testing.assert_allclose(curves.deletion[:, -1], curves.insertion[:, 0])


def test_a_classifier_that_sees_nothing_of_it_keeps_its_curves_even(corner, marked):
    elsewhere = np.zeros(marked.shape, np.float32)
    elsewhere[:, 40:, 40:] = 1
    curves = deletion_insertion(corner, marked, elsewhere, np.full(len(marked), 3), steps=40)
    np.testing.assert_allclose(curves.deletion[:, 1], curves.deletion[:, 0])


def test_where_a_map_is_even_the_order_of_its_pixels_is_drawn_by_lot(corner, marked):
    even = np.ones(marked.shape, np.float32)
    targets = np.full(len(marked), 3)
    one, same, other = (
        deletion_insertion(corner, marked, even, targets, seed=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.deletion, same.deletion)
    # The mark is at the upper left: row by row it would be gone with the first sixth.
    assert not np.array_equal(one.deletion, other.deletion)
    assert np.all(one.deletion[:, 2] > one.deletion[:, -1])
