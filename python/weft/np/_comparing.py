"""NumPy's questions whether arrays are alike: compositions of operators, so they run in hybridized
functions."""

import numpy as _numpy

from weft._core import native as _native
from weft._core.halves import HALVES
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._dtype_functions import result_type


def _array(object: ArrayLike) -> ndarray:
    return _native.array(object, None, False)


def _is_floating(array: ndarray) -> bool:
    return array.dtype.kind not in "iub"


# ---- alike?


def isclose(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> ndarray:
    """Whether elements differ by at most `atol + rtol |b|`: bools.

    a, b: any dtypes, which broadcast; integers are compared as float64, halves as float32
    equal_nan: is NaN close to NaN?

    Equal infinities are close. No gradient passes.

    >>> from weft import np
    >>> np.isclose(np.array([1.0, 1.0]), np.array([1.000001, 1.1]))
    array([ True, False])
    """
    first, second = _array(a), _array(b)
    kind = result_type(first.dtype, second.dtype)
    if kind.kind in "iub":
        kind = _numpy.dtype("float64")
    elif kind.name in HALVES:
        kind = _numpy.dtype("float32")
    x, y = first.astype(kind), second.astype(kind)
    near = _ops.less_equal(_ops.abs(x - y), _ops.abs(y) * rtol + atol)
    # An infinite `y` allows any gap; what is equal is close, and infinite gaps are no numbers.
    found = _ops.logical_or(_ops.logical_and(near, _ops.isfinite(y)), _ops.equal(x, y))
    if not equal_nan:
        return found
    return _ops.logical_or(found, _ops.logical_and(_ops.isnan(x), _ops.isnan(y)))


def allclose(
    a: ArrayLike,
    b: ArrayLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> ndarray:
    """Whether all elements are close, as `isclose` says: one bool, an array of rank 0.

    >>> from weft import np
    >>> bool(np.allclose(np.array([1.0, 2.0]), np.array([1.0, 2.000001])))
    True
    """
    return _ops.all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1: ArrayLike, a2: ArrayLike, equal_nan: bool = False) -> ndarray:
    """Whether two arrays have one shape and equal elements: one bool, an array of rank 0.

    equal_nan: does NaN equal NaN?

    >>> from weft import np
    >>> bool(np.array_equal(np.ones(3), [1, 1, 1])), bool(np.array_equal(np.ones(3), 1))
    (True, False)
    """
    first, second = _array(a1), _array(a2)
    if first.shape != second.shape:
        return _array(_numpy.asarray(False))
    return _ops.all(_same(first, second, equal_nan))


def array_equiv(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """Whether two arrays broadcast to one shape and have equal elements there: one bool, an array
    of rank 0.

    >>> from weft import np
    >>> bool(np.array_equiv(np.ones(3), 1)), bool(np.array_equiv(np.ones(3), np.ones(2)))
    (True, False)
    """
    first, second = _array(a1), _array(a2)
    try:
        _numpy.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        return _array(_numpy.asarray(False))
    return _ops.all(_ops.equal(first, second))


def _same(first: ndarray, second: ndarray, equal_nan: bool) -> ndarray:
    found = _ops.equal(first, second)
    if not (equal_nan and _is_floating(first) and _is_floating(second)):
        return found
    return _ops.logical_or(found, _ops.logical_and(_ops.isnan(first), _ops.isnan(second)))


__all__ = [
    "allclose",
    "array_equal",
    "array_equiv",
    "isclose",
]
