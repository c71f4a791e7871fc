"""The arithmetic of INT8, by hand: quantization, and a convolution in whole numbers alone.

It equals LiteRT's reference kernels (``OpResolverType.BUILTIN_REF``) to the last bit. The default
kernels (XNNPACK) rescale in floating point, and differ from these by one step now and then.
"""

import numpy as np

LOWEST, HIGHEST = -128, 127


def quantize(values: np.ndarray, scale, zero_point=0) -> np.ndarray:
    """Return the int8 numbers of float values: ``round(value / scale) + zero_point``.

    Introduced in notebook 06.
    """
    levels = np.rint(np.asarray(values) / scale) + zero_point
    return np.clip(levels, LOWEST, HIGHEST).astype(np.int8)


def dequantize(levels: np.ndarray, scale, zero_point=0) -> np.ndarray:
    """Return the float32 values of int8 numbers. Introduced in notebook 06."""
    return ((np.asarray(levels, np.int32) - zero_point) * np.float32(scale)).astype(np.float32)


def scale_and_zero_point(low: float, high: float) -> tuple[float, int]:
    """Return the scale and the zero point of int8 for values from `low` to `high`.

    The range is widened to hold zero, which must be one of the levels: padding is zero. Introduced
    in notebook 06.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (HIGHEST - LOWEST) or 1.0
    return scale, round(LOWEST - low / scale)


def fixed_point(factor: float) -> tuple[int, int]:
    """Return a positive factor as ``mantissa / 2**31 * 2**exponent``, two whole numbers.

    The mantissa lies between 2**30 and 2**31 (Jacob et al., 2018, section 2.2).
    """
    fraction, exponent = np.frexp(factor)
    mantissa = int(np.floor(fraction * 2**31 + 0.5))
    if mantissa == 2**31:
        return 2**30, int(exponent) + 1
    return mantissa, int(exponent)


def rescale(sums: np.ndarray, mantissa: int, exponent: int) -> np.ndarray:
    """Multiply int32 sums by a fixed-point factor, rounding twice, as LiteRT's reference does."""
    shifted = sums.astype(np.int64) << max(exponent, 0)
    product = shifted * mantissa
    # The doubled product's upper half, rounded to nearest; toward zero after adding half a step.
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    upper = np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))
    return _divided_by_power_of_two(upper, max(-exponent, 0))


def convolve(
    levels: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray,
    *,
    zero_points: tuple[int, int],
    factors: np.ndarray,
    stride: int = 1,
    padding: str = "same",
    least: int = LOWEST,
    largest: int = HIGHEST,
) -> np.ndarray:
    """Convolve int8 with int8 in whole numbers alone. Introduced in notebook 06.

    Parameters
    ----------
    levels : ndarray, int8, shape (H, W, C)
        What comes in.
    weights : ndarray, int8, shape (F, h, w, C)
        The filters; their zero point is 0.
    bias : ndarray, int32, shape (F,)
        In steps of input scale times weight scale.
    zero_points : (int, int)
        Of what comes in, and of what goes out.
    factors : ndarray, float, shape (F,)
        Input scale times weight scale, divided by output scale.
    stride : int
    padding : str
        ``"same"`` or ``"valid"``.
    least, largest : int
        Where what goes out is cut off: a ReLU begins at the zero point.

    Returns
    -------
    ndarray, int8, shape (H', W', F)
    """
    before, after = zero_points
    count, height, width, _ = weights.shape
    centered = levels.astype(np.int32) - before
    if padding == "same":
        centered = np.pad(
            centered,
            (_same(levels.shape[0], height, stride), _same(levels.shape[1], width, stride), (0, 0)),
        )
    windows = np.lib.stride_tricks.sliding_window_view(centered, (height, width), axis=(0, 1))
    windows = windows[::stride, ::stride]  # (H', W', C, h, w)
    sums = np.einsum("yxcij,fijc->yxf", windows, weights.astype(np.int32)) + bias
    scaled = [rescale(sums[..., k], *fixed_point(factors[k])) for k in range(count)]
    return np.clip(np.stack(scaled, axis=-1) + after, least, largest).astype(np.int8)


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return how many zeros stand before and after, so that every pixel has its place."""
    missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return missing // 2, missing - missing // 2


def _divided_by_power_of_two(values: np.ndarray, exponent: int) -> np.ndarray:
    """Divide by 2**exponent, rounding to nearest, halves away from zero."""
    mask = (1 << exponent) - 1
    rest = values & mask
    half = (mask >> 1) + (values < 0)
    return (values >> exponent) + (rest > half)
