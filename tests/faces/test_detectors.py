"""Quick detectors, with the same face as `detect`: a picture in, boxes out."""

import cv2
import numpy as np
import pytest

from fercourse import faces, synth
from fercourse.errors import DataError, ModelError
from fercourse.faces import Box, Haar, YuNet, overlap


def test_the_quick_cascade_finds_what_the_thorough_one_finds():
    found = there = 0
    for seed in range(6):
        image, boxes, _ = synth.draw_scene(1 + seed % 3, seed=seed)
        quick, thorough = Haar()(image), faces.detect(image, min_size=48)
        there += sum(any(overlap(Box(*box), one) > 0.4 for one in thorough) for box in boxes)
        found += sum(any(overlap(Box(*box), one) > 0.4 for one in quick) for box in boxes)
    assert found >= there >= 10


def test_boxes_are_plain_integers_in_pixels_of_the_picture_largest_first():
    image, boxes, _ = synth.draw_scene(2, seed=3, size=(960, 1280))
    found = Haar()(image)
    assert [box.width for box in found] == sorted((box.width for box in found), reverse=True)
    assert all(type(value) is int for box in found for value in box)
    assert max(overlap(found[0], Box(*box)) for box in boxes) > 0.6


def test_faces_smaller_than_asked_for_are_left_out():
    image, box = synth.draw_view(identity=1, side=0.3)
    assert min(found.width for found in Haar()(image)) < 1.2 * box[2]
    least = 1.3 * box[2]
    assert all(found.width > least - 4 for found in Haar(least=least / 640)(image))


@pytest.mark.parametrize("wrong", [{"step": 1.0}, {"least": 0}, {"least": 2}, {"votes": 0}])
def test_a_search_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(DataError, match="A search for faces needs"):
        Haar(**wrong)


@pytest.fixture(scope="module")
def spot_finder(tmp_path_factory):
    """A network of YuNet's form that takes each bright spot for a face of 40 pixels."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    nodes, outputs, constants = [], [], {}

    def add(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def constant(name, value):
        constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    add(
        "Conv",
        ["input", constant("gray", np.full((1, 3, 1, 1), 1 / 3, np.float32))],
        "levels",
        kernel_shape=[1, 1],
    )
    for stride in (8, 16, 32):
        weak = {8: 0.0, 16: 1e4, 32: 1e4}[stride]
        add(
            "AveragePool",
            ["levels"],
            f"p{stride}",
            kernel_shape=[stride] * 2,
            strides=[stride] * 2,
        )
        add("Sub", [f"p{stride}", constant(f"t{stride}", np.float32(200 + weak))], f"s{stride}")
        add("Sigmoid", [f"s{stride}"], f"g{stride}")
        shape = constant(f"shape{stride}", np.array([1, -1, 1], np.int64))
        for name in ("cls", "obj"):
            add("Reshape", [f"g{stride}", shape], f"{name}_{stride}")
        for name, row in (("bbox", [0, 0, np.log(5), np.log(5)]), ("kps", [0] * 10)):
            weights = np.zeros((1, len(row)), np.float32)
            add(
                "MatMul",
                [f"cls_{stride}", constant(f"z{name}{stride}", weights)],
                f"{name}z{stride}",
            )
            offset = constant(f"c{name}{stride}", np.float32(row).reshape(1, 1, -1))
            add("Add", [f"{name}z{stride}", offset], f"{name}_{stride}")
        outputs += [
            (f"{name}_{stride}", size)
            for name, size in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
        ]
    graph = helper.make_graph(
        nodes,
        "spots",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 320, 320])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, size])
            for name, size in outputs
        ],
        list(constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    path = tmp_path_factory.mktemp("yunet") / "spots.onnx"
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_yunet_says_where_faces_are_in_gray_and_in_color(spot_finder, channels):
    image = np.zeros((240, 320, *channels), np.uint8)
    image[80:88, 160:168] = 255
    assert YuNet(spot_finder)(image) == [Box(140, 60, 40, 40)]
    assert YuNet(spot_finder)(np.zeros_like(image)) == []


def test_yunets_boxes_are_in_pixels_of_the_picture_whatever_its_size(spot_finder):
    detector = YuNet(spot_finder)
    image = np.zeros((480, 640), np.uint8)
    image[160:176, 320:336] = 255
    (box,) = detector(image)
    assert box == Box(280, 120, 80, 80)
    assert detector(np.zeros((33, 71), np.uint8)) == []


def test_a_file_that_is_no_yunet_is_refused(tmp_path):
    with pytest.raises(ModelError, match="There is no file"):
        YuNet(tmp_path / "missing.onnx")
    for content in (b"", b"not a network"):
        path = tmp_path / "odd.onnx"
        path.write_bytes(content)
        with pytest.raises(ModelError, match="not a YuNet"):
            YuNet(path)


def test_a_network_of_another_form_is_refused(tmp_path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Relu", ["input"], ["output"])],
        "other",
        [value("input", TensorProto.FLOAT, [1, 3, 320, 320])],
        [value("output", TensorProto.FLOAT, [1, 3, 320, 320])],
    )
    path = tmp_path / "other.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8), path
    )
    with pytest.raises(ModelError, match="not a YuNet"):
        YuNet(path)


def test_detectors_refuse_what_is_no_picture(spot_finder):
    for detector in (Haar(), YuNet(spot_finder)):
        with pytest.raises(DataError, match="uint8"):
            detector(np.zeros((20, 20)))


def test_the_cascade_that_is_used_is_opencvs():
    image, _ = synth.draw_view(identity=2)
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")
    small = cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA)
    expected = [
        Box(*(2 * value for value in box))
        for box in cascade.detectMultiScale(small, 1.2, 2, minSize=(24, 24)).tolist()
    ]
    assert Haar()(image) == sorted(expected, key=lambda box: -box.width)
