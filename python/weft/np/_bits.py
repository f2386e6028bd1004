"""NumPy's functions of the bits of numbers: bools packed into bytes, parts of floats, neighbours.

NumPy computes what no operator does, and gives no gradient: floats whose gradient is asked for are
refused.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidType
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import (
    array_of,
    both_written,
    floating,
    host_array,
    refuse_gradients,
    returned,
    written,
)
from weft.np._dtype_functions import result_type


def packbits(a: ArrayLike, /, axis: int | None = None, bitorder: str = "big") -> ndarray:
    """Bools or integers, zero or not, as bits of bytes, along an axis or of the flat array.

    bitorder: "big" begins with the highest bit, "little" with the lowest

    >>> from weft import np
    >>> np.packbits(np.array([True, False, True]))
    array([160], dtype=uint8)
    """
    if (given := array_of(a)).dtype.kind not in "iub":
        raise InvalidType(f"packbits: `a` must be bools or integers; got {given.dtype.name}")
    return returned(numpy.packbits(host_array(given), axis, bitorder))


def unpackbits(
    a: ArrayLike, /, axis: int | None = None, count: int | None = None, bitorder: str = "big"
) -> ndarray:
    """The bits of bytes as 0 and 1, along an axis or of the flat array.

    count: how many, all by default; less than 0 leaves so many out at the end

    >>> from weft import np
    >>> np.unpackbits(np.array([160], dtype="uint8"), count=3).tolist()
    [1, 0, 1]
    """
    if (given := array_of(a)).dtype.name != "uint8":
        raise InvalidType(f"unpackbits: `a` must be uint8; got {given.dtype.name}")
    return returned(numpy.unpackbits(host_array(given), axis, count, bitorder))


def bitwise_count(x: ArrayLike, /, out: ndarray | None = None) -> ndarray:
    """How many bits of each integer's absolute value are 1, as uint8.

    >>> from weft import np
    >>> np.bitwise_count(np.array([7, 8])).tolist()
    [3, 1]
    """
    if (given := array_of(x)).dtype.kind not in "iub":
        raise InvalidType(f"bitwise_count: `x` must be integers; got {given.dtype.name}")
    return written(returned(numpy.bitwise_count(host_array(given))), out)


def frexp(x: ArrayLike, /, *, out: Any = None) -> tuple[ndarray, ndarray]:
    """Each number as a fraction from 0.5 to 1, with its sign, times 2 to the power of an integer;
    the fraction has a gradient. out: a pair of arrays to write into, of which one may be None.

    >>> from weft import np
    >>> fraction, power = np.frexp(np.array([3.0]))
    >>> fraction.tolist(), power.tolist()
    ([0.75], [2])
    """
    array = floating(x)
    part, power = numpy.frexp(host_array(array))
    scale = numpy.ldexp(numpy.ones(power.shape), -power.astype("int64"))
    powers = native.array(numpy.asarray(power))
    if native.is_recorded(array):
        return both_written("frexp", (array * native.array(scale).astype(array.dtype), powers), out)
    parts = native.array(numpy.asarray(part)).astype(array.dtype)
    return both_written("frexp", (parts, powers), out)


def _floats(where: str, *values: ArrayLike) -> list[Any]:
    refuse_gradients(where, *values)
    arrays = [floating(value) for value in values]
    if any(array.dtype.kind == "c" for array in arrays):
        raise InvalidType(f"{where}: is not defined for complex numbers")
    if any(array.dtype.name == "bfloat16" for array in arrays):
        raise InvalidType(f"{where}: no dtype may be bfloat16, which NumPy lacks")
    return [host_array(array) for array in arrays]


def nextafter(x1: ArrayLike, x2: ArrayLike, /, out: ndarray | None = None) -> ndarray:
    """The floating number next to `x1` in the direction of `x2`.

    >>> from weft import np
    >>> np.nextafter(np.array(1.0), 2.0).item() > 1
    True
    """
    first, second = _floats("nextafter", x1, x2)
    strong = [a.dtype for a, x in ((first, x1), (second, x2)) if not isinstance(x, int | float)]
    kind = result_type(*(strong or [first.dtype]))
    found = numpy.nextafter(first.astype(kind), second.astype(kind))
    return written(returned(found), out)


def spacing(x: ArrayLike, /, out: ndarray | None = None) -> ndarray:
    """The distance of each number to its neighbour away from zero.

    >>> from weft import np
    >>> float(np.spacing(np.array(1.0))) == float(np.finfo("float32").eps)
    True
    """
    return written(returned(numpy.spacing(*_floats("spacing", x))), out)


def float_power(x1: ArrayLike, x2: ArrayLike, /, out: ndarray | None = None) -> ndarray:
    """`x1` to the power of `x2`, computed in float64, complex numbers in complex128.

    >>> from weft import np
    >>> np.float_power(np.array([2, 3]), 2)
    array([4., 9.], dtype=float64)
    """
    given = array_of(x1), array_of(x2)
    kind = "complex128" if "c" in [each.dtype.kind for each in given] else "float64"
    first, second = (each.astype(kind) for each in given)
    return _ops.power(first, second, out=out)


__all__ = [
    "bitwise_count",
    "float_power",
    "frexp",
    "nextafter",
    "packbits",
    "spacing",
    "unpackbits",
]
