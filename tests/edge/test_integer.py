"""Whole-number arithmetic is LiteRT's reference kernel's, to the last bit."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fercourse.edge import integer
from fercourse.edge.graph import read_graph


def computed(content, face):
    """Return every tensor of a model for one face, computed by the reference kernels."""
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], face[None, ..., None])
    interpreter.invoke()
    return interpreter.get_tensor


def test_every_convolution_equals_the_reference_kernel(litert, faces):
    graph = read_graph(litert["int8"])
    convolutions = [one for one in graph.operations if one.name == "CONV_2D"]
    assert len(convolutions) == 3
    for face in faces[:5]:
        tensor = computed(litert["int8"], face)
        for one in convolutions:
            given, weights, bias = (graph.tensors[place] for place in one.inputs)
            goes = graph.tensors[one.outputs[0]]
            result = integer.convolve(
                tensor(one.inputs[0])[0],
                weights.values,
                bias.values,
                zero_points=(int(given.zero_points[0]), int(goes.zero_points[0])),
                factors=given.scales[0] * weights.scales / goes.scales[0],
                stride=one.options["strideH"],
                least=int(goes.zero_points[0]) if one.options["fusedActivationFunction"] else -128,
            )
            np.testing.assert_array_equal(result, tensor(one.outputs[0])[0])


@pytest.mark.parametrize("factor", [0.75, 0.5, 0.0012345, 1.0, 3.3, 1 - 2**-40])
def test_a_factor_is_a_mantissa_and_an_exponent(factor):
    mantissa, exponent = integer.fixed_point(factor)
    assert 2**30 <= mantissa < 2**31
    assert mantissa / 2**31 * 2.0**exponent == pytest.approx(factor, rel=1e-9)


def test_rescaling_rounds_to_nearest():
    sums = np.arange(-100_000, 100_000, 37)
    for factor in (0.0123, 0.7, 1.9):
        result = integer.rescale(sums, *integer.fixed_point(factor))
        assert np.abs(result - sums * factor).max() <= 0.51


def test_quantizing_keeps_values_within_half_a_step_and_zero_exactly():
    values = np.linspace(-1.7, 4.2, 1000)
    scale, zero = integer.scale_and_zero_point(values.min(), values.max())
    back = integer.dequantize(integer.quantize(values, scale, zero), scale, zero)
    assert np.abs(back - values).max() <= scale * 0.51
    assert integer.dequantize(integer.quantize(0.0, scale, zero), scale, zero) == 0
    assert integer.scale_and_zero_point(2.0, 3.0) == (3 / 255, -128)
