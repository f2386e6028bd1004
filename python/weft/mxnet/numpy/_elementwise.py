"""Functions of elements that differ from Weft's by MXNet's default dtypes."""

from typing import Any

from weft import np
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._modes import read


def true_divide(x1: Any, x2: Any, out: ndarray | None = None) -> Any:
    """The quotient; of integers in the default dtype. Two numbers give a number."""
    if not isinstance(x1, ndarray) and not isinstance(x2, ndarray):
        return x1 / x2
    if read("dtype"):
        x1, x2 = _doubled(x1), _doubled(x2)
    return np.divide(x1, x2, out=out)


def _doubled(x: Any) -> Any:
    return x.astype("float64") if isinstance(x, ndarray) and x.dtype.kind in "iub" else x


def ldexp(x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None) -> ndarray:
    """`x1` times 2 to the power of `x2`."""
    return np.ldexp(x1, x2, out=out)


divide = true_divide

__all__ = ["divide", "ldexp", "true_divide"]
