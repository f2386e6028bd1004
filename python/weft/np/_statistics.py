"""NumPy's statistics and signals of one axis: means with weights, quantiles, counts, differences,
polynomials, interpolation, window functions.

What is made of operators is differentiated. Counts read values: a trace takes them for constants.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import array_of, axis_of, floating

_Axis = int | Sequence[int] | None


def average(
    a: ArrayLike, axis: _Axis = None, weights: ArrayLike | None = None, returned: bool = False
) -> Any:
    """The mean with weights.

    weights: of the shape of `a`, or a vector as long as `axis`
    returned: gives the pair of the mean and the sum of the weights

    Raises TypeError and ValueError for weights that do not fit.

    >>> from weft import np
    >>> np.average(np.array([1.0, 2.0]), weights=np.array([3.0, 1.0]))
    array(1.25)
    """
    array = floating(a)
    if weights is None:
        found = _ops.mean(array, axis)
        total = _creation.full_like(found, array.size / max(found.size, 1))
    else:
        shares = _broadcast_weights(array, axis, floating(weights))
        total = _ops.sum(_ops.broadcast_to(shares, array.shape), axis)
        found = _ops.sum(array * shares, axis) / total
    return (found, total) if returned else found


def _broadcast_weights(array: ndarray, axis: Any, weights: ndarray) -> ndarray:
    if weights.shape == array.shape:
        return weights
    if axis is None:
        raise InvalidType(
            "average: `axis` must be given where `weights` have another shape than `a`; "
            f"got {weights.shape} and {array.shape}"
        )
    fits = not isinstance(axis, Sequence) and weights.ndim == 1
    if not fits or weights.size != array.shape[axis_of("average", array, axis)]:
        raise InvalidValue(
            f"average: `weights` must be a vector as long as axis {axis} of `a`; "
            f"got {weights.shape} and {array.shape}"
        )
    shape = [1] * array.ndim
    shape[axis] = weights.size
    return weights.reshape(shape)


def _shares(q: ArrayLike) -> numpy.ndarray:
    """Shares as NumPy's float64, numbers of Python with all their digits."""
    return numpy.asarray(q.asnumpy() if isinstance(q, native.ndarray) else q, "float64")


_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: _Axis = None,
    *,
    method: str = "linear",
    keepdims: bool = False,
) -> ndarray:
    """The value below which the share `q` of the elements lies, along an axis or of all.

    q: numbers from 0 to 1, of any shape, which comes first in the result's
    method: of a place between two elements: "linear", "lower", "higher", "midpoint" or "nearest"

    Where an element is NaN, so is the result. Raises ValueError for other numbers and methods, and
    where there are no elements.

    >>> from weft import np
    >>> np.quantile(np.array([3.0, 1.0, 2.0]), 0.25)
    array(1.5)
    """
    if method not in _METHODS:
        raise InvalidValue(f"quantile: `method` must be one of {_METHODS}; got {method!r}")
    shares = _shares(q)
    if shares.size and not (shares.min() >= 0 and shares.max() <= 1):
        raise InvalidValue(f"quantile: `q` must be from 0 to 1; got {shares.tolist()}")
    array, kept = _one_axis("quantile", floating(a), axis)
    if array.shape[-1] == 0:
        raise InvalidValue("quantile: `a` must have elements along `axis`; got extent 0")
    ordered = _ops.sort(array, -1)
    below, above, part = _places(shares.reshape(-1) * (array.shape[-1] - 1), method)
    low = _ops.take(ordered, native.array(below), -1)
    high = _ops.take(ordered, native.array(above), -1)
    shares_of = [native.array(each, array.dtype) for each in (1 - part, part)]
    # 0 times infinity is no number: where both elements are the same, it is that one.
    found = _ops.where(low == high, low, low * shares_of[0] + high * shares_of[1])
    last = ordered[..., -1:]  # NaN, if any is
    found = _ops.moveaxis(_ops.where(_ops.isnan(last), last, found), -1, 0)
    return found.reshape(shares.shape + (kept if keepdims else array.shape[:-1]))


def _places(places: numpy.ndarray, method: str) -> tuple[numpy.ndarray, ...]:
    """The elements below and above places between elements, and how far from one to the other."""
    below, above = numpy.floor(places), numpy.ceil(places)
    part = numpy.full_like(places, 0.5) if method == "midpoint" else places - below
    if method in ("lower", "higher", "nearest"):
        chosen = {"lower": below, "higher": above, "nearest": numpy.rint(places)}
        below = above = chosen[method]
    return below.astype("int64"), above.astype("int64"), part


def _one_axis(where: str, array: ndarray, axis: Any) -> tuple[ndarray, tuple[int, ...]]:
    """The array with the axes to reduce as its last one; its shape with these as 1."""
    if axis is None:
        return array.reshape(-1), (1,) * array.ndim
    axes = [axis] if isinstance(axis, int) else list(axis)
    places = [axis_of(where, array, place) for place in axes]
    rest = [place for place in range(array.ndim) if place not in places]
    kept = tuple(1 if place in places else n for place, n in enumerate(array.shape))
    moved = _ops.transpose(array, [*rest, *places])
    return moved.reshape((*(array.shape[place] for place in rest), -1)), kept


def percentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: _Axis = None,
    *,
    method: str = "linear",
    keepdims: bool = False,
) -> ndarray:
    """`quantile` for shares in percent, from 0 to 100.

    >>> from weft import np
    >>> np.percentile(np.array([3.0, 1.0, 2.0]), 50)
    array(2.)
    """
    shares = _shares(q)
    if shares.size and not (shares.min() >= 0 and shares.max() <= 100):
        raise InvalidValue(f"percentile: `q` must be from 0 to 100; got {shares.tolist()}")
    return quantile(a, shares / 100, axis, method=method, keepdims=keepdims)


def median(a: ArrayLike, axis: _Axis = None, *, keepdims: bool = False) -> ndarray:
    """The element in the middle, or the mean of the two there.

    >>> from weft import np
    >>> np.median(np.array([4.0, 1.0, 2.0, 3.0]))
    array(2.5)
    """
    return quantile(a, 0.5, axis, keepdims=keepdims)


def bincount(x: ArrayLike, weights: ArrayLike | None = None, minlength: int = 0) -> ndarray:
    """How often each integer occurs, or the sum of the weights where it does.

    x: integers that are at least 0, one axis; minlength: least length of the result

    Raises ValueError for negative integers.

    >>> from weft import np
    >>> np.bincount(np.array([0, 2, 2]))
    array([1, 0, 2])
    """
    require_whole("bincount", "minlength", minlength, 0)
    numbers = array_of(x).asnumpy()
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise InvalidType(f"bincount: `x` must be a vector of integers; got {array_of(x).dtype}")
    if numbers.size and numbers.min() < 0:
        raise InvalidValue("bincount: `x` must have no negative elements")
    if weights is None:
        return native.array(numpy.bincount(numbers, minlength=minlength))
    given = array_of(weights)
    if given.shape != numbers.shape:
        raise InvalidValue(
            f"bincount: `weights` must be as long as `x`; got {given.shape} and {numbers.shape}"
        )
    count = max(int(numbers.max(initial=-1)) + 1, minlength)
    return OPERATORS["scatter_nd"](given, array_of(x).reshape(1, -1), (count,))


def histogram(
    a: ArrayLike,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    *,
    weights: ArrayLike | None = None,
    density: bool = False,
) -> tuple[ndarray, ndarray]:
    """How many elements are in each of several bins, and the bins' edges, by NumPy.

    bins: how many, or their edges; range: of all bins, by default that of the elements

    >>> from weft import np
    >>> [found.tolist() for found in np.histogram(np.array([1.0, 2.0, 1.0]), 2)]
    [[2, 1], [1.0, 1.5, 2.0]]
    """
    edges = array_of(bins).asnumpy() if not isinstance(bins, int | str) else bins
    shares = None if weights is None else array_of(weights).asnumpy()
    data = array_of(a).asnumpy()
    counts, found = numpy.histogram(data, edges, range, density=density, weights=shares)
    return native.array(counts), native.array(found).astype(floating(a).dtype)


def diff(
    a: ArrayLike,
    n: int = 1,
    axis: int = -1,
    prepend: ArrayLike | None = None,
    append: ArrayLike | None = None,
) -> ndarray:
    """Differences of neighbours along an axis, `n` times.

    prepend, append: elements before and behind the axis, or one number

    >>> from weft import np
    >>> np.diff(np.array([1, 4, 9]))
    array([3, 5])
    """
    array = array_of(a)
    if n < 0:
        raise InvalidValue(f"diff: `n` must be at least 0; got {n}")
    if array.ndim == 0:
        raise InvalidValue("diff: `a` must have at least one axis")
    axis = axis_of("diff", array, axis)
    ends = [_end(array, axis, end) for end in (prepend, append)]
    parts = [ends[0], array, ends[1]]
    if ends != [None, None]:
        array = _ops.concatenate([part for part in parts if part is not None], axis)
    for _ in range(n):
        last, first = [slice(None)] * array.ndim, [slice(None)] * array.ndim
        last[axis], first[axis] = slice(1, None), slice(None, -1)
        pair = array[tuple(last)], array[tuple(first)]
        array = _ops.not_equal(*pair) if array.dtype.kind == "b" else pair[0] - pair[1]
    return array


def _end(array: ndarray, axis: int, end: Any) -> ndarray | None:
    if end is None:
        return None
    found = array_of(end)
    if found.ndim:
        return found
    shape = list(array.shape)
    shape[axis] = 1
    return _ops.broadcast_to(found, shape)


def ediff1d(
    ary: ArrayLike, to_end: ArrayLike | None = None, to_begin: ArrayLike | None = None
) -> ndarray:
    """Differences of neighbours in the flat array, between what is put before and behind them.

    >>> from weft import np
    >>> np.ediff1d(np.array([1, 2, 4]), to_end=9)
    array([1, 2, 9])
    """
    steps = diff(array_of(ary).reshape(-1))
    ends = [None if e is None else array_of(e).reshape(-1) for e in (to_begin, to_end)]
    parts = [part for part in (ends[0], steps, ends[1]) if part is not None]
    return steps if len(parts) == 1 else _ops.concatenate([p.astype(steps.dtype) for p in parts])


def polyval(p: ArrayLike, x: ArrayLike) -> ndarray:
    """The polynomial with the coefficients `p`, the highest power first, at each element of `x`.

    >>> from weft import np
    >>> np.polyval(np.array([1.0, 0.0, 2.0]), np.array([3.0]))
    array([11.])
    """
    factors, places = array_of(p), array_of(x)
    if factors.ndim != 1:
        raise InvalidValue(f"polyval: `p` must have one axis; got {factors.ndim}")
    found = places * 0
    for factor in factors:
        found = found * places + factor
    return found


def interp(
    x: ArrayLike,
    xp: ArrayLike,
    fp: ArrayLike,
    left: float | None = None,
    right: float | None = None,
    period: float | None = None,
) -> ndarray:
    """The polygon through the points (xp, fp) at each element of `x`, computed in float64.

    xp: increasing; left, right: values outside of them, by default the first and the last of `fp`
    period: of the function; `xp` may then be in any order, and `left` and `right` mean nothing

    >>> from weft import np
    >>> np.interp(np.array([1.5]), np.array([1.0, 2.0]), np.array([10.0, 20.0]))
    array([15.])
    """
    given, knots, values = array_of(x), array_of(xp), array_of(fp)
    if knots.ndim != 1 or knots.shape != values.shape or not knots.size:
        raise InvalidValue(
            "interp: `xp` and `fp` must be vectors of one length that is not 0; "
            f"got {knots.shape} and {values.shape}"
        )
    places, knots, values = (each.astype("float64") for each in (given, knots, values))
    if period is not None:
        if not abs(period) > 0:
            raise InvalidValue(f"interp: `period` must not be 0; got {period}")
        left = right = None
        places, knots, values = _in_one_period(places, knots, values, abs(period))
    index = _ops.searchsorted(knots, places, "right") - 1
    index = _ops.clip(index, 0, max(knots.size - 2, 0))
    begin, low = _ops.take(knots, index), _ops.take(values, index)
    index = _ops.minimum(index + 1, knots.size - 1)
    gap, rise = _ops.take(knots, index) - begin, _ops.take(values, index) - low
    found = low + (places - begin) * (rise / _ops.where(gap == 0, 1.0, gap))
    found = _ops.where(places >= knots[-1], values[-1], found)
    found = _ops.where(places < knots[0], values[0] if left is None else left, found)
    found = found if right is None else _ops.where(places > knots[-1], right, found)
    return found.astype(floating(given).dtype)


def _in_one_period(
    places: ndarray, knots: ndarray, values: ndarray, period: float
) -> tuple[ndarray, ...]:
    """Places and points within a period, and a point of the next one at each end."""
    knots = _ops.remainder(knots, period)
    order = _ops.argsort(knots)
    knots, values = _ops.take(knots, order), _ops.take(values, order)
    return (
        _ops.remainder(places, period),
        _ops.concatenate([knots[-1:] - period, knots, knots[:1] + period]),
        _ops.concatenate([values[-1:], values, values[:1]]),
    )


def cross(
    a: ArrayLike,
    b: ArrayLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> ndarray:
    """The vector product of vectors of two or three elements; of two pairs its third element.

    axisa, axisb, axisc: where the vectors of `a`, `b` and the result are; axis: all three

    Raises ValueError for vectors of other lengths.

    >>> from weft import np
    >>> np.cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
    array([0, 0, 1])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    first, second = _ops.moveaxis(a, axisa, -1), _ops.moveaxis(b, axisb, -1)
    widths = first.shape[-1], second.shape[-1]
    if not {*widths} <= {2, 3}:
        raise InvalidValue(
            f"cross: vectors must have 2 or 3 elements; got {widths[0]}, {widths[1]}"
        )
    u, v = ([x[..., i] for i in range(x.shape[-1])] for x in (first, second))
    if widths == (2, 2):
        return u[0] * v[1] - u[1] * v[0]
    for vector in (u, v):
        vector += [_ops.multiply(vector[0], 0)] * (3 - len(vector))
    parts = [u[i] * v[j] - u[j] * v[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return _ops.stack(parts, axisc)


def kron(a: ArrayLike, b: ArrayLike) -> ndarray:
    """Each element of `a` replaced by its product with all of `b`.

    >>> from weft import np
    >>> np.kron(np.array([1, 10]), np.array([1, 2]))
    array([ 1,  2, 10, 20])
    """
    first, second = array_of(a), array_of(b)
    ndim = max(first.ndim, second.ndim)
    shapes = [(1,) * (ndim - x.ndim) + x.shape for x in (first, second)]
    # Axes of both by turns, with 1 in the other's place.
    wide = [extent for m in shapes[0] for extent in (m, 1)]
    narrow = [extent for n in shapes[1] for extent in (1, n)]
    product = first.reshape(wide) * second.reshape(narrow)
    return product.reshape([m * n for m, n in zip(*shapes, strict=True)])


def _window(where: str, M: int, dtype: DTypeLike, parts: Sequence[float]) -> ndarray:  # noqa: N803
    if isinstance(M, bool) or not isinstance(M, int | numpy.integer):
        raise InvalidType(f"{where}: `M` must be an integer; got {M!r}")
    if M < 1:
        return _creation.zeros(0, dtype)
    if M == 1:
        return _creation.ones(1, dtype)
    angle = 2 * math.pi * numpy.arange(M) / (M - 1)
    found = sum(part * numpy.cos(n * angle) for n, part in enumerate(parts))
    return native.array(numpy.asarray(found)).astype(dtype)


def hanning(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of von Hann: a raised cosine of `M` numbers from 0 to 1 and back.

    >>> from weft import np
    >>> np.hanning(3).round(5)
    array([0., 1., 0.])
    """
    return _window("hanning", M, dtype, (0.5, -0.5))


def hamming(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Hamming, `M` numbers.

    >>> from weft import np
    >>> np.hamming(3).round(5)
    array([0.08, 1.  , 0.08])
    """
    return _window("hamming", M, dtype, (0.54, -0.46))


def blackman(M: int, dtype: DTypeLike = "float32") -> ndarray:  # noqa: N803
    """The window of Blackman, `M` numbers.

    >>> from weft import np
    >>> np.blackman(5).round(2).tolist()[1:4]
    [0.3400000035762787, 1.0, 0.3400000035762787]
    """
    return _window("blackman", M, dtype, (0.42, -0.5, 0.08))


__all__ = [
    "average",
    "bincount",
    "blackman",
    "cross",
    "diff",
    "ediff1d",
    "hamming",
    "hanning",
    "histogram",
    "interp",
    "kron",
    "median",
    "percentile",
    "polyval",
    "quantile",
]
