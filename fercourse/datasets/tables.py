"""A table as one ``.npz`` of columns: numbers as they are, words as codes and a JSON list."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

_WORDS, _CODES = "words:", "codes:"


def save_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table of numbers, truth values and words; nothing is pickled or compressed.

    A missing word comes back as a missing value. The index is not kept.
    """
    columns = {}
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column) and isinstance(column.dtype, np.dtype):
            columns[name] = column.to_numpy()
        else:
            codes, words = pd.factorize(column)
            columns[_CODES + name] = codes.astype(np.int32)
            columns[_WORDS + name] = _as_bytes([str(word) for word in words])
    np.savez(path, order=_as_bytes([str(name) for name in table.columns]), **columns)


def load_table(path: Path) -> pd.DataFrame:
    """Read a table that `save_table` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return pd.DataFrame({name: _column(stored, name) for name in _as_list(stored["order"])})


def _column(stored, name: str):
    if _CODES + name not in stored:
        return stored[name]
    words = np.array([*_as_list(stored[_WORDS + name]), None], dtype=object)
    return words[stored[_CODES + name]]


def _as_bytes(words: list[str]) -> np.ndarray:
    # JSON escapes what is no Unicode, such as a file name in another encoding.
    return np.frombuffer(json.dumps(words).encode("ascii"), np.uint8)


def _as_list(array: np.ndarray) -> list[str]:
    return json.loads(array.tobytes())
