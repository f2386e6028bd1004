"""Random numbers: the same for the same seed, on any number of threads, eager or hybridized.

>>> from weft import np
>>> np.random.seed(7)
>>> first = np.random.uniform(size=3)
>>> np.random.seed(7)
>>> bool((first == np.random.uniform(size=3)).sum() == 3)
True
"""

from weft._core import native as _native
from weft._typing import DTypeLike, Shape, ndarray

_functions = {function.__name__: function for function in _native.operators()}


def seed(seed: int) -> None:
    """Starts the numbers again from `seed`, an integer of 64 bits that is at least 0."""
    _native.seed(seed)


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
    return _functions["uniform"](low, high, () if size is None else size, dtype)


def permutation(x: int | ndarray) -> ndarray:
    """The numbers 0 to x - 1 in random order, or the rows of the array `x` in random order.

    >>> int(permutation(5).sum())
    10
    """
    if isinstance(x, _native.ndarray) and x.ndim > 0:
        return _functions["take"](x, _functions["permutation"](len(x)), 0)
    return _functions["permutation"](int(x))


def shuffle(x: ndarray) -> None:
    """Puts the rows of `x` in random order, in place.

    >>> from weft import np
    >>> x = np.arange(4)
    >>> shuffle(x)
    >>> sorted(x.tolist())
    [0, 1, 2, 3]
    """
    x[...] = permutation(x)


__all__ = ["permutation", "seed", "shuffle", "uniform"]
