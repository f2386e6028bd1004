"""Names that annotations use."""

from collections.abc import Sequence
from typing import Any

from weft._core import native

ndarray = native.ndarray

# An array, a number, a NumPy array, or nested lists of numbers.
ArrayLike = Any
# A dtype of Weft or NumPy, its name, or bool, int, float.
DTypeLike = Any
# A weft.Device or its name; None: where new arrays go.
DeviceLike = Any
Shape = int | Sequence[int]

__all__ = ["ArrayLike", "DTypeLike", "DeviceLike", "Shape", "ndarray"]
