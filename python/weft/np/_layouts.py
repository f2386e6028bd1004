"""Methods of arrays with NumPy's arguments, where these ask for more than the method's short way
does: orders of elements, rules of casts, `where=` and `initial=` of reductions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import DTypeLike, ndarray
from weft.np import _named
from weft.np._arguments import host_array, refuse_gradients
from weft.np._dtype_functions import can_cast
from weft.np._reducing import _reductions
from weft.np._sorting import argsort


def reshape(
    self: ndarray, *shape: int | Sequence[int], order: str = "C", copy: bool | None = None
) -> ndarray:
    """The array's method `reshape`."""
    extents: Any = shape[0] if len(shape) == 1 else shape
    return _named.reshape(self, extents, order, copy=copy)


def flatten(self: ndarray, order: str = "C") -> ndarray:
    """The array's method `flatten`."""
    return _named.ravel(self, order).copy()


def view_of_bytes(self: ndarray, dtype: DTypeLike) -> ndarray:
    """The array's method `view` with a dtype of another size, by NumPy: along the last axis there
    are more or fewer elements.

    Raises ValueError where the bytes of that axis make no whole number of elements.
    """
    refuse_gradients("view", self)
    if numpy.dtype(dtype) == bool:
        raise InvalidType("view: `dtype` must not be bool: not every byte is one")
    found = host_array(self)
    try:
        seen = found.view(dtype)
    except ValueError as error:
        raise InvalidValue(
            f"view: `dtype` {dtype} does not fit shape {self.shape}: {error}"
        ) from None
    return native.array(seen.copy())


def check_cast(self: ndarray, dtype: DTypeLike, casting: str) -> None:
    """Raises TypeError for a cast that the rule forbids."""
    if not can_cast(self.dtype, dtype, casting):
        raise InvalidType(
            f"astype: `dtype` must be one that {self.dtype} can be cast to by {casting!r}; "
            f"got {dtype}"
        )


# Those that have more arguments than their operators.
METHODS: dict[str, Callable[..., ndarray]] = {
    **{name: getattr(_reductions, name) for name in ("all", "any", "argmax", "argmin", "max")},
    **{name: getattr(_reductions, name) for name in ("mean", "min", "prod", "std", "sum", "var")},
    "argsort": argsort,
    "ravel": _named.ravel,
}

__all__ = ["METHODS", "check_cast", "flatten", "reshape", "view_of_bytes"]
