"""Many pictures in one set of axes: axes take far more time than what is in them."""

from collections.abc import Sequence

import cv2
import numpy as np

from fercourse.plots.style import show_image

# Between two pictures, as a share of their height.
_GAP = 0.04
# The size of a picture on paper, and of a line over it, in inches.
SIDE, LINE = 1.15, 0.2


def show_grid(
    figure,
    pictures: Sequence[np.ndarray],
    columns: int,
    *,
    titles: Sequence[str] = (),
    names: Sequence[str] = (),
    lines: int = 0,
) -> None:
    """Draw pictures row by row on an empty figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    pictures : sequence of ndarray, shape (H, W) or (H, W, 3)
        Scaled as `show_image` does; smaller ones are enlarged to the cell of the largest.
    columns : int
    titles : sequence of str
        What stands over the first pictures.
    names : sequence of str
        What stands before the last rows.
    lines : int
        Of text, for which there is room between two rows.
    """
    height, width = np.max([np.shape(picture)[:2] for picture in pictures], axis=0)
    rows = -(-len(pictures) // columns)
    gap = max(1, round(_GAP * height))
    down, right = height + gap + round(lines * LINE / SIDE * height), width + gap
    sheet = np.full((rows * down, columns * right, 3), 255, np.uint8)
    axes = figure.subplots()
    for index, picture in enumerate(pictures):
        top, left = index // columns * down, index % columns * right
        sheet[top : top + height, left : left + width] = _cell(_colors(picture), height, width)
        if index < len(titles):
            middle = left + (width - 1) / 2
            axes.text(middle, top - gap, titles[index], size=8, ha="center", va="bottom")
    for row, name in enumerate(names, rows - len(names)):
        axes.text(-0.1 * width, row * down + height / 2, name, ha="right", va="center")
    show_image(axes, sheet[: rows * down - (down - height), : columns * right - gap])
    figure.get_layout_engine().set(w_pad=0.04, h_pad=0.02)


def _colors(picture: np.ndarray) -> np.ndarray:
    """Return a picture as uint8 (H, W, 3)."""
    picture = np.asarray(picture)
    if picture.dtype != np.uint8:
        picture = picture.astype(float)
        least, reach = picture.min(), np.ptp(picture)
        picture = np.rint((picture - least) * (255 / reach if reach else 0)).astype(np.uint8)
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def _cell(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a picture in the middle of a white cell, as large as fits."""
    scale = min(height / picture.shape[0], width / picture.shape[1])
    rows, columns = (max(1, round(scale * side)) for side in picture.shape[:2])
    cell = np.full((height, width, 3), 255, np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    enlarged = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_NEAREST)
    cell[top : top + rows, left : left + columns] = enlarged
    return cell
