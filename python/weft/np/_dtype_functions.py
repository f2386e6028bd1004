"""Functions of dtypes: promotion, kinds, limits."""

from dataclasses import dataclass
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native as _native
from weft._core.dtypes import EXTRA, ExtraDType, is_storage
from weft._core.typing import DTypeLike
from weft.np import _ops


def dtype_of(item: Any) -> Any:
    """The dtype of an array; anything else is one."""
    return item.dtype if isinstance(item, _native.ndarray | numpy.ndarray) else item


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operator gives to arrays, dtypes and numbers together; numbers are weak.

    Raises TypeError for a storage dtype with another dtype: one of them has to be cast first.

    >>> result_type("int8", "float16", 3.0).name
    'float16'
    """
    found: Any = None
    stored = _storage_dtype(arrays_and_dtypes)
    if stored is not None:
        return stored
    for item in arrays_and_dtypes:
        number = isinstance(item, _NUMBERS)
        operand = item if number else _native.empty(0, dtype_of(item))
        found = operand if found is None else _ops.add(found, operand)
    if found is None:
        raise InvalidValue("result_type: at least one array or dtype must be given")
    return _native.array(found).dtype


def _storage_dtype(items: tuple[Any, ...]) -> Any:
    """The storage dtype of arrays, dtypes and numbers; None if none of them has one."""
    numbers = [item for item in items if isinstance(item, _NUMBERS)]
    others = [item for item in items if not isinstance(item, _NUMBERS)]
    dtypes = [_native.empty(0, dtype_of(item)).dtype for item in others]
    stored = next((dtype for dtype in dtypes if is_storage(dtype)), None)
    if stored is None:
        return None
    for dtype in dtypes:
        if dtype != stored:
            raise InvalidType(
                f"result_type: {stored} is for storage only and meets {dtype}; cast one of them "
                "first"
            )
    for number in numbers:
        if isinstance(number, complex) or (isinstance(number, float) and stored.kind != "f"):
            raise InvalidType(f"result_type: {stored} cannot hold {number}; cast the array first")
    return stored


_NUMBERS = (bool, int, float, complex, numpy.generic)
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
    if is_storage(given) and given != wanted:
        given = numpy.dtype({"f": "float32", "i": "int8", "u": "uint8"}[given.kind])
    if not is_storage(wanted) and result_type(given, wanted) == wanted:
        return True
    order = "buifc"
    is_up = order.index(given.kind) <= order.index(wanted.kind)
    return given == wanted or (casting == "same_kind" and is_up)


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
    return kind if isinstance(kind, ExtraDType) else kind.type


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Is a dtype, or a class of dtypes, below another one?

    >>> issubdtype("float32", numpy.floating), issubdtype("int8", "float32")
    (True, False)
    """
    first, second = _extra(arg1), _extra(arg2)
    if first is None and second is None:
        return numpy.issubdtype(arg1, arg2)
    if first is None or second is not None:
        return first == second
    return isinstance(arg2, type) and issubclass(_CLASSES[first.kind], arg2)


_CLASSES = {"f": numpy.floating, "i": numpy.signedinteger, "u": numpy.unsignedinteger}


def _extra(item: Any) -> ExtraDType | None:
    """The dtype that NumPy lacks, if the item is one, its name, or that of ml_dtypes."""
    if isinstance(item, ExtraDType):
        return item
    if isinstance(item, type) and issubclass(item, numpy.generic):
        item = item.__name__
    return EXTRA.get(item if isinstance(item, str) else getattr(item, "name", ""))


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
    tuple of them? Storage dtypes are of none of these kinds, because nothing computes with them.

    >>> isdtype("float32", "real floating"), isdtype("int8", ("bool", "unsigned integer"))
    (True, False)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    name = result_type(dtype).name
    if isinstance(kind, str) and kind in _KINDS and kind != "bool":
        return name in _KINDS[kind]
    return name == result_type(kind).name


@dataclass(frozen=True)
class _FloatLimits:
    """What `finfo` says of a floating dtype that NumPy lacks."""

    bits: int
    dtype: ExtraDType
    eps: float
    max: float
    smallest_normal: float
    smallest_subnormal: float

    @property
    def min(self) -> float:
        return -self.max

    @property
    def tiny(self) -> float:
        return self.smallest_normal


def _float_limits(name: str, bits: int, fraction: int, largest: float, lowest: int) -> _FloatLimits:
    """`fraction`: bits of the fraction; `lowest`: exponent of the smallest normal number."""
    eps, normal = 2.0**-fraction, 2.0**lowest
    return _FloatLimits(bits, EXTRA[name], eps, largest, normal, normal * eps)


_FLOATS = {
    limits.dtype.name: limits
    for limits in (
        _float_limits("bfloat16", 16, 7, (2 - 2.0**-7) * 2.0**127, -126),
        _float_limits("float8_e4m3fn", 8, 3, 448.0, -6),
        _float_limits("float8_e5m2", 8, 2, 57344.0, -14),
        _float_limits("float8_e4m3fnuz", 8, 3, 240.0, -7),
        _float_limits("float8_e5m2fnuz", 8, 2, 57344.0, -15),
    )
}


@dataclass(frozen=True)
class _IntegerLimits:
    """What `iinfo` says of an integer dtype that NumPy lacks."""

    bits: int
    dtype: ExtraDType
    min: int
    max: int


_INTEGERS = {
    "int4": _IntegerLimits(4, EXTRA["int4"], -8, 7),
    "uint4": _IntegerLimits(4, EXTRA["uint4"], 0, 15),
}


def finfo(dtype: DTypeLike) -> Any:
    """Limits of a floating dtype, or of an array's: `eps`, `max`, `min`, `smallest_normal`, `bits`.
    A complex dtype has those of its parts.

    Raises ValueError for other dtypes.

    >>> float(finfo("float16").max)
    65504.0
    """
    found = result_type(dtype_of(dtype))
    if found.name in _FLOATS:
        return _FLOATS[found.name]
    if not isdtype(found, ("real floating", "complex floating")):
        raise InvalidValue(f"finfo: `dtype` must be floating; got {found.name}")
    return numpy.finfo(found)


def iinfo(dtype: DTypeLike) -> Any:
    """Limits of an integer dtype, or of an array's: `max`, `min`, `bits`.

    Raises ValueError for other dtypes.

    >>> iinfo("uint8").max
    255
    """
    found = result_type(dtype_of(dtype))
    if found.name in _INTEGERS:
        return _INTEGERS[found.name]
    if not isdtype(found, "integral"):
        raise InvalidValue(f"iinfo: `dtype` must be an integer's; got {found.name}")
    return numpy.iinfo(found)


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
