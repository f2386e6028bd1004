"""Random integers, choices and orders."""

from collections.abc import MutableSequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._base.spelling import named_arguments
from weft._core import OPERATORS, native
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _exact, _ops
from weft.np._arguments import array_of, axis_of, written
from weft.np.random._parameters import extents_of, is_number, known, shape_of

_MOST_OF_ARRAYS = 2**53  # the widest range of which all numbers are equally likely within 0.1 %


@named_arguments
def randint(
    low: ArrayLike,
    high: ArrayLike | None = None,
    size: Shape | None = None,
    dtype: DTypeLike = "int64",
) -> ndarray:
    """Integers from `low` up to, not including, `high`, each equally likely; from 0 up to `low` if
    `high` is left out.

    low, high: integers, or arrays of them that broadcast
    Raises ValueError where a range is empty, goes beyond the dtype, or, of arrays, is wider than
    2^53. Elements of Weft's arrays are not looked at.

    >>> randint(3, 4, size=2)
    array([3, 3])
    """
    return _integers("randint", low, high, size, dtype, 0)


@named_arguments
def integers(
    low: ArrayLike,
    high: ArrayLike | None = None,
    size: Shape | None = None,
    dtype: DTypeLike = "int64",
    endpoint: bool = False,
) -> ndarray:
    """Integers as of `randint`; with `endpoint` up to and including `high`.

    >>> integers(3, 3, size=2, endpoint=True)
    array([3, 3])
    """
    return _integers("integers", low, high, size, dtype, int(bool(endpoint)))


def _integers(
    where: str, low: Any, high: Any, size: Shape | None, dtype: DTypeLike, beyond: int
) -> ndarray:
    if high is None:
        low, high = 0, low
    kind = native.empty((), dtype).dtype
    if kind.kind not in "iub":
        raise InvalidType(f"{where}: `dtype` must be an integer or bool; got {kind.name}")
    ends = (0, 1) if kind.kind == "b" else (numpy.iinfo(kind).min, numpy.iinfo(kind).max)
    if not (is_number(low) and is_number(high)):
        return _of_arrays(where, low, high, size, kind, ends, beyond)
    high = high + beyond
    if low < ends[0] or high - 1 > ends[1]:
        raise InvalidValue(
            f"{where}: `low` and `high` must lie in the range of {kind.name}; "
            f"got {low} and {high - beyond}"
        )
    if low >= high and where == "integers":  # randint's own operator says it
        rule = "at most" if beyond else "less than"
        raise InvalidValue(f"{where}: `low` must be {rule} `high`; got {low} and {high - beyond}")
    shape = extents_of(size)
    if int(high) >= 2**63 and low < high:
        return _exact.integers(int(low), int(high) - int(low), shape, dtype)
    numbers = OPERATORS["randint"](low, high, shape)
    return numbers if kind == numbers.dtype else numbers.astype(dtype)


def _of_arrays(
    where: str,
    low: Any,
    high: Any,
    size: Shape | None,
    kind: Any,
    ends: tuple[int, int],
    beyond: int,
) -> ndarray:
    """Integers between elements of arrays: the rest of a number of 63 bits."""
    first, last = known(low), known(high)
    if first is not None and last is not None:
        spans = last.astype(object) + beyond - first.astype(object)
        if not (spans > 0).all():
            rule = "at most" if beyond else "less than"
            raise InvalidValue(f"{where}: `low` must be {rule} `high`; got {low} and {high}")
        if (first < ends[0]).any() or (last.astype(object) + beyond - 1 > ends[1]).any():
            raise InvalidValue(f"{where}: `low` and `high` must lie in the range of {kind.name}")
        if (spans > _MOST_OF_ARRAYS).any():
            raise InvalidValue(
                f"{where}: `high - low` of arrays must be at most 2^53; got {spans.max()}"
            )
    shape = shape_of(where, size, low, high)
    bits = OPERATORS["randint"](0, 2**63 - 1, shape)
    start = array_of(low).astype("int64")
    spans = array_of(high).astype("int64") + beyond - start
    return (start + _ops.remainder(bits, spans)).astype(kind)


@draws
@named_arguments
def categorical(p: ArrayLike, size: Shape | None = None) -> ndarray:
    """Numbers of classes, drawn with the probabilities in the last axis of `p`, as int64.

    p: floating, at least 0; it need not sum to 1
    size: shape in front of the other axes of `p`

    >>> categorical([0.0, 1.0, 0.0], size=4)
    array([1, 1, 1, 1])
    """
    weights = array_of(p)
    if weights.dtype.kind in "iub":
        weights = weights.astype("float32")
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise InvalidValue(f"categorical: `p` must have classes; got shape {weights.shape}")
    # Of independent waiting times with these rates, the first to end is class i with p[i] / sum(p).
    waits = OPERATORS["exponential"](1, (*extents_of(size), *weights.shape), weights.dtype)
    return OPERATORS["argmin"](waits / weights, -1)


def _rows_of(a: Any) -> Any:
    """The array whose rows are meant, or None for a number that stands for `arange(a)`."""
    array = array_of(a)
    return array if array.ndim > 0 else None


@draws
@named_arguments
def choice(
    a: int | ArrayLike,
    size: Shape | None = None,
    replace: bool = True,
    p: ArrayLike | None = None,
    axis: int = 0,
    shuffle: bool = True,
) -> ndarray:
    """Elements drawn from the rows of `a`, or from the numbers 0 to a - 1.

    replace: may an element be drawn again?
    p: a probability for each element, equal ones by default; they need not sum to 1
    axis: what counts as rows
    shuffle: taken, and not needed: what is drawn without `replace` is in random order always

    Without `replace` elements are drawn one after another, each with its share of what is left of
    `p`; `p` is then read, so it cannot be an array that is traced.

    Raises ValueError where there are too few elements that can be drawn, or as many as `p` has not.

    >>> choice(1, size=3)
    array([0, 0, 0])
    """
    given = _rows_of(a)
    place = 0 if given is None else axis_of("choice", given, axis)
    count = require_whole("choice", "a", a, 0) if given is None else given.shape[place]
    shape = extents_of(size)
    drawn = 1
    for extent in shape:
        drawn *= extent
    if count < 1 and drawn:
        raise InvalidValue(f"choice: `a` must have elements; got {a}")
    if p is not None:
        weights = array_of(p)
        if weights.shape != (count,):
            raise InvalidValue(f"choice: `p` must have shape ({count},); got {weights.shape}")
        index = categorical(weights, shape) if replace else _drawn(weights, drawn).reshape(shape)
    elif replace:
        index = randint(0, max(count, 1), shape)
    elif drawn > count:
        raise InvalidValue(f"choice: `size` must be at most {count} without `replace`; got {drawn}")
    else:
        index = OPERATORS["permutation"](count)[:drawn].reshape(shape)
    return index if given is None else OPERATORS["take"](given, index, place)


def _drawn(weights: ndarray, count: int) -> ndarray:
    """`count` different indices, each drawn with its share of the weights that are left."""
    is_numpys = weights.dtype.name != "bfloat16"
    values = (weights if is_numpys else weights.astype("float32")).asnumpy()
    if not (values >= 0).all():
        raise InvalidValue(f"choice: `p` must be at least 0; got {values.min()}")
    possible = int((values > 0).sum())
    if count > possible:
        raise InvalidValue(
            f"choice: `size` must be at most {possible} without `replace`, the elements that `p` "
            f"allows; got {count}"
        )
    # Of independent waiting times with these rates, the first to end is each time drawn so
    # (Efraimidis and Spirakis 2006).
    waits = OPERATORS["exponential"](1, weights.shape, "float64")
    return OPERATORS["argsort"](waits / abs(weights))[:count]  # of -0, too, the last


@draws
@named_arguments
def permutation(x: int | ArrayLike, axis: int = 0) -> ndarray:
    """The numbers 0 to x - 1 in random order, or the rows of the array `x` in random order.

    axis: what counts as rows; each row stays as it is

    >>> int(permutation(5).sum())
    10
    """
    given = _rows_of(x)
    if given is None:
        return OPERATORS["permutation"](require_whole("permutation", "x", x, 0))
    place = axis_of("permutation", given, axis)
    return OPERATORS["take"](given, OPERATORS["permutation"](given.shape[place]), place)


@draws
@named_arguments
def permuted(x: ArrayLike, axis: int | None = None, out: ndarray | None = None) -> ndarray:
    """The elements along an axis in random order, in each line another one; None: all elements.

    out: an array that they are written to, maybe `x` itself

    >>> permuted([[1, 1, 1], [2, 2, 2]], axis=1)
    array([[1, 1, 1],
           [2, 2, 2]])
    """
    given = array_of(x)
    if axis is None:
        order = OPERATORS["permutation"](given.size)
        found = OPERATORS["take"](given.reshape(-1), order, 0).reshape(given.shape)
        return written(found, out)
    place = axis_of("permuted", given, axis)
    keys = OPERATORS["uniform"](0, 1, given.shape, "float64")
    found = OPERATORS["take_along_axis"](given, OPERATORS["argsort"](keys, place), place)
    return written(found, out)


@named_arguments
def shuffle(x: Any, axis: int = 0) -> None:
    """Puts the rows of `x` in random order, in place.

    x: an array of Weft or of NumPy, or a list

    >>> from weft import np
    >>> x = np.arange(4)
    >>> shuffle(x)
    >>> sorted(x.tolist())
    [0, 1, 2, 3]
    """
    if isinstance(x, MutableSequence):
        x[:] = [x[place] for place in OPERATORS["permutation"](len(x)).tolist()]
    elif isinstance(x, numpy.ndarray):
        length = x.shape[axis_of("shuffle", array_of(numpy.empty(x.shape, "bool")), axis)]
        x[...] = x.take(OPERATORS["permutation"](length).asnumpy(), axis)
    else:
        x[...] = permutation(x, axis)


def bytes(length: int) -> Any:
    """So many random bytes, as Python has them. Not in a trace: they are read.

    >>> len(bytes(5))
    5
    """
    count = require_whole("bytes", "length", length, 0)
    return OPERATORS["randint"](0, 256, (count,)).astype("uint8").asnumpy().tobytes()


__all__ = [
    "bytes",
    "categorical",
    "choice",
    "integers",
    "permutation",
    "permuted",
    "randint",
    "shuffle",
]
