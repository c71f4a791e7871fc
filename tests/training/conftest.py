"""Faces and networks small enough to be trained in a moment."""

import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import FaceSet


def striped_faces(count: int, seed: int = 0) -> FaceSet:
    """Return noisy pictures whose class is the direction and width of their stripes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    rows, columns = np.mgrid[:48, :48]
    patterns = np.stack([rows // 6 % 2, columns // 6 % 2, (rows + columns) // 12 % 2])
    images = 60 + 130 * patterns[labels] + rng.normal(0, 25, (count, 48, 48))
    votes = np.full((count, 3), 1) + 7 * np.eye(3, dtype=int)[labels]
    table = pd.DataFrame(votes, columns=[f"votes_{name}" for name in ("rows", "columns", "slant")])
    return FaceSet(
        np.clip(images, 0, 255).astype(np.uint8), labels, ("rows", "columns", "slant"), table
    )


@pytest.fixture(scope="session")
def train() -> FaceSet:
    return striped_faces(48)


@pytest.fixture(scope="session")
def validation() -> FaceSet:
    return striped_faces(24, seed=1)
