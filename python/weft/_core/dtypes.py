"""Element types: NumPy's dtype objects, and bfloat16, which NumPy lacks.

`BY_NUMBER` follows weft_dtype in weft.h.
"""

from typing import Any, Final

import numpy

from weft._base.errors import InvalidType


class _BFloat16:
    """The dtype bfloat16: the upper half of a float32. NumPy has none, so it stands for itself."""

    name: Final = "bfloat16"
    itemsize: Final = 2
    kind: Final = "f"

    def __repr__(self) -> str:
        return "dtype(bfloat16)"

    def __str__(self) -> str:
        return "bfloat16"

    def __reduce__(self) -> str:
        return "bfloat16"


bfloat16 = _BFloat16()

NAMES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
BY_NUMBER: tuple[Any, ...] = tuple(
    bfloat16 if name == "bfloat16" else numpy.dtype(name) for name in NAMES
)

# Python's types mean what the data policy makes of Python's numbers.
CODES: dict[Any, int] = {bool: 0, int: 8, float: 11, complex: 13, "bool_": 0}
for _number, _dtype in enumerate(BY_NUMBER):
    CODES[_dtype] = CODES[_dtype.name] = _number
    if _dtype is not bfloat16:
        CODES[_dtype.type] = _number


def number_of(dtype: Any) -> int:
    """The number of a dtype in another spelling, such as '<f4' or 'single'.

    Raises TypeError for what is no dtype of Weft.
    """
    try:
        found = numpy.dtype(dtype).newbyteorder("=") if dtype is not None else None
    except (TypeError, ValueError):
        found = None
    if found is None or found not in CODES:
        raise InvalidType(f"dtype: {dtype!r} is not one of {', '.join(NAMES)}")
    return CODES[found]
