"""FER+: ten people's votes on each image of FER2013 (Barsoum et al., 2016)."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.pixel_csv import USAGES
from fercourse.emotions import CLASSES_WITH_CONTEMPT, FERPLUS_COLUMNS
from fercourse.errors import DataError

FILE = "fer2013new.csv"
NOT_A_CLASS = {"unknown": "unknown", "NF": "no_face"}
_WORDS = (*CLASSES_WITH_CONTEMPT, *NOT_A_CLASS.values())
VOTE_COLUMNS = tuple(f"votes_{word}" for word in _WORDS)
_MAX_BYTES = 1 << 26  # the published file has 1.5 MB
_MOST_VOTES = 1000
_MOST_CLASSES = 3
_CLASSES = len(CLASSES_WITH_CONTEMPT)


def read_votes(path: Path) -> pd.DataFrame:
    """Read ``fer2013new.csv``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    DataFrame
        One row per image of FER2013, in its order: ``split``, ``image_name`` (missing where the
        authors dropped the image) and the columns `VOTE_COLUMNS`, int64.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    table = _read_text(path)
    missing = {"Usage", "Image name", *FERPLUS_COLUMNS, *NOT_A_CLASS} - set(table.columns)
    if missing:
        raise DataError(f"{path} has no column {' and no '.join(sorted(missing))}; get it again.")
    renamed = {**FERPLUS_COLUMNS, **NOT_A_CLASS}
    votes = {f"votes_{word}": _numbers(table[key], path) for key, word in renamed.items()}
    splits = table["Usage"].str.strip().str.lower().map(USAGES)
    if splits.isna().any():
        line = int(splits.isna().argmax()) + 2
        raise DataError(f"Line {line:,} of {path} has an unknown Usage; get the file again.")
    names = table["Image name"].str.strip()
    return pd.DataFrame({"split": splits, "image_name": names.mask(names == ""), **votes})[
        ["split", "image_name", *VOTE_COLUMNS]
    ]


def _read_text(path: Path) -> pd.DataFrame:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path} is far bigger than the votes of FER+; check the path.")
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        return table.rename(columns=str.strip)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise DataError(f"Cannot read the votes in {path}: {error}; get it again.") from error


def _numbers(words: pd.Series, path: Path) -> np.ndarray:
    numbers = pd.to_numeric(words, errors="coerce")
    bad = ~numbers.isin(range(_MOST_VOTES))
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"Line {row + 2:,} of {path} has {words.iloc[row][:20]!r} where a number of votes "
            "belongs; get the file again."
        )
    return numbers.to_numpy(np.int64)


def targets(votes: np.ndarray, mode: str = "majority") -> np.ndarray:
    """Turn votes into what a classifier is to learn, in the manner of Barsoum et al. (2016).

    Single votes are taken for slips and set to zero first. An image on which no more than half of
    the votes agree, or which most people took for unknown or no face, has no target.

    Parameters
    ----------
    votes : ndarray, int, shape (N, 10)
        The columns `VOTE_COLUMNS`: the eight classes, unknown, no face.
    mode : {"majority", "probability", "multi_target"}
        The class with more than half of the votes; the shares of the leading classes, until
        three quarters of the votes are in; or all classes with at least 30 % of the votes, each
        as one.

    Returns
    -------
    ndarray, float32, shape (N, 8)
        For each image the weight of each class; rows without a target are zero. Rows sum to one,
        except in the mode ``"multi_target"``.
    """
    modes = {"majority": _majority, "probability": _probability, "multi_target": _multi_target}
    if mode not in modes:
        raise DataError(f"There is no mode {mode!r}; there are {', '.join(modes)}.")
    votes = np.where(np.asarray(votes) > 1, votes, 0)
    kept = np.array([modes[mode](row) for row in votes], np.float32).reshape(-1, _CLASSES)
    return kept / np.maximum(kept.sum(axis=1, keepdims=True), 1) if mode != "multi_target" else kept


def _majority(votes: np.ndarray) -> np.ndarray:
    leads = votes == votes.max()
    return (leads & (votes > votes.sum() / 2))[:_CLASSES]


def _probability(votes: np.ndarray) -> np.ndarray:
    left, kept = votes.copy(), np.zeros_like(votes[:_CLASSES])
    while left.any() and kept.sum() < 0.75 * votes.sum() and np.count_nonzero(kept) < _MOST_CLASSES:
        leads = left == left.max()
        kept[leads[:_CLASSES]] = left.max()
        left[leads] = 0
        if leads[_CLASSES:].any():
            break
    agreed = kept.sum() > votes.sum() / 2 and np.count_nonzero(kept) <= _MOST_CLASSES
    return kept if agreed else np.zeros_like(kept)


def _multi_target(votes: np.ndarray) -> np.ndarray:
    kept = np.where(votes >= 0.3 * votes.sum(), votes, 0)
    agreed = kept.sum() > votes.sum() / 2 and kept.argmax() < _CLASSES
    return (kept > 0)[:_CLASSES] & agreed


def relabel(faces: FaceSet, mode: str = "majority") -> FaceSet:
    """Return the faces of FER2013 that have a FER+ target, labelled by it.

    Parameters
    ----------
    faces : FaceSet
        FER2013, imported with ``fer2013new.csv`` beside it.
    mode : {"majority", "probability", "multi_target"}
        As in `targets`.

    Returns
    -------
    FaceSet
        Eight classes; the label is the class of the greatest weight, and the table has the
        weights as ``target_angry`` and so on. Images whose name is blank are left out.

    Raises
    ------
    DataError
        If the faces carry no votes.
    """
    if not {"image_name", *VOTE_COLUMNS} <= set(faces.table.columns):
        raise DataError(
            f"These faces carry no FER+ votes; put {FILE} beside fer2013.csv and import it again."
        )
    votes = faces.table[list(VOTE_COLUMNS)].to_numpy()
    weights = targets(votes, mode)
    kept = (weights.sum(axis=1) > 0) & faces.table["image_name"].notna().to_numpy()
    chosen, weights = faces[kept], weights[kept]
    columns = {
        f"target_{word}": weights[:, index] for index, word in enumerate(CLASSES_WITH_CONTEMPT)
    }
    return replace(
        chosen,
        # Among equal weights the leader is the one with more votes, then the first class.
        labels=(weights + votes[kept, :_CLASSES] / (_MOST_VOTES * 10)).argmax(axis=1),
        classes=CLASSES_WITH_CONTEMPT,
        table=chosen.table.assign(**columns),
        name="ferplus",
    )
