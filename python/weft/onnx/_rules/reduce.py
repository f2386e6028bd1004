"""Reductions: sums, means, extrema, norms, cumulative sums."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array, Ints
from weft.onnx._rules._table import RULES as rules

Reduction = Callable[[ndarray, Any, bool], ndarray]


def _sum_of_squares(x: ndarray, axes: Any, keep: bool) -> ndarray:
    return np.sum(x * x, axis=axes, keepdims=keep)


def _log_sum_exp(x: ndarray, axes: Any, keep: bool) -> ndarray:
    return npx.logsumexp(x, axis=axes, keepdims=keep)


def _mean(x: ndarray, axes: Any, keep: bool) -> ndarray:
    return np.mean(x, axis=axes, keepdims=keep).astype(x.dtype)


def _extremum(is_max: bool) -> Reduction:
    """A maximum or minimum; nothing at all gives the lowest or the highest number."""

    def reduction(x: ndarray, axes: Any, keep: bool) -> ndarray:
        listed = range(x.ndim) if axes is None else axes
        if any(not isinstance(x.shape[a], Extent) and x.shape[a] == 0 for a in listed):
            empty = np.sum(x, axis=axes, keepdims=keep)
            return np.full(empty.shape, _limit(x.dtype, not is_max), dtype=x.dtype)
        return (np.max if is_max else np.min)(x, axis=axes, keepdims=keep)

    return reduction


def _limit(dtype: Any, is_highest: bool) -> Any:
    if dtype.kind == "b":
        return is_highest
    if dtype.kind == "f":
        return numpy.inf if is_highest else -numpy.inf
    limits = numpy.iinfo(dtype)
    return int(limits.max if is_highest else limits.min)


def _sum(x: ndarray, axes: Any, keep: bool) -> ndarray:
    return np.sum(x, axis=axes, keepdims=keep).astype(x.dtype)


def _product(x: ndarray, axes: Any, keep: bool) -> ndarray:
    return np.prod(x, axis=axes, keepdims=keep).astype(x.dtype)


# By operator: the reduction, NumPy's for shapes, and the version from which on axes are an input.
_REDUCTIONS: dict[str, tuple[Reduction, Callable[..., Any] | None, int]] = {
    "ReduceL1": (lambda x, a, k: np.sum(np.abs(x), axis=a, keepdims=k).astype(x.dtype), None, 18),
    "ReduceL2": (lambda x, a, k: np.sqrt(_sum_of_squares(x, a, k)).astype(x.dtype), None, 18),
    "ReduceLogSum": (lambda x, a, k: np.log(np.sum(x, axis=a, keepdims=k)), None, 18),
    "ReduceLogSumExp": (_log_sum_exp, None, 18),
    "ReduceMax": (_extremum(True), numpy.max, 18),
    "ReduceMean": (_mean, None, 18),
    "ReduceMin": (_extremum(False), numpy.min, 18),
    "ReduceProd": (_product, numpy.prod, 18),
    "ReduceSum": (_sum, numpy.sum, 13),
    "ReduceSumSquare": (_sum_of_squares, None, 18),
}


def _register(
    name: str, reduction: Reduction, host: Callable[..., Any] | None, version: int
) -> None:
    def early(x: Array, *, axes: list[int] | None = None, keepdims: int = 1) -> ndarray:
        return reduction(x, None if axes is None else tuple(axes), bool(keepdims))

    def rule(
        x: Array, axes: Ints = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
    ) -> ndarray:
        if not axes:
            if noop_with_empty_axes:
                return _without_axes(name, x)
            axes = None
        return reduction(x, axes, bool(keepdims))

    def early_host(x: Any, *, axes: Any = None, keepdims: int = 1) -> Any:
        assert host is not None
        return host(x, axis=None if axes is None else tuple(axes), keepdims=bool(keepdims))

    def on_host(
        x: Any, axes: Any = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
    ) -> Any:
        if (axes is None or not axes.size) and noop_with_empty_axes:
            return x
        wanted = None if axes is None or not axes.size else axes.reshape(-1).tolist()
        return early_host(x, axes=wanted, keepdims=keepdims)

    rules.add(name, early, since=1, host=early_host if host else None)
    rules.add(name, rule, since=version, host=on_host if host else None)


def _without_axes(name: str, x: ndarray) -> ndarray:
    """A reduction of no axes still does to each element what it does to one."""
    if name in ("ReduceL1", "ReduceL2"):
        return np.abs(x)
    if name == "ReduceSumSquare":
        return x * x
    return np.log(x) if name == "ReduceLogSum" else x


for _name, _entry in _REDUCTIONS.items():
    _register(_name, *_entry)


def _cumulative(name: str, function: Callable[..., ndarray], start: int) -> None:
    def rule(x: Array, axis: Ints, *, exclusive: int = 0, reverse: int = 0) -> ndarray:
        place = axis[0] + x.ndim if axis[0] < 0 else axis[0]
        x = np.flip(x, place) if reverse else x
        found = function(x, axis=place).astype(x.dtype)
        if exclusive:
            kept = found[(slice(None),) * place + (slice(0, -1),)]
            first = np.full_like(x[(slice(None),) * place + (slice(0, 1),)], start)
            found = np.concatenate((first, kept), place)
        return np.flip(found, place) if reverse else found

    rules.add(name, rule)


_cumulative("CumSum", np.cumsum, 0)
_cumulative("CumProd", np.cumprod, 1)
