"""Many pictures in one set of axes: axes take far more time than what is in them."""

from collections.abc import Sequence

import cv2
import numpy as np

from fercourse.plots.style import show_image

# Between two pictures, as a share of their larger side.
_GAP = 0.04
# The larger side of a picture on paper, and the height of a line of text over it, in inches.
SIDE, LINE = 1.15, 0.2
# The larger side of a picture in pixels, so that photos do not make a sheet of gigabytes.
_MOST = 256


def row_height(pictures: Sequence[np.ndarray], lines: int = 0) -> float:
    """Return the height of a row of pictures on paper, with so many lines of text, in inches."""
    height, width = _cell_size(pictures)
    return SIDE * height / max(height, width) + LINE * lines


def show_grid(
    figure,
    pictures: Sequence[np.ndarray],
    columns: int,
    *,
    titles: Sequence[str] = (),
    names: Sequence[str] = (),
    lines: int = 0,
) -> None:
    """Draw pictures row by row on an empty figure, each as large as the largest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    pictures : sequence of ndarray, shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)
        Gray uint8 is shown on the scale 0 to 255, other grays by their own range, and what is no
        number white. Colors are uint8, or float 0 to 1; their opacity does not count.
    columns : int
    titles : sequence of str
        What stands over the first pictures.
    names : sequence of str
        What stands before the last rows.
    lines : int
        Of text, for which there is room between two rows.
    """
    height, width = _cell_size(pictures)
    rows, larger = -(-len(pictures) // columns), max(height, width)
    gap = max(1, round(_GAP * larger))
    down, right = height + gap + round(lines * LINE / SIDE * larger), width + gap
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


def _cell_size(pictures: Sequence[np.ndarray]) -> tuple[int, int]:
    sides = np.max([np.shape(picture)[:2] for picture in pictures], axis=0)
    height, width = np.rint(sides * min(1, _MOST / sides.max())).astype(int).tolist()
    return max(1, height), max(1, width)


def _cell(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a picture in the middle of a white cell, as large as fits."""
    scale = min(height / picture.shape[0], width / picture.shape[1])
    rows, columns = (max(1, round(scale * side)) for side in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    cell = np.full((height, width, 3), 255, np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    cell[top : top + rows, left : left + columns] = cv2.resize(
        picture, (columns, rows), interpolation=how
    )
    return cell


def _colors(picture: np.ndarray) -> np.ndarray:
    """Return a picture as uint8 (H, W, 3)."""
    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[..., 0]
    if picture.ndim == 2:
        gray = picture if picture.dtype == np.uint8 else _own_range(picture)
        return np.repeat(gray[..., None], 3, axis=2)
    values = np.nan_to_num(
        picture[..., :3] * 255.0 if picture.dtype.kind == "f" else picture[..., :3]
    )
    return np.ascontiguousarray(np.clip(values, 0, 255).astype(np.uint8))


def _own_range(picture: np.ndarray) -> np.ndarray:
    """Return gray levels from the least number to the largest; what is no number is white."""
    from matplotlib.colors import Normalize

    known = np.ma.masked_invalid(picture.astype(float))
    return np.rint(255 * Normalize()(known)).filled(255).astype(np.uint8)
