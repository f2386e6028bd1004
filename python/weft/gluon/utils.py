"""Batches over several devices, and the norm of all gradients."""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from weft import autograd, np
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core.halves import scale, widened
from weft._core.typing import ArrayLike, DeviceLike, ndarray
from weft._trace.planned import hybridize
from weft._trace.state import is_tracing
from weft.sparse import RowSparseArray


def split_data(
    data: ndarray, num_slice: int, batch_axis: int = 0, even_split: bool = True
) -> list[ndarray]:
    """Parts of `data` along an axis, as equal as can be.

    even_split: all parts must be equal: ValueError otherwise

    >>> [part.shape for part in split_data(np.zeros((5, 2)), 2, even_split=False)]
    [(3, 2), (2, 2)]
    """
    num_slice = require_whole("split_data", "num_slice", num_slice, 1)
    extent = data.shape[batch_axis]
    if not 0 < num_slice <= extent or (even_split and extent % num_slice):
        raise InvalidValue(
            f"split_data: axis {batch_axis} of shape {data.shape} does not split into {num_slice} "
            "parts" + (" of one size; use `even_split=False`" if num_slice <= extent else "")
        )
    return list(np.array_split(data, num_slice, batch_axis))


def split_and_load(
    data: ArrayLike,
    device_list: Sequence[DeviceLike],
    batch_axis: int = 0,
    even_split: bool = True,
) -> list[ndarray]:
    """Parts of a batch along an axis, each on its device: see `split_data`.

    >>> [part.shape for part in split_and_load(np.zeros((4, 2)), ["cpu"])]
    [(4, 2)]
    """
    parts = split_data(np.asarray(data), len(device_list), batch_axis, even_split)
    return [part.to_device(device) for part, device in zip(parts, device_list, strict=True)]


def clip_global_norm(
    arrays: Sequence[ndarray | RowSparseArray],
    max_norm: float,
    check_isfinite: bool = True,
    *,
    squares_of: Callable[[Sequence[ndarray]], ndarray] | None = None,
) -> float | ndarray:
    """Scales arrays, such as all gradients, in place where the root of the sum of all squares is
    above `max_norm`. Gives that norm as it was, in a hybridized function as an array.

    check_isfinite: warn where the norm is infinite or no number, which a hybridized function
        cannot; nothing is scaled then
    squares_of: in a hybridized function, what gives the sum of squares in float64, where the arrays
        are parts of more

    >>> gradient = np.array([3.0, 4.0])
    >>> clip_global_norm([gradient], 1.0)
    5.0
    >>> gradient
    array([0.6, 0.8])
    """
    is_number = not isinstance(max_norm, ndarray)  # a plan may compute it
    if not arrays or (is_number and not max_norm > 0):
        raise InvalidValue(
            f"clip_global_norm: needs arrays and a positive `max_norm`; got {len(arrays)} arrays "
            f"and {max_norm}"
        )
    with autograd.pause():
        parts = [a.data if isinstance(a, RowSparseArray) else a for a in arrays]
        if is_tracing():
            return _clip_traced(parts, max_norm, squares_of or sum_of_squares)
        of_devices: dict[Any, list[ndarray]] = {}
        for part in parts:
            of_devices.setdefault(part.device, []).append(part)
        norm = math.sqrt(sum(float(_sum_of_squares(*some)) for some in of_devices.values()))
        if check_isfinite and not math.isfinite(norm):
            warnings.warn(f"clip_global_norm: the norm is {norm}; nothing is scaled", stacklevel=2)
        if math.isfinite(norm) and norm > max_norm:
            for part in parts:
                scale(part, max_norm / norm)
    return norm


@hybridize
def _sum_of_squares(*parts: ndarray) -> ndarray:
    """In float64: one plan for all arrays. Squares of float16 above 255 would be infinite."""
    squares = [np.square(widened(part)).sum().astype("float64") for part in parts]
    return sum(squares[1:], squares[0])


def sum_of_squares(parts: Sequence[ndarray]) -> ndarray:
    """Of all elements of all arrays, in float64."""
    return _sum_of_squares(*parts)


def _clip_traced(
    parts: Sequence[ndarray],
    max_norm: float,
    squares_of: Callable[[Sequence[ndarray]], ndarray],
) -> ndarray:
    norm = np.sqrt(squares_of(parts))
    one = np.ones_like(norm)
    factor = np.where((norm > max_norm) & np.isfinite(norm), max_norm / norm, one)
    for part in parts:
        scale(part, factor)
    return norm


__all__ = ["clip_global_norm", "split_and_load", "split_data"]
__dir__ = __all__.copy
