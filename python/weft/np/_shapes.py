"""NumPy's functions on shapes whose arguments are no operator's: several arrays given one by one,
nested widths, a text before the arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as _numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native as _native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft._trace.state import is_tracing
from weft.np import _ops

_OPERATORS = {f.__name__: f for f in _native.operators()}


def _array(object: ArrayLike) -> ndarray:
    return _native.array(object, None, False)


def _one_or_all(arrays: list[ndarray]) -> ndarray | tuple[ndarray, ...]:
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def atleast_1d(*arrays: ArrayLike) -> ndarray | tuple[ndarray, ...]:
    """Each array, a scalar as a vector of one element.

    >>> from weft import np
    >>> np.atleast_1d(3)
    array([3])
    """
    whole = [_array(a) for a in arrays]
    return _one_or_all([a if a.ndim >= 1 else a.reshape(1) for a in whole])


def atleast_2d(*arrays: ArrayLike) -> ndarray | tuple[ndarray, ...]:
    """Each array, those with fewer axes as a matrix of one row.

    >>> from weft import np
    >>> np.atleast_2d([1, 2])
    array([[1, 2]])
    """
    whole = [_array(a) for a in arrays]
    return _one_or_all([a if a.ndim >= 2 else a.reshape(1, a.size) for a in whole])


def atleast_3d(*arrays: ArrayLike) -> ndarray | tuple[ndarray, ...]:
    """Each array with at least three axes: a vector as (1, N, 1), a matrix as (M, N, 1).

    >>> from weft import np
    >>> np.atleast_3d([1, 2]).shape
    (1, 2, 1)
    """
    whole = [atleast_2d(a) for a in arrays]
    return _one_or_all([a if a.ndim >= 3 else a.reshape(*a.shape, 1) for a in whole])


def broadcast_arrays(*arrays: ArrayLike) -> tuple[ndarray, ...]:
    """The arrays stretched to their common shape.

    Raises ValueError where the shapes do not broadcast.

    >>> from weft import np
    >>> [a.tolist() for a in np.broadcast_arrays([1, 2], [[3], [4]])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    whole = [_array(a) for a in arrays]
    shapes = [a.shape for a in whole]
    try:
        shape = _numpy.broadcast_shapes(*shapes)
    except ValueError:
        raise InvalidValue(f"broadcast_arrays: shapes do not broadcast; got {shapes}") from None
    # In a trace extents may be examples, so every example has the same operators.
    return tuple(
        _ops.broadcast_to(a, shape) if is_tracing() or a.shape != shape else a for a in whole
    )


def hsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[ndarray]:
    """Parts side by side: along the second axis, of a vector along its only one.

    >>> from weft import np
    >>> [part.tolist() for part in np.hsplit(np.array([[1, 2], [3, 4]]), 2)]
    [[[1], [3]], [[2], [4]]]
    """
    whole = _with_axes("hsplit", ary, 1)
    return _ops.split(whole, indices_or_sections, axis=min(1, whole.ndim - 1))


def vsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[ndarray]:
    """Parts one below the other, along the first of at least two axes.

    >>> from weft import np
    >>> [part.tolist() for part in np.vsplit(np.array([[1, 2], [3, 4]]), 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return _ops.split(_with_axes("vsplit", ary, 2), indices_or_sections, axis=0)


def dsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[ndarray]:
    """Parts along the third axis.

    >>> from weft import np
    >>> [part.shape for part in np.dsplit(np.zeros((2, 3, 5)), [2])]
    [(2, 3, 2), (2, 3, 3)]
    """
    return _ops.split(_with_axes("dsplit", ary, 3), indices_or_sections, axis=2)


def _with_axes(where: str, ary: ArrayLike, least: int) -> ndarray:
    whole = _array(ary)
    if whole.ndim < least:
        raise InvalidValue(f"{where}: `ary` must have at least {least} axes; got {whole.shape}")
    return whole


def flipud(m: ArrayLike) -> ndarray:
    """The rows in reverse order; a view.

    >>> from weft import np
    >>> np.flipud(np.array([1, 2]))
    array([2, 1])
    """
    return _ops.flip(_with_axes("flipud", m, 1), axis=0)


def fliplr(m: ArrayLike) -> ndarray:
    """The columns in reverse order; a view.

    >>> from weft import np
    >>> np.fliplr(np.array([[1, 2]]))
    array([[2, 1]])
    """
    return _ops.flip(_with_axes("fliplr", m, 2), axis=1)


def tri(N: int, M: int | None = None, k: int = 0, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """Ones on and below a diagonal, zeros above it.

    >>> from weft import np
    >>> np.tri(2, 3, dtype="int8")
    array([[1, 0, 0],
           [1, 1, 0]], dtype=int8)
    """
    return _ops.tril(_OPERATORS["full"]((N, N if M is None else M), 1, dtype), k)


def einsum(
    subscripts: str, /, *operands: ArrayLike, out: ndarray | None = None, optimize: Any = False
) -> ndarray:
    """Products of operands, summed over the axes that the result does not name.

    subscripts: a letter for each axis of each operand, as in "ij,jk->ik"; `...` stands for axes
        that broadcast; without "->" the result has the letters that occur once, in their order

    Operands are contracted from the first to the last, each pair as a matrix product.

    Raises ValueError where subscripts and shapes do not fit.

    >>> from weft import np
    >>> np.einsum("ij,j->i", np.array([[1, 2], [3, 4]]), np.array([1, 1]))
    array([3, 7])
    """
    if not isinstance(subscripts, str):
        raise InvalidType(f"einsum: `subscripts` must be a string; got {type(subscripts).__name__}")
    return _OPERATORS["einsum"](operands, subscripts, out=out)


def tensordot(
    a: ArrayLike,
    b: ArrayLike,
    axes: int | Sequence[int | Sequence[int]] = 2,
    *,
    out: ndarray | None = None,
) -> ndarray:
    """Products summed over axes of `a` and of `b`: the other axes of `a`, then those of `b`, stay.

    axes: so many last axes of `a` and first ones of `b`, or two lists of axes

    Raises ValueError where axes and shapes do not fit.

    >>> from weft import np
    >>> np.tensordot(np.ones((2, 3, 4)), np.ones((3, 4, 5))).shape
    (2, 5)
    """
    first, second = _array(a), _array(b)
    if isinstance(axes, int | _numpy.integer):
        count = int(axes)
        if not 0 <= count <= min(first.ndim, second.ndim):
            raise InvalidValue(
                "tensordot: `axes` must be from 0 to the number of axes of `a` and of `b`, "
                f"{first.ndim} and {second.ndim}; got {count}"
            )
        pairs: Any = (range(first.ndim - count, first.ndim), range(count))
    else:
        pairs = axes
        if not isinstance(axes, Sequence) or len(axes) != 2:
            raise InvalidType(
                f"tensordot: `axes` must be an integer or two lists of axes; got {axes!r}"
            )
    return _OPERATORS["tensordot"](first, second, *pairs, out=out)


__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "dsplit",
    "einsum",
    "fliplr",
    "flipud",
    "hsplit",
    "tensordot",
    "tri",
    "vsplit",
]
