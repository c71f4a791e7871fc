import numpy as np
import pytest

from fercourse import plots
from fercourse.errors import DataError

FACES = np.full((3, 48, 48), 90, np.uint8)
MAPS = np.zeros((3, 48, 48), np.float32)
MAPS[:, 40:44, 20:28] = 1
LABELS = np.array([0, 1, 1])


def test_a_map_colors_the_face_where_it_is_high_and_nowhere_else():
    picture = plots.laid_over(FACES[0], MAPS[0])
    assert np.ptp(picture[42, 24].astype(int)) > 50
    np.testing.assert_array_equal(picture[0, 0], [90, 90, 90])


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.overlay(FACES, MAPS, ["a", "b", "c"]),
        lambda: plots.map_grid(FACES, {"grad_cam": MAPS, "rise": MAPS}, ["a", "b", "c"]),
        lambda: plots.mean_maps(FACES, MAPS, LABELS, ("sad", "happy")),
    ],
)
def test_figures_say_where_maps_are_highest(draw):
    picture = draw()
    assert "bottom middle" in picture.alt
    assert picture.png()[:4] == b"\x89PNG"


def test_a_difference_names_both_models_and_says_how_far_they_are_apart():
    picture = plots.map_difference(FACES, MAPS, 0 * MAPS, ("first", "second"))
    assert "first and second" in picture.alt
    assert f"{MAPS[0].mean():.2f}" in picture.alt
    assert "first is highest bottom middle, second nowhere" in picture.alt
    below = sheet(picture)[-48:][42, 24].astype(int)
    assert below[2] > below[0]  # blue, as the legend says of the first
    assert any("blue: first higher" in text for text in written(picture))


def sheet(picture):
    return picture.figure.axes[0].images[0].get_array()


def written(picture):
    return [one.get_text() for axes in picture.figure.axes for one in axes.texts]


def test_mean_maps_of_all_classes_have_one_scale():
    maps = MAPS.copy()
    maps[0] *= 0.1
    picture = plots.mean_maps(FACES, maps, LABELS, ("sad", "happy"))
    faint, strong = sheet(picture)[-48:][42, [24, -24]].astype(int)
    assert np.ptp(faint) < np.ptp(strong)


def test_estimates_are_bars_with_intervals():
    from fercourse.evaluation import Estimate

    picture = plots.estimates(
        {"edges": Estimate(0.2, 0.1, 0.3, 50)}, title="T", xlabel="hits", ylabel="y"
    )
    assert "edges 0.200 (0.100 to 0.300)" in picture.alt


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ((0.1, 0.3), (0, 0.36)),
        ((0.5, 0.7), (0, 1.08)),
        ((23, 27), (0, 29.2)),
        ((-0.07, -0.03), (-0.07, 1.08)),
        ((np.nan, np.nan), (0, 1.08)),
    ],
)
def test_the_axis_of_estimates_holds_zero_and_all_intervals(ends, shown):
    from fercourse.evaluation import Estimate

    one = Estimate(np.mean(ends), *ends, 50)
    axes = plots.estimates({"one": one}, title="T", xlabel="x", ylabel="y").figure.axes[0]
    np.testing.assert_allclose(axes.get_xlim(), shown, rtol=0.02)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.map_grid(FACES, {"a": MAPS[:2]}, ["a", "b", "c"]),
        lambda: plots.map_difference(FACES, MAPS, MAPS[:1], ("a", "b")),
        lambda: plots.mean_maps(FACES[:0], MAPS[:0], LABELS[:0], ("sad",)),
        lambda: plots.estimates({}, title="T", xlabel="hits", ylabel="y"),
    ],
)
def test_what_does_not_fit_is_refused(draw):
    with pytest.raises(DataError):
        draw()
