"""Running sums and products along an axis, as NumPy and the array API have them."""

from typing import Any

from weft._base.errors import InvalidValue
from weft._base.spelling import named_arguments
from weft._core import native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, axis_of, written
from weft.np._dtype_functions import result_type
from weft.np._shortcuts import in_front_of

_WIDE = ("int64", "uint64", "float16", "bfloat16", "float32", "float64")


def _run(operator: Any, a: ArrayLike, axis: Any, dtype: DTypeLike, out: Any) -> ndarray:
    if dtype is None or result_type(dtype).name in _WIDE:
        return operator(a, axis, dtype, out=out)
    kind = result_type(dtype)  # of fewer bits, where it goes round alike
    return written(operator(array_of(a).astype(kind), axis).astype(kind), out)


@in_front_of(_ops.cumsum, 2, "axis")
def cumsum(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Running sum along an axis, or along the flat array; bool and integers add in 64 bits.

    >>> from weft import np
    >>> np.cumsum(np.array([1, 2, 3]))
    array([1, 3, 6])
    """
    return _run(_ops.cumsum, a, axis, dtype, out)


@in_front_of(_ops.cumprod, 2, "axis")
def cumprod(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Running product along an axis, or along the flat array.

    >>> from weft import np
    >>> np.cumprod(np.array([1, 2, 3]))
    array([1, 2, 6])
    """
    return _run(_ops.cumprod, a, axis, dtype, out)


def _cumulative(
    where: str, operator: Any, neutral: int, x: Any, axis: Any, dtype: Any, out: Any, begin: bool
) -> ndarray:
    array = array_of(x)
    if axis is None:
        if array.ndim != 1:
            raise InvalidValue(
                f"{where}: `axis` must be given for an array of rank {array.ndim}; got None"
            )
        axis = 0
    axis = axis_of(where, array, axis)
    found = _run(operator, array, axis, dtype, None)
    if begin:
        shape = [1 if place == axis else n for place, n in enumerate(found.shape)]
        first = _ops.broadcast_to(native.array(neutral).astype(found.dtype), shape)
        found = _ops.concatenate([first, found], axis)
    return written(found, out)


@named_arguments
def cumulative_sum(
    x: ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    include_initial: bool = False,
) -> ndarray:
    """Running sum along an axis, which may be left out for a vector.

    include_initial: begins with the sum of nothing, 0

    >>> from weft import np
    >>> np.cumulative_sum(np.array([1, 2, 3]), include_initial=True)
    array([0, 1, 3, 6])
    """
    return _cumulative("cumulative_sum", _ops.cumsum, 0, x, axis, dtype, out, include_initial)


@named_arguments
def cumulative_prod(
    x: ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    include_initial: bool = False,
) -> ndarray:
    """Running product along an axis, which may be left out for a vector.

    include_initial: begins with the product of nothing, 1

    >>> from weft import np
    >>> np.cumulative_prod(np.array([1, 2, 3]), include_initial=True)
    array([1, 1, 2, 6])
    """
    return _cumulative("cumulative_prod", _ops.cumprod, 1, x, axis, dtype, out, include_initial)


__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum"]
