"""A cache of its own for each test of the data sets, and a sound table."""

import sys
from pathlib import Path

import pytest

# Test files are imported by their path; the tables that they share are found here.
sys.path.insert(0, str(Path(__file__).parent))

from tests.datasets.pixel_tables import as_csv, as_rows, noise


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FERCOURSE_CACHE", str(folder))
    return folder


@pytest.fixture
def fer2013_csv(tmp_path):
    """A sound fer2013.csv of 40 faces."""
    path = tmp_path / "fer2013.csv"
    path.write_text(as_csv(as_rows(*noise(40))))
    return path
