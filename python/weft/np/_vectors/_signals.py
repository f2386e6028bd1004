"""NumPy's functions of signals: differences, slopes, areas, convolutions, interpolation.

All are made of operators, and differentiated through these.
"""

import math
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import Axis, array_of, axes_of, axis_of, floating, is_floating
from weft.np._dtype_functions import result_type


def diff(
    a: ArrayLike,
    n: int = 1,
    axis: int = -1,
    prepend: ArrayLike | None = None,
    append: ArrayLike | None = None,
) -> ndarray:
    """Differences of neighbours along an axis, `n` times.

    prepend, append: elements before and behind the axis, or one number

    >>> from weft import np
    >>> np.diff(np.array([1, 4, 9]))
    array([3, 5])
    """
    array = array_of(a)
    if n < 0:
        raise InvalidValue(f"diff: `n` must be at least 0; got {n}")
    if array.ndim == 0:
        raise InvalidValue("diff: `a` must have at least one axis")
    axis = axis_of("diff", array, axis)
    ends = [_end(array, axis, end) for end in (prepend, append)]
    parts = [ends[0], array, ends[1]]
    if ends != [None, None]:
        array = _ops.concatenate([part for part in parts if part is not None], axis)
    for _ in range(min(n, array.shape[axis])):  # then nothing is left
        last, first = [slice(None)] * array.ndim, [slice(None)] * array.ndim
        last[axis], first[axis] = slice(1, None), slice(None, -1)
        pair = array[tuple(last)], array[tuple(first)]
        array = _ops.not_equal(*pair) if array.dtype.kind == "b" else pair[0] - pair[1]
    return array


def _end(array: ndarray, axis: int, end: Any) -> ndarray | None:
    if end is None:
        return None
    found = array_of(end)
    if found.ndim:
        return found
    shape = list(array.shape)
    shape[axis] = 1
    return _ops.broadcast_to(found, shape)


def ediff1d(
    ary: ArrayLike, to_end: ArrayLike | None = None, to_begin: ArrayLike | None = None
) -> ndarray:
    """Differences of neighbours in the flat array, between what is put before and behind them.

    >>> from weft import np
    >>> np.ediff1d(np.array([1, 2, 4]), to_end=9)
    array([1, 2, 9])
    """
    steps = diff(array_of(ary).reshape(-1))
    ends = [None if e is None else array_of(e).reshape(-1) for e in (to_begin, to_end)]
    parts = [part for part in (ends[0], steps, ends[1]) if part is not None]
    return steps if len(parts) == 1 else _ops.concatenate([p.astype(steps.dtype) for p in parts])


def _full(first: ndarray, second: ndarray) -> ndarray:
    """All sums of products of two vectors that lie over each other at least in one element."""
    kind = result_type(first.dtype, second.dtype)
    first, second = first.astype(kind), second.astype(kind)
    n, m = first.shape[0], second.shape[0]
    if kind.kind == "c":
        a, b, c, d = (part(each) for each in (first, second) for part in (_ops.real, _ops.imag))
        return (_full(a, c) - _full(b, d)) + (_full(a, d) + _full(b, c)) * 1j
    if is_floating(first):
        image = first.reshape(1, 1, n)
        kernel = _ops.flip(second, 0).reshape(1, 1, m)
        return OPERATORS["convolution"](image, kernel, pad=(m - 1,)).reshape(n + m - 1)
    # Row i of the table has the elements of `first` that meet those of `second` in element i.
    index = numpy.arange(n + m - 1)[:, None] - numpy.arange(m)[None, :]
    inside = native.array((index >= 0) & (index < n))
    table = _ops.take(first, native.array(index.clip(0, n - 1)))
    product = _ops.where(inside, table, native.array(0).astype(kind)) * second
    if kind.kind == "b":
        return _ops.any(product, 1)
    return _ops.sum(product, 1).astype(kind)


def _part(full: ndarray, longer: int, shorter: int, mode: str) -> ndarray:
    if mode == "full":
        return full
    if mode == "same":
        begin = (shorter - 1) // 2
        return full[begin : begin + longer]
    return full[shorter - 1 : longer]


_MODES = ("valid", "same", "full")


def _vectors(where: str, a: ArrayLike, v: ArrayLike, mode: Any) -> tuple[ndarray, ndarray, str]:
    mode = _MODES[mode] if isinstance(mode, int) and 0 <= mode < 3 else mode
    if mode not in _MODES:
        raise InvalidValue(f"{where}: `mode` must be one of {_MODES}; got {mode!r}")
    found = []
    for name, given in (("a", a), ("v", v)):
        array = array_of(given)
        array = array.reshape(1) if array.ndim == 0 else array
        if array.ndim != 1 or not array.shape[0]:
            raise InvalidValue(
                f"{where}: `{name}` must be a vector with elements; got shape {array.shape}"
            )
        found.append(array)
    return found[0], found[1], mode


def convolve(a: ArrayLike, v: ArrayLike, mode: str = "full") -> ndarray:
    """The convolution of two vectors: sums of products with one of them reversed.

    mode: "full" has every place where they overlap, "valid" those where they do so wholly, "same"
        as many as the longer one has elements

    >>> from weft import np
    >>> np.convolve(np.array([1, 2, 3]), np.array([0, 1]))
    array([0, 1, 2, 3])
    """
    first, second, mode = _vectors("convolve", a, v, mode)
    longer, shorter = sorted((first.shape[0], second.shape[0]), reverse=True)
    return _part(_full(first, second), longer, shorter, mode)


def correlate(a: ArrayLike, v: ArrayLike, mode: str = "valid") -> ndarray:
    """The correlation of two vectors: sums of products with `v`, conjugated, moved along `a`.

    mode: as for `convolve`

    >>> from weft import np
    >>> np.correlate(np.array([1, 2, 3]), np.array([0, 1]), "full")
    array([1, 2, 3, 0])
    """
    first, second, mode = _vectors("correlate", a, v, mode)
    turned = _ops.flip(second, 0)
    found = _full(first, _ops.conj(turned) if turned.dtype.kind == "c" else turned)
    n, m = first.shape[0], second.shape[0]
    if n >= m:
        return _part(found, n, m, mode)
    return _ops.flip(_part(_ops.flip(found, 0), m, n, mode), 0)


def trapezoid(y: ArrayLike, x: ArrayLike | None = None, dx: float = 1.0, axis: int = -1) -> ndarray:
    """The area under polygons along an axis.

    x: where the elements are: a vector, or an array of the shape of `y`; dx: their distance instead

    >>> from weft import np
    >>> np.trapezoid(np.array([1.0, 2.0, 3.0]))
    array(4.)
    """
    array = array_of(y)
    array = array if is_floating(array) else floating(array)
    axis = axis_of("trapezoid", array, axis)
    steps: Any = dx
    if x is not None:
        places = floating(x)
        steps = diff(places) if places.ndim == 1 else diff(places, axis=axis)
        if places.ndim == 1:
            steps = steps.reshape([-1 if place == axis else 1 for place in range(array.ndim)])
    upper, lower = _neighbours(array, axis)
    return _ops.sum(steps * (upper + lower) / 2.0, axis)


def _neighbours(array: ndarray, axis: int) -> tuple[ndarray, ndarray]:
    """All but the first slice, and all but the last."""
    return _along(array, axis, slice(1, None)), _along(array, axis, slice(None, -1))


def _along(array: ndarray, axis: int, part: Any) -> ndarray:
    return array[(slice(None),) * axis + (part,)]


def gradient(
    f: ArrayLike, *varargs: ArrayLike, axis: Axis = None, edge_order: int = 1
) -> ndarray | tuple[ndarray, ...]:
    """The slopes of an array along axes, from neighbours on both sides: an array of the same shape
    for each axis, alone if there is one.

    varargs: the distance of elements, or where they are as a vector, for all axes or for each
    axis: None takes all; edge_order: 1 or 2, of the slopes at both ends

    Raises ValueError where an axis has fewer than `edge_order` + 1 elements.

    >>> from weft import np
    >>> np.gradient(np.array([1.0, 2.0, 4.0]))
    array([1. , 1.5, 2. ])
    """
    array = floating(f)
    axes = axes_of("gradient", array, axis)
    if edge_order not in (1, 2):
        raise InvalidValue(f"gradient: `edge_order` must be 1 or 2; got {edge_order}")
    given: list[Any] = list(varargs) or [1.0]
    if len(given) == 1 and array_of(given[0]).ndim == 0:
        given = given * len(axes)
    if len(given) != len(axes):
        raise InvalidType(
            f"gradient: there must be one distance, or one for each of {len(axes)} axes; "
            f"got {len(given)}"
        )
    found = [_slope(array, place, d, edge_order) for place, d in zip(axes, given, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slope(array: ndarray, axis: int, distance: Any, order: int) -> ndarray:
    count = array.shape[axis]
    if count < order + 1:
        raise InvalidValue(
            f"gradient: axis {axis} must have at least {order + 1} elements; got {count}"
        )
    lies = array_of(distance)
    if lies.ndim > 1 or (lies.ndim == 1 and lies.shape[0] != count):
        raise InvalidValue(
            f"gradient: places along axis {axis} must be a vector of {count} elements; "
            f"got shape {lies.shape}"
        )
    rows = _ops.moveaxis(array, axis, -1)
    if lies.ndim == 0:
        gaps: Any = [distance if isinstance(distance, int | float) else lies.astype(rows.dtype)] * 2
        edges = (gaps[0],) * 4
        inner = (rows[..., 2:] - rows[..., :-2]) / (gaps[0] * 2.0)
    else:
        steps = diff(floating(lies)).astype(rows.dtype)
        before, after = steps[:-1], steps[1:]
        inner = (
            -after / (before * (before + after)) * rows[..., :-2]
            + (after - before) / (before * after) * rows[..., 1:-1]
            + before / (after * (before + after)) * rows[..., 2:]
        )
        ends = (0, 1, -2, -1) if count > 2 else (0, 0, -1, -1)
        edges = tuple(steps[place] for place in ends)
    parts = [_edge(rows, edges[0], edges[1], order), inner]
    last = _edge(_ops.flip(rows, -1), edges[3], edges[2], order)
    return _ops.moveaxis(_ops.concatenate([*parts, -last], -1), -1, axis)


def _edge(rows: ndarray, near: Any, far: Any, order: int) -> ndarray:
    """The slope at the first element, from one or two neighbours at distances."""
    if order == 1:
        return (rows[..., 1:2] - rows[..., :1]) / near
    both = near + far
    return (
        rows[..., :1] * (-(near + both) / (near * both))
        + rows[..., 1:2] * (both / (near * far))
        - rows[..., 2:3] * (near / (far * both))
    )


def unwrap(
    p: ArrayLike, discont: float | None = None, axis: int = -1, *, period: float = 2 * math.pi
) -> ndarray:
    """Angles along an axis without jumps: what differs from its neighbour by more than half a
    period is moved by whole ones.

    discont: the least jump, half a period by default

    >>> from weft import np
    >>> np.unwrap(np.array([0, 3, 1, 2]), period=4)
    array([ 0, -1, -3, -2])
    """
    array = array_of(p)
    whole = not is_floating(array) and isinstance(period, int | numpy.integer)
    array = array if whole else floating(array)
    axis = axis_of("unwrap", array, axis)
    jumps = diff(array, axis=axis)
    least = period / 2 if discont is None else discont
    if whole:
        high, rest = divmod(int(period), 2)
        ambiguous = rest == 0
    else:
        high, ambiguous = period / 2, True
    moved = _ops.remainder(jumps + high, period) - high
    if ambiguous:
        up = _ops.logical_and(moved == -high, jumps > 0)
        moved = _ops.where(up, high, moved)
    turned = _ops.where(_ops.abs(jumps) < least, 0, moved - jumps)
    sums = _ops.cumsum(turned, axis).astype(array.dtype)
    first = _along(array, axis, slice(None, 1))
    return _ops.concatenate([first, _along(array, axis, slice(1, None)) + sums], axis)


def interp(
    x: ArrayLike,
    xp: ArrayLike,
    fp: ArrayLike,
    left: float | None = None,
    right: float | None = None,
    period: float | None = None,
) -> ndarray:
    """The polygon through the points (xp, fp) at each element of `x`, computed in float64.

    xp: increasing; fp: real or complex
    left, right: values outside of them, by default the first and the last of `fp`
    period: of the function; `xp` may then be in any order, and `left` and `right` mean nothing

    >>> from weft import np
    >>> np.interp(np.array([1.5]), np.array([1.0, 2.0]), np.array([10.0, 20.0]))
    array([15.])
    """
    given, knots, values = array_of(x), array_of(xp), array_of(fp)
    if values.dtype.kind == "c":
        parts = [
            interp(
                given, knots, part(values), *(_end_part(part, end) for end in (left, right)), period
            )
            for part in (_ops.real, _ops.imag)
        ]
        return parts[0] + parts[1] * 1j
    if knots.ndim != 1 or knots.shape != values.shape or not knots.size:
        raise InvalidValue(
            "interp: `xp` and `fp` must be vectors of one length that is not 0; "
            f"got {knots.shape} and {values.shape}"
        )
    places, knots, values = (each.astype("float64") for each in (given, knots, values))
    if period is not None:
        if not abs(period) > 0:
            raise InvalidValue(f"interp: `period` must not be 0; got {period}")
        left = right = None
        places, knots, values = _in_one_period(places, knots, values, abs(period))
    index = _ops.searchsorted(knots, places, "right") - 1
    index = _ops.clip(index, 0, max(knots.size - 2, 0))
    begin, low = _ops.take(knots, index), _ops.take(values, index)
    index = _ops.minimum(index + 1, knots.size - 1)
    end, high = _ops.take(knots, index), _ops.take(values, index)
    gap, rise = end - begin, high - low
    slope = rise / _ops.where(gap == 0, 1.0, gap)
    found = low + (places - begin) * slope
    # Infinite values give no number from the left; NumPy then goes from the right, and takes points
    # themselves, and what lies between equal ones, as they are.
    found = _ops.where(_ops.isnan(found), high + (places - end) * slope, found)
    is_low = _ops.logical_or(low == high, places == begin)
    found = _ops.where(_ops.logical_and(_ops.isnan(found), is_low), low, found)
    found = _ops.where(_ops.isnan(places), places, found)
    found = _ops.where(places >= knots[-1], values[-1], found)
    found = _ops.where(places < knots[0], values[0] if left is None else left, found)
    found = found if right is None else _ops.where(places > knots[-1], right, found)
    return found.astype(floating(given).dtype)


def _end_part(part: Any, end: Any) -> Any:
    return None if end is None else float(part(end))


def _in_one_period(
    places: ndarray, knots: ndarray, values: ndarray, period: float
) -> tuple[ndarray, ...]:
    """Places and points within a period, and a point of the next one at each end."""
    knots = _ops.remainder(knots, period)
    order = _ops.argsort(knots)
    knots, values = _ops.take(knots, order), _ops.take(values, order)
    return (
        _ops.remainder(places, period),
        _ops.concatenate([knots[-1:] - period, knots, knots[:1] + period]),
        _ops.concatenate([values[-1:], values, values[:1]]),
    )


__all__ = [
    "convolve",
    "correlate",
    "diff",
    "ediff1d",
    "gradient",
    "interp",
    "trapezoid",
    "unwrap",
]
