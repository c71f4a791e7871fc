"""The exercises of notebook 06 on quantization, with their examples."""

import math

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.course.expectations import (
    call,
    expect_array,
    expect_close,
    expect_function,
    expect_integer,
    expect_number,
)

_VALUES = np.array([[-1.0, 0.0, 0.26, 0.74], [-3.1, -2.6, 1.5, 40.0]])


@exercise(
    hints=[
        "Divide by the scale, round, and add the zero point, in this order.",
        "np.clip(levels, -128, 127) cuts off; only then is it safe to call .astype(np.int8).",
        "return np.clip(np.round(values / scale) + zero_point, -128, 127).astype(np.int8)",
    ]
)
def quantize(answer):
    """The int8 levels of some values."""
    expect_function(answer, "values", "scale", "zero_point")
    levels = call(answer, _VALUES, 0.5, 3)
    levels = expect_array(levels, shape=_VALUES.shape)
    if levels.dtype != np.int8:
        raise Wrong(f"Your levels are {levels.dtype}; make them int8 with .astype(np.int8).")
    wide = expect_array(call(answer, np.array([-1e4, 100.0]), 0.5, 3), shape=(2,))
    if wide.tolist() == [-29, -53]:
        raise Wrong(
            "A value beyond the highest level has wrapped around; cut the levels off at -128 and 127 "
            "before they become int8."
        )
    if (levels == _levels(_VALUES, 0.5, 0)).all():
        raise Wrong("Your value 0 becomes level 0; it must become the zero point, here 3.")
    if (levels == _floored(_VALUES, 0.5, 3)).all():
        raise Wrong("0.74 / 0.5 is 1.48 and 0.26 / 0.5 is 0.52: round to nearest, do not cut.")
    if (levels == _before(_VALUES, 0.5, 3)).all():
        raise Wrong("The zero point is a level: add it after dividing by the scale, not before.")
    expected = _levels(_VALUES, 0.5, 3)
    if not (levels == expected).all():
        place = tuple(np.argwhere(levels != expected)[0])
        raise Wrong(
            f"With scale 0.5 and zero point 3 the value {_VALUES[place]:g} is level "
            f"{expected[place]}, but yours is {levels[place]}."
        )
    if wide.tolist() != [-128, 127]:
        raise Wrong(f"Values far outside become {wide.tolist()}; they are cut off at -128 and 127.")
    return "Two numbers, scale and zero point, and every value has a level."


def _levels(values, scale, zero_point):
    return np.clip(np.round(values / scale) + zero_point, -128, 127).astype(np.int8)


def _floored(values, scale, zero_point):
    return np.clip(np.floor(values / scale) + zero_point, -128, 127).astype(np.int8)


def _before(values, scale, zero_point):
    return np.clip(np.round((values + zero_point) / scale), -128, 127).astype(np.int8)


def _toward_zero(values, scale, zero_point):
    levels = (values / scale + zero_point + 0.5).astype(int)
    return np.clip(levels, -128, 127).astype(np.int8)


def _wrapping(values, scale, zero_point):
    return (np.round(values / scale) + zero_point).astype(np.int64).astype(np.int8)


quantize.right(_levels)
quantize.right(
    lambda values, scale, zero_point: np.array(
        [[min(127, max(-128, round(one / scale) + zero_point)) for one in row] for row in values]
        if values.ndim == 2
        else [min(127, max(-128, round(one / scale) + zero_point)) for one in values]
    ).astype(np.int8)
)
quantize.wrong(lambda values, scale, zero_point: values / scale, says="make them int8")
quantize.wrong(_wrapping, says="wrapped around")
quantize.wrong(lambda values, scale, zero_point: _levels(values, scale, 0), says="zero point, here")
quantize.wrong(_floored, says="round to nearest")
quantize.wrong(_before, says="add it after")
quantize.wrong(_toward_zero, says="but yours is")
quantize.wrong(
    lambda values, scale, zero_point: _levels(values, 2, zero_point), says="but yours is"
)


@exercise(
    hints=[
        "First widen the range: low = min(low, 0) and high = max(high, 0).",
        "There are 255 steps between 256 levels.",
        "low must become level -128: low / scale + zero_point = -128. Round what follows from it.",
    ]
)
def scale_and_zero(answer):
    """Scale and zero point for a range."""
    expect_function(answer, "low", "high")
    # What is cut off after the comma, or rounded down, is a level too high or too low for the first two.
    for low, high in ((-1.0, 1.3), (-1.0, 1.4), (2.0, 4.0), (-3.0, -1.0)):
        both = call(answer, low, high)
        if not isinstance(both, tuple | list | np.ndarray) or np.shape(both) != (2,):
            raise Wrong("Return two numbers: scale, zero_point.")
        scale, zero = expect_number(both[0]), expect_number(both[1])
        wanted, zero_wanted = _scale_and_zero(low, high)
        exact = -128 - min(low, 0) / wanted
        if abs(scale - (high - low) / 255) < 1e-9 and low * high > 0:
            raise Wrong(
                f"For values from {low:g} to {high:g} zero is no level with you; widen the range to "
                "hold zero first."
            )
        if abs(scale * 256 - wanted * 255) < 1e-9:
            raise Wrong("You divide by 256; between 256 levels there are 255 steps.")
        if zero == 0 and abs(scale - max(-low, high) / 127) < 1e-9:
            raise Wrong(
                "That is the symmetric form, which has no zero point; here the lowest value becomes "
                "-128 and the highest 127."
            )
        expect_close(scale, wanted, tolerance=1e-9, what=f"Your scale for {low:g} to {high:g}")
        if zero == round(-low / wanted) and zero != zero_wanted:
            raise Wrong("Your zero point is one of uint8, from 0 to 255; int8 begins at -128.")
        if zero == -zero_wanted and zero_wanted:
            raise Wrong("The sign of your zero point is the wrong way round.")
        if zero != int(zero):
            raise Wrong("A zero point is a level, so a whole number; round it.")
        if zero != zero_wanted and zero in (math.floor(exact), math.trunc(exact)):
            raise Wrong(f"The zero point {exact:.2f} is rounded to the nearest level; do not cut.")
        expect_close(
            expect_integer(both[1]),
            zero_wanted,
            tolerance=0,
            what=f"The zero point for {low:g} to {high:g}",
        )
    return "Zero is a level, so what is padded stays exactly zero."


def _scale_and_zero(low, high):
    low, high = min(low, 0), max(high, 0)
    scale = (high - low) / 255
    return scale, round(-128 - low / scale)


def _cut(low, high, whole):
    scale = _scale_and_zero(low, high)[0]
    return scale, whole(-128 - min(low, 0) / scale)


def _narrow(low, high):
    scale = (high - low) / 255
    return scale, round(-128 - low / scale)


scale_and_zero.right(_scale_and_zero)
scale_and_zero.right(lambda low, high: list(_scale_and_zero(low, high)))
scale_and_zero.wrong(_narrow, says="widen the range")
scale_and_zero.wrong(
    lambda low, high: (_scale_and_zero(low, high)[0] * 255 / 256, -28), says="255 steps"
)
scale_and_zero.wrong(
    lambda low, high: (_scale_and_zero(low, high)[0], _scale_and_zero(low, high)[1] + 128),
    says="one of uint8",
)
scale_and_zero.wrong(
    lambda low, high: (_scale_and_zero(low, high)[0], -_scale_and_zero(low, high)[1]),
    says="wrong way round",
)
scale_and_zero.wrong(lambda low, high: (_scale_and_zero(low, high)[0], -27.5), says="round it")
scale_and_zero.wrong(lambda low, high: _cut(low, high, math.floor), says="do not cut")
scale_and_zero.wrong(lambda low, high: _cut(low, high, int), says="do not cut")
scale_and_zero.wrong(lambda low, high: (max(-low, high) / 127, 0), says="symmetric form")
scale_and_zero.wrong(lambda low, high: (high - low) / 255, says="two numbers")
