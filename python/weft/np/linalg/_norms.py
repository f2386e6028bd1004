"""Norms and condition numbers, and the functions that `np` and `np.linalg` both have."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._core import OPERATORS as _OPERATORS
from weft._core import native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _ops, _shapes
from weft.np._arguments import array_of, axes_of
from weft.np.linalg._factorizations import LinAlgError, matrices
from weft.np.linalg._functions import inv, svdvals

_Axis = int | Sequence[int] | None
_norm: Any = _OPERATORS["norm"]


def _floating(array: ndarray) -> ndarray:
    return array.astype("float32") if array.dtype.kind in "iub" else array


def _kept(found: ndarray, axes: Sequence[int], keepdims: bool) -> ndarray:
    return _ops.expand_dims(found, tuple(sorted(axes))) if keepdims else found


def _of_nothing(array: ndarray, axes: Sequence[int], keepdims: bool) -> ndarray:
    """The largest size among none: 0, in the shape of a norm."""
    return _ops.sum(_ops.abs(array), tuple(axes), keepdims)


def matrix_norm(
    x: ArrayLike, /, *, keepdims: bool = False, ord: Any = "fro", axis: Sequence[int] = (-2, -1)
) -> ndarray:
    """The norm of matrices: "fro", "nuc", 1, 2, inf and their negatives.

    Raises ValueError for another order.

    >>> matrix_norm([[3.0, 0.0], [0.0, 4.0]])
    array(5.)
    """
    array = _floating(array_of(x))
    if array.ndim < 2:
        raise InvalidValue(f"matrix_norm: `x` must have two axes or more; got {array.ndim}")
    if not isinstance(axis, list | tuple) or len(axis) != 2:
        raise InvalidValue(f"matrix_norm: `axis` must be two axes; got {axis}")
    rows, columns = axes_of("matrix_norm", array, axis)
    if ord in (2, -2, "nuc"):
        values = svdvals(_ops.moveaxis(array, (rows, columns), (-2, -1)))
        if ord == "nuc" or (ord == 2 and not values.shape[-1]):  # the norm of nothing is 0
            found = _ops.sum(values, -1)
        else:
            found = _ops.max(values, -1) if ord == 2 else _ops.min(values, -1)
        return _kept(found, (rows, columns), keepdims)
    if ord in (None, "fro"):
        return _norm(array, ord=None, axis=(rows, columns), keepdims=keepdims)
    if ord not in (1, -1, numpy.inf, -numpy.inf):
        raise InvalidValue(
            f"matrix_norm: `ord` must be 'fro', 'nuc', 1, 2, inf or their negatives; got {ord!r}"
        )
    if ord in (1, numpy.inf) and not (array.shape[rows] and array.shape[columns]):
        return _of_nothing(array, (rows, columns), keepdims)
    return _norm(array, ord=ord, axis=(rows, columns), keepdims=keepdims)


def vector_norm(
    x: ArrayLike, /, *, axis: _Axis = None, keepdims: bool = False, ord: float = 2
) -> ndarray:
    """The norm of vectors: the root of the sum of squares, or of another order.

    axis: one or several, which count as one; None takes all

    >>> vector_norm([3.0, 4.0])
    array(5.)
    """
    array = _floating(array_of(x))
    if isinstance(ord, str):
        raise InvalidValue(f"vector_norm: `ord` must be a number; got {ord!r}")
    axes = tuple(axes_of("vector_norm", array, axis))
    if not axes:
        return (array != 0).astype(array.real.dtype) if ord == 0 else _ops.abs(array)
    if ord in (None, 2):
        return _norm(array, ord=None, axis=axes, keepdims=keepdims)
    if ord == numpy.inf and 0 in [array.shape[n] for n in axes]:
        return _of_nothing(array, axes, keepdims)
    if len(axes) > 1:  # as one axis, the last one
        rest = [n for n in range(array.ndim) if n not in axes]
        array = _ops.transpose(array, [*rest, *axes])
        array = array.reshape((*array.shape[: len(rest)], -1))
        return _kept(_norm(array, ord=ord, axis=-1), axes, keepdims)
    return _norm(array, ord=ord, axis=axes[0], keepdims=keepdims)


def norm(x: ArrayLike, ord: Any = None, axis: _Axis = None, keepdims: bool = False) -> ndarray:
    """The norm of vectors, or of matrices where `axis` names two axes or, with an order, the array
    has two.

    ord: None or 'fro' is the root of the sum of squares; a number is the order of a vector's norm;
        'nuc', 1, 2, inf and their negatives are those of a matrix
    axis: None takes all axes

    Raises ValueError for an order that the axes do not have.

    >>> norm([[1.0, -2.0], [3.0, 4.0]], ord=1)
    array(6.)
    """
    array = _floating(array_of(x))
    if ord is None:
        return vector_norm(array, axis=axis, keepdims=keepdims)
    axes = tuple(range(array.ndim)) if axis is None else axis
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise InvalidValue(f"norm: `ord` must be a number, 'fro' or 'nuc'; got {ord!r}")
    if isinstance(ord, str) and len(axes) != 2:
        raise InvalidValue(f"norm: `ord` {ord!r} is for matrices, of two axes; got {len(axes)}")
    if len(axes) == 1:
        return vector_norm(array, ord=ord, axis=axes[0], keepdims=keepdims)
    if len(axes) != 2:
        raise InvalidValue(f"norm: `axis` must be one or two axes; got {axes}")
    return matrix_norm(array, ord=ord, axis=axes, keepdims=keepdims)


def cond(x: ArrayLike, p: Any = None) -> ndarray:
    """The condition number of matrices by a norm: the singular values by default. That of a matrix
    without an inverse is infinite.

    Raises LinAlgError for matrices without elements.

    >>> cond([[2.0, 0.0], [0.0, 1.0]])
    array(2.)
    """
    array = _floating(matrices("cond", x, is_square=p not in (None, 2, -2)))
    if 0 in array.shape[-2:]:
        raise LinAlgError(f"cond: `x` must have elements; got shape {array.shape}")
    if p in (None, 2, -2):
        values = svdvals(array)
        pair = values[..., 0], values[..., -1]
        found = pair[1] / pair[0] if p == -2 else pair[0] / pair[1]
    else:
        found = _cond_by_inverse(array, p)
    # 0 over 0 is no number though no element is NaN: there is no inverse.
    known = _ops.logical_not(_ops.any(_ops.isnan(array), (-2, -1)))
    return _ops.where(_ops.logical_and(_ops.isnan(found), known), numpy.inf, found)


def _cond_by_inverse(array: ndarray, p: Any) -> ndarray:
    if native.is_traced(array) or array.ndim == 2:
        try:
            return matrix_norm(array, ord=p) * matrix_norm(inv(array), ord=p)
        except LinAlgError:
            return _ops.sum(array.real, (-2, -1)) * 0 + numpy.inf
    flat = array.reshape((-1, *array.shape[-2:]))  # one by one: some may have no inverse
    found = [_cond_by_inverse(each, p) for each in flat]
    whole = _ops.stack(found, 0) if found else _ops.sum(_ops.abs(flat), (-2, -1))
    return whole.reshape(array.shape[:-2])


# ---- products and views, of which `np` has most, too ---------------------------------------------


def cross(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> ndarray:
    """The product of vectors of three elements along an axis.

    >>> cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    array([0., 0., 1.])
    """
    a, b = array_of(x1), array_of(x2)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise InvalidValue(
            f"cross: `x1` and `x2` must have 3 elements along the axis; got {a.shape[axis]} and "
            f"{b.shape[axis]}"
        )
    a, b = _ops.moveaxis(a, axis, -1), _ops.moveaxis(b, axis, -1)
    parts = [
        a[..., (i + 1) % 3] * b[..., (i + 2) % 3] - a[..., (i + 2) % 3] * b[..., (i + 1) % 3]
        for i in range(3)
    ]
    return _ops.moveaxis(_ops.stack(parts, -1), -1, axis)


def diagonal(x: ArrayLike, /, *, offset: int = 0) -> ndarray:
    """The diagonals of matrices, the last two axes.

    >>> diagonal([[1.0, 2.0], [3.0, 4.0]])
    array([1., 4.])
    """
    return _ops.diagonal(x, offset, -2, -1)


def trace(x: ArrayLike, /, *, offset: int = 0, dtype: DTypeLike | None = None) -> ndarray:
    """The sums of the diagonals of matrices, the last two axes.

    >>> trace([[1.0, 2.0], [3.0, 4.0]])
    array(5.)
    """
    return _ops.sum(_ops.diagonal(x, offset, -2, -1), -1, dtype=dtype)


def outer(x1: ArrayLike, x2: ArrayLike, /) -> ndarray:
    """All products of the elements of two vectors. Raises ValueError for other arrays.

    >>> outer([1.0, 2.0], [3.0]).tolist()
    [[3.0], [6.0]]
    """
    a, b = array_of(x1), array_of(x2)
    if a.ndim != 1 or b.ndim != 1:
        raise InvalidValue(f"outer: `x1` and `x2` must be vectors; got {a.ndim} and {b.ndim} axes")
    return _ops.outer(a, b)


def matmul(x1: ArrayLike, x2: ArrayLike, /) -> ndarray:
    """The product of matrices, `np.matmul`.

    >>> matmul([[2.0]], [[3.0]])
    array([[6.]])
    """
    return _ops.matmul(x1, x2)


def tensordot(x1: ArrayLike, x2: ArrayLike, /, *, axes: Any = 2) -> ndarray:
    """Products summed over axes, `np.tensordot`.

    >>> tensordot([1.0, 2.0], [3.0, 4.0], axes=1)
    array(11.)
    """
    return _shapes.tensordot(x1, x2, axes)


def vecdot(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> ndarray:
    """Products of vectors along an axis, of the first ones' conjugates.

    >>> vecdot([1.0, 2.0], [3.0, 4.0])
    array(11.)
    """
    a, b = array_of(x1), array_of(x2)
    return _ops.vecdot(_ops.moveaxis(a, axis, -1), _ops.moveaxis(b, axis, -1))


def matrix_transpose(x: ArrayLike, /) -> ndarray:
    """Matrices with their two axes exchanged.

    >>> matrix_transpose([[1.0, 2.0]]).shape
    (2, 1)
    """
    array = array_of(x)
    if array.ndim < 2:
        raise InvalidValue(f"matrix_transpose: `x` must have two axes or more; got {array.ndim}")
    return _ops.swapaxes(array, -1, -2)


__all__ = [
    *("cond", "cross", "diagonal", "matmul", "matrix_norm", "matrix_transpose", "norm", "outer"),
    *("tensordot", "trace", "vecdot", "vector_norm"),
]
