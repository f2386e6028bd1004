"""Functions of integers that NumPy computes for an array, and a loop of the graph where a block is
recorded: `gcd`, `lcm`, `bincount`."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ndarray

# Euclid's algorithm takes most steps for neighbours among Fibonacci's numbers, of which 92 fit into
# 64 bits.
_MOST_STEPS = 93


def is_traced(*values: Any) -> bool:
    """Is one of them an array of a graph that is being recorded?"""
    return any(isinstance(value, ndarray) and native.is_traced(value) for value in values)


def gcd(x1: Any, x2: Any) -> ndarray:
    """The greatest common divisor of integers in a graph, by Euclid's algorithm: all elements take
    as many steps as the one that takes most.

    Raises TypeError for other dtypes.
    """
    x1, x2 = _integers("gcd", x1, x2)
    # NumPy gives the divisor of the magnitudes.
    first, rest = np.broadcast_arrays(np.abs(x1), np.abs(x2))
    _, (found, _) = npx.while_loop(
        lambda a, b: (b != 0).any(), _step, (first, rest), max_iterations=_MOST_STEPS
    )
    return found


def _step(a: ndarray, b: ndarray) -> tuple[None, tuple[ndarray, ndarray]]:
    is_found = b == 0
    rest = np.remainder(a, np.where(is_found, 1, b))
    return None, (np.where(is_found, a, b), np.where(is_found, b, rest))


def lcm(x1: Any, x2: Any) -> ndarray:
    """The least common multiple of integers in a graph, 0 where one is 0."""
    x1, x2 = _integers("lcm", x1, x2)
    divisor = gcd(x1, x2)
    return np.abs(x1) // np.where(divisor == 0, 1, divisor) * np.abs(x2)


def _integers(name: str, x1: Any, x2: Any) -> tuple[ndarray, ndarray]:
    arrays = [x if isinstance(x, ndarray) else np.array(x) for x in (x1, x2)]
    for place, array in enumerate(arrays, 1):
        if array.dtype.kind not in "iu":
            raise InvalidType(f"{name}: `x{place}` must have an integer dtype; got {array.dtype}")
    dtype = np.result_type(x1, x2)
    return arrays[0].astype(dtype), arrays[1].astype(dtype)


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> ndarray:
    """How often each integer occurs, or the sum of the weights where it does.

    In a graph, whose shapes are known before there are elements, the result has `minlength`
    elements, and an integer that is not below it ends the run with `weft.CheckFailed`.
    """
    if not is_traced(x, weights):
        return np.bincount(x, weights, minlength)
    if minlength < 1:
        raise InvalidValue(
            "bincount: `minlength` must be the length of the result in a hybridized block, which "
            f"does not know the integers; got {minlength}"
        )
    if x.ndim != 1 or x.dtype.kind not in "iu":
        raise InvalidType(f"bincount: `x` must be a vector of integers; got {x.dtype} {x.shape}")
    inside = ((x >= 0) & (x < minlength)).all()
    npx.check(inside, f"bincount: `x` must be from 0 to {minlength - 1}, below `minlength`")
    ones = np.ones(x.shape, "int64") if weights is None else weights
    return npx.scatter_nd(ones, x.reshape((1, -1)), (minlength,))


__all__ = ["bincount", "gcd", "is_traced", "lcm"]
