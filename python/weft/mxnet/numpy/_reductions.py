"""Sums, means, extremes and quantiles along axes, with MXNet's order of arguments and its dtypes:
means of integers are of the default dtype, variances of integers are integers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._made import wrapping
from weft.mxnet._modes import default_dtype
from weft.mxnet.numpy._creation import written

Axis = int | Sequence[int] | None


def _array(a: Any) -> ndarray:
    return a if isinstance(a, ndarray) else np.asarray(a)


def sum(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    out: ndarray | None = None,
    keepdims: bool | None = None,
    initial: Any = None,
    where: Any = None,
) -> ndarray:
    """The sum along axes, or of all elements, in the dtype of `a` unless another is given; of bools
    as int64.

    Raises NotImplementedError for `initial` and `where`.
    """
    _refuse("sum", initial=initial, where=where)
    array = _array(a)
    return written(_summed(np.sum, array, axis, keepdims, dtype), out)


def _summed(
    function: Callable[..., ndarray], array: ndarray, axis: Axis, keepdims: Any, dtype: Any
) -> ndarray:
    """A sum or product, in the wider one of the dtypes of the array and of the result."""
    wanted = dtype or (None if array.dtype.kind == "b" else array.dtype)
    if wanted is None:
        return function(array, axis, bool(keepdims))
    if array.dtype.kind == "f":
        wide = np.result_type(array.dtype, wanted)
    else:
        wide = wanted if numpy.dtype(wanted).kind == "f" else None
    found = function(array, axis, bool(keepdims), wide)
    return found if found.dtype == wanted else wrapping(found, wanted)


def _refuse(name: str, **arguments: Any) -> None:
    for argument, value in arguments.items():
        if value is not None:
            raise NotImplementedError(f"{name}: `{argument}` must be left out; got {value!r}")


def prod(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: Any = None,
) -> ndarray:
    """The product along axes, or of all elements, in the dtype of `a` unless another is given; of
    bools as int64."""
    _refuse("prod", initial=initial)
    return written(_summed(np.prod, _array(a), axis, keepdims, dtype), out)


def mean(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    out: ndarray | None = None,
    keepdims: bool = False,
) -> ndarray:
    """The mean along axes, or of all elements; of integers in the default dtype."""
    array = _array(a)
    if dtype is None and array.dtype.kind in "iub":
        dtype = default_dtype()
    if dtype is None or numpy.dtype(dtype).kind == "f":
        return written(np.mean(array, axis, bool(keepdims), dtype), out)
    return written(wrapping(np.mean(array, axis, bool(keepdims)), dtype), out)


def _moment(name: str, function: Callable[..., ndarray], what: str) -> Callable[..., ndarray]:
    def moment(
        a: ArrayLike,
        axis: Axis = None,
        dtype: Any = None,
        out: ndarray | None = None,
        correction: float = 0,
        keepdims: bool = False,
        ddof: float | None = None,
    ) -> ndarray:
        array = _array(a)
        degrees = correction if ddof is None else ddof
        is_whole = dtype is None and array.dtype.kind in "iub"
        found = function(array, axis, keepdims=bool(keepdims), dtype=dtype, ddof=degrees)
        return written(found.astype(array.dtype) if is_whole else found, out)

    moment.__name__ = moment.__qualname__ = name
    moment.__doc__ = f"The {what} along axes, or of all elements; of integers in their dtype."
    return moment


std = _moment("std", np.std, "standard deviation")
var = _moment("var", np.var, "variance")


def _chosen(name: str, function: Callable[..., ndarray], what: str) -> Callable[..., ndarray]:
    def choose(
        a: ArrayLike,
        axis: Any = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Any = None,
    ) -> ndarray:
        _refuse(name, initial=initial)
        if np.ndim(a) == 0 and axis in (0, -1):
            axis = None
        return written(function(a, axis, bool(keepdims)), out)

    choose.__name__ = choose.__qualname__ = name
    choose.__doc__ = f"{what} along axes, or of all elements."
    return choose


max = _chosen("max", np.max, "The largest element")
min = _chosen("min", np.min, "The smallest element")
amax, amin = max, min
all = _chosen("all", np.all, "Are all elements true")
any = _chosen("any", np.any, "Is any element true")
argmax = _chosen("argmax", np.argmax, "The index of the largest element")
argmin = _chosen("argmin", np.argmin, "The index of the smallest element")


def sometrue(
    a: ArrayLike, axis: Axis = None, keepdims: bool = False, out: ndarray | None = None
) -> ndarray:
    """Is any element true, along axes or of all."""
    return any(a, axis, out, keepdims)


def cumsum(
    a: ArrayLike, axis: int | None = None, dtype: Any = None, out: ndarray | None = None
) -> ndarray:
    """Sums of the elements up to each one, along an axis or in the flat array."""
    array = _array(a)
    wanted = numpy.dtype(dtype or ("int64" if array.dtype.kind == "b" else array.dtype))
    wide = wanted if wanted.kind == "f" or wanted.itemsize == 8 else None
    found = np.cumsum(array, axis, wide)
    return written(found if found.dtype == wanted else wrapping(found, wanted), out)


def average(
    a: ArrayLike,
    axis: Axis = None,
    weights: ArrayLike | None = None,
    returned: bool = False,
    out: ndarray | None = None,
) -> Any:
    """The mean with weights; with `returned` the pair of it and the sum of the weights."""
    found = np.average(a, axis, weights, returned)
    return found if returned else written(found, out)


def _quantile(name: str, function: Callable[..., ndarray], what: str) -> Callable[..., ndarray]:
    def quantile(
        a: ArrayLike,
        q: ArrayLike,
        axis: Axis = None,
        out: ndarray | None = None,
        overwrite_input: bool | None = None,
        interpolation: str = "linear",
        keepdims: bool = False,
        method: str | None = None,
    ) -> ndarray:
        if overwrite_input:
            raise NotImplementedError(f"{name}: `overwrite_input` must be False")
        if method is None and interpolation not in _INTERPOLATIONS:
            known = ", ".join(map(repr, _INTERPOLATIONS))
            raise InvalidValue(
                f"{name}: `interpolation` must be one of {known}; got {interpolation!r}"
            )
        way = interpolation if method is None else method
        return written(function(a, q, axis, method=way, keepdims=keepdims), out)

    quantile.__name__ = quantile.__qualname__ = name
    quantile.__doc__ = f"{what}\n\nmethod: NumPy's word for `interpolation`, with all its ways"
    return quantile


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")
quantile = _quantile(
    "quantile", np.quantile, "The value below which the share `q`, from 0 to 1, of elements lies."
)
percentile = _quantile(
    "percentile", np.percentile, "`quantile` for shares in percent, from 0 to 100."
)
nanquantile = _quantile("nanquantile", np.nanquantile, "`quantile` of what is not NaN.")
nanpercentile = _quantile("nanpercentile", np.nanpercentile, "`percentile` of what is not NaN.")


def median(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    overwrite_input: bool | None = None,
    keepdims: bool = False,
) -> ndarray:
    """The element in the middle, or the mean of the two there."""
    return quantile(a, 0.5, axis, out, overwrite_input, "linear", keepdims)


def histogram(
    a: ArrayLike,
    bins: Any = 10,
    range: Any = None,
    normed: Any = None,
    weights: Any = None,
    density: Any = None,
) -> tuple[ndarray, ndarray]:
    """How many elements are in each of several bins, and the bins' edges.

    bins: how many, or their edges as an array; range: of all bins, by default that of the elements
    """
    if normed:
        raise NotImplementedError("histogram: `normed` must be left out; use `density`")
    if not isinstance(bins, int | ndarray | Sequence):
        raise InvalidType(f"histogram: `bins` must be an integer or edges; got {bins!r}")
    return np.histogram(a, bins, range, weights=weights, density=bool(density))


product = prod

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "cumsum",
    "histogram",
    "max",
    "mean",
    "median",
    "min",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "prod",
    "product",
    "quantile",
    "sometrue",
    "std",
    "sum",
    "var",
]
