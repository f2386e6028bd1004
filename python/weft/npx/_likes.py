"""MXNet's functions that take shapes from another array, and products and losses of its own kind:
compositions of operators, with gradients.

The array that gives the shape is read for nothing else and gets no gradient.
"""

import math
from collections.abc import Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray


def batch_dot(
    a: ArrayLike, b: ArrayLike, transpose_a: bool = False, transpose_b: bool = False
) -> ndarray:
    """The matrix product of each pair of matrices: (..., M, K) and (..., K, P) give (..., M, P).

    a, b: at least 3 axes, those in front of the last two with the same extents
    transpose_a, transpose_b: the last two axes change places first

    Raises ValueError where the axes in front differ: `np.matmul` is for those that broadcast.

    >>> from weft import np, npx
    >>> npx.batch_dot(np.ones((2, 3, 4)), np.ones((2, 5, 4)), transpose_b=True).shape
    (2, 3, 5)
    """
    x, y = np.asarray(a), np.asarray(b)
    if x.ndim < 3 or x.ndim != y.ndim or x.shape[:-2] != y.shape[:-2]:
        raise InvalidValue(
            "batch_dot: `a` and `b` must have at least 3 axes and the same extents in front of the "
            f"last two; got shapes {x.shape} and {y.shape}"
        )
    x = np.swapaxes(x, -1, -2) if transpose_a else x
    y = np.swapaxes(y, -1, -2) if transpose_b else y
    return np.matmul(x, y)


def arange_like(
    data: ArrayLike,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    axis: int | None = None,
) -> ndarray:
    """The numbers `start`, `start + step`, ... in the shape and dtype of `data`.

    repeat: each number stands so many times
    axis: a vector of the extent of this axis; None: as many numbers as `data` has elements, in its
        shape

    >>> from weft import np, npx
    >>> npx.arange_like(np.zeros((2, 3)), start=1)
    array([[1., 2., 3.],
           [4., 5., 6.]])
    >>> npx.arange_like(np.zeros((2, 4)), axis=1, repeat=2)
    array([0., 0., 1., 1.])
    """
    x = np.asarray(data)
    require_whole("arange_like", "repeat", repeat, 1)
    shape = x.shape if axis is None else (x.shape[_axis("arange_like", axis, x.ndim)],)
    numbers = _OPERATORS["arange"](0, math.prod(shape), 1, "int64")
    if repeat > 1:
        numbers = numbers // repeat
    if isinstance(start, int) and isinstance(step, int):
        found = numbers * step + start
    else:  # of integers below 2^53, as `np.arange` counts
        found = numbers.astype("float64") * step + start
    return np.reshape(found.astype(x.dtype), shape)


def broadcast_like(
    lhs: ArrayLike,
    rhs: ArrayLike,
    lhs_axes: Sequence[int] | None = None,
    rhs_axes: Sequence[int] | None = None,
) -> ndarray:
    """`lhs` stretched to the shape of `rhs`.

    lhs_axes, rhs_axes: axes of `lhs` that are stretched to the extents of these axes of `rhs`, as
        many of each; None for both: the whole shape

    Raises ValueError where an axis that is stretched has another extent than 1.

    >>> from weft import np, npx
    >>> npx.broadcast_like(np.ones((1, 2)), np.zeros((3, 2))).shape
    (3, 2)
    >>> npx.broadcast_like(np.ones((1, 2)), np.zeros((5, 7)), (0,), (1,)).shape
    (7, 2)
    """
    x, like = np.asarray(lhs), np.asarray(rhs)
    if (lhs_axes is None) != (rhs_axes is None):
        raise InvalidValue(
            "broadcast_like: `lhs_axes` and `rhs_axes` must both be given or both be None; got "
            f"{lhs_axes} and {rhs_axes}"
        )
    if lhs_axes is None or rhs_axes is None:
        return np.broadcast_to(x, like.shape)
    if isinstance(lhs_axes, int) or isinstance(rhs_axes, int):
        raise InvalidType(
            "broadcast_like: `lhs_axes` and `rhs_axes` must be sequences of integers; got "
            f"{lhs_axes} and {rhs_axes}"
        )
    if not lhs_axes or len(lhs_axes) != len(rhs_axes):
        raise InvalidValue(
            "broadcast_like: `lhs_axes` and `rhs_axes` must be as many, at least one; got "
            f"{tuple(lhs_axes)} and {tuple(rhs_axes)}"
        )
    shape = list(x.shape)
    for mine, theirs in zip(lhs_axes, rhs_axes, strict=True):
        axis = _axis("broadcast_like", mine, x.ndim, "lhs_axes")
        shape[axis] = like.shape[_axis("broadcast_like", theirs, like.ndim, "rhs_axes")]
    return np.broadcast_to(x, tuple(shape))


def reshape_like(
    lhs: ArrayLike,
    rhs: ArrayLike,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
) -> ndarray:
    """The elements of `lhs` in the shape of `rhs`.

    lhs_begin, lhs_end: the axes from here up to there, not included, are replaced; None: all from
        the first, up to the last
    rhs_begin, rhs_end: by these axes of `rhs`

    Raises ValueError where the numbers of elements differ.

    >>> from weft import np, npx
    >>> npx.reshape_like(np.ones((30, 7)), np.zeros((15, 2, 4)), 0, 1, 0, 2).shape
    (15, 2, 7)
    """
    x, like = np.asarray(lhs), np.asarray(rhs)
    begin, end, _ = slice(lhs_begin, lhs_end).indices(x.ndim)
    their_begin, their_end, _ = slice(rhs_begin, rhs_end).indices(like.ndim)
    shape = (*x.shape[:begin], *like.shape[their_begin:their_end], *x.shape[end:])
    return np.reshape(x, shape)


def slice_like(
    data: ArrayLike, shape_like: ArrayLike, axes: int | Sequence[int] | None = None
) -> ndarray:
    """The beginning of `data` along each axis, as long as that of `shape_like`.

    axes: those that are cut; None or none: all, and both arrays have as many

    Raises ValueError where `shape_like` is longer than `data`.

    >>> from weft import np, npx
    >>> npx.slice_like(np.ones((4, 5)), np.zeros((2, 9)), axes=0).shape
    (2, 5)
    """
    x, like = np.asarray(data), np.asarray(shape_like)
    chosen = [axes] if isinstance(axes, int) else list(axes or ())
    if not chosen and x.ndim != like.ndim:
        raise InvalidValue(
            "slice_like: without `axes`, `data` and `shape_like` must have as many axes; got "
            f"shapes {x.shape} and {like.shape}"
        )
    size = list(x.shape)
    for axis in chosen or range(x.ndim):
        mine = _axis("slice_like", axis, x.ndim, "axes")
        size[mine] = like.shape[_axis("slice_like", axis, like.ndim, "axes")]
    if any(wanted > there for wanted, there in zip(size, x.shape, strict=True)):
        raise InvalidValue(
            "slice_like: `shape_like` must be no longer than `data` along the axes that are cut; "
            f"got shapes {like.shape} and {x.shape}"
        )
    return x[tuple(slice(0, extent) for extent in size)]


def smooth_l1(data: ArrayLike, scalar: float = 1.0) -> ndarray:
    """A square that goes on as a line (Girshick 2015), element by element: `scalar² x² / 2` where
    |x| < 1 / scalar², else |x| - 1 / (2 scalar²).

    >>> from weft import np, npx
    >>> npx.smooth_l1(np.array([0.5, -2.0]))
    array([0.125, 1.5  ])
    """
    require(scalar > 0, "smooth_l1", "scalar", "above 0", scalar)
    x = np.asarray(data)
    x = x.astype("float32") if "float" not in x.dtype.name else x
    bound = 1.0 / scalar**2
    size = np.abs(x)
    return np.where(size < bound, np.square(x) * (0.5 / bound), size - 0.5 * bound)


def add_n(*args: ArrayLike) -> ndarray:
    """The sum of arrays of one shape, element by element.

    Raises ValueError for no array, and for other shapes.

    >>> from weft import np, npx
    >>> npx.add_n(np.ones(2), np.ones(2), np.ones(2))
    array([3., 3.])
    """
    arrays = [np.asarray(array) for array in args]
    if not arrays or any(array.shape != arrays[0].shape for array in arrays):
        raise InvalidValue(
            "add_n: `args` must be arrays of one shape, at least one; got shapes "
            f"{[array.shape for array in arrays]}"
        )
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def _axis(where: str, axis: Any, ndim: int, argument: str = "axis") -> int:
    """The number of an axis that may be counted from the end."""
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise InvalidType(f"{where}: `{argument}` must be integers; got {axis!r}")
    require(-ndim <= axis < ndim, where, argument, f"in [-{ndim}, {ndim})", axis)
    return axis % ndim


__all__ = [
    "add_n",
    "arange_like",
    "batch_dot",
    "broadcast_like",
    "reshape_like",
    "slice_like",
    "smooth_l1",
]
