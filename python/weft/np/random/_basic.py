"""Uniform, normal and exponential numbers, which operators of the core draw, and those that are a
scale and a place of them.
"""

from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import named_arguments
from weft._core import OPERATORS
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops
from weft.np._arguments import written
from weft.np.random._parameters import Draw, drawn, extents_of, is_number, name_of, require


def units(how: Draw) -> ndarray:
    """Uniform in [0, 1)."""
    return OPERATORS["uniform"](0, 1, how.shape, how.wide)


def waits(how: Draw) -> ndarray:
    """Exponential with mean 1, above 0: minus the logarithm of a uniform number, with all digits in
    both tails."""
    return OPERATORS["exponential"](1, how.shape, how.wide)


def normals(how: Draw) -> ndarray:
    """Normal with mean 0 and deviation 1."""
    return OPERATORS["normal"](0, 1, how.shape, how.wide)


def _plain(dtype: DTypeLike) -> DTypeLike:
    return "float32" if dtype is None else dtype


def placed(found: ndarray, out: ndarray | None, dtype: DTypeLike) -> ndarray:
    """The numbers, in `out` where there is one. Raises TypeError where its dtype is another one
    than was asked for."""
    if out is not None and dtype is not None and out.dtype.name != name_of(dtype):
        raise InvalidType(f"`out` must have dtype {name_of(dtype)}; got {out.dtype.name}")
    return written(found, out)


def size_for(size: Shape | None, out: ndarray | None) -> Shape | None:
    """The size that is asked for, else that of `out`."""
    return out.shape if size is None and out is not None else size


def dtype_for(dtype: DTypeLike, out: ndarray | None) -> DTypeLike:
    return out.dtype if dtype is None and out is not None else dtype


@draws
@named_arguments
def uniform(
    low: ArrayLike = 0.0,
    high: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers uniform in [low, high).

    size: the shape that both broadcast to unless given; gradients reach arrays
    dtype: float32 unless a parameter is an array of float64

    >>> uniform(2, 3, size=(4, 5)).shape
    (4, 5)
    """
    if is_number(low) and is_number(high):
        return OPERATORS["uniform"](low, high, extents_of(size), _plain(dtype))
    how = drawn("uniform", size, dtype, low, high)
    width = _ops.subtract(high, low)
    return how.result(_ops.add(low, _ops.multiply(width, units(how))))


@draws
@named_arguments
def normal(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    size: Shape | None = None,
    dtype: DTypeLike = None,
) -> ndarray:
    """Numbers of the normal distribution with mean `loc` and standard deviation `scale`.

    size: the shape that both broadcast to unless given; gradients reach arrays
    dtype: float32 unless a parameter is an array of float64
    Raises ValueError for `scale` below 0; elements of Weft's arrays are not looked at.

    >>> normal(5, 0.1, size=(2, 3)).shape
    (2, 3)
    """
    if is_number(loc) and is_number(scale):
        return OPERATORS["normal"](loc, scale, extents_of(size), _plain(dtype))
    require("normal", "at least 0", scale=scale)
    how = drawn("normal", size, dtype, loc, scale)
    return how.result(_ops.add(_ops.multiply(normals(how), scale), loc))


@draws
@named_arguments
def exponential(
    scale: ArrayLike = 1.0, size: Shape | None = None, dtype: DTypeLike = None
) -> ndarray:
    """Numbers of the exponential distribution with mean `scale`.

    Raises ValueError for `scale` below 0; elements of Weft's arrays are not looked at.

    >>> bool((exponential(2, size=100) > 0).min())
    True
    """
    if is_number(scale):
        return OPERATORS["exponential"](scale, extents_of(size), _plain(dtype))
    require("exponential", "at least 0", scale=scale)
    how = drawn("exponential", size, dtype, scale)
    return how.result(_ops.multiply(waits(how), scale))


@named_arguments
def random(
    size: Shape | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Numbers uniform in [0, 1).

    dtype: float32 unless given; out: an array that the numbers are written to

    >>> random((2, 3)).shape
    (2, 3)
    """
    found = uniform(0.0, 1.0, size_for(size, out), dtype_for(dtype, out))
    return placed(found, out, dtype)


@named_arguments
def random_sample(size: Shape | None = None) -> ndarray:
    """Numbers uniform in [0, 1), as `random`: NumPy's older name, like `ranf` and `sample`.

    >>> random_sample(3).shape
    (3,)
    """
    return random(size)


ranf = sample = random_sample


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


def _extents(where: str, size: tuple[Any, ...]) -> tuple[Any, ...]:
    """Extents that are given one by one. Raises TypeError for a shape in the place of one."""
    if any(isinstance(extent, tuple | list) for extent in size):
        raise InvalidType(
            f"{where}: extents are given one by one, as in `np.random.{where}(2, 3)`; got "
            f"{', '.join(map(repr, size))}"
        )
    return size


@named_arguments
def standard_normal(
    size: Shape | None = None, dtype: DTypeLike = None, out: ndarray | None = None
) -> ndarray:
    """Numbers of the normal distribution with mean 0 and standard deviation 1.

    dtype: float32 unless given; out: an array that the numbers are written to

    >>> standard_normal((2, 3)).shape
    (2, 3)
    """
    found = normal(0.0, 1.0, size_for(size, out), dtype_for(dtype, out))
    return placed(found, out, dtype)


@named_arguments
def standard_exponential(
    size: Shape | None = None,
    dtype: DTypeLike = None,
    method: str = "zig",
    out: ndarray | None = None,
) -> ndarray:
    """Numbers of the exponential distribution with mean 1.

    dtype: float32 unless given; out: an array that the numbers are written to
    method: NumPy's "zig" or "inv"; both give the inverse function of uniform numbers

    >>> standard_exponential((2, 3)).shape
    (2, 3)
    """
    if method not in ("zig", "inv"):
        raise InvalidValue(f'standard_exponential: `method` must be "zig" or "inv"; got {method!r}')
    found = exponential(1.0, size_for(size, out), dtype_for(dtype, out))
    return placed(found, out, dtype)


@draws
@named_arguments
def bernoulli(
    prob: ArrayLike = 0.5, size: Shape | None = None, dtype: DTypeLike = "float32"
) -> ndarray:
    """Ones with probability `prob`, else zeros.

    Raises ValueError outside of [0, 1]; elements of Weft's arrays are not looked at.

    >>> bernoulli(1.0, size=3)
    array([1., 1., 1.])
    """
    require("bernoulli", "in [0, 1]", prob=prob)
    how = drawn("bernoulli", size, "float32", prob)
    return _ops.less(units(how), prob).astype(dtype)


__all__ = [
    "bernoulli",
    "exponential",
    "normal",
    "rand",
    "randn",
    "random",
    "random_sample",
    "ranf",
    "sample",
    "standard_exponential",
    "standard_normal",
    "uniform",
]
