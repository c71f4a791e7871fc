"""Action units are named by the prototype they are most like."""

import pytest

from fercourse.emotions import CLASSES, PROTOTYPES, nearest_prototype


@pytest.mark.parametrize("name", CLASSES)
def test_every_prototype_is_named_by_its_class(name):
    for units in PROTOTYPES[name]:
        assert nearest_prototype(dict.fromkeys(units, 0.8)) == (name, pytest.approx(1))


def test_a_face_at_rest_is_neutral():
    assert nearest_prototype({}) == ("neutral", 1.0)
    assert nearest_prototype({12: 0.25, 6: 0.1}) == ("neutral", 1.0)


def test_units_that_do_not_belong_make_a_face_less_like_its_prototype():
    name, likeness = nearest_prototype({6: 0.8, 12: 0.8, 4: 0.3})
    assert name == "happy"
    assert 0.8 < likeness < 0.97
