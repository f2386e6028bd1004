"""From real scales to the integers that quantized operators rescale their sums by."""

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, ndarray


def quantized_multiplier(scale: ArrayLike) -> tuple[ndarray, ndarray]:
    """The multiplier and the shift with which `requantize` multiplies by `scale`.

    scale: real numbers, greater than 0 and less than 2^30, of any shape: what a sum stands for over
        what the result stands for, as in `data_scale * weight_scales / output_scale`

    Returns two int32 arrays of its shape: 2^31 times a number in [0.5, 1), rounded, and its power
    of two. Below 2^-32 both are 0. They are those of TensorFlow Lite.

    Raises ValueError for other scales. Reads the array, so it belongs in front of a hybridized
    function.

    >>> from weft import np, npx
    >>> multiplier, shift = npx.quantized_multiplier(np.array([0.25, 0.75]))
    >>> npx.requantize(np.array([100, 100], dtype="int32"), multiplier, shift)
    array([25, 75], dtype=int8)
    """
    given = scale.asnumpy() if isinstance(scale, ndarray) else numpy.asarray(scale)
    factors = given.astype("float64")
    if not ((factors > 0) & (factors < 2.0**30)).all():
        raise InvalidValue(
            "quantized_multiplier: `scale` must be greater than 0 and less than 2^30; "
            f"got {factors[~((factors > 0) & (factors < 2.0**30))][0]}"
        )
    fraction, shift = numpy.frexp(factors)
    fixed = numpy.floor(fraction * 2.0**31 + 0.5).astype("int64")
    carried = fixed == 2**31
    fixed = numpy.where(carried, 2**30, fixed)
    shift = numpy.where(carried, shift + 1, shift)
    lost = shift < -31
    multiplier = numpy.where(lost, 0, fixed).astype("int32")
    return np.array(multiplier), np.array(numpy.where(lost, 0, shift).astype("int32"))


__all__ = ["quantized_multiplier"]
