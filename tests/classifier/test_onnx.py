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
