"""Keras is imported without TensorFlow's talk, and its absence is told in a sentence."""

import os
import subprocess
import sys

import pytest

from fercourse.backend import import_keras
from fercourse.errors import MissingPackageError


def test_nothing_is_told_while_keras_is_loaded_and_used():
    program = (
        "from fercourse.backend import import_keras; keras = import_keras(); "
        "print(float(keras.ops.sum(keras.ops.ones(3))))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.stderr) == ("3.0", "")


def test_a_name_that_keras_does_not_know_is_told():
    program = "from fercourse.backend import import_keras; import_keras()"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, env={**os.environ, "KERAS_BACKEND": "zz"},
    )  # fmt: skip
    assert "MissingPackageError: Keras cannot compute with 'zz'" in ended.stderr


def test_standard_error_is_open_again_afterwards(capfd):
    import_keras()
    print("still here", file=sys.stderr)
    assert "still here" in capfd.readouterr().err


def test_what_needs_keras_is_said_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(MissingPackageError, match=r"A \.keras file needs Keras: pip install"):
        import_keras("A .keras file needs")
