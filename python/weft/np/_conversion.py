"""NumPy's other ways to make an array of something: they differ in memory layouts and classes,
which arrays of Weft have one of, or in what they check."""

from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _ops
from weft.np._arguments import is_floating
from weft.np._creation import asarray


def asanyarray(a: ArrayLike, dtype: DTypeLike = None, order: str | None = None) -> ndarray:
    """`asarray`; `order` changes nothing.

    >>> asanyarray([1, 2])
    array([1, 2])
    """
    return asarray(a, dtype)


def ascontiguousarray(a: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """An array of at least one axis whose elements lie in row-major order.

    >>> from weft import np
    >>> ascontiguousarray(np.zeros((2, 3)).T).shape
    (3, 2)
    """
    array = asarray(a, dtype)
    array = array.reshape(1) if array.ndim == 0 else array
    step = array.itemsize
    for extent, stride in zip(reversed(array.shape), reversed(array.strides), strict=True):
        if extent > 1 and stride != step:
            return array.copy()
        step *= extent
    return array


def asfortranarray(a: ArrayLike, dtype: DTypeLike = None) -> ndarray:
    """An array of at least one axis; operators take any order of elements in memory, so it stays.

    >>> asfortranarray([[1, 2]]).shape
    (1, 2)
    """
    array = asarray(a, dtype)
    return array.reshape(1) if array.ndim == 0 else array


def asarray_chkfinite(a: ArrayLike, dtype: DTypeLike = None, order: str | None = None) -> ndarray:
    """`asarray` of numbers that are all finite. Raises ValueError for others.

    >>> asarray_chkfinite([1.0, 2.0])
    array([1., 2.])
    """
    array = asarray(a, dtype)
    if is_floating(array) and not bool(_ops.all(_ops.isfinite(array))):
        raise InvalidValue("asarray_chkfinite: `a` must have no NaN and no infinity")
    return array


def require(
    a: ArrayLike,
    dtype: DTypeLike = None,
    requirements: str | Sequence[str] | None = None,
    *,
    like: Any = None,
) -> ndarray:
    """An array of a dtype with properties of memory, by NumPy's words for these: those that are a
    layout in row-major order copy where that is not so; all others hold.

    >>> require([1, 2], "float32", "C")
    array([1., 2.])
    """
    words = {str(word).upper() for word in requirements or ()}
    if isinstance(requirements, str):
        words = {requirements.upper()}
    known = {"C", "C_CONTIGUOUS", "CONTIGUOUS", "F", "F_CONTIGUOUS", "FORTRAN", "A", "ALIGNED"}
    known |= {"W", "WRITEABLE", "O", "OWNDATA", "E", "ENSUREARRAY"}
    if words - known:
        raise InvalidValue(f"require: `requirements` must be of {sorted(known)}; got {words}")
    array = asarray(a, dtype)
    if words & {"C", "C_CONTIGUOUS", "CONTIGUOUS"} and array.ndim:
        array = ascontiguousarray(array)
    return array.copy() if words & {"O", "OWNDATA"} else array


__all__ = [
    "asanyarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
    "require",
]
