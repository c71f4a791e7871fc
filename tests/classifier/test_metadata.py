"""What a model file says of itself is read back, or refused."""

import json

import pytest

from fercourse.classifier.metadata import Metadata, read_metadata
from fercourse.errors import ModelError
from fercourse.faces import MARGIN

KNOWN = Metadata(("no", "yes"), (48, 48), "int8", "drawn faces", "0" * 64, margin=0.25)


def test_the_margin_of_the_training_faces_is_kept():
    assert read_metadata(KNOWN.to_json()) == KNOWN


def test_a_file_without_a_margin_has_the_usual_one():
    older = json.loads(KNOWN.to_json())
    del older["margin"]
    assert read_metadata(json.dumps(older)).margin == MARGIN


@pytest.mark.parametrize("margin", ["0.1", True, None, float("nan"), -0.5, 1e9])
def test_a_margin_that_makes_no_sense_is_refused(margin):
    odd = json.loads(KNOWN.to_json()) | {"margin": margin}
    with pytest.raises(ModelError, match="margin"):
        read_metadata(json.dumps(odd))
