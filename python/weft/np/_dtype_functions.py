"""Functions of dtypes: promotion, kinds, limits."""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
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


_CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


def can_cast(from_: Any, to: DTypeLike, casting: str = "safe") -> bool:
    """May a dtype be cast to another by a rule?

    casting: "no" and "equiv" keep the dtype; "safe" is where promotion with `to` gives `to`, so
        that every number's kind and range are kept; "same_kind" goes up from bools by integers to
        floats, also to fewer bits; "unsafe" is any

    >>> can_cast("int8", "int32"), can_cast("float32", "int32")
    (True, False)
    >>> can_cast("float64", "float32", "same_kind")
    True
    """
    if casting not in _CASTINGS:
        raise InvalidValue(f"can_cast: `casting` must be one of {_CASTINGS}; got {casting!r}")
    if casting == "unsafe":
        return True
    given, wanted = result_type(from_), result_type(to)
    if casting in ("no", "equiv"):
        return given == wanted
    if result_type(from_, to) == wanted:
        return True
    order = "buif"
    return casting == "same_kind" and order.index(given.kind) <= order.index(wanted.kind)


def promote_types(type1: DTypeLike, type2: DTypeLike) -> Any:
    """The dtype that an operator gives to arrays of two dtypes.

    >>> promote_types("int8", "uint8").name
    'int16'
    """
    return result_type(type1, type2)


def min_scalar_type(a: Any) -> Any:
    """The dtype of fewest bits that holds a number; an array's own dtype where it has axes.

    >>> min_scalar_type(200).name
    'uint8'
    """
    if isinstance(a, _native.ndarray):
        return a.dtype if a.ndim else numpy.min_scalar_type(a.item())
    return numpy.min_scalar_type(a)


def common_type(*arrays: Any) -> Any:
    """The floating scalar type of arrays together; integers count as the default float.

    >>> common_type(numpy.zeros(1, "float16")).__name__
    'float16'
    """
    if not arrays:
        return numpy.float16
    found = []
    for array in arrays:
        name = result_type(array.dtype).name
        if name == "bool":
            raise InvalidType("common_type: `arrays` must be numbers; got bool")
        found.append(name if "float" in name else "float32")
    kind = result_type(*found)
    return kind if kind is bfloat16 else kind.type


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Is a dtype, or a class of dtypes, below another one?

    >>> issubdtype("float32", numpy.floating), issubdtype("int8", "float32")
    (True, False)
    """
    if bfloat16 in (arg1, arg2) or "bfloat16" in (arg1, arg2):
        same = arg1 in (bfloat16, "bfloat16") and arg2 in (bfloat16, "bfloat16")
        return same or (
            arg1 in (bfloat16, "bfloat16")
            and isinstance(arg2, type)
            and issubclass(numpy.floating, arg2)
        )
    return numpy.issubdtype(arg1, arg2)


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


__all__ = [
    "can_cast",
    "common_type",
    "finfo",
    "iinfo",
    "isdtype",
    "issubdtype",
    "min_scalar_type",
    "promote_types",
    "result_type",
]
