"""Steps of symmetric integer weights, with one for each unit."""

from typing import Any

import numpy

SMALLEST_STEP = 2.0**-12  # of a channel's weights, over the greatest one's
LEAST_FACTOR = 64  # of a residual in sums: below it rounding it would cost more than int8 does


def steps_of(weight: Any) -> Any:
    """What a step stands for in each unit's weights, symmetric around 0."""
    greatest = abs(weight).reshape(len(weight), -1).max(1)
    least = max(float(greatest.max()) * SMALLEST_STEP, 1e-20)
    return (numpy.maximum(greatest, least) / 127).astype("float64")


def by_unit(numbers: Any, weight: Any) -> Any:
    """Numbers of units in the shape that broadcasts with weights (units, ...)."""
    return numbers.reshape(-1, *(1 for _ in weight.shape[1:]))


def rounded(weight: Any) -> Any:
    """The weight that int8 computes with, in float32."""
    steps = by_unit(steps_of(weight), weight)
    return (numpy.rint(weight / steps) * steps).astype("float32")
