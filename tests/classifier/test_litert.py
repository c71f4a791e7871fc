"""A .tflite file is a classifier: equal to its network, quick to refuse, without TensorFlow."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest

from fercourse.classifier import as_classifier, load_classifier
from fercourse.classifier.litert import LiteRTClassifier, metadata_of, with_metadata
from fercourse.errors import ModelError

# Largest difference in probability from the network; a step of INT8's softmax is 1 / 256.
TOLERANCE = {"float32": 1e-5, "float16": 2e-3, "dynamic": 0.02, "int8": 0.06}


@pytest.mark.parametrize("precision", TOLERANCE)
def test_probabilities_are_those_of_the_network(litert, expected, faces, precision):
    classifier = LiteRTClassifier(litert[precision])
    probabilities = classifier.predict_proba(faces)
    assert classifier.classes == ("sad", "fine", "other")
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(probabilities, expected, atol=TOLERANCE[precision])


@pytest.mark.parametrize("count", [0, 1, 7])
def test_any_number_of_faces_gives_the_same_answers(litert, faces, count):
    classifier = LiteRTClassifier(litert["int8"], threads=2)
    everything = classifier.predict_proba(faces)
    np.testing.assert_array_equal(classifier.predict_proba(faces[:count]), everything[:count])


def test_a_path_is_enough_and_the_file_carries_its_classes(litert, faces, tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(litert["int8"])
    classifier = as_classifier(path)
    assert classifier.classes == ("sad", "fine", "other")
    assert classifier.metadata.precision == "int8"
    assert classifier.metadata.training_data == "nothing: drawn weights"
    assert classifier.predict_proba(faces[:1]).shape == (1, 3)


def test_the_block_of_metadata_is_read_by_any_zip_program(litert, tmp_path):
    (tmp_path / "m.tflite").write_bytes(litert["float32"])
    with zipfile.ZipFile(tmp_path / "m.tflite") as archive:
        assert archive.namelist() == ["fercourse.json"]


def test_neither_keras_nor_tensorflow_is_imported(litert, tmp_path):
    (tmp_path / "m.tflite").write_bytes(litert["int8"])
    code = (
        "import sys, numpy; from fercourse.classifier import load_classifier; "
        f"load_classifier({str(tmp_path / 'm.tflite')!r}); "
        "assert not {'keras', 'tensorflow', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def bare(content):
    """Return a file without its block of metadata."""
    return content[: content.rindex(b"PK\x03\x04")]


def test_a_file_of_somebody_else_needs_its_classes_named(litert, faces):
    with pytest.raises(ModelError, match="does not name its 3 classes"):
        LiteRTClassifier(bare(litert["int8"]))
    with pytest.raises(ModelError, match="3 outputs, but 2 classes are named: a, b"):
        LiteRTClassifier(bare(litert["int8"]), ("a", "b"))
    named = LiteRTClassifier(bare(litert["int8"]), ("a", "b", "c"))
    np.testing.assert_array_equal(
        named.predict_proba(faces), LiteRTClassifier(litert["int8"]).predict_proba(faces)
    )


@pytest.mark.parametrize("place", [100, 5000, -300])
def test_a_damaged_file_is_refused_before_it_is_run(litert, place):
    damaged = bytearray(litert["int8"])
    damaged[place] ^= 255
    with pytest.raises(ModelError, match="damaged"):
        LiteRTClassifier(bytes(damaged))


@pytest.mark.parametrize("content", [b"", b"TFL3", b"no model at all" * 99])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(ModelError, match="no LiteRT model"):
        LiteRTClassifier(content, ("a", "b"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("classes", ["only"]),
        ("classes", ["a", "a", "b"]),
        ("classes", [1, 2, 3]),
        ("face_shape", [48, -1]),
        ("face_shape", [True, 48]),
        ("precision", "int2"),
        ("training_data", None),
        ("source_sha256", ["x"]),
        ("format", "other"),
    ],
)
def test_a_made_up_block_of_metadata_is_refused(litert, field, value):
    class Forged:
        def to_json(self, **more):
            import json
            from dataclasses import asdict

            known = {"format": "fercourse edge model 1", **asdict(metadata_of(litert["int8"]))}
            return json.dumps({**known, **more, field: value})

    with pytest.raises(ModelError, match="block of metadata"):
        LiteRTClassifier(with_metadata(bare(litert["int8"]), Forged()))


def test_faces_of_another_size_or_kind_are_refused(litert, faces):
    classifier = LiteRTClassifier(litert["int8"])
    with pytest.raises(ModelError, match="48x48 pixels, not 24x30"):
        classifier.predict_proba(faces[:, :30, :24])
    with pytest.raises(ModelError, match="do not scale"):
        classifier.predict_proba(faces / 255)


def test_a_missing_file_and_a_wrong_number_of_threads_are_one_sentence(litert, tmp_path):
    with pytest.raises(ModelError, match=r"gone.tflite cannot be read"):
        load_classifier(tmp_path / "gone.tflite")
    with pytest.raises(ModelError, match="threads must be 1 or more"):
        LiteRTClassifier(litert["int8"], threads=0)
