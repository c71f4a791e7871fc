"""The gray levels of a face on the mean shape: a piecewise affine warp of many faces at once."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import Delaunay


class Patch(NamedTuple):
    """The pixels inside a shape, each fixed to the triangle of landmarks that it lies in.

    Parameters
    ----------
    pixels : ndarray, int64, shape (K, 2)
        Row and column of each pixel in a picture of the shape.
    weights : ndarray, float64, shape (K, P)
        The weight of each landmark in each pixel: three are not zero, and they sum to one.
    """

    pixels: np.ndarray
    weights: np.ndarray

    @classmethod
    def inside(cls, shape: np.ndarray) -> "Patch":
        """Return the pixels inside the convex hull of a shape, float (P, 2) as x and y."""
        low = np.floor(shape.min(axis=0)).astype(int)
        across, down = (np.ceil(np.ptp(shape, axis=0)) + 1).astype(int)
        rows, columns = (part.ravel() for part in np.mgrid[:down, :across])
        places = np.column_stack([columns, rows]) + low
        mesh = Delaunay(shape)
        triangle = mesh.find_simplex(places)
        kept = triangle >= 0
        triangle, places = triangle[kept], places[kept]
        to_corner = mesh.transform[triangle]
        first = np.einsum("kij,kj->ki", to_corner[:, :2], places - to_corner[:, 2])
        weights = np.zeros((len(places), len(shape)))
        corners = np.column_stack([first, 1 - first.sum(axis=1)])
        np.put_along_axis(weights, mesh.simplices[triangle], corners, axis=1)
        return cls(np.column_stack([rows, columns])[kept], weights)

    def read(self, faces: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Return the gray levels that each face has under the pixels: float32 (N, K).

        Parameters
        ----------
        faces : ndarray, uint8, shape (N, H, W)
        shapes : ndarray, float64, shape (N, P, 2)
            Where the landmarks are in each face. Beyond the border, a face is like its border.
        """
        places = np.matmul(self.weights, shapes).astype(np.float32)
        height, width = faces.shape[1:]
        x = np.clip(places[..., 0], 0, width - 1)
        y = np.clip(places[..., 1], 0, height - 1)
        left = np.minimum(x.astype(np.intp), width - 2)
        top = np.minimum(y.astype(np.intp), height - 2)
        x, y = x - left, y - top
        start = np.arange(len(faces))[:, None] * (height * width) + top * width + left
        levels = faces.reshape(-1)
        upper = levels[start] * (1 - x) + levels[start + 1] * x
        lower = levels[start + width] * (1 - x) + levels[start + width + 1] * x
        return upper * (1 - y) + lower * y

    def picture(self, levels: np.ndarray) -> np.ndarray:
        """Return pictures of the pixels' values, NaN outside: float64 (N, rows, columns)."""
        pictures = np.full((len(levels), *(self.pixels.max(axis=0) + 1)), np.nan)
        pictures[:, self.pixels[:, 0], self.pixels[:, 1]] = levels
        return pictures


def normalized(levels: np.ndarray) -> np.ndarray:
    """Return gray levels (N, K) with mean 0 and standard deviation 1, whatever the light was."""
    centered = levels - levels.mean(axis=1, keepdims=True)
    return centered / np.maximum(centered.std(axis=1, keepdims=True), 1e-6)
