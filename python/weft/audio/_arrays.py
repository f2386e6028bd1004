"""What the functions of this package do with any argument: floats, constants beside them."""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft._trace.state import is_tracing


def floats(x: ArrayLike, where: str, argument: str = "y", least_axes: int = 1) -> ndarray:
    """A real array of at least so many axes as floats: integers become float32."""
    array = x if isinstance(x, native.ndarray) else native.array(x)
    if array.dtype.kind == "c":
        raise InvalidType(f"{where}: `{argument}` must be real; got {array.dtype.name}")
    if array.ndim < least_axes:
        raise InvalidValue(
            f"{where}: `{argument}` must have at least {least_axes} axes; got shape {array.shape}"
        )
    return array if array.dtype.kind == "f" else array.astype("float32")


def beside(values: numpy.ndarray, x: ndarray) -> ndarray:
    """Constants as an array on the device and with the dtype of `x`."""
    kind: Any = {"complex64": "float32", "complex128": "float64"}.get(x.dtype.name, x.dtype)
    constant = native.array(values, dtype=kind)
    return constant if is_tracing() else constant.to_device(x.device)
