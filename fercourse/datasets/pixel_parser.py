"""Text of pixels to an array: ``b"70 80 82"`` to uint8, many rows at a time.

The fast way looks at every byte of a block at once and takes each number's value at its last
digit. What it does not recognize at a glance goes, row by row, the plain way.
"""

import numpy as np

from fercourse.errors import DataError

_SPACE, _ZERO = ord(" "), ord("0")


def parse_pixels(texts: list[bytes], size: int) -> np.ndarray:
    """Return the pixels that rows of text write out.

    Parameters
    ----------
    texts : list of bytes
        One row of decimal numbers, 0 to 255, separated by blanks, for each image.
    size : int
        How many numbers each row must have.

    Returns
    -------
    ndarray, uint8, shape (len(texts), size)

    Raises
    ------
    BadRowError
        If a row has another number of pixels, or one that is no whole number from 0 to 255.
    """
    pixels = _parse_block(texts, size)
    if pixels is None:
        pixels = np.empty((len(texts), size), np.uint8)
        for index, text in enumerate(texts):
            pixels[index] = _parse_row(text, size, index)
    return pixels


class BadRowError(DataError):
    """A row does not hold the pixels of an image; `index` counts the rows given, from 0."""

    def __init__(self, index: int, problem: str):
        super().__init__(problem)
        self.index = index


def _parse_block(texts: list[bytes], size: int) -> np.ndarray | None:
    """Parse rows of plain numbers of up to three digits; return None for anything else."""
    block = np.frombuffer(b" ".join(texts) + b" ", np.uint8)
    digits = block - np.uint8(_ZERO)
    is_digit = digits < 10
    if not ((block == _SPACE) | is_digit).all():
        return None
    digits *= is_digit
    values = digits.copy()
    values[1:] += digits[:-1] * np.uint8(10) * is_digit[1:]
    hundreds = digits[:-2] * is_digit[1:-1]
    hundreds *= is_digit[2:]
    too_long = is_digit[:-3] & is_digit[1:-2]
    too_long &= is_digit[2:-1]
    too_long &= is_digit[3:]
    if too_long.any() or (hundreds > 2).any():
        return None
    hundreds *= np.uint8(100)
    values[2:] += hundreds
    if (values[2:] < hundreds).any():
        return None
    is_last = is_digit[:-1] & ~is_digit[1:]
    stops = np.cumsum([len(text) + 1 for text in texts])
    starts = stops - [len(text) + 1 for text in texts]
    for start, stop in zip(starts, stops, strict=True):
        if np.count_nonzero(is_last[start:stop]) != size:
            return None
    return values[:-1][is_last].reshape(len(texts), size)


def _parse_row(text: bytes, size: int, index: int) -> list[int]:
    words = text.split()
    if len(words) != size:
        raise BadRowError(index, f"has {len(words):,} pixels where {size:,} belong")
    return words
