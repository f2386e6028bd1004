"""NumPy's functions of elements that are made of operators: each is differentiated through them.

`weft.np` has them under the same names.
"""

import math
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, both_written, floating, is_floating


def _real(where: str, x: ArrayLike) -> ndarray:
    array = floating(x)
    if array.dtype.kind == "c":
        raise InvalidType(f"{where}: `x` must be real; got {array.dtype}")
    return array


def cbrt(x: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """The cube root of each element, of negative ones too.

    >>> from weft import np
    >>> np.cbrt(np.array([-8.0, 27.0])).round(5)
    array([-2.,  3.])
    """
    array = _real("cbrt", x)
    is_zero = array == 0
    sizes = _ops.where(is_zero, 1.0, _ops.abs(array))
    roots = _ops.sign(array) * _ops.power(sizes, 1 / 3)
    # The slope at 0 is infinite: that of the power, without that of the sign, which is 0 there.
    of_zeros = _ops.power(_ops.where(is_zero, array, 1.0), 1 / 3)
    return _ops.where(is_zero, of_zeros, roots, out=out)


def degrees(x: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """Angles in radians as degrees; `rad2deg` is the same.

    >>> from weft import np
    >>> np.degrees(np.array([0.0, np.pi])).round(3)
    array([  0., 180.])
    """
    return _ops.multiply(_real("degrees", x), 180 / math.pi, out=out)


def radians(x: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """Angles in degrees as radians; `deg2rad` is the same.

    >>> from weft import np
    >>> np.radians(np.array([0.0, 180.0])).round(4)
    array([0.    , 3.1416])
    """
    return _ops.multiply(_real("radians", x), math.pi / 180, out=out)


def fabs(x: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """Absolute values as floats.

    >>> from weft import np
    >>> np.fabs(np.array([-1, 2]))
    array([1., 2.])
    """
    return _ops.abs(_real("fabs", x), out=out)


def fix(x: ArrayLike, out: ndarray | None = None) -> ndarray:
    """Each element rounded toward zero.

    >>> from weft import np
    >>> np.fix(np.array([-1.7, 1.7]))
    array([-1.,  1.])
    """
    return _ops.trunc(x, out=out)


def positive(x: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """The elements as they are, in a new array.

    >>> from weft import np
    >>> np.positive(np.array([-1, 2]))
    array([-1,  2])
    """
    return _ops.copy(x, out=out)


def isposinf(x: ArrayLike, out: ndarray | None = None) -> ndarray:
    """Is each element plus infinity?

    >>> from weft import np
    >>> np.isposinf(np.array([np.inf, -np.inf, 1]))
    array([ True, False, False])
    """
    array = array_of(x)
    return _ops.logical_and(_ops.isinf(array), array > 0, out=out)


def isneginf(x: ArrayLike, out: ndarray | None = None) -> ndarray:
    """Is each element minus infinity?

    >>> from weft import np
    >>> np.isneginf(np.array([np.inf, -np.inf, 1]))
    array([False,  True, False])
    """
    array = array_of(x)
    return _ops.logical_and(_ops.isinf(array), array < 0, out=out)


def heaviside(x1: ArrayLike, x2: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """0 where `x1` is below zero, 1 above it, and `x2` at it.

    >>> from weft import np
    >>> np.heaviside(np.array([-1.5, 0.0, 2.0]), 0.5)
    array([0. , 0.5, 1. ])
    """
    first = floating(x1)
    step = _ops.where(first > 0, 1.0, x2 if isinstance(x2, int | float) else floating(x2))
    found = _ops.where(first < 0, 0.0, step)
    return _ops.where(_ops.isnan(first), first, found, out=out)


def ldexp(x1: ArrayLike, x2: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """`x1` times 2 to the power of `x2`.

    >>> from weft import np
    >>> np.ldexp(np.array([1.0, 3.0]), np.array([3, -1]))
    array([8. , 1.5])
    """
    first = floating(x1)
    power = array_of(x2)
    exponent = power if is_floating(power) else power.astype(first.dtype)
    return _ops.multiply(first, _ops.exp2(exponent), out=out)


def divmod(x1: ArrayLike, x2: ArrayLike, /, *, out: Any = None) -> tuple[ndarray, ndarray]:
    """The quotient rounded down, and what remains. out: a pair of arrays to write into.

    >>> from weft import np
    >>> np.divmod(np.array([7, -7]), 3)
    (array([ 2, -3]), array([1, 2]))
    """
    return both_written("divmod", (_ops.floor_divide(x1, x2), _ops.remainder(x1, x2)), out)


def modf(x: ArrayLike, /, *, out: Any = None) -> tuple[ndarray, ndarray]:
    """The part behind the point and the part before it, both with the sign of `x`. out: a pair of
    arrays to write into.

    >>> from weft import np
    >>> np.modf(np.array([-1.5, 2.25]))
    (array([-0.5 ,  0.25]), array([-1.,  2.]))
    """
    array = floating(x)
    whole = _ops.trunc(array)
    # Of an infinity nothing is behind the point; of NaN nothing is known.
    part = _ops.where(_ops.isinf(array), _ops.copysign(0.0, array), array - whole)
    return both_written("modf", (part, whole), out)


def _integers(where: str, x1: ArrayLike, x2: ArrayLike) -> list[Any]:
    """Operands as NumPy takes them. A Python int stays one: it has the dtype of the other."""
    found: list[Any] = []
    for place, x in enumerate((x1, x2), 1):
        array = array_of(x)
        if array.dtype.kind not in "iu":
            raise InvalidType(f"{where}: `x{place}` must have an integer dtype; got {array.dtype}")
        found.append(x if type(x) is int else array.asnumpy())
    try:
        numpy.broadcast_shapes(*(numpy.shape(each) for each in found))
    except ValueError:
        shapes = " and ".join(str(numpy.shape(each)) for each in found)
        raise InvalidValue(f"{where}: `x1` and `x2` must broadcast; got {shapes}") from None
    return found


def _written(result: Any, out: ndarray | None) -> ndarray:
    """A NumPy array as an array, in `out` where there is one."""
    if out is None:
        return native.array(result, None, True)
    out[...] = native.array(result, None, True)
    return out


def gcd(x1: ArrayLike, x2: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """The greatest common divisor of integers, by NumPy: a trace takes it for a constant.

    Raises TypeError for other dtypes.

    >>> from weft import np
    >>> np.gcd(np.array([12, 18]), 8)
    array([4, 2])
    """
    return _written(numpy.gcd(*_integers("gcd", x1, x2)), out)


def lcm(x1: ArrayLike, x2: ArrayLike, *, out: ndarray | None = None) -> ndarray:
    """The least common multiple of integers, by NumPy: a trace takes it for a constant.

    Raises TypeError for other dtypes.

    >>> from weft import np
    >>> np.lcm(np.array([4, 6]), 10)
    array([20, 30])
    """
    return _written(numpy.lcm(*_integers("lcm", x1, x2)), out)


def sinc(x: ArrayLike, /) -> ndarray:
    """sin(pi x) / (pi x), which is 1 at 0.

    >>> from weft import np
    >>> np.sinc(np.array([0.0, 0.5])).round(4)
    array([1.    , 0.6366])
    """
    array = floating(x)
    is_zero = array == 0
    angle = _ops.where(is_zero, 1.0, array) * math.pi
    return _ops.where(is_zero, 1.0, _ops.sin(angle) / angle)


_TERMS = 46  # of the series up to where the other one is exact
_FAR = 20.0


def i0(x: ArrayLike) -> ndarray:
    """The modified Bessel function of the first kind, of order 0.

    >>> from weft import np
    >>> np.i0(np.array([0.0, 1.0])).round(4)
    array([1.    , 1.2661])
    """
    array = floating(x)
    size = _ops.abs(array.astype("float64"))
    near = size <= _FAR
    # Each series with a number of its own range, where the other one is taken: no part overflows.
    square = _ops.square(_ops.where(near, size, 1.0) / 2)
    series: Any = 1.0
    for n in range(_TERMS, 0, -1):
        series = series * square / (n * n) + 1.0
    far = _ops.where(near, _FAR, size)
    tail: Any = 1.0
    for n in range(24, 0, -1):  # of the asymptotic series, whose terms shrink up to there
        tail = tail * ((2 * n - 1) ** 2 / (8 * n)) / far + 1.0
    tail = tail * _ops.exp(far) / _ops.sqrt(2 * math.pi * far)
    found = _ops.where(near, series, tail)
    return _ops.where(_ops.isnan(size), size, found).astype(array.dtype)


rad2deg, deg2rad = degrees, radians

__all__ = [
    "cbrt",
    "deg2rad",
    "degrees",
    "divmod",
    "fabs",
    "fix",
    "gcd",
    "heaviside",
    "i0",
    "isneginf",
    "isposinf",
    "lcm",
    "ldexp",
    "modf",
    "positive",
    "rad2deg",
    "radians",
    "sinc",
]
