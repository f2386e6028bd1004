"""What is known of an array without its elements: its extents, and whose memory it is on."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.dtypes import ExtraDType
from weft._core.typing import ArrayLike, ndarray
from weft.np._arguments import axes_of
from weft.np._creation import asarray


def permute_dims(a: ArrayLike, axes: Sequence[int] | None = None) -> ndarray:
    """The view of `a` with its axes in another order.

    >>> from weft import np
    >>> permute_dims(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    return asarray(a).transpose(axes)


def matrix_transpose(x: ArrayLike, /) -> ndarray:
    """The view of `x` with its last two axes exchanged.

    >>> from weft import np
    >>> matrix_transpose(np.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    return asarray(x).mT


def may_share_memory(a: ndarray, b: ndarray, max_work: int | None = None) -> bool:
    """May a write to one array be seen through the other?

    >>> from weft import np
    >>> x = np.zeros(4)
    >>> may_share_memory(x, x[1:]), may_share_memory(x, x.copy())
    (True, False)
    """
    if not _is_looked_at(a, b):
        return native.shares_box(a, b)
    return numpy.may_share_memory(_place(a), _place(b), max_work)


def shares_memory(a: ndarray, b: ndarray, max_work: int | None = None) -> bool:
    """Is a write to one array seen through the other? Finding out may take long where strides are
    odd; `max_work` is as for NumPy.

    >>> from weft import np
    >>> x = np.zeros(4)
    >>> shares_memory(x, x[1:]), shares_memory(x[::2], x[1::2])
    (True, False)
    """
    if not _is_looked_at(a, b):
        return native.shares_box(a, b)
    return numpy.shares_memory(_place(a), _place(b), max_work)


def _is_looked_at(a: Any, b: Any) -> bool:
    """Can it be seen where the elements lie? Of what is traced, on a device, or of a dtype that
    NumPy lacks, it is asked which memory they have in common."""
    ours = [each for each in (a, b) if isinstance(each, native.ndarray)]
    return not any(
        native.is_traced(each) or each.device != "cpu" or isinstance(each.dtype, ExtraDType)
        for each in ours
    )


def _place(array: Any) -> Any:
    """NumPy's array in the same place."""
    return array.detach().numpy() if isinstance(array, native.ndarray) else array


def broadcast_shapes(*args: int | Sequence[int]) -> tuple[int, ...]:
    """The shape that shapes broadcast to. Raises ValueError where they do not.

    >>> broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    try:
        return numpy.broadcast_shapes(*args)  # type: ignore[arg-type]
    except ValueError:
        raise InvalidValue(f"broadcast_shapes: shapes must broadcast; got {args}") from None


def isscalar(element: Any) -> bool:
    """Is it a number, and no array?

    >>> isscalar(3.0), isscalar([3.0])
    (True, False)
    """
    return numpy.isscalar(element)


def iterable(y: Any) -> bool:
    """Can a loop go over it?

    >>> iterable([1]), iterable(1)
    (True, False)
    """
    return numpy.iterable(y)


def shape(a: ArrayLike) -> tuple[int, ...]:
    """The extents of the axes of `a`.

    >>> shape([[1, 2, 3]])
    (1, 3)
    """
    return asarray(a).shape


def ndim(a: ArrayLike) -> int:
    """The number of axes of `a`.

    >>> ndim([[1, 2, 3]])
    2
    """
    return asarray(a).ndim


def size(a: ArrayLike, axis: int | Sequence[int] | None = None) -> int:
    """The number of elements of `a`, or along axes.

    >>> size([[1, 2, 3]])
    3
    """
    array = asarray(a)
    if axis is None:
        return array.size
    return math.prod(array.shape[place] for place in axes_of("size", array, axis))


__all__ = [
    "broadcast_shapes",
    "isscalar",
    "iterable",
    "matrix_transpose",
    "may_share_memory",
    "ndim",
    "permute_dims",
    "shape",
    "shares_memory",
    "size",
]
