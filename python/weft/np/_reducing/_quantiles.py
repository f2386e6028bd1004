"""NumPy's quantiles: those of elements as they are, with weights, and of what is not NaN.

Elements are sorted, and a method says at which place between two of them the value lies. Gradients
reach these two.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._base.spelling import named_arguments
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import Axis, array_of, floating, host, is_floating, last_axis, written
from weft.np._reducing._statistics import weights_like

# The two numbers of a method in the list of Hyndman and Fan (1996), by which places are counted.
_CONTINUOUS = {
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "linear": (1.0, 1.0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}
_STEPS = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation")
_OTHERS = ("lower", "higher", "midpoint", "nearest")
METHODS = (*_CONTINUOUS, *_STEPS, *_OTHERS)


def _places(xp: Any, shares: Any, count: Any, method: str) -> tuple[Any, Any, Any]:
    """Of places among `count` sorted elements: the element below, the one above, and how far it is
    from the one to the other.

    xp: whose functions compute: NumPy, or `_ops` where the count is an array
    """
    if method in _STEPS:
        half = 0.5 if method == "closest_observation" else 0.0
        place = shares * count - 1 - half
        below = xp.floor(place)
        whole = place == below
        if method == "averaged_inverted_cdf":
            return below, below + 1, xp.where(whole, 0.5, 1.0)
        if method == "closest_observation":
            whole = xp.logical_and(whole, xp.remainder(below, 2) == 1)
        found = xp.where(whole, below, below + 1)
        return found, found, found * 0
    if method in _CONTINUOUS:
        alpha, beta = _CONTINUOUS[method]
        place = shares * count + (alpha + shares * (1 - alpha - beta)) - 1
        place = (count - 1) * shares if method == "linear" else place
        below = xp.floor(place)
        return below, xp.ceil(place), place - below
    place = (count - 1) * shares
    if method == "midpoint":
        below, above = xp.floor(place), xp.ceil(place)
        return below, above, place * 0 + 0.5
    rounding = {"lower": xp.floor, "higher": xp.ceil, "nearest": xp.rint}[method]
    found = rounding(place)
    return found, found, found * 0


def _within(xp: Any, place: Any, count: Any) -> Any:
    """Places as indices, those outside at the first or the last element."""
    return xp.maximum(xp.minimum(place, count - 1), 0).astype("int64")


def _between(low: ndarray, high: ndarray, part: ndarray) -> ndarray:
    """From `low` a part of the way to `high`, from the nearer one, in NumPy's roundings."""
    part, way = part.astype(low.dtype), high - low
    found = _ops.where(part >= 0.5, high - way * (1 - part), low + way * part)
    # Infinity less infinity, and 0 times infinity, are no numbers: where both elements are the
    # same, it is that one.
    found = _ops.where(_ops.isfinite(way), found, low * (1 - part) + high * part)
    return _ops.where(low == high, low, found)


def _shares(where: str, q: ArrayLike, most: int) -> Any:
    """Shares from 0 to 1 as NumPy's float64, numbers of Python with all their digits. Those that
    are traced stay an array, and those outside count as 0 and 1."""
    if isinstance(q, ndarray) and native.is_traced(q):
        return _ops.clip(q.astype("float64") / most, 0.0, 1.0)
    found = numpy.asarray(host(q), "float64")
    if found.size and not (found.min() >= 0 and found.max() <= most):
        raise InvalidValue(f"{where}: `q` must be from 0 to {most}; got {found.tolist()}")
    return found / most


def _quantile(
    where: str,
    a: ArrayLike,
    shares: Any,
    axis: Axis,
    out: ndarray | None,
    method: str,
    keepdims: bool,
    weights: ArrayLike | None,
    skips_nan: bool,
) -> ndarray:
    if method not in METHODS:
        raise InvalidValue(f"{where}: `method` must be one of {METHODS}; got {method!r}")
    if weights is not None and method != "inverted_cdf":
        raise InvalidValue(
            f"{where}: `method` must be 'inverted_cdf' with `weights`; got {method!r}"
        )
    whole = floating(a)
    array, kept = last_axis(where, whole, axis)
    if array.shape[-1] == 0:
        raise InvalidValue(f"{where}: `a` must have elements along `axis`; got extent 0")
    flat = shares.reshape(-1)
    if weights is not None:
        shares_of = weights_like(where, whole, axis, floating(weights))
        given, _ = last_axis(where, _ops.broadcast_to(shares_of, whole.shape), axis)
        _check_weights(where, given)
        found = _weighted(array, flat, given, skips_nan)
    elif skips_nan:
        found = _counted(array, flat, method)
    else:
        ordered = _ops.sort(array, -1)
        count = array.shape[-1]
        xp = numpy if isinstance(flat, numpy.ndarray) else _ops
        below, above, part = _places(xp, flat, count, method)
        low, high = (
            _ops.take(ordered, array_of(_within(xp, place, count)), -1) for place in (below, above)
        )
        found = _between(low, high, array_of(part))
        found = _nan_where_any(ordered, found)
    found = _ops.moveaxis(found, -1, 0)
    return written(found.reshape(shares.shape + (kept if keepdims else array.shape[:-1])), out)


def _check_weights(where: str, weights: ndarray) -> None:
    """Raises ValueError for weights that say nothing, where their elements can be looked at."""
    if native.is_traced(weights):
        return
    found = weights.detach().asnumpy()
    if (found < 0).any():
        raise InvalidValue(f"{where}: `weights` must be at least 0; got {found.min()}")
    total = found.sum(-1)
    if not (numpy.isfinite(total).all() and total.all()):
        raise InvalidValue(
            f"{where}: `weights` must be finite, and some of them above 0; got "
            f"{found.reshape(-1).tolist()[:8]}"
        )


def _nan_where_any(ordered: ndarray, found: ndarray) -> ndarray:
    last = ordered[..., -1:]  # NaN, if any is
    return _ops.where(_ops.isnan(last), last, found)


def _counted(array: ndarray, shares: Any, method: str) -> ndarray:
    """Quantiles of what is not NaN, NaN where there is nothing else."""
    ordered = _ops.sort(array, -1)  # NaN last
    count = _ops.sum(_ops.logical_not(_ops.isnan(array)), -1, True).astype("float64")
    below, above, part = _places(_ops, array_of(shares), count, method)
    low, high = (
        _ops.take_along_axis(ordered, _within(_ops, place, count), -1) for place in (below, above)
    )
    return _between(low, high, part)


def _weighted(array: ndarray, shares: Any, weights: ndarray, skips_nan: bool) -> ndarray:
    """The first element up to which the share of all the weights lies."""
    is_nan = _ops.isnan(array)
    if skips_nan:
        weights = _ops.where(is_nan, 0.0, weights)
    order = _ops.argsort(array, -1)
    ordered = _ops.take_along_axis(array, order, -1)
    sums = _ops.cumsum(_ops.take_along_axis(weights, order, -1).astype("float64"), -1)
    part = sums / sums[..., -1:]
    # What has no weight is not found by a share of 0, either.
    below = _ops.logical_or(part[..., None, :] < array_of(shares)[:, None], part[..., None, :] == 0)
    index = _ops.minimum(_ops.sum(below, -1), array.shape[-1] - 1)
    found = _ops.take_along_axis(ordered, index, -1)
    if skips_nan:
        return _ops.where(_ops.all(is_nan, -1, True), numpy.nan, found)
    return _nan_where_any(ordered, found)


def _made(name: str, most: int, skips_nan: bool, doc: str) -> Callable[..., ndarray]:
    def call(
        a: ArrayLike,
        q: ArrayLike,
        axis: Axis = None,
        out: ndarray | None = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: ArrayLike | None = None,
    ) -> ndarray:
        shares = _shares(name, q, most)
        skips = skips_nan and is_floating(array_of(a))
        return _quantile(name, a, shares, axis, out, method, keepdims, weights, skips)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return named_arguments(call)


quantile = _made(
    "quantile",
    1,
    False,
    """The value below which the share `q` of the elements lies, along axes or of all.

    q: numbers from 0 to 1, of any shape, which comes first in the result's; they are read, but in
        hybridized blocks, where numbers outside count as 0 and 1
    out: array to write into; overwrite_input: changes nothing here
    method: of a place between two elements, by NumPy's names, such as "linear", "hazen" or "lower"
    weights: of the shape of `a`, or of its axes that are reduced; `method` is then "inverted_cdf"

    Where an element is NaN, so is the result. Raises ValueError for other numbers and methods, and
    where there are no elements.

    >>> from weft import np
    >>> np.quantile(np.array([3.0, 1.0, 2.0]), 0.25)
    array(1.5)
    """,
)
percentile = _made(
    "percentile",
    100,
    False,
    """`quantile` for shares in percent, from 0 to 100.

    >>> from weft import np
    >>> np.percentile(np.array([3.0, 1.0, 2.0]), 50)
    array(2.)
    """,
)
nanquantile = _made(
    "nanquantile",
    1,
    True,
    """`quantile` of what is not NaN; NaN where there is nothing else.

    >>> from weft import np
    >>> np.nanquantile(np.array([[3.0, np.nan, 2.0], [1.0, 2.0, 5.0]]), 0.5, axis=1)
    array([2.5, 2. ])
    """,
)
nanpercentile = _made(
    "nanpercentile",
    100,
    True,
    """`percentile` of what is not NaN; NaN where there is nothing else.

    >>> from weft import np
    >>> np.nanpercentile(np.array([3.0, np.nan, 2.0]), 50)
    array(2.5)
    """,
)


@named_arguments
def median(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> ndarray:
    """The element in the middle, or the mean of the two there.

    overwrite_input: changes nothing here

    >>> from weft import np
    >>> np.median(np.array([4.0, 1.0, 2.0, 3.0]))
    array(2.5)
    """
    return _quantile(
        "median", a, numpy.asarray(0.5), axis, out, "linear", keepdims, None, skips_nan=False
    )


@named_arguments
def nanmedian(
    a: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> ndarray:
    """`median` of what is not NaN; NaN where there is nothing else.

    >>> from weft import np
    >>> np.nanmedian(np.array([4.0, np.nan, 2.0]))
    array(3.)
    """
    skips = is_floating(array_of(a))
    return _quantile(
        "nanmedian", a, numpy.asarray(0.5), axis, out, "linear", keepdims, None, skips_nan=skips
    )


__all__ = [
    "median",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "quantile",
]
