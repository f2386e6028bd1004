"""NumPy's reductions that pass over NaN: compositions of operators, so they run in hybridized
functions, and gradients pass them; what is NaN gets none."""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import named_arguments
from weft._core.halves import widened
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _ops
from weft.np._arguments import Axis, array_of, is_floating, written
from weft.np._dtype_functions import result_type
from weft.np._reducing import _reductions, _running


def _instead_of_nan(array: ndarray, value: float) -> ndarray:
    """The array with a number in the place of NaN, which gets no gradient."""
    return _ops.where(_ops.isnan(array), value, array) if is_floating(array) else array


def _known(array: ndarray, where: Any) -> Any:
    """Which elements count: those that are a number, and that `where` names."""
    known = _ops.logical_not(_ops.isnan(array))
    return known if where is True else _ops.logical_and(known, where)


@named_arguments
def nansum(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Sum over axes of what is not NaN; a sum of nothing is 0. Arguments as for `sum`.

    >>> from weft import np
    >>> np.nansum(np.array([[1.0, np.nan], [3.0, 4.0]]), axis=0)
    array([4., 4.])
    """
    array = _instead_of_nan(array_of(a), 0)
    return _reductions.sum(array, axis, dtype, out, keepdims, initial, where)


@named_arguments
def nanprod(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Product over axes of what is not NaN; a product of nothing is 1. Arguments as for `sum`.

    >>> from weft import np
    >>> np.nanprod(np.array([2.0, np.nan, 3.0]))
    array(6.)
    """
    array = _instead_of_nan(array_of(a), 1)
    return _reductions.prod(array, axis, dtype, out, keepdims, initial, where)


@named_arguments
def nancumsum(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Running sum along an axis, or along the flat array, with NaN as 0.

    >>> from weft import np
    >>> np.nancumsum(np.array([1.0, np.nan, 3.0]))
    array([1., 1., 4.])
    """
    return _running.cumsum(_instead_of_nan(array_of(a), 0), axis, dtype, out)


@named_arguments
def nancumprod(
    a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Running product along an axis, or along the flat array, with NaN as 1.

    >>> from weft import np
    >>> np.nancumprod(np.array([2.0, np.nan, 3.0]))
    array([2., 2., 6.])
    """
    return _running.cumprod(_instead_of_nan(array_of(a), 1), axis, dtype, out)


def _floating_or_none(where: str, dtype: DTypeLike) -> None:
    kind = None if dtype is None else result_type(dtype)
    if kind is not None and not kind.name.startswith(("float", "bfloat", "complex")):
        raise InvalidType(f"{where}: `dtype` must be floating; got {kind.name}")


@named_arguments
def nanmean(
    a: ArrayLike,
    axis: Axis = None,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike = True,
) -> ndarray:
    """Mean over axes of what is not NaN; NaN where there is nothing else. Arguments as for `mean`.

    >>> from weft import np
    >>> np.nanmean(np.array([[1.0, np.nan], [3.0, 4.0]]), axis=0)
    array([2., 4.])
    """
    array = array_of(a)
    if is_floating(array):
        _floating_or_none("nanmean", dtype)
        where = _known(array, where)
    return _reductions.mean(array, axis, dtype, out, keepdims, where=where)


_PARTS = {"complex64": "float32", "complex128": "float64"}


def _moment(name: str, doc: str) -> Callable[..., ndarray]:
    whole = getattr(_reductions, name.removeprefix("nan"))

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
        array = array_of(a)
        options: dict[str, Any] = {"where": where, "mean": mean, "correction": correction}
        if not is_floating(array):
            return whole(array, axis, dtype, out, ddof, keepdims, **options)
        _floating_or_none(name, dtype)
        of_parts = dtype is not None and result_type(dtype).name in _PARTS
        if of_parts and array.dtype.kind != "c":  # of reals, the result is real
            part = _PARTS[result_type(dtype).name]
            found = call(array, axis, part, None, ddof, keepdims, **options)
            return written(found.astype(dtype), out)
        known = _known(array, where)
        wide = widened(array) if dtype is None else array.astype(dtype)
        # 0 in the place of NaN, which no square may be.
        options |= {"where": known}
        found = whole(_instead_of_nan(wide, 0), axis, dtype, None, ddof, keepdims, **options)
        count = _ops.sum(_ops.broadcast_to(known, array.shape).astype("int64"), axis, keepdims)
        less = ddof if correction is None else correction
        found = _ops.where(count - less > 0, found, numpy.nan)
        own = found if dtype is not None or array.dtype.kind == "c" else found.astype(array.dtype)
        return written(own, out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return named_arguments(call)


nanvar = _moment(
    "nanvar",
    """Variance over axes of what is not NaN; NaN where too little is left. Arguments as for `var`.

    >>> from weft import np
    >>> np.nanvar(np.array([1.0, np.nan, 3.0]))
    array(1.)
    """,
)
nanstd = _moment(
    "nanstd",
    """Standard deviation over axes of what is not NaN; NaN where too little is left. Arguments as
    for `var`.

    >>> from weft import np
    >>> np.nanstd(np.array([1.0, np.nan, 3.0]))
    array(1.)
    """,
)


@named_arguments
def nanmax(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Largest element over axes of what is not NaN; NaN where there is nothing else.

    Raises ValueError where an axis that is reduced has no elements. Arguments as for `max`.

    >>> from weft import np
    >>> np.nanmax(np.array([1.0, np.nan, 3.0]))
    array(3.)
    """
    return _extreme(_reductions.max, -numpy.inf, a, axis, out, keepdims, initial, where)


@named_arguments
def nanmin(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """Smallest element over axes of what is not NaN; NaN where there is nothing else.

    Raises ValueError where an axis that is reduced has no elements. Arguments as for `max`.

    >>> from weft import np
    >>> np.nanmin(np.array([1.0, np.nan, 3.0]))
    array(1.)
    """
    return _extreme(_reductions.min, numpy.inf, a, axis, out, keepdims, initial, where)


def _extreme(
    reduce: Any, limit: float, a: Any, axis: Axis, out: Any, keepdims: Any, initial: Any, where: Any
) -> ndarray:
    array = array_of(a)
    if isinstance(out, bool):
        out, keepdims = None, out
    found = reduce(_instead_of_nan(array, limit), axis, None, keepdims, initial, where)
    if is_floating(array) and initial is None:
        nothing = _ops.all(_ops.isnan(array), axis, bool(keepdims))
        found = _ops.where(nothing, numpy.nan, found)
    return written(found, out)


def _index(name: str, limit: float, doc: str) -> Callable[..., ndarray]:
    operator = getattr(_ops, name.removeprefix("nan"))

    def call(
        a: ArrayLike, axis: int | None = None, out: ndarray | None = None, *, keepdims: bool = False
    ) -> ndarray:
        array = array_of(a)
        if is_floating(array):
            nothing = _ops.all(_ops.isnan(array), axis)
            if bool(_ops.any(nothing)):
                raise InvalidValue(f"{name}: every row must have an element that is not NaN")
            # Beside infinities of that sign NaN must not be found, so it is told apart from these.
            filled = _instead_of_nan(array, limit)
            best = operator(filled, axis, True)
            chosen = _chosen(array, filled, best, axis)
            best = _ops.where(_ops.isnan(chosen), _first_known(array, axis), best)
            best = best if keepdims else _without(best, axis)
            return written(best, out)
        return operator(array, axis, bool(keepdims), out=out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return named_arguments(call)


def _chosen(array: ndarray, filled: ndarray, best: ndarray, axis: int | None) -> ndarray:
    if axis is None:
        return _ops.take(array.reshape(-1), best.reshape(-1)).reshape(best.shape)
    return _ops.take_along_axis(array, best, axis)


def _first_known(array: ndarray, axis: int | None) -> ndarray:
    return _ops.argmax(_ops.logical_not(_ops.isnan(array)), axis, True)


def _without(best: ndarray, axis: int | None) -> ndarray:
    return best.reshape(()) if axis is None else _ops.squeeze(best, axis)


nanargmax = _index(
    "nanargmax",
    -numpy.inf,
    """Index of the first largest element that is not NaN along an axis, or of the flat array.

    Raises ValueError where there is nothing but NaN, which is looked at, so no trace has it.

    >>> from weft import np
    >>> np.nanargmax(np.array([1.0, np.nan, 3.0]))
    array(2)
    """,
)
nanargmin = _index(
    "nanargmin",
    numpy.inf,
    """Index of the first smallest element that is not NaN along an axis, or of the flat array.

    Raises ValueError where there is nothing but NaN, which is looked at, so no trace has it.

    >>> from weft import np
    >>> np.nanargmin(np.array([np.nan, 4.0, 3.0]))
    array(2)
    """,
)

__all__ = [
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
]
