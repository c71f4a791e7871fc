"""Figures made of numbers: bars, histograms, curves, scatter plots and heat maps."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fercourse.errors import DataError
from fercourse.plots.picture import Picture
from fercourse.plots.style import class_color, class_style, new_figure, series_style, styled

_MAX_HEAT_MAP_NUMBERS = 200
_FEW_POINTS = 12
# More lines than these leave no room for their names between them.
_CROWDED = 4
# A heat map of at most so many is told whole in its alt text.
_FEW_NUMBERS = 12
# So many letters stand side by side below a heat map.
_FLAT = 36


@styled
def class_balance(faces, *, title: str | None = None) -> Picture:
    """Show how many faces of each class each split holds. Introduced in notebook 01.

    Parameters
    ----------
    faces : FaceSet
        The faces, with or without splits.
    title : str, optional
        The figure's title; by default it names the data set.
    """
    counts = faces.counts()
    if counts.empty:
        raise DataError(f"There are no faces in a split of {faces.name!r} to count.")
    title = title or f"How often each class occurs in {faces.name!r}"
    figure = new_figure(title, 10.5, 0.35 * len(faces.classes) + 1.3)
    grid = np.atleast_1d(figure.subplots(1, len(counts), sharey=True))
    places = np.arange(len(faces.classes))
    said = []
    for axes, (split, row) in zip(grid, counts.iterrows(), strict=True):
        axes.barh(places, row, color=[class_color(name) for name in row.index])
        for place, count in zip(places, row, strict=True):
            axes.text(count, place, f" {count:,}", va="center", fontsize=9)
        axes.set(title=f"{split} ({row.sum():,})", xlabel="faces", xlim=(0, row.max() * 1.22))
        said.append(f"{split}: " + ", ".join(f"{name} {count:,}" for name, count in row.items()))
    grid[0].set_yticks(places, faces.classes)
    grid[0].set_ylabel("class")
    grid[0].invert_yaxis()
    return Picture(figure, f"{title}. Bars of faces. {'; '.join(said)}.")


@styled
def bars(
    values: Mapping[str, float] | pd.Series, *, title: str, xlabel: str, ylabel: str
) -> Picture:
    """Show one number for each word as horizontal bars; classes have their own color.

    Introduced in notebook 01.
    """
    series = pd.Series(values, dtype=float)
    if not _are_numbers(series):
        raise DataError("There are no numbers to show, or some are missing or infinite.")
    names, numbers = series.index.astype(str).tolist(), series.tolist()
    figure = new_figure(title, 7.5, 0.36 * len(names) + 1.2)
    axes = figure.subplots()
    axes.barh(range(len(names)), numbers, color=[class_color(name) for name in names])
    words = _alike(numbers)
    for place, (number, word) in enumerate(zip(numbers, words, strict=True)):
        axes.text(number, place, f" {word}", va="center", fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.xaxis.set_major_formatter("{x:,.10g}")  # no power of ten apart from the numbers
    axes.margins(x=0.12)
    axes.invert_yaxis()
    said = ", ".join(f"{name} {word}" for name, word in zip(names, words, strict=True))
    return Picture(figure, f"{title}. Bars of {xlabel}: {said}.")


@styled
def histogram(
    values: Mapping[str, np.ndarray],
    *,
    title: str,
    xlabel: str,
    ylabel: str = "share",
    bins: int | Sequence[float] = 32,
) -> Picture:
    """Show how each series of numbers is spread, as steps in one set of axes.

    Introduced in notebook 00.
    """
    if not values or not all(_are_numbers(series) for series in values.values()):
        raise DataError("There are no numbers to show, or some are missing or infinite.")
    figure = new_figure(title, 7.5, 3.4)
    axes = figure.subplots()
    everything = np.concatenate([np.ravel(series) for series in values.values()])
    edges = np.histogram_bin_edges(everything, bins)
    said = []
    for index, (name, series) in enumerate(values.items()):
        series = np.ravel(series)
        counts = np.histogram(series, edges)[0]
        axes.stairs(counts / len(series), edges, label=name, **series_style(index))
        said.append(
            f"{name} from {series.min():.3g} to {series.max():.3g}, "
            f"mean {series.mean():.3g}, median {np.median(series):.3g}"
        )
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.set_ylim(bottom=0)
    if len(values) > 1:
        axes.legend()
    return Picture(figure, f"{title}. Histogram of {xlabel}: {'; '.join(said)}.")


@styled
def gray_histogram(images: Mapping[str, np.ndarray], *, title: str = "Gray levels") -> Picture:
    """Show how often each gray level, 0 to 255, occurs in each image. Introduced in notebook 01."""
    return histogram(
        images, title=title, xlabel="gray level", ylabel="share of pixels", bins=range(0, 257, 8)
    )


@styled
def embedding(
    points: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    *,
    title: str,
    legend: str = "class",
) -> Picture:
    """Show faces as points in the plane, one color and one shape a class.

    Introduced in notebook 01.

    Parameters
    ----------
    points : ndarray, float, shape (N, 2)
        Where each face lies.
    labels : ndarray, int, shape (N,)
        Its class.
    classes : sequence of str
        The classes, in the order of their indices.
    title : str
        The figure's title.
    legend : str
        What the classes are.
    """
    labels = np.asarray(labels)
    if np.shape(points) != (len(labels), 2) or not len(labels):
        raise DataError("An embedding needs two coordinates and one label for each face.")
    if not np.isin(labels, range(len(classes))).all():
        raise DataError(f"Labels must be 0 to {len(classes) - 1}, one for each class.")
    figure = new_figure(title, 8, 6)
    axes = figure.subplots()
    said = []
    for index, name in enumerate(classes):
        chosen = points[labels == index]
        if not len(chosen):
            continue
        style = class_style(name, index)
        axes.scatter(*chosen.T, s=26, alpha=0.7, linewidths=0.9, label=name, **style)
        center = chosen.mean(axis=0)
        said.append(f"{name} ({len(chosen)}) around ({center[0]:.1f}, {center[1]:.1f})")
    axes.set(xlabel="first coordinate", ylabel="second coordinate")
    axes.legend(title=legend, loc="center left", bbox_to_anchor=(1, 0.5))
    spread = points.std(axis=0)
    alt = f"{title}. Scatter plot of {len(points)} faces: {', '.join(said)}; "
    return Picture(figure, alt + f"all together spread by {spread[0]:.1f} and {spread[1]:.1f}.")


@styled
def heat_map(
    values: pd.DataFrame, *, title: str, xlabel: str, ylabel: str, scale: str = "value"
) -> Picture:
    """Show a table of numbers as colors; small tables carry their numbers.

    Introduced in notebook 00.

    Parameters
    ----------
    values : DataFrame
        The numbers; its index and its columns name the rows and columns.
    title, xlabel, ylabel : str
        What is shown, and what columns and rows are.
    scale : str
        What the colors measure.
    """
    rows, columns = values.shape
    numbers = values.to_numpy(float)
    if not _are_numbers(numbers):
        raise DataError("There are no numbers to show, or some are missing or infinite.")
    figure = new_figure(title, min(10.5, max(6.5, 2.2 + 0.5 * columns)), 1.6 + 0.36 * rows)
    axes = figure.subplots()
    drawn = axes.imshow(numbers, cmap="cividis", aspect="auto")
    middle = (numbers.min() + numbers.max()) / 2
    few = numbers.size <= _FEW_NUMBERS
    words = _alike(numbers.ravel()) if few else [_short(number) for number in numbers.flat]
    words = np.reshape(words, numbers.shape)
    if numbers.size <= _MAX_HEAT_MAP_NUMBERS:
        for (row, column), number in np.ndenumerate(numbers):
            color = "white" if number < middle else "black"
            word = words[row, column]
            axes.text(column, row, word, ha="center", va="center", color=color, size=7)
    names = values.columns.astype(str)
    slanted = {"rotation": 45, "ha": "right"} if columns * names.str.len().max() > _FLAT else {}
    axes.set_xticks(range(columns), names, **slanted)
    axes.set_yticks(range(rows), values.index.astype(str))
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axes, label=scale)
    if few:
        said = "; ".join(
            f"{row}: " + ", ".join(map(" ".join, zip(names, told, strict=True)))
            for row, told in zip(values.index, words, strict=True)
        )
        return Picture(figure, f"{title}. Heat map of {scale} by {ylabel}. {said}.")
    largest = values.T.idxmax()
    said = ", ".join(f"{row}: {largest[row]} ({values.loc[row].max():.3g})" for row in values.index)
    return Picture(figure, f"{title}. Heat map; the largest {scale} of each {ylabel} is {said}.")


@styled
def curves(
    series: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Show lines, each given as its x and y values. Introduced in notebook 00.

    Few points are marked, so that what was measured is told from what lies between. The y axis
    shows what there is, or what lies between `limits`.
    """
    if not series or not all(
        len(x) == len(y) and _are_numbers(x) and _are_numbers(y) for x, y in series.values()
    ):
        raise DataError("Each curve needs numbers, one y for each x, none missing or infinite.")
    figure = new_figure(title, 7.5, 3.6)
    axes = figure.subplots()
    said = []
    for index, (name, (x, y)) in enumerate(series.items()):
        x, y = np.asarray(x), np.asarray(y)
        mark = "o" if len(x) <= _FEW_POINTS else ""
        axes.plot(x, y, label=name, marker=mark, **series_style(index))
        said.append(
            f"{name} goes from {y[0]:.3g} at {x[0]:.4g} to {y[-1]:.3g} at {x[-1]:.4g}, "
            f"between {y.min():.3g} and {y.max():.3g}"
        )
    axes.set(xlabel=xlabel, ylabel=ylabel, ylim=limits)
    axes.grid(True)
    if len(series) > _CROWDED:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    elif len(series) > 1:
        axes.legend()
    return Picture(figure, f"{title}. {ylabel} over {xlabel}: {'; '.join(said)}.")


def _are_numbers(series) -> bool:
    series = np.asarray(series)
    return series.size > 0 and series.dtype.kind in "fiub" and bool(np.isfinite(series).all())


def _alike(numbers: list[float]) -> list[str]:
    """Write numbers that stand beside each other: counts whole, shares with three decimals."""
    if all(float(number).is_integer() for number in numbers):
        return [f"{number:,.0f}" for number in numbers]
    shares = all(number == 0 or 0.001 <= abs(number) <= 1 for number in numbers)
    return [f"{number:.3f}" if shares else f"{number:.3g}" for number in numbers]


def _short(number: float) -> str:
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.2f}"
