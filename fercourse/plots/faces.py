"""Figures made of faces: mosaics, averages, eigenfaces, steps of a pipeline, pairs, votes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fercourse.errors import DataError
from fercourse.plots.grid import SIDE, row_height, show_grid
from fercourse.plots.picture import Picture
from fercourse.plots.style import class_color, new_figure, show_image, styled


@styled
def mosaic(
    images: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    title: str = "Faces",
) -> Picture:
    """Show many faces side by side. Introduced in notebook 00.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W) or (H, W, 3)
        The faces; uint8 is shown on the scale 0 to 255, other types by their own range.
    titles : sequence of str, optional
        A few letters for each face.
    columns : int
        Faces in a row.
    title : str
        The figure's title.

    Raises
    ------
    DataError
        If there are no faces, or not one title for each.
    """
    if not len(images):
        raise DataError("There are no faces to show.")
    if titles is not None and len(titles) != len(images):
        raise DataError(f"There are {len(images)} faces but {len(titles)} titles.")
    if columns < 1:
        raise DataError(f"There are {columns} columns; give 1 or more.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = 0
    if titles is not None:
        lines = 1 + max(str(text).count("\n") for text in titles)
    figure = new_figure(title, max(4, columns * SIDE), 0.5 + rows * row_height(images, lines))
    show_grid(figure, images, columns, titles=titles if titles is not None else (), lines=lines)
    alt = f"{title}: {_count(len(images), 'picture')} in {_count(rows, 'row')} of {columns}. "
    alt += _listed(titles) if titles is not None else _gray_levels(images)
    return Picture(figure, alt)


@styled
def class_mosaic(faces, per_class: int = 8, *, seed: int = 0, title: str | None = None) -> Picture:
    """Show some faces of each class, drawn by lot, one class a row. Introduced in notebook 01.

    Parameters
    ----------
    faces : FaceSet
        The faces; a class without any has an empty row.
    per_class : int
        Faces in a row.
    seed : int
        Which faces are drawn.
    title : str, optional
        The figure's title; by default it names the data set.
    """
    if per_class < 1:
        raise DataError(f"There are {per_class} faces a class; give 1 or more.")
    rng = np.random.default_rng(seed)
    height, width = faces.images.shape[1:]
    title = title or f"Some faces of each class in {faces.name!r}"
    figure = new_figure(title, per_class + 1.2, len(faces.classes) + 0.5)
    for row, axes in enumerate(np.atleast_1d(figure.subplots(len(faces.classes), 1))):
        members = np.flatnonzero(faces.labels == row)
        chosen = rng.choice(members, min(per_class, len(members)), replace=False)
        strip = np.full((height, per_class * width), 255, np.uint8)
        for place, index in enumerate(chosen):
            strip[:, place * width : (place + 1) * width] = faces.images[index]
        show_image(axes, strip)
        axes.set_xlim(-1.05 * width, per_class * width - 0.5)
        name = f"{faces.classes[row]}\n({len(members):,})"
        axes.text(-0.08 * width, height / 2, name, ha="right", va="center")
    figure.get_layout_engine().set(h_pad=0.01, hspace=0.01)
    counts = np.bincount(faces.labels, minlength=len(faces.classes))
    listed = ", ".join(
        f"{name} ({count:,} in all)" for name, count in zip(faces.classes, counts, strict=True)
    )
    return Picture(
        figure, f"{title}: up to {per_class} gray faces a row, from top to bottom {listed}."
    )


@styled
def mean_faces(faces, *, title: str = "The mean face of each class") -> Picture:
    """Show the average image of each class and of all faces. Introduced in notebook 01.

    Black and white are the darkest and the brightest gray of the mean of all. The alt
    text says by how many gray levels each class differs at most from the mean of all.
    """
    if not len(faces):
        raise DataError("There are no faces to show.")
    overall = faces.images.mean(axis=0)
    limits = {"vmin": overall.min(), "vmax": overall.max()}
    figure = new_figure(title, 1.25 * (len(faces.classes) + 1), 2.0)
    grid = figure.subplots(1, len(faces.classes) + 1)
    show_image(grid[0], overall, **limits)
    grid[0].set_title(f"all\n(n = {len(faces):,})", fontsize=9, loc="center")
    said = []
    for index, (name, axes) in enumerate(zip(faces.classes, grid[1:], strict=True)):
        axes.set_axis_off()
        members = faces.images[faces.labels == index]
        axes.set_title(f"{name}\n(n = {len(members):,})", fontsize=9, loc="center")
        if len(members):
            mean = members.mean(axis=0)
            show_image(axes, mean, **limits)
            said.append(f"{name} by up to {np.abs(mean - overall).max():.0f}")
    alt = f"{title}: blurred faces. Gray levels (0 to 255) differ from the mean of all: "
    return Picture(figure, alt + ", ".join(said) + ".")


@styled
def eigenfaces(
    components: np.ndarray, shares: Sequence[float] | None = None, *, title: str = "Eigenfaces"
) -> Picture:
    """Show principal components as images (Turk and Pentland, 1991). Introduced in notebook 01.

    Parameters
    ----------
    components : ndarray, float, shape (K, H, W)
        The components; zero is shown as middle gray.
    shares : sequence of float, optional
        The share of the variance that each component explains, 0 to 1.
    title : str
        The figure's title.
    """
    if not len(components) or (shares is not None and len(shares) < len(components)):
        shown = "no shares" if shares is None else f"{len(shares)} shares"
        raise DataError(f"There are {len(components)} components but {shown} to show.")
    columns = min(8, len(components))
    rows = -(-len(components) // columns)
    limits = np.abs(components).max(axis=(1, 2), keepdims=True)
    grays = 127.5 + 127.5 * np.divide(components, np.where(limits > 0, limits, 1))
    titles = [f"{index + 1}" for index in range(len(components))]
    if shares is not None:
        titles = [f"{one}: {share:.1%}" for one, share in zip(titles, shares, strict=False)]
    figure = new_figure(title, columns * SIDE, 0.5 + rows * row_height(components, 1))
    show_grid(figure, np.rint(grays).astype(np.uint8), columns, titles=titles, lines=1)
    alt = f"{title}: {len(components)} ghostly faces, middle gray where a component is zero."
    if shares is not None:
        alt += (
            f" The first explains {shares[0]:.1%} of the variance, the last shown "
            f"{shares[len(components) - 1]:.1%}, together {sum(shares[: len(components)]):.1%}."
        )
    return Picture(figure, alt)


@styled
def steps(
    images: Sequence[np.ndarray], titles: Sequence[str], *, title: str = "Step by step"
) -> Picture:
    """Show what each step of a pipeline makes of an image, from left to right.

    Introduced in notebook 00.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W) or (H, W, 3)
        One image a step, of any sizes.
    titles : sequence of str
        The name of each step.
    title : str
        The figure's title.
    """
    if not len(images) or len(images) != len(titles):
        raise DataError(f"There are {len(images)} images but {len(titles)} titles of steps.")
    shapes = [np.shape(image) for image in images]
    widths = [shape[1] / shape[0] for shape in shapes]
    side = min(2.4 if len(images) > 1 else 4.5, 10 / sum(widths))
    figure = new_figure(title, max(4.5, side * sum(widths) + 0.2), side + 0.8)
    grid = np.atleast_1d(figure.subplots(1, len(images), width_ratios=widths))
    said = []
    for axes, image, name, shape in zip(grid, images, titles, shapes, strict=True):
        show_image(axes, image)
        axes.set_title(name, fontsize=9, loc="center")
        name = " ".join(name.split())
        said.append(
            f"{name}, {shape[1]} by {shape[0]} pixels, values {np.min(image):.4g} to "
            f"{np.max(image):.4g} (mean {np.mean(image):.4g})"
        )
    return Picture(figure, f"{title}, from left to right: {'; '.join(said)}.")


@styled
def pairs(
    left: Sequence[np.ndarray],
    right: Sequence[np.ndarray],
    captions: Sequence[str],
    *,
    title: str = "Pairs of images",
) -> Picture:
    """Show images two by two, such as duplicates. Introduced in notebook 01.

    Parameters
    ----------
    left, right : sequence of ndarray, shape (H, W)
        The first and the second image of each pair.
    captions : sequence of str
        What is to be said of each pair.
    title : str
        The figure's title.
    """
    if not len(left) == len(right) == len(captions) or not len(left):
        raise DataError("Pairs need as many left images as right images and captions.")
    for first, second in zip(left, right, strict=True):
        if first.shape != second.shape or not first.dtype == second.dtype == np.uint8:
            raise DataError("The two images of a pair must be uint8 and of one size.")
    columns = min(4, len(left))
    rows = -(-len(left) // columns)
    figure = new_figure(title, max(4.5, 2.6 * columns), 0.5 + 1.75 * rows)
    grid = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, first, second, caption in zip(grid, left, right, captions, strict=False):
        gap = np.full((first.shape[0], max(1, first.shape[1] // 24)), 255, np.uint8)
        show_image(axes, np.hstack([first, gap, second]))
        axes.set_title(caption, fontsize=9, loc="center")
    figure.get_layout_engine().set(wspace=0.06)
    differences = [
        np.abs(np.subtract(a, b, dtype=float)).mean() for a, b in zip(left, right, strict=True)
    ]
    alt = f"{title}: {_count(len(left), 'pair')} of faces, whose gray levels differ by "
    alt += f"{min(differences):.1f} to {max(differences):.1f} on average. {_listed(captions)}"
    return Picture(figure, alt)


@styled
def votes(images: Sequence[np.ndarray], shares: pd.DataFrame, *, title: str = "Votes") -> Picture:
    """Show faces above the shares of the raters' votes for each class. Introduced in notebook 00.

    Parameters
    ----------
    images : sequence of ndarray, shape (H, W)
        The faces.
    shares : DataFrame
        One row a face, one column a class; each row sums to one.
    title : str
        The figure's title.
    """
    if len(images) != len(shares) or not len(images):
        raise DataError(f"There are {len(images)} faces but {len(shares)} rows of votes.")
    classes = list(shares.columns)
    figure = new_figure(title, max(5, 1.6 * len(images) + 0.8), 4.4)
    grid = figure.subplots(2, len(images), height_ratios=[1, 1.25], squeeze=False)
    colors = [class_color(name) for name in classes]
    for place, (image, row) in enumerate(zip(images, shares.to_numpy(), strict=True)):
        upper, lower = grid[:, place]
        upper.imshow(image, vmin=0, vmax=255)
        upper.set_axis_off()
        lower.barh(range(len(classes)), row, color=colors)
        lower.set(xlim=(0, 1), xlabel="share")
        lower.set_yticks(range(len(classes)), classes if place == 0 else [])
        lower.invert_yaxis()
    grid[1, 0].set_ylabel("class")
    said = [
        ", ".join(f"{name} {share:.0%}" for name, share in row.items() if share > 0)
        for _, row in shares.iterrows()
    ]
    return Picture(figure, f"{title}: {len(images)} faces with their votes. {'; '.join(said)}.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return "In order: " + "; ".join(" ".join(str(word).split()) for word in words) + "."


def _gray_levels(images: Sequence[np.ndarray]) -> str:
    means = [np.mean(image) for image in images]
    return f"Their mean gray levels run from {min(means):.0f} to {max(means):.0f}."
