import numpy as np
import pandas as pd
import pytest

import fercourse
from fercourse.datasets import ferplus
from fercourse.emotions import CLASSES_WITH_CONTEMPT, FERPLUS_COLUMNS
from fercourse.errors import DataError
from tests.datasets.pixel_tables import noise

PUBLISHED = [*FERPLUS_COLUMNS, "unknown", "NF"]


def vote(**counts):
    """Votes in the order of VOTE_COLUMNS."""
    words = [name.removeprefix("votes_") for name in ferplus.VOTE_COLUMNS]
    return [counts.get(word, 0) for word in words]


def target(mode, **counts):
    weights = ferplus.targets(np.array([vote(**counts)]), mode)[0]
    named = zip(CLASSES_WITH_CONTEMPT, weights.tolist(), strict=True)
    return {word: pytest.approx(weight) for word, weight in named if weight}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"happy": 10}, {"happy": 1}),
        ({"happy": 6, "sad": 4}, {"happy": 1}),
        ({"happy": 5, "sad": 5}, {}),
        ({"happy": 4, "sad": 3, "fear": 3}, {}),
        ({"happy": 4, "sad": 1, "fear": 1, "angry": 1, "disgust": 1, "neutral": 2}, {"happy": 1}),
        ({"unknown": 10}, {}),
        ({"no_face": 6, "happy": 4}, {}),
        ({"happy": 1, "sad": 1}, {}),
        ({}, {}),
    ],
)
def test_majority_wants_more_than_half_of_the_votes(counts, expected):
    assert target("majority", **counts) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"happy": 10}, {"happy": 1}),
        ({"happy": 8, "sad": 2}, {"happy": 1}),
        ({"happy": 6, "sad": 4}, {"happy": 0.6, "sad": 0.4}),
        ({"happy": 5, "sad": 3, "fear": 2}, {"happy": 0.625, "sad": 0.375}),
        ({"happy": 4, "sad": 2, "fear": 2, "angry": 2}, {}),
        ({"happy": 6, "unknown": 4}, {"happy": 1}),
        ({"unknown": 6, "happy": 4}, {}),
        ({"happy": 5, "unknown": 5}, {}),
        ({"happy": 5, "sad": 1, "fear": 1, "angry": 1, "disgust": 1, "neutral": 1}, {"happy": 1}),
        ({}, {}),
    ],
)
def test_probability_shares_out_the_leading_votes(counts, expected):
    assert target("probability", **counts) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"happy": 10}, {"happy": 1}),
        ({"happy": 7, "sad": 3}, {"happy": 1, "sad": 1}),
        ({"happy": 8, "sad": 2}, {"happy": 1}),
        ({"happy": 4, "unknown": 3, "sad": 3}, {"happy": 1, "sad": 1}),
        ({"unknown": 7, "happy": 3}, {}),
        ({"happy": 2, "sad": 2, "fear": 2, "angry": 2, "neutral": 2}, {}),
        ({}, {}),
    ],
)
def test_multi_target_takes_every_class_with_three_tenths_of_the_votes(counts, expected):
    assert target("multi_target", **counts) == expected


def test_an_unknown_mode_is_refused():
    with pytest.raises(DataError, match="there are majority, probability, multi_target"):
        ferplus.targets(np.zeros((1, 10), int), "mean")


def write_votes(path, count=40, **changes):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.multinomial(10, [0.1] * 10, count), columns=PUBLISHED)
    table.loc[::3, PUBLISHED] = 0
    table.loc[::3, "happiness"] = 10
    table.insert(0, "Image name", [f"fer{row:07}.png" if row % 10 else "" for row in range(count)])
    table.insert(0, "Usage", noise(count)[2])
    table.assign(**changes).to_csv(path, index=False)
    return table


def test_votes_that_lie_beside_the_faces_become_columns(fer2013_csv):
    written = write_votes(fer2013_csv.with_name("fer2013new.csv"))
    table = fercourse.load("fer2013", fer2013_csv, progress=False).table
    for column, word in {**FERPLUS_COLUMNS, "unknown": "unknown", "NF": "no_face"}.items():
        assert table[f"votes_{word}"].tolist() == written[column].tolist()
    assert table["image_name"].isna().tolist() == (written["Image name"] == "").tolist()


def test_ferplus_keeps_the_faces_with_a_name_and_a_majority(fer2013_csv):
    write_votes(fer2013_csv.with_name("fer2013new.csv"))
    faces = fercourse.load("ferplus", fer2013_csv.parent, progress=False)
    kept = [row for row in range(40) if row % 3 == 0 and row % 10]
    assert faces.classes == CLASSES_WITH_CONTEMPT
    assert set(kept) <= set(faces.table["row"])
    assert not {0, 30} & set(faces.table["row"])
    happy = faces[faces.table["row"].isin(kept).to_numpy()]
    assert np.array_equal(happy.images, noise(40)[0][kept])
    assert set(happy.labels) == {CLASSES_WITH_CONTEMPT.index("happy")}
    assert (happy.table["target_happy"] == 1).all()
    assert fercourse.load("ferplus").name == "ferplus"


def test_without_votes_ferplus_says_what_is_missing(fer2013_csv):
    with pytest.raises(DataError, match=r"put fer2013new.csv beside fer2013.csv"):
        fercourse.load("ferplus", fer2013_csv, progress=False)


def test_votes_of_another_length_are_left_out_with_a_warning(fer2013_csv):
    write_votes(fer2013_csv.with_name("fer2013new.csv"), 39)
    with pytest.warns(UserWarning, match="39 rows for 40 faces; its votes are left out"):
        faces = fercourse.load("fer2013", fer2013_csv, progress=False)
    assert "votes_happy" not in faces.table


def test_votes_in_another_order_are_refused(fer2013_csv):
    write_votes(fer2013_csv.with_name("fer2013new.csv"), Usage=noise(41)[2][1:])
    with pytest.raises(DataError, match="in another order than the faces"):
        fercourse.load("fer2013", fer2013_csv, progress=False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"happiness": "many"}, "Line 2 .* has 'many' where a number of votes belongs"),
        ({"happiness": -1}, "has '-1' where"),
        ({"happiness": 1.5}, r"has '1\.5' where"),
        ({"happiness": ""}, "has '' where"),
        ({"Usage": "Testing"}, "Line 2 .* has an unknown Usage"),
    ],
)
def test_damaged_votes_are_refused(tmp_path, changes, message):
    path = tmp_path / "fer2013new.csv"
    write_votes(path, **changes)
    with pytest.raises(DataError, match=message):
        ferplus.read_votes(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'"', b"a\n1,2\n1,2,3\n"])
def test_a_file_that_holds_no_votes_is_refused(tmp_path, content):
    path = tmp_path / "fer2013new.csv"
    path.write_bytes(content)
    with pytest.raises(DataError):
        ferplus.read_votes(path)


def test_new_votes_are_noticed(fer2013_csv):
    fercourse.load("fer2013", fer2013_csv, progress=False)
    write_votes(fer2013_csv.with_name("fer2013new.csv"))
    assert "votes_happy" in fercourse.load("fer2013", fer2013_csv, progress=False).table
