import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fercourse.datasets.pixel_parser import BadRowError, parse_pixels

SIZE = 6


def plainly(texts):
    """The plain way; None where it gives no image."""
    rows = [[int(word) for word in text.split()] for text in texts]
    sound = all(len(row) == SIZE and all(0 <= pixel <= 255 for pixel in row) for row in rows)
    return np.array(rows, np.uint8) if sound else None


def test_every_value_is_read_in_every_place():
    texts = [" ".join([str(value)] * SIZE).encode() for value in range(256)]
    assert np.array_equal(parse_pixels(texts, SIZE), np.repeat(np.arange(256)[:, None], SIZE, 1))


@given(st.lists(st.lists(st.integers(0, 255), min_size=SIZE, max_size=SIZE), min_size=1))
def test_sound_rows_are_read_as_the_plain_way_reads_them(rows):
    texts = [" ".join(map(str, row)).encode() for row in rows]
    assert np.array_equal(parse_pixels(texts, SIZE), plainly(texts))


def test_sound_rows_are_all_read_the_fast_way(monkeypatch):
    monkeypatch.setattr("fercourse.datasets.pixel_parser._parse_plainly", None)
    rows = np.random.default_rng(0).integers(0, 256, (50, SIZE))
    texts = [" ".join(map(str, row)).encode() for row in rows]
    assert np.array_equal(parse_pixels(texts, SIZE), rows)


@given(
    st.lists(
        st.text("0123456789 ", max_size=30).map(str.encode)
        | st.lists(st.integers(0, 999), min_size=SIZE, max_size=SIZE).map(
            lambda row: "  ".join(map("{:03}".format, row)).encode()
        ),
        min_size=1,
    )
)
def test_any_digits_and_blanks_are_read_as_the_plain_way_reads_them_or_refused(texts):
    expected = plainly(texts)
    if expected is None:
        with pytest.raises(BadRowError):
            parse_pixels(texts, SIZE)
    else:
        assert np.array_equal(parse_pixels(texts, SIZE), expected)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"1 2 3 4 5", "has 5 pixels where 6 belong"),
        (b"1 2 3 4 5 6 7", "has 7 pixels where 6 belong"),
        (b"", "has 0 pixels where 6 belong"),
        (b"1 2 3 4 5 256", "has a pixel of 256"),
        (b"1 2 3 4 5 300", "has a pixel of 300"),
        (b"1 2 3 4 5 1000", "has a pixel of 1000"),
        (b"1 2 3 4 5 -1", "has a pixel of -1"),
        (b"1 2 3 4 5 x", "has 'x' where a pixel belongs"),
        (b"1 2 3 4 5 1_0", "has '1_0' where a pixel belongs"),
        (b"1 2 3 4 5 6.0", "has '6.0' where a pixel belongs"),
        (b"1 2 3 4 5 \xff", "where a pixel belongs"),
        (b"1 2 3 4 5 " + b"9" * 5000, "where a pixel belongs"),
    ],
)
def test_a_bad_row_is_named_with_what_is_wrong(text, problem):
    with pytest.raises(BadRowError, match=problem) as caught:
        parse_pixels([b"1 2 3 4 5 6", text], SIZE)
    assert caught.value.row == 1
    assert len(str(caught.value)) < 100


def test_odd_blanks_are_no_fault():
    texts = [b"\t1  2 3 4 5 006 ", b"1 2 3 4 5 6"]
    assert np.array_equal(parse_pixels(texts, SIZE), [[1, 2, 3, 4, 5, 6]] * 2)
