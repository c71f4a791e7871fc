"""CK+: the Extended Cohn-Kanade data set (Lucey et al., 2010), as a tree or as 48x48 files."""

from pathlib import Path

import pandas as pd

from fercourse.datasets.listing import Listing
from fercourse.datasets.tree import misnamed, parse_names, printable, refuse, walk
from fercourse.emotions import CK_PLUS_CODES, CLASSES_WITH_CONTEMPT, SYNONYMS
from fercourse.errors import DataError
from fercourse.faces import PICTURE_SUFFIXES

# The common protocol: the last three frames of a sequence show its expression at the apex.
APEX_FRAMES = 3
_EMOTION = "_emotion.txt"
_OTHER_TEXTS = ("_facs.txt", "_landmarks.txt")
_EXAMPLE = "S005_001_00000001.png"


def list_files(root: Path) -> Listing:
    """List the pictures of CK+, in either of its forms.

    The original tree (``cohn-kanade-images/S005/001/S005_001_00000001.png`` beside
    ``Emotion/S005/001/*_emotion.txt``) has 593 sequences of 123 subjects, from a neutral face to
    the apex of an expression; 327 of them carry an emotion label. Of each of those the
    last three frames are taken with its label and the first frame as neutral; the face detector
    crops them. Sequences without a label, and how many frames lie between, stand in `unused`.

    The folder of 48x48 files (``anger/S010_004_00000017.png``) has those last three frames
    cropped already, 981 files, and usually no neutral ones; they are taken whole.

    Parameters
    ----------
    root : Path
        The folder that holds ``cohn-kanade-images`` and ``Emotion``, or the class folders; both
        may lie one folder deeper.

    Returns
    -------
    Listing
        The table has ``file``, ``label``, ``subject`` (S005), ``session`` (001), ``sequence``
        (S005_001) and ``frame`` (from 1). There is no official split.

    Raises
    ------
    DataError
        If the folder holds neither form, or the original pictures without their labels.
    """
    root = Path(root)
    tree = walk(root, depth=5, suffixes=PICTURE_SUFFIXES | {".txt"})
    pictures = [file for file in tree.files if not file.lower().endswith(".txt")]
    frames = _parse_frames(pictures)
    if frames.empty:
        refuse(root, f"CK+ pictures (names such as {_EXAMPLE})", pictures, "ckplus")
    unused = tree.unused + misnamed(pictures, frames, _EXAMPLE) + _stray_texts(tree.files)
    words = frames["file"].str.split("/").str[-2].str.lower()
    if words.isin(SYNONYMS).any():
        return _class_folders(frames, words, unused)
    codes = _read_codes(root, tree.files, unused)
    return _labelled_sequences(frames, codes, unused)


def _parse_frames(pictures: list[str]) -> pd.DataFrame:
    names = parse_names(pictures, "ckplus")
    frames = names.assign(
        sequence=names["subject"] + "_" + names["session"], frame=names["frame"].astype("int64")
    )
    return frames[["file", "subject", "session", "sequence", "frame"]].sort_values(
        ["sequence", "frame", "file"], ignore_index=True
    )


def _stray_texts(files: list[str]) -> list[tuple[str, str]]:
    # Landmarks and FACS codes are parts of the data set that hold no label; they are no fault.
    known = (_EMOTION, *_OTHER_TEXTS)
    texts = [file for file in files if file.lower().endswith(".txt")]
    return [(f, "it is not a picture file") for f in texts if not f.lower().endswith(known)]


def _class_folders(frames: pd.DataFrame, words: pd.Series, unused: list) -> Listing:
    unknown = words[~words.isin(SYNONYMS)]
    if len(unknown):
        raise DataError(
            f"The folder {unknown.iloc[0]!r} is no expression class of CK+; rename it to one of "
            "anger, contempt, disgust, fear, happy, sadness, surprise, neutral, or take it away."
        )
    labels = words.map(SYNONYMS).map(CLASSES_WITH_CONTEMPT.index)
    return Listing(frames.assign(label=labels), CLASSES_WITH_CONTEMPT, "whole", unused)


def _read_codes(root: Path, files: list[str], unused: list) -> dict[str, int]:
    """Return the emotion code of each labelled sequence, from its text file."""
    codes = {}
    for file in files:
        name = file.rpartition("/")[2]
        if not name.lower().endswith(_EMOTION):
            continue
        code = _read_code(root / file)
        if code is None:
            unused.append((printable(file), "it holds no emotion code from 0 to 7"))
        else:
            codes[name[:8].upper()] = code
    if not codes:
        raise DataError(
            f"{printable(root)} holds CK+ pictures but no labels; put the folder Emotion with its "
            "*_emotion.txt files beside cohn-kanade-images."
        )
    return codes


def _read_code(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            code = float(file.read(64))
    except (OSError, ValueError):
        return None
    return int(code) if code in CK_PLUS_CODES else None


def _labelled_sequences(frames: pd.DataFrame, codes: dict[str, int], unused: list) -> Listing:
    labelled = frames["sequence"].isin(codes)
    for sequence, count in frames[~labelled].groupby("sequence").size().items():
        unused.append((sequence, f"the sequence has no emotion label ({count} frames)"))
    frames = frames[labelled]
    by_sequence = frames.groupby("sequence")["frame"]
    is_first = by_sequence.cumcount() == 0
    is_apex = ~is_first & (by_sequence.cumcount(ascending=False) < APEX_FRAMES)
    between = int((~is_first & ~is_apex).sum())
    if between:
        reason = f"{between:,} frames between the first and the last three of their sequences"
        unused.append(("cohn-kanade-images", reason))
    words = frames["sequence"].map(codes).map(CK_PLUS_CODES).mask(is_first, "neutral")
    table = frames.assign(label=words.map(CLASSES_WITH_CONTEMPT.index))[is_first | is_apex]
    return Listing(table.reset_index(drop=True), CLASSES_WITH_CONTEMPT, "face", unused)
