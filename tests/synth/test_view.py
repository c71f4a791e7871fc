"""A person is drawn where, and as large as, it was asked for."""

import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.errors import DataError


@pytest.mark.parametrize(("x", "y", "side"), [(0.5, 0.5, 0.5), (0.3, 0.55, 0.4), (0.75, 0.4, 0.3)])
def test_the_box_is_where_it_was_asked_for_and_a_detector_finds_the_face_there(x, y, side):
    image, box = synth.draw_view(identity=1, x=x, y=y, side=side, size=(240, 320))
    assert image.shape == (240, 320)
    assert image.dtype == np.uint8
    assert box[0] + box[2] / 2 == pytest.approx(320 * x, abs=1)
    assert box[1] + box[3] / 2 == pytest.approx(240 * y, abs=1)
    assert box[2] == pytest.approx(240 * side, abs=1)
    (found,) = faces.detect(image)
    assert faces.overlap(found, faces.Box(*box.tolist())) > 0.65


def test_a_face_may_stand_half_outside():
    image, box = synth.draw_view(identity=1, x=0.0, size=(120, 160))
    assert box[0] < 0
    assert image[:, :40].std() > 10


@pytest.mark.parametrize(("x", "y"), [(1.5, 0.5), (-0.6, 0.5), (0.5, 2.5)])
def test_a_face_may_have_left_the_picture(x, y):
    image, _ = synth.draw_view(identity=1, x=x, y=y, size=(120, 160))
    assert image.shape == (120, 160)


def test_action_units_may_be_given_by_number_or_all_together():
    units = np.zeros(len(synth.ACTION_UNIT_NAMES), np.float32)
    for side in ("left", "right"):
        units[synth.ACTION_UNIT_NAMES.index(f"AU12_{side}")] = 0.7
    by_number, _ = synth.draw_view({12: 0.7}, size=(120, 160))
    np.testing.assert_array_equal(synth.draw_view(units, size=(120, 160))[0], by_number)
    assert not np.array_equal(synth.draw_view(size=(120, 160))[0], by_number)


def test_what_cannot_be_drawn_is_refused():
    for wrong in ({"side": 0.01}, {"side": float("nan")}, {"size": (10, 100)}):
        with pytest.raises(DataError, match="at least 16 pixels"):
            synth.draw_view(**wrong)
    with pytest.raises(DataError, match="identity"):
        synth.draw_view(identity=-1)
    with pytest.raises(DataError, match="action unit"):
        synth.draw_view({99: 1.0})
