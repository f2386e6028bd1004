"""Text of arrays, as NumPy prints them."""

from typing import Any

import numpy

from weft._core import native
from weft._core.dtypes import ExtraDType

# Printed without their name: what the data policy gives Python's own numbers.
_DEFAULT_DTYPES = frozenset(("float32", "int64", "bool"))


def _elements(array: Any) -> numpy.ndarray:
    dtype = array.dtype
    if isinstance(dtype, ExtraDType):
        array = array.astype("float32" if dtype.kind == "f" else "int8")
    return array.asnumpy()


def _traced(array: Any) -> str:
    return f"<traced array {array.dtype.name}{array.shape}>"


def represent(array: Any) -> str:
    """What `repr(array)` gives: `array([1., 2.])`, with the dtype unless it is a default."""
    if native.is_traced(array):
        return _traced(array)
    name = array.dtype.name
    if array.size == 0:
        shape = f", shape={array.shape}" if array.shape != (0,) else ""
        text = f"[]{shape}"
    else:
        text = numpy.array2string(_elements(array), separator=", ", prefix="array(")
    return f"array({text})" if name in _DEFAULT_DTYPES else f"array({text}, dtype={name})"


def print_elements(array: Any) -> str:
    """What `str(array)` gives: the elements alone."""
    return _traced(array) if native.is_traced(array) else str(_elements(array))
