"""An .onnx file is a classifier: equal to its network, and clear about what is missing."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from fercourse.classifier import as_classifier
from fercourse.classifier.onnx import ONNXClassifier
from fercourse.edge.onnx_conversion import to_onnx
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def files(network, faces):
    words = {"classes": ("sad", "fine", "other"), "training_data": "nothing: drawn weights"}
    words["margin"] = 0.1
    return {
        precision: to_onnx(network, precision, representative=faces, **words)
        for precision in ("float32", "int8")
    }


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("int8", 0.08)])
def test_probabilities_are_those_of_the_network(files, expected, faces, precision, tolerance):
    classifier = ONNXClassifier(files[precision])
    probabilities = classifier.predict_proba(faces)
    assert classifier.classes == ("sad", "fine", "other")
    assert classifier.metadata.precision == precision
    assert classifier.crop_margin == 0.1
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, expected, atol=tolerance)


def test_int8_stands_between_quantize_and_dequantize_with_a_scale_a_channel(files):
    graph = onnx.load_from_string(files["int8"]).graph
    assert {"QuantizeLinear", "DequantizeLinear"} <= {node.op_type for node in graph.node}
    kernels = [one for one in graph.initializer if one.data_type == TensorProto.INT8]
    scales = [list(one.dims) for one in graph.initializer if one.name.endswith("_scale")]
    assert len([one for one in kernels if len(one.dims) == 4]) == 3
    assert scales.count([32]) == 2


@pytest.mark.parametrize("count", [0, 1, 70])
def test_any_number_of_faces(files, faces, count):
    classifier = ONNXClassifier(files["float32"], threads=2)
    many = np.resize(faces, (count, 48, 48))
    assert classifier.predict_proba(many).shape == (count, 3)


def test_a_path_is_enough(files, tmp_path):
    (tmp_path / "m.onnx").write_bytes(files["float32"])
    assert as_classifier(tmp_path / "m.onnx").classes == ("sad", "fine", "other")


def model_of(nodes, shape=(None, 48, 48, 1), constants=()):
    """Return a model of two classes made of some nodes from x to y."""
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    gives = helper.make_tensor_value_info("y", TensorProto.FLOAT, [shape[0], 2])
    graph = helper.make_graph(nodes, "g", [takes], [gives], list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def by_mean(ending, shape=(None, 48, 48, 1)):
    """Return a model whose two outputs are made from a face's mean by an operation."""
    return model_of(
        [
            helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2], keepdims=0),
            helper.make_node("Concat", ["m", "m"], ["two"], axis=1),
            helper.make_node(
                ending, ["two"], ["y"], **({"axis": 1} if ending == "Softmax" else {})
            ),
        ],
        shape,
    )


def test_a_model_that_takes_one_face_at_a_time_is_given_one_at_a_time(faces):
    model = by_mean("Softmax", (1, 48, 48, 1)).SerializeToString()
    np.testing.assert_allclose(ONNXClassifier(model, ("a", "b")).predict_proba(faces), 0.5)


@pytest.mark.parametrize("batch", [0, 3])
def test_a_model_that_takes_another_number_of_faces_is_one_sentence(batch):
    with pytest.raises(ModelError, match=r"fails on 1 faces|no ONNX model"):
        ONNXClassifier(by_mean("Softmax", (batch, 48, 48, 1)).SerializeToString(), ("a", "b"))


def test_what_is_no_probability_is_never_given():
    with pytest.raises(ModelError, match="gives no probabilities"):
        ONNXClassifier(by_mean("Log").SerializeToString(), ("a", "b"))


def test_a_model_that_fails_at_some_face_is_one_sentence():
    # Each gray level is taken as a row of a table that has only 200.
    table = helper.make_tensor("table", TensorProto.FLOAT, [200, 2], np.full(400, 0.5))
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["brightest"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Cast", ["brightest"], ["row"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "row"], ["y"]),
    ]
    model = ONNXClassifier(model_of(nodes, constants=[table]).SerializeToString(), ("a", "b"))
    with pytest.raises(ModelError, match="fails on 1 faces"):
        model.predict_proba(np.full((1, 48, 48), 255, np.uint8))


def test_a_model_that_names_another_file_is_refused(tmp_path, monkeypatch):
    table = helper.make_tensor("table", TensorProto.FLOAT, [1, 2], np.full(2, 0.5))
    table.data_location = TensorProto.EXTERNAL
    table.ClearField("float_data")
    entry = table.external_data.add()
    entry.key, entry.value = "location", "secret.bin"
    (tmp_path / "secret.bin").write_bytes(np.full(2, 0.5, np.float32).tobytes())
    monkeypatch.chdir(tmp_path)
    content = model_of(
        [helper.make_node("Identity", ["table"], ["y"])], constants=[table]
    ).SerializeToString()
    with pytest.raises(ModelError, match="names other files"):
        ONNXClassifier(content, ("a", "b"))


def other(shape=(None, 48, 48, 1), kind=TensorProto.FLOAT):
    """Return a model that only averages, without metadata."""
    takes = helper.make_tensor_value_info("x", kind, shape)
    gives = helper.make_tensor_value_info("y", kind, [None, 1])
    node = helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2], keepdims=0)
    graph = helper.make_graph(
        [node, helper.make_node("Identity", ["m"], ["y"])], "g", [takes], [gives]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return model.SerializeToString()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda files: ONNXClassifier(b"no model"), "no ONNX model"),
        (lambda files: ONNXClassifier(files["float32"][:999]), "no ONNX model"),
        (lambda files: ONNXClassifier(other()), "does not name its 1 classes"),
        (lambda files: ONNXClassifier(other(), ("a", "b")), "1 outputs, but 2 classes"),
        (lambda files: ONNXClassifier(other((None, 3, 48, 48))), "takes tensor\\(float\\) \\(N,"),
        (
            lambda files: ONNXClassifier(files["float32"], providers=["TensorrtExecutionProvider"]),
            "no TensorrtExecutionProvider here; it has",
        ),
        (lambda files: ONNXClassifier(files["float32"], threads=0), "1 or more"),
        (lambda files: as_classifier("gone.onnx"), "gone.onnx cannot be read"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(files, act, said):
    with pytest.raises(ModelError, match=said):
        act(files)


def test_what_cannot_be_converted_is_one_sentence(network):
    with pytest.raises(ModelError, match="no precision 'float16' for ONNX"):
        to_onnx(network, "float16", classes=("a", "b", "c"))
    with pytest.raises(ModelError, match="INT8 needs representative faces"):
        to_onnx(network, "int8", classes=("a", "b", "c"))
