"""Random numbers: the same for the same seed, on any number of threads, eager or hybridized.

>>> from weft import np
>>> np.random.seed(7)
>>> first = np.random.uniform(size=3)
>>> np.random.seed(7)
>>> bool((first == np.random.uniform(size=3)).sum() == 3)
True
"""

from typing import TYPE_CHECKING, Any

import numpy as _numpy

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import named_arguments as _named_arguments
from weft._core import OPERATORS as _OPERATORS
from weft._core import native as _native
from weft._core.composing import draws as _draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _distributions, _exact
from weft.np._distributions import *  # noqa: F403
from weft.np._distributions import is_number as _is_number
from weft.np._distributions import shape_of as _shape_of


def seed(seed: int) -> None:
    """Starts the numbers again from `seed`, an integer of 64 bits that is at least 0."""
    _native.seed(seed)


def get_state() -> tuple[int, int]:
    """Where the numbers are: the seed, and how many random operators have run since.

    >>> state = get_state()
    >>> first = uniform()
    >>> set_state(state)
    >>> bool(uniform() == first)
    True
    """
    return _native.random_state()


def set_state(state: tuple[int, int]) -> None:
    """Continues where `get_state` was called, eager and hybridized alike."""
    try:
        seed, ordinal = state
        _native.set_random_state(seed, ordinal)
    except (TypeError, ValueError):
        raise InvalidType(
            "set_state: `state` must be what `get_state` gave, two integers of 64 bits that are at "
            f"least 0; got {state!r}"
        ) from None


@_named_arguments
def uniform(
    low: float = 0.0,
    high: float = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers uniform in [low, high), an array of shape `size`; one number of rank 0 by default.

    >>> uniform(2, 3, size=(4, 5)).shape
    (4, 5)
    """
    return _OPERATORS["uniform"](low, high, () if size is None else size, dtype)


@_draws
@_named_arguments
def normal(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Numbers of the normal distribution with mean `loc` and standard deviation `scale`.

    size: the shape that both broadcast to unless given; gradients reach arrays
    Raises ValueError for `scale` below 0 where both are numbers; those of arrays are not looked at.

    >>> normal(5, 0.1, size=(2, 3)).shape
    (2, 3)
    """
    if _is_number(loc) and _is_number(scale):
        return _OPERATORS["normal"](loc, scale, () if size is None else size, dtype)
    return _OPERATORS["normal"](0, 1, _shape_of(size, loc, scale), dtype) * scale + loc


def rand(*size: int) -> ndarray:
    """Numbers uniform in [0, 1) as float32, an array of extents `size`; one number by default.

    >>> rand(4, 5).shape
    (4, 5)
    """
    return uniform(size=_extents("rand", size))


def randn(*size: int) -> ndarray:
    """Numbers of the normal distribution with mean 0 and standard deviation 1 as float32, an array
    of extents `size`; one number by default.

    >>> randn(4, 5).shape
    (4, 5)
    """
    return normal(size=_extents("randn", size))


@_draws
@_named_arguments
def exponential(
    scale: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Numbers of the exponential distribution with mean `scale`.

    Raises ValueError for a number below 0; elements of arrays are not looked at.

    >>> bool((exponential(2, size=100) > 0).min())
    True
    """
    if _is_number(scale):
        return _OPERATORS["exponential"](scale, () if size is None else size, dtype)
    return _OPERATORS["exponential"](1, _shape_of(size, scale), dtype) * scale


@_draws
@_named_arguments
def bernoulli(
    prob: ArrayLike = 0.5, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Ones with probability `prob`, else zeros.

    Raises ValueError for a number outside of [0, 1]; elements of arrays are not looked at.

    >>> bernoulli(1.0, size=3)
    array([1., 1., 1.])
    """
    if _is_number(prob) and not 0 <= prob <= 1:
        raise InvalidValue(f"bernoulli: `prob` must be in [0, 1]; got {prob}")
    shape = _shape_of(size, prob)
    return (_OPERATORS["uniform"](0, 1, shape, "float32") < prob).astype(dtype)


@_named_arguments
def randint(
    low: int, high: int | None = None, size: Shape | None = None, dtype: DTypeLike = "int64"
) -> ndarray:
    """Integers from `low` up to, not including, `high`, each equally likely; from 0 up to `low` if
    `high` is left out.

    Raises ValueError where the range is empty or goes beyond the dtype.

    >>> randint(3, 4, size=2)
    array([3, 3])
    """
    if high is None:
        low, high = 0, low
    kind = _native.empty((), dtype).dtype
    if kind.kind not in "iub":
        raise InvalidType(f"randint: `dtype` must be an integer or bool; got {kind.name}")
    ends = (0, 1) if kind.kind == "b" else (_numpy.iinfo(kind).min, _numpy.iinfo(kind).max)
    if low < ends[0] or high - 1 > ends[1]:
        raise InvalidValue(
            f"randint: `low` and `high` must lie in the range of {kind.name}; got {low} and {high}"
        )
    shape = () if size is None else size
    if int(high) >= 2**63 and low < high:
        return _exact.integers(int(low), int(high) - int(low), shape, dtype)
    numbers = _OPERATORS["randint"](low, high, shape)
    return numbers if kind == numbers.dtype else numbers.astype(dtype)


@_draws
@_named_arguments
def categorical(p: ArrayLike, size: Shape | None = None) -> ndarray:
    """Numbers of classes, drawn with the probabilities in the last axis of `p`, as int64.

    p: floating, at least 0; it need not sum to 1
    size: shape in front of the other axes of `p`

    >>> categorical([0.0, 1.0, 0.0], size=4)
    array([1, 1, 1, 1])
    """
    weights = _native.array(p, None, False)
    if weights.dtype.kind in "iub":
        weights = weights.astype("float32")
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise InvalidValue(f"categorical: `p` must have classes; got shape {weights.shape}")
    lead = _shape_of(size)
    # Of independent waiting times with these rates, the first to end is class i with p[i] / sum(p).
    waits = _OPERATORS["exponential"](1, (*lead, *weights.shape), weights.dtype)
    return _OPERATORS["argmin"](waits / weights, -1)


def _rows_of(a: Any) -> Any:
    """The array whose rows are meant, or None for a number that stands for `arange(a)`."""
    array = _native.array(a, None, False)
    return array if array.ndim > 0 else None


@_draws
@_named_arguments
def choice(
    a: int | ndarray, size: Shape | None = None, replace: bool = True, p: ArrayLike | None = None
) -> ndarray:
    """Elements drawn from the rows of `a`, or from the numbers 0 to a - 1.

    replace: may an element be drawn again?
    p: a probability for each element, equal ones by default; they need not sum to 1

    Without `replace` elements are drawn one after another, each with its share of what is left of
    `p`; `p` is then read, so it cannot be an array that is traced.

    Raises ValueError where there are too few elements that can be drawn, or as many as `p` has not.

    >>> choice(1, size=3)
    array([0, 0, 0])
    """
    given = _rows_of(a)
    count = int(a) if given is None else len(given)
    shape = _shape_of(size)
    drawn = 1
    for extent in shape:
        drawn *= extent
    if count < 1 and drawn:
        raise InvalidValue(f"choice: `a` must have elements; got {a}")
    if p is not None:
        weights = _native.array(p, None, False)
        if weights.shape != (count,):
            raise InvalidValue(f"choice: `p` must have shape ({count},); got {weights.shape}")
        index = categorical(weights, shape) if replace else _drawn(weights, drawn).reshape(shape)
    elif replace:
        index = randint(0, max(count, 1), shape)
    elif drawn > count:
        raise InvalidValue(f"choice: `size` must be at most {count} without `replace`; got {drawn}")
    else:
        index = _OPERATORS["permutation"](count)[:drawn].reshape(shape)
    return index if given is None else _OPERATORS["take"](given, index, 0)


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
    waits = _OPERATORS["exponential"](1, weights.shape, "float64")
    return _OPERATORS["argsort"](waits / abs(weights))[:count]  # of -0, too, the last


@_draws
@_named_arguments
def permutation(x: int | ndarray) -> ndarray:
    """The numbers 0 to x - 1 in random order, or the rows of the array `x` in random order.

    >>> int(permutation(5).sum())
    10
    """
    given = _rows_of(x)
    if given is None:
        return _OPERATORS["permutation"](int(x))
    return _OPERATORS["take"](given, _OPERATORS["permutation"](len(given)), 0)


@_named_arguments
def shuffle(x: ndarray) -> None:
    """Puts the rows of `x` in random order, in place.

    >>> from weft import np
    >>> x = np.arange(4)
    >>> shuffle(x)
    >>> sorted(x.tolist())
    [0, 1, 2, 3]
    """
    x[...] = permutation(x)


def _extents(where: str, size: tuple[Any, ...]) -> tuple[Any, ...]:
    """Extents that are given one by one. Raises TypeError for a shape in the place of one."""
    if any(isinstance(extent, tuple | list) for extent in size):
        raise InvalidType(
            f"{where}: extents are given one by one, as in `np.random.{where}(2, 3)`; got "
            f"{', '.join(map(repr, size))}"
        )
    return size


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np.random", _words.FUNCTIONS)

__all__ = [
    *_distributions.__all__,
    "bernoulli",
    "categorical",
    "choice",
    "exponential",
    "get_state",
    "normal",
    "permutation",
    "rand",
    "randint",
    "randn",
    "seed",
    "set_state",
    "shuffle",
    "uniform",
]
__dir__ = __all__.copy
