"""Windows of images, for poolings that Weft's own does not have."""

import itertools
from typing import Any

from weft._core.typing import ndarray


def taps_of(x: ndarray, kernel: Any, strides: Any, dilations: Any, counts: Any) -> list[ndarray]:
    """For each element of a window, that element of all windows of a padded image (N, C, ...)."""
    found = []
    for tap in itertools.product(*map(range, kernel)):
        key = tuple(
            slice(t * d, t * d + (count - 1) * s + 1, s)
            for t, d, s, count in zip(tap, dilations, strides, counts, strict=True)
        )
        found.append(x[(slice(None), slice(None), *key)])
    return found


__all__ = ["taps_of"]
