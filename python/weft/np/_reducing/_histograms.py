"""NumPy's counts of elements in bins.

Counts and edges read values: a trace refuses them, and no gradient passes. The sums of weights of
`bincount` have gradients.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._base.spelling import named_arguments
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, ndarray
from weft.np._arguments import array_of, floating, host, host_array, refuse_gradients


@named_arguments
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
    count = max(int(numbers.max()) + 1 if numbers.size else 0, minlength)
    places = array_of(x).astype("int64").reshape(1, -1)
    return OPERATORS["scatter_nd"](given, places, (count,))


def _edges(found: numpy.ndarray, a: Any) -> ndarray:
    return native.array(numpy.asarray(found)).astype(floating(a).dtype)


def _counts(found: numpy.ndarray, weights: Any) -> ndarray:
    """Counts as NumPy's integers, sums of weights and densities in the dtype of the weights."""
    array = native.array(numpy.asarray(found))
    if weights is None or array.dtype.kind != "f":
        return array
    return array.astype(floating(weights).dtype)


@named_arguments
def histogram(
    a: ArrayLike,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[ndarray, ndarray]:
    """How many elements are in each of several bins, and the bins' edges, by NumPy.

    bins: how many, their edges, or the name of a way to choose them; range: of all bins, by default
        that of the elements
    density: divides by the number of elements and the widths of bins; weights: how much each counts

    >>> from weft import np
    >>> [found.tolist() for found in np.histogram(np.array([1.0, 2.0, 1.0]), 2)]
    [[2, 1], [1.0, 1.5, 2.0]]
    """
    refuse_gradients("histogram", weights)
    shares = None if weights is None else host_array(weights)
    counts, found = numpy.histogram(host_array(a), host(bins), range, bool(density), shares)
    return _counts(counts, weights), _edges(found, a)


@named_arguments
def histogram_bin_edges(
    a: ArrayLike,
    bins: Any = 10,
    range: tuple[float, float] | None = None,
    weights: ArrayLike | None = None,
) -> ndarray:
    """The edges of the bins that `histogram` has.

    >>> from weft import np
    >>> np.histogram_bin_edges(np.array([1.0, 2.0, 5.0]), 2)
    array([1., 3., 5.])
    """
    shares = None if weights is None else host_array(weights)
    return _edges(numpy.histogram_bin_edges(host_array(a), host(bins), range, shares), a)


@named_arguments
def histogram2d(
    x: ArrayLike,
    y: ArrayLike,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[ndarray, ndarray, ndarray]:
    """How many points are in each field of a plane, and the edges along both of its axes.

    x, y: vectors of coordinates; bins: how many, or their edges, for both axes or for each; others
        as for `histogram`

    >>> from weft import np
    >>> np.histogram2d(np.array([1.0, 2.0]), np.array([1.0, 2.0]), 2)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    refuse_gradients("histogram2d", weights)
    shares = None if weights is None else host_array(weights)
    counts, first, second = numpy.histogram2d(
        host_array(x), host_array(y), host(bins), host(range), density, shares
    )
    return _sums(counts, x, weights), _edges(first, x), _edges(second, y)


def _sums(found: numpy.ndarray, sample: Any, weights: Any) -> ndarray:
    return native.array(found).astype(floating(sample if weights is None else weights).dtype)


@named_arguments
def histogramdd(
    sample: Any,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[ndarray, tuple[ndarray, ...]]:
    """How many points are in each field of a space, and the edges along each of its axes.

    sample: a row for each point, or a list of vectors of coordinates; others as for `histogram2d`

    >>> from weft import np
    >>> np.histogramdd(np.array([[1.0, 1.0], [2.0, 2.0]]), 2)[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    refuse_gradients("histogramdd", weights)
    shares = None if weights is None else host_array(weights)
    points = sample if isinstance(sample, Sequence) else [sample]
    first = array_of(points[0])
    whole = host(sample) if isinstance(sample, Sequence) else host_array(sample)
    counts, edges = numpy.histogramdd(whole, host(bins), host(range), density, shares)
    return _sums(counts, first, weights), tuple(_edges(edge, first) for edge in edges)


__all__ = ["bincount", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]
