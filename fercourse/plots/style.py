"""How every figure of the course looks."""

import textwrap

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from fercourse.emotions import COLORS

_SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": False,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "figure.titlesize": 13,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "text.color": "#1A1A1A",
    # Names of classes, groups and data sets may hold a dollar sign; none is a formula.
    "text.parse_math": False,
}

# A shape for each class, so that a figure can be read without its colors.
MARKERS = {
    "angry": "^",
    "disgust": "s",
    "fear": "X",
    "happy": "o",
    "sad": "v",
    "surprise": "*",
    "neutral": "+",
    "contempt": "D",
}
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 3)))
_LETTERS_AN_INCH = 9
_SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#444444", "#8C510A")

# Used as a decorator: what a figure's text looks like is settled when it is made.
styled = matplotlib.rc_context(_SETTINGS)


def new_figure(title: str, width: float, height: float) -> Figure:
    """Return an empty figure of `width` x `height` inches with a title, known to no pyplot state.

    A title that is too long for the width runs on, and the figure grows by its lines.
    """
    lines = textwrap.wrap(title, int(width * _LETTERS_AN_INCH))
    figure = Figure(figsize=(width, height + 0.22 * (len(lines) - 1)))
    figure.suptitle("\n".join(lines), x=0.01, ha="left")
    return figure


def class_color(name: str) -> str:
    """Return the color of an expression class; a class of another vocabulary is dark gray."""
    return COLORS.get(name, "#444444")


def class_style(name: str, index: int) -> dict:
    """Return color and marker of class number `index`; words that are no class get some too."""
    if name in COLORS:
        return {"color": COLORS[name], "marker": MARKERS[name]}
    markers = list(MARKERS.values())
    return {"color": _SERIES[index % len(_SERIES)], "marker": markers[index % len(markers)]}


def series_style(index: int) -> dict:
    """Return color and line style of the series number `index`, told apart without color too."""
    return {
        "color": _SERIES[index % len(_SERIES)],
        "linestyle": LINES[index % len(LINES)],
    }


def show_image(axes, image: np.ndarray, **limits) -> None:
    """Draw one image, gray or RGB, on `axes` without ticks.

    A uint8 image is shown on the scale 0 to 255; any other one between its least and largest
    value, unless `limits` (``vmin``, ``vmax``) say otherwise.
    """
    image = np.asarray(image)
    if image.dtype == np.uint8:
        limits = {"vmin": 0, "vmax": 255} | limits
    axes.imshow(image, **limits)
    axes.set_axis_off()
