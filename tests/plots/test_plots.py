"""Figures: what they say, how they show themselves, and that nothing leaks."""

import base64
import io
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from PIL import Image

from fercourse import emotions, plots
from fercourse.content import checkout
from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError


def some_faces(count=70):
    """Return a set of noise images with every class in every split."""
    rng = np.random.default_rng(0)
    return FaceSet(
        rng.integers(0, 256, (count, 24, 24), dtype=np.uint8),
        np.arange(count) % len(emotions.CLASSES),
        emotions.CLASSES,
        pd.DataFrame({"split": np.repeat(["train", "test"], [count - 20, 20])}),
        name="noise",
    )


FACES = some_faces()
SHARES = pd.DataFrame({"happy": [0.9, 0.5], "sad": [0.1, 0.5]})
SCORES = pd.DataFrame(
    [
        (way, labels, draw, score + draw / 50)
        for way, score in (("scratch", 0.2), ("pretrained", 0.3))
        for labels in (5, 20)
        for draw in range(3)
    ],
    columns=["way", "labels", "draw", "score"],
)
LINE = (np.array([0.0, 1.0]), np.array([2.0, 4.0]))

PICTURES = {
    "mosaic": lambda: plots.mosaic(FACES.images[:5], list("abcde"), title="Five faces"),
    "class mosaic": lambda: plots.class_mosaic(FACES, 4),
    "class balance": lambda: plots.class_balance(FACES),
    "mean faces": lambda: plots.mean_faces(FACES),
    "eigenfaces": lambda: plots.eigenfaces(np.ones((3, 8, 8)), [0.5, 0.25, 0.125]),
    "steps": lambda: plots.steps([FACES.images[0], np.ones((8, 16))], ["raw", "edges"]),
    "pairs": lambda: plots.pairs(FACES.images[:1], FACES.images[1:2], ["train and test"]),
    "bars": lambda: plots.bars(
        {"happy": 3, "other": 1}, title="Bars", xlabel="faces", ylabel="word"
    ),
    "votes": lambda: plots.votes(FACES.images[:2], SHARES),
    "histogram": lambda: plots.histogram({"a": np.arange(5)}, title="How many", xlabel="faces"),
    "gray histogram": lambda: plots.gray_histogram(
        {"raw": FACES.images[0], "dark": FACES.images[0] // 2}
    ),
    "embedding": lambda: plots.embedding(
        np.random.default_rng(1).normal(size=(len(FACES), 2)),
        FACES.labels,
        FACES.classes,
        title="Map",
    ),
    "heat map": lambda: plots.heat_map(SHARES, title="Heat", xlabel="class", ylabel="face"),
    "curves": lambda: plots.curves({"one": LINE}, title="Curve", xlabel="x", ylabel="y"),
    "label curves": lambda: plots.label_curves(SCORES, title="Budgets"),
}
# Images have no axes to label.
WITHOUT_AXES = {"mosaic", "class mosaic", "mean faces", "eigenfaces", "steps", "pairs"}


@pytest.fixture(params=PICTURES, scope="module")
def named(request):
    return request.param, PICTURES[request.param]()


def test_every_picture_has_a_title_and_a_text_with_numbers(named):
    _, picture = named
    title = picture.figure.get_suptitle().replace("\n", " ")
    assert title
    assert picture.alt.startswith(title)
    assert len(picture.alt) > len(title) + 20
    assert any(letter.isdigit() for letter in picture.alt)
    assert "nan" not in picture.alt


def test_every_chart_labels_its_axes(named):
    name, picture = named
    if name in WITHOUT_AXES:
        assert not any(axes.axison for axes in picture.figure.axes)
        return
    axes = [
        axes for axes in picture.figure.axes if axes.axison and axes.get_label() != "<colorbar>"
    ]
    assert axes
    assert all(one.get_xlabel() for one in axes)
    # Of axes side by side that share their places, the first has the label.
    assert axes[0].get_ylabel()


def test_the_notebook_that_a_figure_says_it_is_introduced_in_is_the_first_that_shows_it():
    sources = sorted((checkout() / "notebooks" / "source").glob("*.py"))
    told = 0
    for name in plots.__all__:
        said = re.search(r"Introduced in\s+notebook (\d\d)", getattr(plots, name).__doc__ or "")
        if said:
            used = re.compile(rf"plots\.{name}\b")
            first = next(file for file in sources if used.search(file.read_text("utf-8")))
            assert first.name[:2] == said[1], name
            told += 1
    assert told > 20


def test_a_picture_is_a_png_that_carries_its_text(named, tmp_path):
    _, picture = named
    path = picture.save(tmp_path / "picture.png")
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.info["Description"] == picture.alt
        assert len(np.unique(np.asarray(image.convert("L")))) > 2


def test_a_picture_is_the_same_bytes_each_time():
    assert PICTURES["curves"]().png() == PICTURES["curves"]().png()


def test_no_picture_stands_in_the_state_of_pyplot():
    for make in PICTURES.values():
        make()
    assert plt.get_fignums() == []


def test_the_style_does_not_change_the_settings_of_the_reader():
    before = dict(plt.rcParams)
    PICTURES["class balance"]().png()
    assert dict(plt.rcParams) == before


def test_an_exported_page_shows_the_picture_with_its_text():
    made = plots.mosaic(FACES.images[:2], title='Faces "A" & <B>')
    data, metadata = made._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("", outputs=[output])
    page = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]
    (image,) = BeautifulSoup(page, "html.parser").find_all("img")
    assert image["alt"] == made.alt
    assert image["src"].startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        assert image.format == "PNG"


def test_the_text_of_the_class_balance_gives_every_count():
    alt = PICTURES["class balance"]().alt
    for split, row in FACES.counts().iterrows():
        assert f"{split}: " + ", ".join(f"{name} {count}" for name, count in row.items()) in alt


def test_a_class_without_faces_leaves_its_place_empty():
    faces = FACES[FACES.labels != 1]
    for make in (plots.class_mosaic, plots.class_balance, plots.mean_faces):
        assert "nan" not in make(faces).alt


def test_a_long_title_runs_on_instead_of_being_cut():
    title = "A title of many words " * 8
    picture = plots.bars({"one": 1}, title=title.strip(), xlabel="x", ylabel="word")
    picture.figure.draw_without_rendering()
    box = picture.figure._suptitle.get_window_extent()
    assert box.x1 <= picture.figure.bbox.x1
    assert picture.alt.startswith(title.strip())


def test_words_that_are_no_class_get_shapes_of_their_own_too():
    picture = plots.embedding(
        np.arange(6.0).reshape(3, 2), np.arange(3), ["dark", "middle", "bright"], title="Map"
    )
    shapes = {str(drawn.get_paths()[0]) for drawn in picture.figure.axes[0].collections}
    assert len(shapes) == 3


def test_every_class_has_a_shape_and_a_color_of_its_own():
    from fercourse.plots.style import MARKERS

    assert set(MARKERS) == set(emotions.COLORS)
    assert len(set(MARKERS.values())) == len(MARKERS)


def test_an_image_of_bytes_is_shown_on_the_full_scale_and_others_by_their_own():
    picture = plots.steps([np.full((4, 4), 9, np.uint8), np.array([[0.2, 0.4]])], ["gray", "float"])
    gray, other = (axes.images[0].get_clim() for axes in picture.figure.axes)
    assert gray == (0, 255)
    assert other == (0.2, 0.4)


def test_pictures_of_a_grid_are_in_order_and_white_lies_between_them():
    blacks = [np.full((6, 4), 10 * (1 + one), np.uint8) for one in range(3)]
    sheet = plots.mosaic(blacks, columns=2).figure.axes[0].images[0].get_array()
    assert sheet.shape == (13, 9, 3)
    places = sheet[:6, :4], sheet[:6, 5:], sheet[7:, :4], sheet[7:, 5:], sheet[:, 4], sheet[6]
    assert [set(np.unique(place)) for place in places] == [{10}, {20}, {30}, {255}, {255}, {255}]


def test_a_small_picture_of_a_grid_is_enlarged_to_its_cell():
    large, small, flat = (np.full(shape, 9, np.uint8) for shape in ((8, 8), (4, 4), (2, 4)))
    sheet = plots.mosaic([large, small, flat], columns=3).figure.axes[0].images[0].get_array()
    assert (sheet[:, 9:17] == 9).all()
    np.testing.assert_array_equal(sheet[:, 19, 0], [255, 255, 9, 9, 9, 9, 255, 255])


def sheet_of(*pictures):
    return plots.mosaic(pictures, columns=len(pictures)).figure.axes[0].images[0].get_array()


def test_colors_of_a_grid_are_shown_as_they_are():
    color = np.array([[[0.2, 0.4, 0.6]]])
    half = np.dstack([color, [[0.5]]])
    sheet = sheet_of(color, (255 * color).astype(np.uint8), half, np.uint8([[[7]]]))
    np.testing.assert_array_equal(sheet[0, ::2], [[51, 102, 153]] * 3 + [[7, 7, 7]])


def test_what_is_no_number_is_white_and_leaves_the_rest_as_it_is():
    sheet = sheet_of(np.array([[1.0, 2.0, np.nan, np.inf]]))
    np.testing.assert_array_equal(sheet[0, :, 0], [0, 255, 255, 255])
    assert (sheet_of(np.full((2, 2), np.nan)) == 255).all()


def test_a_photo_in_a_grid_is_made_smaller():
    sheet = sheet_of(np.full((600, 300), 9, np.uint8), FACES.images[0])
    assert sheet.shape[0] == 256


def test_titles_over_wide_pictures_have_room():
    wide = [np.full((12, 48), 9, np.uint8)] * 4
    axes = plots.mosaic(wide, ["two\nlines"] * 4, columns=2).figure.axes[0]
    sheet = axes.images[0].get_array()
    room = sheet.shape[0] - 2 * 12
    assert room >= 2 * 0.2 / 1.15 * 48
    height = axes.figure.get_figheight()
    assert height == pytest.approx(0.5 + 2 * (1.15 / 4 + 0.4))


def test_every_picture_of_a_grid_has_the_scale_of_its_own_type():
    faint, bright = np.array([[0.2, 0.25], [0.4, 0.2]]), np.array([[0, 50], [100, 0]], np.uint8)
    sheet = plots.mosaic([faint, bright], columns=2).figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(sheet[:, :2, 0], [[0, 64], [255, 0]])
    np.testing.assert_array_equal(sheet[:, 3:, 0], bright)


@pytest.mark.parametrize(
    "make",
    [
        lambda: plots.mosaic([]),
        lambda: plots.mosaic(FACES.images[:3], ["one"]),
        lambda: plots.steps(FACES.images[:2], ["one"]),
        lambda: plots.pairs(FACES.images[:2], FACES.images[:1], ["one"]),
        lambda: plots.votes(FACES.images[:3], SHARES),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(make):
    with pytest.raises(DataError, match=r"There are|Pairs need"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: plots.bars({}, title="T", xlabel="x", ylabel="y"),
        lambda: plots.bars({"a": np.nan}, title="T", xlabel="x", ylabel="y"),
        lambda: plots.heat_map(pd.DataFrame(), title="T", xlabel="x", ylabel="y"),
        lambda: plots.heat_map(pd.DataFrame([[np.nan]]), title="T", xlabel="x", ylabel="y"),
        lambda: plots.pareto(
            pd.DataFrame({"bytes": [None], "accuracy": [0.5]}, index=["a"]), cost="bytes"
        ),
        lambda: plots.mosaic(FACES.images[:3], columns=0),
        lambda: plots.class_mosaic(FACES, 0),
        lambda: plots.class_balance(FACES[:0]),
        lambda: plots.mean_faces(FACES[:0]),
        lambda: plots.eigenfaces([]),
        lambda: plots.eigenfaces(np.ones((3, 8, 8)), [0.5]),
        lambda: plots.histogram({}, title="None", xlabel="faces"),
        lambda: plots.histogram({"a": []}, title="None", xlabel="faces"),
        lambda: plots.histogram({"a": [np.nan, 1.0]}, title="Missing", xlabel="faces"),
    ],
)
def test_where_there_is_nothing_to_show_a_sentence_says_so(make):
    with pytest.raises(DataError, match="There are"):
        make()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: plots.curves({}, title="T", xlabel="x", ylabel="y"), "Each curve needs numbers"),
        (
            lambda: plots.curves({"a": ([], [])}, title="T", xlabel="x", ylabel="y"),
            "Each curve needs numbers",
        ),
        (
            lambda: plots.embedding(np.zeros((2, 2)), np.array([0, 7]), ["a"], title="T"),
            "Labels must be 0 to 0",
        ),
        (
            lambda: plots.embedding(np.zeros((2, 2)), np.array([0]), ["a"], title="T"),
            "one label for each face",
        ),
        (
            lambda: plots.t_sne(np.eye(9), np.zeros(8, int), ["a"], title="T"),
            "9 rows of features but 8 labels",
        ),
        (
            lambda: plots.pairs([FACES.images[0] / 255], [FACES.images[1] / 255], ["a"]),
            "uint8 and of one size",
        ),
        (
            lambda: plots.pairs([FACES.images[0]], [FACES.images[1][:9]], ["a"]),
            "uint8 and of one size",
        ),
    ],
)
def test_what_cannot_be_drawn_truly_is_refused(make, says):
    with pytest.raises(DataError, match=says):
        make()


def test_a_network_of_unknown_cost_is_not_on_the_front_and_beaten_ones_are_told():
    table = pd.DataFrame(
        {"bytes": [900, None, 2000, 50], "accuracy": [0.5, 0.9, 0.4, None]}, index=[*"abcd"]
    )
    alt = plots.pareto(table, cost="bytes").alt
    assert "cheapest first: a 900 for 0.500. Beaten: c 2,000 for 0.400." in alt
    assert alt.endswith("since their cost or worth is not known: b, d.")


def test_dollar_signs_in_words_are_no_formula():
    picture = plots.bars(
        {"$x_$": 1, "a": 2}, title="Cost in $ and $\\frac{", xlabel="$", ylabel="word"
    )
    assert picture.png().startswith(b"\x89PNG")


def test_costs_stand_on_their_axis_as_plain_numbers():
    table = pd.DataFrame({"bytes": [900, 90_000], "accuracy": [0.5, 0.6]}, index=["a", "b"])
    picture = plots.pareto(table, cost="bytes")
    picture.png()
    words = [label.get_text() for label in picture.figure.axes[0].get_xticklabels(which="both")]
    assert any(words)
    assert not [word for word in words if "$" in word]


@pytest.mark.parametrize("name", ["missing/figure.png", ".", "a\0.png"])
def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path, name):
    with pytest.raises(DataError, match="cannot be written"):
        PICTURES["bars"]().save(tmp_path / name)


def test_label_curves_show_means_and_students_intervals_of_every_way():
    axes = plots.label_curves(SCORES, score="accuracy").figure.axes[0]
    mean, (low, high), _ = axes.containers[0]
    half = 4.3027 * 0.02 / np.sqrt(3)
    for line, expected in ((mean, 0.22), (low, 0.22 - half), (high, 0.22 + half)):
        np.testing.assert_allclose(np.array(line.get_ydata(), float), expected, rtol=1e-3)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["scratch", "pretrained"]
    assert axes.get_ylabel() == "accuracy"


@pytest.mark.parametrize(("points", "marker"), [(4, "o"), (50, "")])
def test_curves_mark_few_points_and_keep_to_the_limits_given(points, marker):
    x = np.linspace(0, 1, points)
    picture = plots.curves(
        {"one": (x, 0.5 + x / 4)}, title="Few", xlabel="x", ylabel="share", limits=(0, 1)
    )
    axes = picture.figure.axes[0]
    assert axes.get_ylim() == (0, 1)
    assert axes.lines[0].get_marker() == marker


def test_shares_below_each_other_have_three_decimals_and_counts_have_none():
    shares = plots.bars({"a": 0.3, "b": 0.2173}, title="Shares", xlabel="share", ylabel="word")
    counts = plots.bars({"a": 7215, "b": 0}, title="Counts", xlabel="faces", ylabel="word")
    assert "a 0.300, b 0.217" in shares.alt
    assert "a 7,215, b 0" in counts.alt


def test_a_small_heat_map_tells_every_number():
    table = pd.DataFrame({"target": [0.35, 0.3], "home": [0.581, 0.5]}, ["as it is", "rash"])
    picture = plots.heat_map(table, title="Two", xlabel="faces of", ylabel="way", scale="accuracy")
    assert "as it is: target 0.350, home 0.581; rash: target 0.300, home 0.500" in picture.alt
    words = [text.get_text() for text in picture.figure.axes[0].texts]
    assert words == ["0.350", "0.581", "0.300", "0.500"]


def test_the_names_of_many_lines_stand_beside_them():
    x = np.arange(3)
    lines = dict.fromkeys("abcde", (x, x))
    axes = plots.curves(lines, title="Five", xlabel="x", ylabel="y").figure.axes[0]
    assert axes.get_legend().get_bbox_to_anchor()._bbox.x0 == 1


def test_seven_lines_differ_in_color_and_in_style():
    x = np.arange(3)
    lines = dict.fromkeys("abcdefg", (x, x))
    drawn = plots.curves(lines, title="Seven", xlabel="x", ylabel="y").figure.axes[0].lines
    assert len({line.get_color() for line in drawn}) == 7
    assert len({str(line._unscaled_dash_pattern) for line in drawn}) == 7


def test_a_map_of_nothing_is_said_to_be_highest_nowhere():
    maps = np.zeros((1, 24, 24))
    picture = plots.map_grid(FACES.images[:1], {"Grad-CAM": maps}, ["happy"], title="Black")
    assert "nowhere" in picture.alt


def test_captions_of_a_mosaic_may_be_an_array():
    assert plots.mosaic(FACES.images[:2], np.array(["a", "b"]), title="Two").alt
