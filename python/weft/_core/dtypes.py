"""Element types: NumPy's dtype objects, and those that NumPy lacks: bfloat16, and the storage
dtypes float8 and integers of 4 bits.

`BY_NUMBER` follows weft_dtype in weft.h. Arrays of a storage dtype hold numbers and move them;
operators compute with what they are cast to. The package `ml_dtypes` has NumPy dtypes for all of
these; it is used where it is installed.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidType


class ExtraDType:
    """A dtype that NumPy lacks; it stands for itself.

    It equals its name and the dtype of `ml_dtypes` with that name.
    """

    def __init__(self, name: str, itemsize: int, kind: str) -> None:
        self.name = name
        self.itemsize = itemsize
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ExtraDType):
            return self is other
        return self.name == (other if isinstance(other, str) else _name_of(other))

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"dtype({self.name})"

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name


def _name_of(dtype: object) -> str | None:
    """The name of a dtype of NumPy or ml_dtypes; None for anything else."""
    return dtype.name if isinstance(dtype, numpy.dtype) else None


bfloat16 = ExtraDType("bfloat16", 2, "f")
float8_e4m3fn = ExtraDType("float8_e4m3fn", 1, "f")
float8_e5m2 = ExtraDType("float8_e5m2", 1, "f")
int4 = ExtraDType("int4", 1, "i")
uint4 = ExtraDType("uint4", 1, "u")
float8_e4m3fnuz = ExtraDType("float8_e4m3fnuz", 1, "f")
float8_e5m2fnuz = ExtraDType("float8_e5m2fnuz", 1, "f")

STORAGE = (float8_e4m3fn, float8_e5m2, int4, uint4, float8_e4m3fnuz, float8_e5m2fnuz)
EXTRA = {dtype.name: dtype for dtype in (bfloat16, *STORAGE)}

NAMES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
    *(dtype.name for dtype in STORAGE),
)
BY_NUMBER: tuple[Any, ...] = tuple(
    EXTRA[name] if name in EXTRA else numpy.dtype(name) for name in NAMES
)

# Python's types mean what the data policy makes of Python's numbers.
CODES: dict[Any, int] = {bool: 0, int: 8, float: 11, complex: 13, "bool_": 0}
for _number, _dtype in enumerate(BY_NUMBER):
    CODES[_dtype] = CODES[_dtype.name] = _number
    if not isinstance(_dtype, ExtraDType):
        CODES[_dtype.type] = _number


def is_storage(dtype: Any) -> bool:
    """Is it a storage dtype?"""
    return isinstance(dtype, ExtraDType) and dtype is not bfloat16


def number_of(dtype: Any) -> int:
    """The number of a dtype in another spelling, such as '<f4', 'single', or one of ml_dtypes.

    Raises TypeError for what is no dtype of Weft.
    """
    try:
        found = numpy.dtype(dtype).newbyteorder("=") if dtype is not None else None
    except (TypeError, ValueError):
        found = None
    if found is not None and found.name in EXTRA:
        return CODES[found.name]
    if found is None or found not in CODES:
        raise InvalidType(f"dtype: {dtype!r} is not one of {', '.join(NAMES)}")
    return CODES[found]


def bits_of(array: Any) -> tuple[numpy.ndarray, int] | None:
    """The bits of a NumPy array with a dtype of ml_dtypes as unsigned integers, and the dtype's
    number; None for other objects."""
    if not isinstance(array, numpy.ndarray) or array.dtype.name not in EXTRA:
        return None
    dtype = EXTRA[array.dtype.name]
    return array.view("uint8" if dtype.itemsize == 1 else "uint16"), CODES[dtype]


def dtype_of_ml_dtypes(dtype: ExtraDType) -> numpy.dtype[Any]:
    """The NumPy dtype that ml_dtypes has for a dtype.

    Raises TypeError without that package.
    """
    try:
        import ml_dtypes
    except ModuleNotFoundError:
        raise InvalidType(
            f"asnumpy: NumPy has no {dtype.name}; install ml_dtypes, which has it (`pip install "
            'ml_dtypes`), or take the bits with `x.view("uint8")` or the numbers with `x.astype'
            '("float32")`'
        ) from None
    return numpy.dtype(getattr(ml_dtypes, dtype.name))
