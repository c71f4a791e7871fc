import numpy as np
import pandas as pd
import pytest

from fercourse.datasets.tables import load_table, save_table


@pytest.mark.parametrize(
    "column",
    [
        [1, 2, 3],
        [1.5, np.nan, -np.inf],
        [True, False, True],
        ["train", "test", "train"],
        ["a", None, "b"],
        [None, None, None],
        ["Bj\u00f8rn \u8868.png", 'comma, "quote"\nnew line', ""],
    ],
)
def test_a_column_comes_back_as_it_was(tmp_path, column):
    table = pd.DataFrame({"left": [3, 2, 1], "the column / x": column})
    save_table(table, tmp_path / "table.npz")
    found = load_table(tmp_path / "table.npz")
    assert list(found) == list(table)
    assert found.isna().equals(table.isna())
    assert found.dropna().to_numpy().tolist() == table.dropna().to_numpy().tolist()


def test_a_category_comes_back_as_words(tmp_path):
    table = pd.DataFrame({"split": pd.Categorical(["test", "train", "test"])})
    save_table(table, tmp_path / "table.npz")
    assert load_table(tmp_path / "table.npz")["split"].tolist() == ["test", "train", "test"]


def test_a_table_without_columns_or_rows_comes_back(tmp_path):
    for table in (pd.DataFrame(), pd.DataFrame({"split": [], "n": np.empty(0, int)})):
        save_table(table, tmp_path / "table.npz")
        assert list(load_table(tmp_path / "table.npz")) == list(table)


def test_nothing_is_pickled(tmp_path):
    save_table(pd.DataFrame({"split": ["a", None]}), tmp_path / "table.npz")
    with np.load(tmp_path / "table.npz", allow_pickle=False) as stored:
        assert all(stored[key].dtype != object for key in stored)
