"""What is known of an array without its elements: its extents, and whose memory it is on."""

from collections.abc import Sequence

from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np._creation import asarray


def permute_dims(a: ArrayLike, axes: Sequence[int]) -> ndarray:
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


def may_share_memory(a: ndarray, b: ndarray) -> bool:
    """May a write to one array be seen through the other?

    >>> from weft import np
    >>> x = np.zeros(4)
    >>> may_share_memory(x, x[1:]), may_share_memory(x, x.copy())
    (True, False)
    """
    return native.shares_box(a, b)


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


def size(a: ArrayLike) -> int:
    """The number of elements of `a`.

    >>> size([[1, 2, 3]])
    3
    """
    return asarray(a).size


__all__ = [
    "matrix_transpose",
    "may_share_memory",
    "ndim",
    "permute_dims",
    "shape",
    "size",
]
