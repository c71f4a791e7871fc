"""The part of an import that runs in every process: some files read, kept as one ``.npz``.

It imports neither pandas nor joblib, so that a new process soon begins to read.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fercourse import faces
from fercourse.errors import DataError

SIDE = 48  # pixels


@dataclass(frozen=True)
class Chunk:
    """Some neighboring files of a listing, read.

    Parameters
    ----------
    images : ndarray, uint8, shape (used, 48, 48)
        The faces of the files that could be used.
    used : ndarray, bool, shape (files,)
        Which files those are.
    reasons : list of str
        For each of the others, why not.
    """

    images: np.ndarray
    used: np.ndarray
    reasons: list[str]


def read_chunk(
    start: int, files: list[str], boxes: np.ndarray | None, root: Path, crop: str
) -> tuple[int, Chunk]:
    """Read some files of a listing.

    Parameters
    ----------
    start : int
        The number of the first; it is handed back.
    files : list of str
        Their paths below `root`.
    boxes : ndarray, shape (files, 4), or None
        With the crop ``"box"``, the x, y, width and height of each face.
    root : Path
        The folder that they are in.
    crop : {"whole", "face", "box"}
        As in `Listing`.

    Returns
    -------
    start : int
    chunk : Chunk
    """
    images, used, reasons = [], [], []
    with _one_thread():
        for index, file in enumerate(files):
            box = None if boxes is None else boxes[index]
            try:
                images.append(_read_face(root / file, crop, box))
                used.append(True)
            except DataError as error:
                used.append(False)
                reasons.append(str(error))
    pixels = np.stack(images) if images else np.empty((0, SIDE, SIDE), np.uint8)
    return start, Chunk(pixels, np.array(used), reasons)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep OpenCV to one thread: the work is shared out among processes already."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def _read_face(path: Path, crop: str, box: np.ndarray | None) -> np.ndarray:
    image = faces.to_gray(faces.read_image(path))
    if crop == "whole":
        return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if crop == "face":
        return faces.crop(image, size=SIDE)
    return faces.crop(image, faces.Box(*box.tolist()), size=SIDE, margin=0.0, align=False)


def save_chunk(chunk: Chunk, path: Path) -> None:
    """Write a chunk so that it is there whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}")
    reasons = np.frombuffer(json.dumps(chunk.reasons).encode(), np.uint8)
    try:
        with partial.open("wb") as file:
            np.savez(file, images=chunk.images, used=chunk.used, reasons=reasons)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_chunk(path: Path) -> Chunk:
    """Read a chunk that `save_chunk` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Chunk(stored["images"], stored["used"], json.loads(stored["reasons"].tobytes()))
