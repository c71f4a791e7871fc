"""Figures of saliency maps: laid over faces, side by side, on average, and as differences."""

from collections.abc import Mapping, Sequence

import numpy as np

from fercourse.errors import DataError
from fercourse.plots.grid import SIDE, show_grid
from fercourse.plots.picture import Picture
from fercourse.plots.style import new_figure, styled

_HEAT = "inferno"


def laid_over(face: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return a face with a map on it as colors, the stronger the higher: uint8 (H, W, 3).

    Parameters
    ----------
    face : ndarray, uint8, shape (H, W)
    values : ndarray, float, shape (H, W)
        0 to 1.
    """
    from matplotlib import colormaps

    strength = np.clip(values, 0, 1)[..., None]
    heat = colormaps[_HEAT](np.clip(values, 0, 1))[..., :3] * 255
    mixed = (1 - 0.75 * strength) * face[..., None] + 0.75 * strength * heat
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


@styled
def overlay(
    images: np.ndarray, values: np.ndarray, titles: Sequence[str], *, title: str = "Saliency maps"
) -> Picture:
    """Show each face, and below it the face with its map. Introduced in notebook 05.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
    values : ndarray, float, shape (N, H, W)
        The maps, 0 to 1.
    titles : sequence of str
        A few letters for each face.
    title : str
        The figure's title.
    """
    return map_grid(images, {"": values}, titles, title=title)


@styled
def map_grid(
    images: np.ndarray,
    rows: Mapping[str, np.ndarray],
    titles: Sequence[str],
    *,
    title: str = "One row a method",
) -> Picture:
    """Show faces, and below them one row of maps for each method. Introduced in notebook 05.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
    rows : mapping of str to ndarray, float, shape (N, H, W)
        What each row is called, and its maps, 0 to 1.
    titles : sequence of str
        A few letters for each face.
    title : str
        The figure's title.

    Raises
    ------
    DataError
        If there is not one map and one title for each face.
    """
    sizes = {len(titles), *(len(values) for values in rows.values())}
    if not len(images) or sizes != {len(images)}:
        raise DataError(f"{len(images)} faces need as many titles, and as many maps in each row.")
    shown = [*images, *(one for maps in rows.values() for one in map(laid_over, images, maps))]
    figure = new_figure(title, 1.4 + SIDE * len(images), 0.55 + SIDE * (len(rows) + 1))
    names = [name.replace("_", " ") for name in rows]
    show_grid(figure, shown, len(images), titles=titles, names=names)
    said = "; ".join(
        f"{name or 'maps'}: {', '.join(_where(one) for one in values)}"
        for name, values in rows.items()
    )
    return Picture(figure, f"{title}: {len(images)} faces ({', '.join(titles)}). Peaks: {said}.")


@styled
def mean_maps(
    images: np.ndarray,
    values: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    *,
    title: str = "The mean map of each class",
) -> Picture:
    """Show the mean map of each class on the class's mean face.

    Faces are taken as they are; drawn ones and FER2013's are roughly aligned already. All maps
    have one scale, from the least mean to the largest of all classes, so that a class whose maps
    hardly vary looks as pale as it is.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
    values : ndarray, float, shape (N, H, W)
    labels : ndarray, int, shape (N,)
    classes : sequence of str
    title : str
    """
    present = [index for index in range(len(classes)) if (labels == index).any()]
    if not present:
        raise DataError("There are no faces to average.")
    faces = np.stack([images[labels == one].mean(axis=0) for one in present])
    means = np.stack([values[labels == one].mean(axis=0) for one in present])
    means = (means - means.min()) / (np.ptp(means) or 1)
    names = [f"{classes[one]}\n(n = {(labels == one).sum():,})" for one in present]
    return map_grid(faces.astype(np.uint8), {"mean map": means}, names, title=title)


@styled
def map_difference(
    images: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    names: tuple[str, str],
    *,
    title: str | None = None,
) -> Picture:
    """Show where two models' maps differ: blue where the first's is higher, red the second's.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)
    first, second : ndarray, float, shape (N, H, W)
    names : (str, str)
        What the two models are called.
    title : str, optional
    """
    title = title or f"Where {names[0]} and {names[1]} look differently"
    if not len(images) == len(first) == len(second) or not len(images):
        raise DataError("A difference needs one map of each model for each face.")
    from matplotlib import colormaps

    colors = colormaps["RdBu_r"]((np.subtract(second, first) + 1) / 2)[..., :3] * 255
    shown = [*map(laid_over, images, first), *map(laid_over, images, second)]
    shown += list(np.rint(colors).astype(np.uint8))
    figure = new_figure(title, max(5.0, 1.4 + SIDE * len(images)), 4.1)
    legend = f"blue: {names[0]} higher\nred: {names[1]} higher"
    show_grid(figure, shown, len(images), names=(*names, legend))
    apart = np.abs(np.subtract(first, second)).mean(axis=(1, 2))
    said = "; ".join(
        f"apart by {value:.2f} on average, {names[0]} is highest {_where(np.maximum(one - other, 0))}, "
        f"{names[1]} {_where(np.maximum(other - one, 0))}"
        for value, one, other in zip(apart, first, second, strict=True)
    )
    return Picture(figure, f"{title}: {len(images)} faces. {said}.")


def _where(values: np.ndarray) -> str:
    """Say in words where a map is highest."""
    if not np.any(values):
        return "nowhere"
    row, column = np.unravel_index(np.argmax(values), values.shape)
    down = ("top", "upper", "middle", "lower", "bottom")[int(5 * row / values.shape[0])]
    right = ("left", "middle", "right")[int(3 * column / values.shape[1])]
    return "in the middle" if down == right else f"{down} {right}"
