"""PyTorch's rules for dtypes: what two operands become before an operator computes.

Arrays with axes decide; those of rank 0, and then Python numbers, count only where they are of a
higher kind (bool, integer, float, complex). A Python float beside integers gives float32.
"""

from typing import Any

import numpy

from weft import np
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.arguments import Number
from weft._import.values import is_array

_KINDS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def is_float(dtype: Any) -> bool:
    """Is it a dtype of floats?"""
    return _kind(dtype) == 2


def is_inexact(dtype: Any) -> bool:
    """Is it a dtype of floats or of complex numbers?"""
    return _kind(dtype) >= 2


def _kind(dtype: Any) -> int:
    return _KINDS[dtype.kind] if dtype.name != "bfloat16" else 2


def promoted(a: Any, b: Any) -> Any:
    """The dtype that holds both."""
    if a is None or b is None or a == b:
        return b if a is None else a
    if {_kind(a), _kind(b)} == {2, 3}:  # a pair of floats of either width
        wide = "float64" in (a.name, b.name) or "complex128" in (a.name, b.name)
        return numpy.dtype("complex128" if wide else "complex64")
    if _kind(a) != _kind(b):
        return a if _kind(a) > _kind(b) else b
    if _kind(a) == 2 and {a.name, b.name} == {"float16", "bfloat16"}:
        return numpy.dtype("float32")
    if _kind(a) >= 2:
        return a if a.itemsize >= b.itemsize else b
    return numpy.promote_types(a, b)


def _over(high: Any, low: Any) -> Any:
    """The dtype where operands of `high` go before those of `low`."""
    if high is None or low is None:
        return low if high is None else high
    return promoted(high, low) if _kind(low) > _kind(high) else high


def result_type(*values: Any) -> Any:
    """The dtype in which an operator computes with arrays and numbers."""
    with_axes = without = number = None
    for value in values:
        if not is_array(value):
            number = promoted(number, _of_number(value))
        elif value.ndim:
            with_axes = promoted(with_axes, value.dtype)
        else:
            without = promoted(without, value.dtype)
    return _over(_over(with_axes, without), number)


def _of_number(value: Any) -> Any:
    if isinstance(value, bool):
        return numpy.dtype("bool")
    if isinstance(value, complex):
        return numpy.dtype("complex64")
    return numpy.dtype("int64" if isinstance(value, int) else "float32")


def cast(x: ndarray, dtype: Any) -> ndarray:
    """An array in another dtype; what is not zero is true, and what is complex loses its imaginary
    part where the dtype has none."""
    if dtype is None or x.dtype == dtype:
        return x
    if x.dtype.kind == "c" and not str(dtype).startswith(("complex", "bool")):
        x = np.real(x)
    if x.dtype.kind != "b" and str(dtype) == "bool":
        return x != 0
    return x.astype(dtype)


def floating(x: ndarray, dtype: Any = None) -> ndarray:
    """Integers and bools as float32."""
    x = cast(x, dtype)
    return x if is_inexact(x.dtype) else x.astype("float32")


def is_counted(value: Any) -> bool:
    """Does a number follow from extents, so that it may differ from run to run?"""
    return isinstance(value, Extent | Number)


def number_array(value: Any, dtype: Any = None) -> ndarray:
    """An array of rank 0. What follows from extents is counted, as a graph cannot read them."""
    if is_counted(value):
        count = np.full((value,), 1, dtype="int64").sum()
        return count if dtype is None else cast(count, dtype)
    return np.array(value, dtype=_of_number(value) if dtype is None else dtype)


def operands(a: Any, b: Any, dtype: Any = None) -> tuple[Any, Any]:
    """Two operands in one dtype, one at least an array; numbers stay numbers."""
    dtype = result_type(a, b) if dtype is None else dtype
    if not is_array(a) and not is_array(b):
        return number_array(a, dtype), number_array(b, dtype)
    return _operand(a, dtype), _operand(b, dtype)


def _operand(value: Any, dtype: Any) -> Any:
    if is_array(value):
        return cast(value, dtype)
    return number_array(value, dtype) if is_counted(value) else value


__all__ = [
    "cast",
    "floating",
    "is_counted",
    "is_float",
    "is_inexact",
    "number_array",
    "operands",
    "promoted",
    "result_type",
]
