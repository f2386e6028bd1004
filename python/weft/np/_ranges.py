"""Numbers at equal distances, and powers with such exponents; the unit matrix."""

import math
from typing import Any

import numpy
from numpy import float32, float64

from weft._base.errors import InvalidValue
from weft._base.spelling import named_arguments
from weft._core import OPERATORS
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, ndarray
from weft.np import _creation, _exact, _ops
from weft.np._arguments import array_of
from weft.np._dtype_functions import isdtype, result_type

_arange = OPERATORS["arange"]


@named_arguments
def linspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool | DTypeLike = False,
    dtype: DTypeLike = None,
    axis: int = 0,
    *,
    device: DeviceLike = None,
) -> Any:
    """`num` numbers from `start` to `stop`, at equal distances.

    start, stop: numbers, or arrays that broadcast: the new axis is then at `axis` of the result
    endpoint: is `stop` the last of them? retstep: also the distance
    dtype: float32, or that of floating arrays, unless given

    >>> linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    if not isinstance(retstep, bool | numpy.bool_):  # a dtype in its place
        retstep, dtype = False, retstep
    if num < 0:
        raise InvalidValue(f"linspace: `num` must be at least 0; got {num}")
    steps = num - 1 if endpoint else num
    is_complex = numpy.iscomplexobj(start) or numpy.iscomplexobj(stop)
    if _is_number(start) and _is_number(stop) and not is_complex:
        found = _of_numbers(start, stop, num, endpoint, dtype, device)
        step: Any = (stop - start) / steps if steps > 0 else math.nan
    else:
        found, step = _of_arrays(start, stop, num, endpoint, dtype, axis)
    return (found, step) if retstep else found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | numpy.number) or (
        not isinstance(value, ndarray) and numpy.ndim(value) == 0
    )


def _single(found: numpy.ndarray) -> str:
    """The default dtype of such numbers."""
    return "complex64" if found.dtype.kind == "c" else "float32"


def _of_numbers(
    start: Any, stop: Any, num: int, endpoint: bool, dtype: DTypeLike, device: DeviceLike
) -> ndarray:
    steps = num - 1 if endpoint else num
    wanted = float32 if dtype is None else dtype
    if _exact.is_needed(wanted, start, stop):
        return _creation.on(device, _exact.linspace, int(start), int(stop), num, steps, wanted)
    rounds_down = isdtype(wanted, "integral")  # as NumPy: a cast alone would go towards zero
    made = float64 if rounds_down else wanted
    step = (stop - start) / steps if steps > 0 else 0.0
    numbers = _creation.on(device, _arange, float(start), float(stop), float(step), made, num)
    if endpoint and num > 1:
        numbers[-1] = float(stop)
    return _ops.floor(numbers).astype(dtype) if rounds_down else numbers


def _of_arrays(
    start: Any, stop: Any, num: int, endpoint: bool, dtype: DTypeLike, axis: int
) -> tuple[ndarray, Any]:
    """Numbers between arrays, and their distances; gradients reach both."""
    first, last = array_of(start), array_of(stop)
    kind = result_type(first.dtype, last.dtype, 1.0)
    kind = result_type("float32") if isdtype(kind, "integral") else kind
    first, last = (each.astype(kind) for each in (first, last))
    steps = num - 1 if endpoint else num
    gap = last - first
    places = _creation.arange(num).astype(kind).reshape([num] + [1] * gap.ndim)
    step: Any = gap / steps if steps > 0 else math.nan
    found = first + (places * (gap / steps) if steps > 0 else places * gap)
    if endpoint and num > 1:
        found = _ops.concatenate([found[:-1], _ops.broadcast_to(last, gap.shape)[None]], 0)
    found = _ops.moveaxis(found, 0, axis)
    if dtype is not None:
        found = (_ops.floor(found) if isdtype(dtype, "integral") else found).astype(dtype)
    return found, step


def identity(n: int, dtype: DTypeLike = "float32", *, device: DeviceLike = None) -> ndarray:
    """A square matrix with ones on its diagonal.

    >>> from weft import np
    >>> np.identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _creation.eye(n, dtype=dtype, device=device)


@named_arguments
def logspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    base: ArrayLike = 10.0,
    dtype: DTypeLike = None,
    axis: int = 0,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """`num` powers of `base`, whose exponents go from `start` to `stop` at equal distances.

    start, stop, base: numbers, or arrays, as for `linspace`

    >>> from weft import np
    >>> np.logspace(0, 2, 3).round(3)
    array([  1.,  10., 100.])
    """
    if all(map(_is_number, (start, stop, base))):
        found = numpy.logspace(start, stop, num, endpoint, base)
        return _creation.array(found, _single(found) if dtype is None else dtype, device=device)
    shape = numpy.broadcast_shapes(*(array_of(each).shape for each in (start, stop, base)))
    first = _ops.broadcast_to(array_of(start), shape)
    exponents = linspace(first, stop, num, endpoint)
    found = _ops.moveaxis(_ops.power(array_of(base).astype(exponents.dtype), exponents), 0, axis)
    return found if dtype is None else found.astype(dtype)


@named_arguments
def geomspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: DTypeLike = None,
    axis: int = 0,
    *,
    device: DeviceLike = None,
) -> ndarray:
    """`num` numbers from `start` to `stop`, each the same multiple of the one before.

    Raises ValueError for a number of 0 at an end.

    >>> from weft import np
    >>> np.geomspace(1, 8, 4)
    array([1., 2., 4., 8.])
    """
    if _is_number(start) and _is_number(stop):
        if start == 0 or stop == 0:
            raise InvalidValue(f"geomspace: both ends must not be 0; got {start} and {stop}")
        is_complex = numpy.iscomplexobj(start) or numpy.iscomplexobj(stop)
        if not is_complex and start * stop < 0:
            raise InvalidValue(f"geomspace: both ends must have one sign; got {start} and {stop}")
        ends = (start, stop) if is_complex else (float(start), float(stop))
        found = numpy.geomspace(*ends, num, endpoint)
        return _creation.array(found, _single(found) if dtype is None else dtype, device=device)
    first, last = array_of(start), array_of(stop)
    sign = _ops.sign(first)
    logs = linspace(_ops.log(_ops.abs(first)), _ops.log(_ops.abs(last)), num, endpoint)
    found = _ops.exp(logs) * sign
    if num > 0:  # both ends exactly
        whole = [_ops.broadcast_to(each, found.shape[1:])[None] for each in (first, last)]
        edges = [end.astype(found.dtype) for end in whole]
        inner = [found[1:-1], edges[1]] if endpoint and num > 1 else [found[1:]]
        parts = [edges[0], *inner]
        found = _ops.concatenate(parts, 0)
    found = _ops.moveaxis(found, 0, axis)
    return found if dtype is None else found.astype(dtype)


__all__ = ["geomspace", "identity", "linspace", "logspace"]
