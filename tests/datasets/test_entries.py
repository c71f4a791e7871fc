from importlib.util import find_spec

import pytest

from fercourse import datasets
from fercourse.datasets.entries import entry
from fercourse.emotions import CLASSES_WITH_CONTEMPT
from fercourse.errors import DataError


def test_every_data_set_of_the_course_is_known():
    known = {"builtin", "fer2013", "ferplus", "ckplus", "jaffe", "kdef", "affectnet", "folder"}
    assert known <= set(datasets.registry())


@pytest.mark.parametrize("about", datasets.registry().values(), ids=lambda about: about.name)
def test_every_entry_says_what_a_reader_must_know(about):
    for words in (about.title, about.licence, about.access, about.consent, about.citation):
        assert len(words) > 5
    assert about.forms
    assert about.faults
    assert set(about.classes) <= set(CLASSES_WITH_CONTEMPT)
    assert find_spec(f"fercourse.datasets.{about.reader}")


def test_an_unknown_name_is_refused():
    with pytest.raises(DataError, match="there are builtin, fer2013"):
        entry("emotions")
