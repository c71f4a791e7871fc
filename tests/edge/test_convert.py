"""Conversion: the same answers, no float left in INT8, and clear refusals."""

import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.classifier.litert import metadata_of
from fercourse.edge.conversion import representative_faces, to_litert
from fercourse.edge.graph import read_graph
from fercourse.errors import ModelError

CLASSES = ("a", "b", "c")


def network(layer, classes=3, shape=(48, 48, 1)):
    """Return a network with one unusual layer."""
    faces = keras.Input(shape)
    x = layer(faces)
    x = keras.layers.Flatten()(x)
    return keras.Model(faces, keras.layers.Dense(classes, activation="softmax")(x))


def test_full_int8_leaves_no_float_tensor_and_takes_gray_levels_as_they_are(litert):
    graph = read_graph(litert["int8"])
    assert graph.float_tensors == []
    assert {tensor.dtype for tensor in graph.tensors} <= {"INT8", "UINT8", "INT32"}
    first = graph.tensors[graph.operations[0].inputs[0]]
    assert (first.dtype, first.shape) == ("UINT8", (1, 48, 48, 1))


def test_the_other_precisions_keep_floats_where_they_should(litert):
    sizes = {precision: len(content) for precision, content in litert.items()}
    assert sizes["int8"] < sizes["float16"] < sizes["float32"]
    kinds = {one.dtype for one in read_graph(litert["float16"]).tensors if one.values is not None}
    assert "FLOAT16" in kinds
    kinds = {one.dtype for one in read_graph(litert["dynamic"]).tensors if one.values is not None}
    assert "INT8" in kinds


def test_multiply_adds_are_counted_as_by_hand(litert):
    # Three convolutions with stride 2 (24, 12, 6 pixels a side) and a dense layer.
    by_hand = 24**2 * 9 * 1 * 16 + 12**2 * 9 * 16 * 32 + 6**2 * 9 * 32 * 32 + 6 * 6 * 32 * 3
    assert read_graph(litert["float32"]).multiply_adds == by_hand
    assert read_graph(litert["int8"]).multiply_adds == by_hand


def test_the_metadata_name_the_source(litert, network):
    from fercourse.edge.conversion import weights_hash

    hashes = {metadata_of(content).source_sha256 for content in litert.values()}
    assert hashes == {weights_hash(network)}


def test_converting_twice_gives_the_same_file(litert, network, faces):
    again = to_litert(
        network,
        "int8",
        representative=faces,
        classes=("sad", "fine", "other"),
        training_data="nothing: drawn weights",
    )
    assert again == litert["int8"]


def test_representative_faces_are_as_many_of_each_class():
    import pandas as pd

    from fercourse import datasets, synth

    drawing = synth.draw(70, variant="easy")
    labels = np.r_[np.zeros(40, int), np.ones(20, int), np.full(10, 2)]
    faces = datasets.FaceSet(drawing.images, labels, CLASSES, pd.DataFrame(index=range(70)))
    chosen = representative_faces(faces, 30)
    rows = [int((faces.images == face).all(axis=(1, 2)).argmax()) for face in chosen]
    assert np.bincount(labels[rows]).tolist() == [10, 10, 10]
    np.testing.assert_array_equal(chosen, representative_faces(faces, 30))
    with pytest.raises(ModelError, match="no representative faces"):
        representative_faces(faces[:0])


@pytest.mark.parametrize(
    ("make", "precision", "representative", "said"),
    [
        (lambda: models.build("tiny", 3), "int4", None, "no precision 'int4'; choose one of"),
        (lambda: models.build("tiny", 3), "int8", None, "INT8 needs representative faces"),
        (
            lambda: models.build("tiny", 3),
            "int8",
            np.zeros((0, 48, 48), np.uint8),
            "INT8 needs representative faces",
        ),
        (
            lambda: models.build("tiny", 3),
            "int8",
            np.zeros((9, 20, 20), np.uint8),
            "but the network takes",
        ),
        (lambda: models.build("tiny", 5), "float32", None, "5 outputs, but there are 3 classes"),
        (
            lambda: network(keras.layers.Identity(), shape=(48, 48, 3)),
            "float32",
            None,
            "takes \\(N, height, width, 1\\)",
        ),
        (
            lambda: network(keras.layers.Activation(keras.ops.erf)),
            "float32",
            None,
            "LiteRT has no operation Erf",
        ),
        (
            lambda: network(keras.layers.Lambda(lambda x: keras.ops.cumsum(x, axis=1))),
            "int8",
            np.full((9, 48, 48), 9, np.uint8),
            "CUMSUM computes in floating point",
        ),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(make, precision, representative, said):
    with pytest.raises(ModelError, match=said):
        to_litert(make(), precision, representative=representative, classes=CLASSES)
