"""`np.pad` with every mode of NumPy.

The operator knows constants and copies of elements; ramps and statistics are composed, and user
functions write into the border.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, host, is_floating
from weft.np._reducing._quantiles import median

_COPIES = ("edge", "reflect", "symmetric", "wrap")
_STATISTICS = {"maximum": _ops.max, "minimum": _ops.min, "mean": _ops.mean, "median": median}
_OPTIONS = {
    "constant": ("constant_values",),
    "linear_ramp": ("end_values",),
    "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",),
    **dict.fromkeys(_STATISTICS, ("stat_length",)),
}
MODES = ("constant", "empty", "linear_ramp", *_COPIES, *_STATISTICS)


def pad(
    array: ArrayLike,
    pad_width: Any,
    mode: str | Callable[..., Any] = "constant",
    **kwargs: Any,
) -> ndarray:
    """The array with a border round it.

    pad_width: one width, one pair (before, after), such a pair for each axis, or a dict with widths
        or pairs by axis
    mode: "constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "minimum",
        "mean", "median", "empty", or a function `f(vector, widths, axis, kwargs)` that writes the
        border of each vector
    constant_values: numbers for mode constant, given like the widths, 0 by default
    end_values: numbers at the outer ends of ramps, 0 by default
    stat_length: how many elements at each end count for a statistic, all by default
    reflect_type: "even", or "odd", which turns mirrored elements round the edge

    Raises ValueError for widths below 0 and for another mode.

    >>> from weft import np
    >>> np.pad(np.array([1, 2, 3]), (1, 2), mode="reflect")
    array([2, 1, 2, 3, 2, 1])
    """
    whole = array_of(array)
    widths = _widths(pad_width, whole.ndim)
    if callable(mode):
        return _by_function(whole, widths, mode, kwargs)
    if mode not in MODES:
        raise InvalidValue(f"pad: `mode` must be one of {MODES}; got {mode!r}")
    for word, value in kwargs.items():
        is_default = word == "constant_values" and isinstance(value, int) and value == 0
        if word not in _OPTIONS.get(mode, ()) and not is_default:
            raise InvalidValue(f"pad: `{word}` is no argument of mode {mode!r}")
    if mode in ("constant", "empty"):
        return _constant(whole, widths, kwargs.get("constant_values", 0))
    if mode == "linear_ramp":
        ends = _pairs("end_values", kwargs.get("end_values", 0), whole.ndim)
        return _each_axis(whole, widths, lambda a, axis: _ramps(a, axis, widths[axis], ends[axis]))
    if mode in _STATISTICS:
        lengths = _lengths(kwargs.get("stat_length"), whole)
        return _each_axis(
            whole,
            widths,
            lambda a, axis: _statistics(a, axis, widths[axis], lengths[axis], _STATISTICS[mode]),
        )
    kind = kwargs.get("reflect_type", "even")
    if kind not in ("even", "odd"):
        raise InvalidValue(f"pad: `reflect_type` must be 'even' or 'odd'; got {kind!r}")
    if kind == "odd":
        return _each_axis(whole, widths, lambda a, axis: _odd(a, axis, widths[axis], mode))
    before, after = [pair[0] for pair in widths], [pair[1] for pair in widths]
    return OPERATORS["pad"](whole, None, before, after, mode)


def _widths(given: Any, ndim: int) -> list[list[Any]]:
    if isinstance(given, dict):
        table = [(0, 0)] * ndim
        for axis, width in given.items():
            table[axis] = (width, width) if isinstance(width, int) else tuple(width)
        given = table
    if ndim == 0:
        return []
    widths = _pairs("pad_width", given, ndim)
    if not all(isinstance(width, int) for pair in widths for width in pair):
        raise InvalidType(f"pad: `pad_width` must be integers; got {given!r}")
    if any(width < 0 for pair in widths for width in pair):
        raise InvalidValue(f"pad: `pad_width` must be at least 0; got {given!r}")
    return widths


def _pairs(argument: str, given: Any, ndim: int) -> list[list[Any]]:
    try:
        return numpy.broadcast_to(numpy.asarray(host(given)), (ndim, 2)).tolist()
    except ValueError:
        raise InvalidValue(
            f"pad: `{argument}` must be one number, a pair, or a pair for each of the {ndim} axes "
            f"of `array`; got {given!r}"
        ) from None


def _constant(whole: ndarray, widths: list[list[Any]], given: Any) -> ndarray:
    before, after = [pair[0] for pair in widths], [pair[1] for pair in widths]
    values = _pairs("constant_values", given, whole.ndim)
    distinct = {value for pair in values for value in pair}
    if len(distinct) <= 1:
        return OPERATORS["pad"](whole, *(distinct or {0}), before, after)
    for axis in range(whole.ndim):  # an axis covers the corners of those before it, as in NumPy
        for side in (0, 1):
            width = [[0] * whole.ndim, [0] * whole.ndim]
            width[side][axis] = widths[axis][side]
            whole = OPERATORS["pad"](whole, values[axis][side], *width)
    return whole


def _each_axis(
    whole: ndarray, widths: list[list[Any]], extend: Callable[[ndarray, int], ndarray]
) -> ndarray:
    """Axis after axis, where an axis has the borders of those before it, as in NumPy."""
    for axis, (before, after) in enumerate(widths):
        if before or after:
            whole = _ops.moveaxis(extend(_ops.moveaxis(whole, axis, 0), axis), 0, axis)
    return whole


def _numbers(values: Any, like: ndarray) -> ndarray:
    return native.array(values).reshape([-1] + [1] * (like.ndim - 1)).astype(like.dtype)


def _ramps(rows: ndarray, axis: int, widths: list[int], ends: list[Any]) -> ndarray:
    parts = [rows]
    for side, (width, end) in enumerate(zip(widths, ends, strict=True)):
        if not width:
            continue
        edge = rows[:1] if side == 0 else rows[-1:]
        shares = numpy.arange(width) / width  # 0 at the outer end
        wide = edge.astype("float64") if not is_floating(edge) else edge
        ramp = (wide - end) * _numbers(shares, wide) + end
        if not is_floating(edge):
            ramp = _ops.floor(ramp).astype(rows.dtype)
        parts.insert(0, ramp) if side == 0 else parts.append(_ops.flip(ramp, 0))
    return _ops.concatenate(parts, 0)


def _lengths(given: Any, whole: ndarray) -> list[list[Any]]:
    if given is None:
        return [[extent, extent] for extent in whole.shape]
    found = _pairs("stat_length", given, whole.ndim)
    if any(not isinstance(n, int) or n < 0 for pair in found for n in pair):
        raise InvalidValue(f"pad: `stat_length` must be integers of at least 0; got {given!r}")
    return found


def _statistics(
    rows: ndarray, axis: int, widths: list[int], lengths: list[Any], reduce: Any
) -> ndarray:
    parts = [rows]
    for side, (width, count) in enumerate(zip(widths, lengths, strict=True)):
        count = min(count, rows.shape[0])
        if not count and reduce in (_ops.max, _ops.min):
            raise InvalidValue("pad: `stat_length` must be at least 1 for maximum and minimum")
        chosen = rows[:count] if side == 0 else rows[rows.shape[0] - count :]
        value = reduce(chosen, axis=0, keepdims=True)
        if not is_floating(rows):
            value = _ops.rint(value).astype(rows.dtype)
        border = _ops.broadcast_to(value.astype(rows.dtype), (width, *rows.shape[1:]))
        parts.insert(0, border) if side == 0 else parts.append(border)
    return _ops.concatenate(parts, 0)


def _odd(rows: ndarray, axis: int, widths: list[int], mode: str) -> ndarray:
    """Mirrored elements turned round the edge, as often as the width needs it."""
    skip = 1 if mode == "reflect" else 0
    before, after = widths
    while before or after:
        count = rows.shape[0]
        most = count - skip
        if count == 1 and skip:
            parts = [rows[:1]] * before + [rows] + [rows[-1:]] * after
            return _ops.concatenate(parts, 0)
        parts = [rows]
        if left := min(before, most):
            parts.insert(0, rows[:1] * 2 - _ops.flip(rows[skip : skip + left], 0))
        if right := min(after, most):
            parts.append(rows[-1:] * 2 - _ops.flip(rows[count - skip - right : count - skip], 0))
        rows = _ops.concatenate(parts, 0)
        before, after = before - left, after - right
    return rows


def _by_function(
    whole: ndarray, widths: list[list[Any]], function: Callable[..., Any], kwargs: dict[str, Any]
) -> ndarray:
    """A function writes the border of each vector along one axis after the other."""
    made = numpy.pad(host(whole), widths, function, **kwargs)
    return native.array(made).astype(whole.dtype)


__all__ = ["pad"]
