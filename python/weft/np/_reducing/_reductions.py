"""Reductions with NumPy's arguments, in NumPy's order: `dtype` before `out` before `keepdims`,
`initial` and `where`.

Each is an operator; what the operator does not know is composed around it. A bool in the place
behind `axis` is `keepdims`, as the operators themselves have it.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import named_arguments
from weft._core.halves import widened
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _ops
from weft.np._arguments import Axis, array_of, is_floating, written
from weft.np._dtype_functions import isdtype, result_type
from weft.np._shortcuts import in_front_of

_WIDE = ("int64", "uint64", "float16", "bfloat16", "float32", "float64")


def _in_order(second: Any, third: Any, keepdims: Any) -> tuple[Any, Any, Any]:
    """`dtype`, `out`, `keepdims`, where a bool in the first place is the last one of them."""
    if isinstance(second, bool):
        return third, None, second
    return second, third, keepdims


def _total(
    name: str,
    neutral: int,
    join: Callable[..., ndarray],
    a: ArrayLike,
    axis: Axis,
    dtype: DTypeLike,
    out: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> ndarray:
    """A sum or a product."""
    operator = getattr(_ops, name)
    if where is True and initial is None and dtype is None:
        return operator(a, axis, keepdims, out=out)
    kind = None if dtype is None else result_type(dtype)
    array = array_of(a)
    if kind is not None and kind.name not in _WIDE:  # in fewer bits, where it goes round alike
        if isdtype(kind, "bool"):
            raise InvalidType(f"{name}: `dtype` must be numeric; got bool")
        array = array.astype(kind)
    if where is not True:
        array = _ops.where(where, array, neutral)
    found = operator(array, axis, keepdims, kind if kind and kind.name in _WIDE else None)
    if kind is not None and found.dtype != kind:
        found = found.astype(kind)
    return written(found if initial is None else join(found, initial), out)


@in_front_of(_ops.sum, 2, "axis", "keepdims")
def sum(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Sum over axes; bool and integers add in 64 bits. An empty sum is 0.

    a: any real dtype; axis: axis or axes to reduce, None for all
    dtype: to compute in; out: array to write into; keepdims: keep the reduced axes with extent 1
    initial: is added; where: bools that broadcast with `a`, which elements count

    >>> from weft import np
    >>> np.sum(np.array([[1, 2], [3, 4]]), axis=0, initial=10)
    array([14, 16])
    """
    dtype, out, keepdims = _in_order(dtype, out, keepdims)
    return _total("sum", 0, _ops.add, a, axis, dtype, out, keepdims, initial, where)


@in_front_of(_ops.prod, 2, "axis", "keepdims")
def prod(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Product over axes; bool and integers multiply in 64 bits. An empty product is 1.

    Arguments as for `sum`; initial: a factor

    >>> from weft import np
    >>> np.prod(np.array([2, 3, 4]), where=np.array([True, False, True]))
    array(8)
    """
    dtype, out, keepdims = _in_order(dtype, out, keepdims)
    return _total("prod", 1, _ops.multiply, a, axis, dtype, out, keepdims, initial, where)


def _counts(array: ndarray, axis: Axis, keepdims: bool, where: Any) -> ndarray:
    mask = _ops.broadcast_to(array_of(where), array.shape)
    return _ops.sum(mask.astype("int64"), axis, keepdims)


@in_front_of(_ops.mean, 2, "axis", "keepdims")
def mean(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> ndarray:
    """Mean over axes; of integers in the default float.

    Arguments as for `sum`; where no element counts, the mean is NaN

    >>> from weft import np
    >>> np.mean(np.array([1.0, 2.0, 6.0]), where=np.array([True, True, False]))
    array(1.5)
    """
    dtype, out, keepdims = _in_order(dtype, out, keepdims)
    floating = ("real floating", "complex floating")
    if where is True and (dtype is None or isdtype(dtype, floating)):
        return _ops.mean(a, axis, keepdims, dtype, out=out)
    array = array_of(a)
    if where is True:  # as NumPy: elements are cast first, and the quotient at last
        whole = array.astype(dtype)
        return written(_ops.mean(whole, axis, keepdims, "float64").astype(dtype), out)
    wide = widened(array) if dtype is None else array.astype(dtype)
    wide = wide if is_floating(wide) else wide.astype("float32")
    total = _ops.sum(_ops.where(where, wide, 0), axis, keepdims)
    found = total / _counts(array, axis, keepdims, where).astype(total.dtype)
    kind = dtype if dtype is not None else array.dtype if is_floating(array) else None
    return written(found if kind is None else found.astype(kind), out)


def _moment(name: str, doc: str) -> Callable[..., ndarray]:
    operator = getattr(_ops, name)

    def call(
        a: ArrayLike,
        axis: Axis = None,
        dtype: DTypeLike = None,
        out: ndarray | None = None,
        ddof: float = 0.0,
        keepdims: bool = False,
        *,
        where: ArrayLike = True,
        mean: ArrayLike | None = None,
        correction: float | None = None,
    ) -> ndarray:
        dtype, out, keepdims = _in_order(dtype, out, keepdims)
        if correction is not None and ddof:
            raise InvalidValue(f"{name}: give `ddof` or `correction`; got both")
        if where is True and mean is None:
            options = {} if correction is None else {"correction": correction}
            return operator(a, axis, keepdims, dtype, ddof, out=out, **options)
        array = array_of(a)
        wide = widened(array) if dtype is None else array.astype(dtype)
        wide = wide if is_floating(wide) else wide.astype("float32")
        middle = _mean_of(wide, axis, where) if mean is None else array_of(mean)
        squares = _square_sizes(wide - middle)
        mask = _ops.broadcast_to(array_of(where), array.shape)
        total = _ops.sum(_ops.where(mask, squares, 0), axis, keepdims)
        less = ddof if correction is None else correction
        count = _ops.sum(mask.astype("int64"), axis, keepdims).astype(total.dtype)
        found = total / _ops.maximum(count - less, 0)
        found = found if name == "var" else _root(found)
        own = array.dtype if is_floating(array) and array.dtype.kind != "c" else None
        kind = dtype if dtype is not None else own
        return written(found if kind is None else found.astype(kind), out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return in_front_of(operator, 2, "axis", "keepdims", "ddof")(call)


def _square_sizes(x: ndarray) -> ndarray:
    """The squares of sizes, of complex numbers, too."""
    if x.dtype.kind != "c":
        return _ops.square(x)
    return _ops.square(_ops.real(x)) + _ops.square(_ops.imag(x))


def _root(x: ndarray) -> ndarray:
    """The square root, whose gradient is zero at zero."""
    positive = x > 0
    return _ops.where(positive, _ops.sqrt(_ops.where(positive, x, 1)), x)


def _mean_of(wide: ndarray, axis: Axis, where: Any) -> ndarray:
    total = _ops.sum(_ops.where(where, wide, 0), axis, True)
    return total / _counts(wide, axis, True, where).astype(total.dtype)


var = _moment(
    "var",
    """Variance over axes: the mean square distance from the mean.

    ddof, correction: subtracted from the number of elements, by which the squares are divided
    mean: the mean over the same axes with `keepdims`, if it is known; others as for `sum`

    >>> from weft import np
    >>> np.var(np.array([1.0, 2.0, 3.0]), ddof=1)
    array(1.)
    """,
)
std = _moment(
    "std",
    """Standard deviation over axes: the root of the variance. Arguments as for `var`.

    >>> from weft import np
    >>> np.std(np.array([1.0, 3.0]))
    array(1.)
    """,
)


def _limit(dtype: Any, lowest: bool) -> Any:
    """The least or the greatest number of a dtype."""
    if dtype.kind == "b":
        return not lowest
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        return int(info.min if lowest else info.max)
    return -numpy.inf if lowest else numpy.inf


def _extreme(
    name: str, a: Any, axis: Axis, out: Any, keepdims: Any, initial: Any, where: Any
) -> ndarray:
    if isinstance(out, bool):
        out, keepdims = None, out
    operator = getattr(_ops, name)
    if where is True and initial is None:
        return operator(a, axis, keepdims, out=out)
    array = array_of(a)
    join = _ops.maximum if name == "max" else _ops.minimum
    if where is not True:
        if initial is None:
            raise InvalidValue(f"{name}: `initial` must be given with `where`")
        array = _ops.where(where, array, _filled(array, _limit(array.dtype, name == "max")))
    # One more element for each result, so that there may be none along the axes.
    if not array.size:
        shape = numpy.empty(array.shape, bool).sum(axis, keepdims=keepdims).shape
        return written(_ops.broadcast_to(array_of(initial).astype(array.dtype), shape), out)
    return written(join(operator(array, axis, keepdims), initial), out)


def _filled(array: ndarray, value: Any) -> ndarray:
    return array_of(numpy.asarray(value)).astype(array.dtype)


@in_front_of(_ops.max, 2, "axis", "keepdims")
def max(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Largest element over axes; NaN wins.

    initial: also one of the elements; where: which elements count, with `initial` only

    Raises ValueError where an axis that is reduced has no elements, without `initial`.

    >>> from weft import np
    >>> np.max(np.array([[1, 5], [3, 4]]), axis=1, initial=4)
    array([5, 4])
    """
    return _extreme("max", a, axis, out, keepdims, initial, where)


@in_front_of(_ops.min, 2, "axis", "keepdims")
def min(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Smallest element over axes; NaN wins. Arguments as for `max`.

    >>> from weft import np
    >>> np.min(np.array([[1, 5], [3, 4]]), axis=1)
    array([1, 3])
    """
    return _extreme("min", a, axis, out, keepdims, initial, where)


@in_front_of(_ops.all, 2, "axis", "keepdims")
def all(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> ndarray:
    """Truth of every element over axes being true; true of none.

    where: which elements count

    >>> from weft import np
    >>> np.all(np.array([[True, False], [True, True]]), axis=1)
    array([False,  True])
    """
    return _truth("all", True, a, axis, out, keepdims, where)


@in_front_of(_ops.any, 2, "axis", "keepdims")
def any(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> ndarray:
    """Truth of some element over axes being true; false of none. Arguments as for `all`.

    >>> from weft import np
    >>> np.any(np.array([[False, False], [True, True]]), axis=1)
    array([False,  True])
    """
    return _truth("any", False, a, axis, out, keepdims, where)


def _truth(
    name: str, neutral: bool, a: Any, axis: Axis, out: Any, keepdims: Any, where: Any
) -> ndarray:
    if isinstance(out, bool):
        out, keepdims = None, out
    array = a if where is True else _ops.where(where, array_of(a) != 0, neutral)
    return getattr(_ops, name)(array, axis, keepdims, out=out)


def _index(name: str, doc: str) -> Callable[..., ndarray]:
    operator = getattr(_ops, name)

    def call(
        a: ArrayLike, axis: int | None = None, out: ndarray | None = None, *, keepdims: bool = False
    ) -> ndarray:
        if isinstance(out, bool):
            out, keepdims = None, out
        return operator(a, axis, keepdims, out=out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return in_front_of(operator, 2, "axis", "keepdims", "ddof")(call)


argmax = _index(
    "argmax",
    """Index of the first largest element along an axis, or of the flattened array, as int64.

    >>> from weft import np
    >>> np.argmax(np.array([[1, 5], [7, 4]]), axis=1)
    array([1, 0])
    """,
)
argmin = _index(
    "argmin",
    """Index of the first smallest element along an axis, or of the flattened array, as int64.

    >>> from weft import np
    >>> np.argmin(np.array([[1, 5], [7, 4]]), axis=1)
    array([0, 1])
    """,
)


@named_arguments
def ptp(
    a: ArrayLike, axis: Axis = None, out: ndarray | None = None, keepdims: bool = False
) -> ndarray:
    """Largest less smallest element over axes.

    >>> from weft import np
    >>> np.ptp(np.array([3, 1, 7]))
    array(6)
    """
    if isinstance(out, bool):
        out, keepdims = None, out
    return _ops.ptp(a, axis, keepdims, out=out)


amax, amin = max, min

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "max",
    "mean",
    "min",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
]
