"""Picture files of every kind, read as uint8 arrays or refused with one sentence."""

import os
import stat
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from fercourse.errors import DataError
from fercourse.faces.header import is_cut_short, picture_format, picture_size

# Endings of the files that are read; the content decides how, not the ending.
PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}
)
# More pixels than ordinary cameras give: beyond this a file is taken for a decompression bomb.
MAX_PIXELS = 64_000_000
_MAX_BYTES = 512 * 2**20
_FULL_16_BIT = 257  # 65535 / 255
# Older versions of OpenCV keep the level of its log at the top.
_logging = getattr(cv2.utils, "logging", cv2)
_SILENT = 0


def read_image(path) -> np.ndarray:
    """Read a picture file as 8-bit gray or RGB.

    Files of 16 bits a channel are scaled to 8 (65535 becomes 255), palettes are resolved,
    transparent pixels are shown on white, and the orientation that a camera noted in a JPEG
    file is applied.

    Parameters
    ----------
    path : path-like
        A PNG, JPEG, TIFF, BMP, WebP, PGM or PPM file, whatever its name ends in.

    Returns
    -------
    ndarray, uint8, shape (H, W) or (H, W, 3)
        Gray where the file holds gray alone, else red, green, blue.

    Raises
    ------
    DataError
        If the file is missing, unreadable, empty, cut short, no picture, or states more than
        `MAX_PIXELS` pixels; these are refused before they are decoded.
    """
    path = Path(path)
    return decode_image(_read_bytes(path), _shown(path))


def decode_image(data: bytes, name: str = "The picture") -> np.ndarray:
    """Return the content of a picture file as 8-bit gray or RGB, as `read_image` does.

    Parameters
    ----------
    data : bytes
        A whole PNG, JPEG, TIFF, BMP, WebP, PGM or PPM file.
    name : str
        How a message shall call it.

    Returns
    -------
    ndarray, uint8, shape (H, W) or (H, W, 3)

    Raises
    ------
    DataError
        If it is no picture, cut short, damaged, or states more than `MAX_PIXELS` pixels.
    """
    _check_header(data, name)
    return _to_uint8(_decode(data, name), name)


def to_gray(image: np.ndarray) -> np.ndarray:
    """Return an image as gray levels.

    Parameters
    ----------
    image : ndarray, uint8, shape (H, W), (H, W, 1) or (H, W, 3)
        Gray, or red, green, blue (an image from ``cv2.imread`` is blue, green, red: turn it
        round first with ``image[..., ::-1]``).

    Returns
    -------
    ndarray, uint8, shape (H, W)
        0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); a gray image is returned as it is.

    Raises
    ------
    DataError
        If the array is no such image.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or 0 in image.shape:
        raise DataError(
            f"An image must be a uint8 array with pixels, not {image.dtype} of shape {image.shape}."
        )
    if image.ndim == 2:
        return image
    if image.ndim == 3 and image.shape[2] == 1:
        return image[..., 0]
    if image.ndim == 3 and image.shape[2] == 3:
        return cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    raise DataError(f"An image must have shape (H, W) or (H, W, 3), not {image.shape}.")


def _shown(path: Path) -> str:
    """Return a path as text that can always be printed."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _read_bytes(path: Path) -> bytes:
    shown = _shown(path)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DataError(f"{shown} is not a file; give the path of a picture.")
        if facts.st_size == 0:
            raise DataError(f"{shown} is empty (zero bytes); copy it again from its source.")
        if facts.st_size > _MAX_BYTES:
            raise DataError(f"{shown} is larger than {_MAX_BYTES >> 20} MB; make it smaller first.")
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {shown}; check the path.") from None
    except PermissionError:
        raise DataError(f"{shown} may not be read; change its permissions.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown} cannot be read: {reason}.") from None


def _check_header(data: bytes, shown: str):
    if picture_format(data) is None:
        raise DataError(f"{shown} is not a picture that can be read; save it as PNG or JPEG.")
    size = picture_size(data)
    if is_cut_short(data):
        raise DataError(f"{shown} is cut short; copy it again from its source.")
    if size is None or min(size) < 1:
        raise DataError(f"{shown} has a broken header; copy it again from its source.")
    if size[0] * size[1] > MAX_PIXELS:
        raise DataError(
            f"{shown} states {size[0]}x{size[1]} pixels, more than the "
            f"{MAX_PIXELS // 10**6} million that are accepted; make it smaller first."
        )


def _decode(data: bytes, shown: str) -> np.ndarray:
    # Only IMREAD_UNCHANGED keeps transparency, and only the other flags apply a camera's
    # orientation; JPEG has the second and never the first.
    is_jpeg = picture_format(data) == "JPEG"
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH if is_jpeg else cv2.IMREAD_UNCHANGED
    with quiet_opencv():
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        except cv2.error:
            pixels = None
    if pixels is None:
        raise DataError(f"{shown} is damaged; copy it again from its source.")
    return pixels


@contextmanager
def quiet_opencv():
    """Keep OpenCV from printing what is wrong with a file: we say it ourselves."""
    level = _logging.getLogLevel()
    _logging.setLogLevel(_SILENT)
    try:
        yield
    finally:
        _logging.setLogLevel(level)


def _to_uint8(pixels: np.ndarray, shown: str) -> np.ndarray:
    if pixels.dtype == np.uint16:
        pixels = np.round(pixels / np.float32(_FULL_16_BIT)).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise DataError(f"{shown} holds {pixels.dtype} pixels; save it with 8 or 16 bits.")
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] == 4:
        pixels = _on_white(pixels)
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def _on_white(pixels: np.ndarray) -> np.ndarray:
    opacity = pixels[..., 3:].astype(np.float32) / 255
    return np.round(pixels[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)
