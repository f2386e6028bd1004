"""Functions of dtypes: promotion, kinds, limits."""

from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._core import native as _native
from weft._core.dtypes import bfloat16
from weft._core.typing import DTypeLike
from weft.np import _ops


def dtype_of(item: Any) -> Any:
    """The dtype of an array; anything else is one."""
    return item.dtype if isinstance(item, _native.ndarray | numpy.ndarray) else item


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operator gives to arrays, dtypes and numbers together; numbers are weak.

    >>> result_type("int8", "float16", 3.0).name
    'float16'
    """
    found: Any = None
    for item in arrays_and_dtypes:
        number = isinstance(item, bool | int | float | complex | numpy.generic)
        operand = item if number else _native.empty(0, dtype_of(item))
        found = operand if found is None else _ops.add(found, operand)
    if found is None:
        raise InvalidValue("result_type: at least one array or dtype must be given")
    return _native.array(found).dtype


def can_cast(from_: Any, to: DTypeLike) -> bool:
    """Does promotion with `to` give `to`, so that the cast keeps every number's kind and range?

    >>> can_cast("int8", "int32"), can_cast("float32", "int32")
    (True, False)
    """
    return result_type(from_, to) == result_type(to)


_KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float16", "bfloat16", "float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"]
_KINDS["numeric"] += _KINDS["complex floating"]


def isdtype(dtype: DTypeLike, kind: Any) -> bool:
    """Is `dtype` of that kind: a dtype, a name of the array API such as 'integral', or one of a
    tuple of them?

    >>> isdtype("float32", "real floating"), isdtype("int8", ("bool", "unsigned integer"))
    (True, False)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    name = result_type(dtype).name
    if isinstance(kind, str) and kind in _KINDS and kind != "bool":
        return name in _KINDS[kind]
    return name == result_type(kind).name


class _BFloat16Limits:
    """What `finfo` says of bfloat16, which NumPy lacks."""

    bits, dtype = 16, bfloat16
    eps, max, min = 2.0**-7, (2 - 2.0**-7) * 2.0**127, -(2 - 2.0**-7) * 2.0**127
    tiny = smallest_normal = 2.0**-126


def finfo(dtype: DTypeLike) -> Any:
    """Limits of a floating dtype, or of an array's: `eps`, `max`, `min`, `smallest_normal`, `bits`.
    A complex dtype has those of its parts.

    Raises ValueError for other dtypes.

    >>> float(finfo("float16").max)
    65504.0
    """
    dtype = dtype_of(dtype)
    if not isdtype(dtype, ("real floating", "complex floating")):
        raise InvalidValue(f"finfo: `dtype` must be floating; got {result_type(dtype).name}")
    found = result_type(dtype)
    return _BFloat16Limits if found is bfloat16 else numpy.finfo(found)


def iinfo(dtype: DTypeLike) -> Any:
    """Limits of an integer dtype, or of an array's: `max`, `min`, `bits`.

    Raises ValueError for other dtypes.

    >>> iinfo("uint8").max
    255
    """
    dtype = dtype_of(dtype)
    if not isdtype(dtype, "integral"):
        raise InvalidValue(f"iinfo: `dtype` must be an integer's; got {result_type(dtype).name}")
    return numpy.iinfo(result_type(dtype))
