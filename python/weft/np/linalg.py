"""Linear algebra.

>>> from weft import np
>>> np.linalg.norm(np.array([3.0, 4.0]))
array(5.)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue as _InvalidValue
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray
from weft.np._extents import ndim as _ndim


def norm(
    x: ArrayLike,
    ord: float | str | None = None,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
) -> ndarray:
    """Length of vectors, or of matrices where `axis` names two axes.

    ord: None or 'fro' is the root of the sum of squares; a number is the order of a vector's norm;
        1, -1, inf and -inf are those of a matrix
    axis: None takes all axes

    Raises ValueError for an order that the axes do not have, NotImplementedError for orders of
    matrices that need singular values.

    >>> from weft import np
    >>> norm(np.array([[1.0, -2.0], [3.0, 4.0]]), ord=1)
    array(6.)
    """
    if isinstance(ord, str):
        if ord != "fro":
            raise _InvalidValue(f"norm: `ord` must be a number or 'fro'; got {ord!r}")
        ord = None
        axes = _ndim(x) if axis is None else 1 if isinstance(axis, int) else len(axis)
        if axes != 2:
            raise _InvalidValue(f"norm: `ord` 'fro' is for matrices, of two axes; got {axes}")
    elif ord is not None and axis is None and _ndim(x) == 2:
        axis = (0, 1)
    return _OPERATORS["norm"](x, ord=ord, axis=axis, keepdims=keepdims)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np.linalg", _words.FUNCTIONS)

__all__ = ["norm"]
__dir__ = __all__.copy
