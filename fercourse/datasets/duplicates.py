"""Which images are the same, to the byte or to the eye."""

import hashlib

import cv2
import numpy as np
import pandas as pd
from scipy.fft import dctn
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

_THUMBNAIL = 12  # pixels
_LEAST_THUMBNAIL_CORRELATION = 0.98
_LEAST_CORRELATION = 0.93
_FREQUENCIES = 4  # along each side
_NEIGHBORS = 16
_CHUNK = 4096
_PAIRS = 512


def identical(images: np.ndarray) -> np.ndarray:
    """Number the images so that identical ones, and only those, share a number.

    Introduced in notebook 01.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)

    Returns
    -------
    ndarray, int64, shape (N,)
        Numbers from 0. Images are compared by a digest of 128 bits (BLAKE2b).
    """
    digests = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images]
    return pd.factorize(np.array(digests, object))[0].astype(np.int64)


def one_color(images: np.ndarray) -> np.ndarray:
    """Return which images hold one gray level alone: bool (N,)."""
    return np.array([image.min() == image.max() for image in images], bool)


def near_identical(images: np.ndarray) -> np.ndarray:
    """Number the images so that those which show the same picture share a number.

    Two images do when their pixels correlate with at least 0.93 and their thumbnails of 12x12
    pixels with at least 0.98 (Pearson), so that another brightness or contrast, a recompression
    or a watermark does not hide a copy, but a shift by a single pixel may; copies of copies count
    as copies. Candidates come from a k-d tree of the thumbnails' 15 lowest frequencies (cosine
    transform, Ahmed et al., 1974): these never lie farther apart than the thumbnails themselves,
    so that no pair is overlooked, unless 15 other images are nearer to it. In FER2013 even the 36
    pairs that were least alike showed one photograph each; among the 40 million pairs of 9,000
    drawn faces, one is called near, wrongly.

    Parameters
    ----------
    images : ndarray, uint8, shape (N, H, W)

    Returns
    -------
    ndarray, int64, shape (N,)
        Numbers from 0. Images of one color are near to none.
    """
    numbers = identical(images)
    _, distinct = np.unique(numbers, return_index=True)
    thumbnails = _thumbnails(images, distinct)
    varied = np.flatnonzero(thumbnails.any(axis=1))
    pairs = varied[_candidates(thumbnails[varied])]
    links = pairs[:, _correlate(images, distinct[pairs])]
    matrix = coo_array((np.ones(links.shape[1], bool), links), shape=(len(distinct),) * 2)
    return connected_components(matrix, directed=False)[1].astype(np.int64)[numbers]


def groups(numbers: np.ndarray) -> list[np.ndarray]:
    """Return the rows that share a number, for each number that more than one row has."""
    order = np.argsort(numbers, kind="stable")
    ends = np.flatnonzero(np.diff(numbers[order])) + 1
    return sorted((rows for rows in np.split(order, ends) if len(rows) > 1), key=lambda r: r[0])


def _thumbnails(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return thumbnails of mean 0 and length 1; those of one color are all 0."""
    size = (_THUMBNAIL, _THUMBNAIL)
    small = np.empty((len(rows), _THUMBNAIL**2), np.float32)
    for place, row in enumerate(rows):
        image = images[row].astype(np.float32)
        small[place] = cv2.resize(image, size, interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(small, axis=1, keepdims=True)
    # A rounding error of the mean is not a picture.
    return np.where(lengths > 1e-2, small / np.maximum(lengths, 1e-2), 0)


def _candidates(thumbnails: np.ndarray) -> np.ndarray:
    """Return the pairs of rows, shape (2, P), whose thumbnails correlate enough."""
    if len(thumbnails) < 2:
        return np.empty((2, 0), np.intp)
    waves = dctn(thumbnails.reshape(-1, _THUMBNAIL, _THUMBNAIL), axes=(1, 2), norm="ortho")
    # The first coefficient is the mean, which is 0.
    points = waves[:, :_FREQUENCIES, :_FREQUENCIES].reshape(len(waves), -1)[:, 1:]
    # Of vectors of length 1, |a - b|^2 = 2 - 2 correlation.
    radius = np.sqrt(2 - 2 * _LEAST_THUMBNAIL_CORRELATION)
    tree, pairs = cKDTree(points), []
    for start in range(0, len(points), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(points)))
        _, near = tree.query(points[rows], k=_NEIGHBORS, distance_upper_bound=radius)
        # A missing neighbor is given the number of points.
        first, second = np.repeat(rows, near.shape[1]), near.ravel()
        kept = (first != second) & (second < len(points))
        pair = np.stack([first[kept], second[kept]])
        enough = np.einsum("ij,ij->i", *thumbnails[pair]) >= _LEAST_THUMBNAIL_CORRELATION
        pairs.append(np.sort(pair[:, enough], axis=0))
    return np.unique(np.concatenate(pairs, axis=1), axis=1)


def _correlate(images: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return for each pair of rows, shape (2, P), whether its images correlate enough."""
    enough = np.empty(pairs.shape[1], bool)
    for start in range(0, len(enough), _PAIRS):
        rows = pairs[:, start : start + _PAIRS]
        pixels = images[rows].reshape(2, rows.shape[1], -1).astype(np.float32)
        pixels -= pixels.mean(axis=2, keepdims=True)
        lengths = np.linalg.norm(pixels, axis=2).prod(axis=0)
        products = np.einsum("ij,ij->i", *pixels)
        enough[start : start + _PAIRS] = products >= _LEAST_CORRELATION * lengths
    return enough
