"""Scales of symmetric integer weights, with one for each unit."""

from typing import Any

import numpy

SMALLEST_SCALE = 2.0**-12  # of a channel's weights, over the greatest one's
MOST_BIAS = 2.0**30  # in the scale of the sums: the rest of 32 bits is the products'
LEAST_FACTOR = 64  # of a residual in sums: below it rounding it would cost more than int8 does


def weight_scales(weight: Any, bias: Any = None, step: float = 1.0) -> Any:
    """What 1 stands for in each unit's integer weights, symmetric around 0.

    bias: of the units; step: the scale of the data. Where products are so small beside a unit's
    bias that it would not fit in their scale, this is larger: that loses less than the bias's own
    digits do
    """
    greatest = abs(weight).reshape(len(weight), -1).max(1)
    least = max(float(greatest.max()) * SMALLEST_SCALE, 1e-20)
    scales = (numpy.maximum(greatest, least) / 127).astype("float64")
    return scales if bias is None else numpy.maximum(scales, abs(bias) / (MOST_BIAS * step))


def by_unit(numbers: Any, weight: Any) -> Any:
    """Numbers of units in the shape that broadcasts with weights (units, ...)."""
    return numbers.reshape(-1, *(1 for _ in weight.shape[1:]))


def rounded(weight: Any) -> Any:
    """The weight that int8 computes with, in float32."""
    scales = by_unit(weight_scales(weight), weight)
    return (numpy.rint(weight / scales) * scales).astype("float32")
