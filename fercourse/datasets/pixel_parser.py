"""Text of pixels to an array: ``b"70 80 82"`` to uint8, many rows at a time.

The fast way looks at every byte of a block at once and takes each number's value at its last
digit. A block with anything but plain numbers goes the plain way, row by row.
"""

import numpy as np

from fercourse.errors import DataError

# Rows parsed at once: more would make arrays too large for the processor's nearest cache, and
# large enough for the system to hand out their memory anew each time.
_BLOCK = 4
_ZERO, _TEN, _HUNDRED = np.uint8(ord("0")), np.uint8(10), np.uint8(100)


class BadRowError(DataError):
    """A row does not hold the pixels of an image; `row` counts the rows given, from 0."""

    def __init__(self, row: int, problem: str):
        super().__init__(problem)
        self.row = row


def parse_pixels(texts: list[bytes], size: int) -> np.ndarray:
    """Return the pixels that rows of text write out.

    Parameters
    ----------
    texts : list of bytes
        For each image a row of whole numbers, 0 to 255, separated by blanks.
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
    pixels = np.empty((len(texts), size), np.uint8)
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        parsed = _parse_fast(block, size)
        if parsed is None:
            parsed = _parse_plainly(block, size, start)
        pixels[start : start + len(block)] = parsed
    return pixels


def _parse_fast(texts: list[bytes], size: int) -> np.ndarray | None:
    """Parse `size` numbers of one to three digits in each row; return None for anything else."""
    block = np.frombuffer(b" ".join([b"  ", *texts, b" "]), np.uint8)
    digits = block - _ZERO
    is_digit = digits < 10
    if not (is_digit | (block == ord(" "))).all():
        return None
    digits *= is_digit
    values = _values_at_last_digits(digits, is_digit)
    is_last = is_digit[3:-1] & ~is_digit[4:]
    if values is None or not _each_has(size, is_last, texts):
        return None
    return np.compress(is_last, values[:-1]).reshape(len(texts), size)


def _values_at_last_digits(digits: np.ndarray, is_digit: np.ndarray) -> np.ndarray | None:
    """Return, from the fourth byte on, the number that ends at each byte; None if one is > 255."""
    ones, tens, hundreds = digits[3:], digits[2:-1], digits[1:-2]
    two, three = is_digit[3:] & is_digit[2:-1], is_digit[2:-1] & is_digit[3:]
    hundreds = hundreds * three
    if (three & is_digit[1:-2] & is_digit[:-3]).any() or (hundreds > 2).any():
        return None
    hundreds *= _HUNDRED
    values = tens * two
    values *= _TEN
    values += ones
    values += hundreds
    return None if (values < hundreds).any() else values


def _each_has(size: int, is_last: np.ndarray, texts: list[bytes]) -> bool:
    start = 0
    for text in texts:
        if np.count_nonzero(is_last[start : start + len(text) + 1]) != size:
            return False
        start += len(text) + 1
    return True


def _parse_plainly(texts: list[bytes], size: int, first: int) -> list[list[int]]:
    """Parse number by number; `first` is the row of the first text."""
    rows = []
    for row, text in enumerate(texts, start=first):
        words = text.split()
        if len(words) != size:
            raise BadRowError(row, f"has {len(words):,} pixels where {size:,} belong")
        rows.append([_parse_number(word, row) for word in words])
    return rows


def _parse_number(word: bytes, row: int) -> int:
    shown = word[:20].decode("ascii", "backslashreplace")
    try:
        number = parse_whole(word)
    except ValueError:
        raise BadRowError(row, f"has {shown!r} where a pixel belongs") from None
    if not 0 <= number <= 255:
        raise BadRowError(row, f"has a pixel of {shown}; pixels lie between 0 and 255")
    return number


def parse_whole(word: bytes) -> int:
    """Return a whole number written in digits alone; int() would take ``1_0`` for 10.

    Raises
    ------
    ValueError
        If `word` is none.
    """
    if b"_" in word:
        raise ValueError("A number is written in digits.")
    return int(word)
