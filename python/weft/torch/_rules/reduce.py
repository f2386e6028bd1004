"""Reductions: sums, means, extrema, norms, softmax, cumulative sums."""

import math
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import cast, floating, is_inexact
from weft.torch._rules._table import aten, wants


def _axes(dim: Any) -> Any:
    """Axes as NumPy has them; no axes mean all."""
    if dim is None or isinstance(dim, int):
        return dim
    return tuple(dim) or None


def _summed(x: ndarray, dtype: Any) -> ndarray:
    """What a sum adds: integers as int64."""
    if dtype is None and not is_inexact(x.dtype):
        dtype = "int64"
    return cast(x, dtype)


@aten("sum")
def _sum(self: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> ndarray:
    return np.sum(_summed(self, dtype), axis=_axes(dim), keepdims=keepdim)


@aten("nansum")
def _nansum(self: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> ndarray:
    return _sum(np.where(np.isnan(self), 0, self), dim, keepdim, dtype)


@aten("prod")
def _prod(self: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> ndarray:
    return np.prod(_summed(self, dtype), axis=_axes(dim), keepdims=keepdim)


@aten("mean")
def _mean(self: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> ndarray:
    return np.mean(cast(self, dtype), axis=_axes(dim), keepdims=keepdim)


def _count(correction: Any, unbiased: bool) -> float:
    return float(unbiased if correction is None else correction)


@aten("var")
def _var(
    self: Array,
    dim: Any = None,
    unbiased: bool = True,
    correction: Any = None,
    keepdim: bool = False,
) -> ndarray:
    return np.var(self, axis=_axes(dim), keepdims=keepdim, ddof=_count(correction, unbiased))


@aten("std")
def _std(
    self: Array,
    dim: Any = None,
    unbiased: bool = True,
    correction: Any = None,
    keepdim: bool = False,
) -> ndarray:
    return np.std(self, axis=_axes(dim), keepdims=keepdim, ddof=_count(correction, unbiased))


@aten("var_mean")
def _var_mean(
    self: Array,
    dim: Any = None,
    unbiased: bool = True,
    correction: Any = None,
    keepdim: bool = False,
) -> Any:
    return _var(self, dim, unbiased, correction, keepdim), _mean(self, dim, keepdim)


@aten("std_mean")
def _std_mean(
    self: Array,
    dim: Any = None,
    unbiased: bool = True,
    correction: Any = None,
    keepdim: bool = False,
) -> Any:
    return _std(self, dim, unbiased, correction, keepdim), _mean(self, dim, keepdim)


@aten("any")
def _any(self: Array, dim: Any = None, keepdim: bool = False) -> ndarray:
    return np.any(cast(self, "bool"), axis=_axes(dim), keepdims=keepdim)


@aten("all")
def _all(self: Array, dim: Any = None, keepdim: bool = False) -> ndarray:
    return np.all(cast(self, "bool"), axis=_axes(dim), keepdims=keepdim)


# ---- extrema ------------------------------------------------------------------------------------


@aten("amax")
def _amax(self: Array, dim: Any = (), keepdim: bool = False) -> ndarray:
    return np.max(self, axis=_axes(dim), keepdims=keepdim)


@aten("amin")
def _amin(self: Array, dim: Any = (), keepdim: bool = False) -> ndarray:
    return np.min(self, axis=_axes(dim), keepdims=keepdim)


@aten("argmax")
def _argmax(self: Array, dim: Any = None, keepdim: bool = False) -> ndarray:
    return np.argmax(self, axis=dim, keepdims=keepdim)


@aten("argmin")
def _argmin(self: Array, dim: Any = None, keepdim: bool = False) -> ndarray:
    return np.argmin(self, axis=dim, keepdims=keepdim)


def _extremum(x: ndarray, dim: Any, keepdim: bool, other: Any, is_max: bool, call: Any) -> Any:
    """The extremum of all elements, of two arrays, or along an axis with its places."""
    if other is not None:
        return (np.maximum if is_max else np.minimum)(x, other)
    best = np.max if is_max else np.min
    if dim is None:
        return best(x)
    if x.ndim == 0:
        return x, np.zeros((), dtype="int64")
    if not wants(call, 1):
        return best(x, axis=dim, keepdims=keepdim), None
    places = (np.argmax if is_max else np.argmin)(x, axis=dim, keepdims=True)
    values = np.take_along_axis(x, places, dim)
    return (values, places) if keepdim else (values.squeeze(dim), places.squeeze(dim))


@aten("max")
def _max(self: Array, dim: Any = None, keepdim: bool = False, other: Any = None, *, _: Any) -> Any:
    return _extremum(self, dim, keepdim, other, True, _)


@aten("min")
def _min(self: Array, dim: Any = None, keepdim: bool = False, other: Any = None, *, _: Any) -> Any:
    return _extremum(self, dim, keepdim, other, False, _)


@aten("aminmax")
def _aminmax(self: Array, dim: Any = None, keepdim: bool = False) -> Any:
    return np.min(self, axis=dim, keepdims=keepdim), np.max(self, axis=dim, keepdims=keepdim)


# ---- exponentials and norms ---------------------------------------------------------------------


@aten("softmax", "_softmax", "special_softmax")
def _softmax(self: Array, dim: int, dtype: Any = None, half_to_float: bool = False) -> ndarray:
    x = floating(self, "float32" if half_to_float else dtype)
    return npx.softmax(x, axis=dim) if x.ndim else np.ones_like(x)


@aten("log_softmax", "_log_softmax", "special_log_softmax")
def _log_softmax(self: Array, dim: int, dtype: Any = None, half_to_float: bool = False) -> ndarray:
    x = floating(self, "float32" if half_to_float else dtype)
    return npx.log_softmax(x, axis=dim) if x.ndim else np.zeros_like(x)


@aten("logsumexp")
def _logsumexp(self: Array, dim: Any, keepdim: bool = False) -> ndarray:
    return npx.logsumexp(floating(self), axis=_axes(dim), keepdims=keepdim)


@aten("norm")
def _norm(
    self: Array, p: Any = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> ndarray:
    return _vector_norm(self, 2 if p is None else p, dim, keepdim, dtype)


@aten("linalg_vector_norm")
def _vector_norm(
    self: Array, ord: Any = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> ndarray:
    x, axes = floating(self, dtype), _axes(dim)
    if ord == 2:
        return npx.norm(x, axis=axes, keepdims=keepdim)
    size = np.abs(x)
    if ord in (math.inf, -math.inf):
        return (np.max if ord > 0 else np.min)(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return np.sum((size != 0).astype(x.dtype), axis=axes, keepdims=keepdim)
    if ord == 1:
        return np.sum(size, axis=axes, keepdims=keepdim)
    return np.power(np.sum(np.power(size, ord), axis=axes, keepdims=keepdim), 1.0 / ord)


# ---- cumulative ---------------------------------------------------------------------------------


@aten("cumsum")
def _cumsum(self: Array, dim: int, dtype: Any = None) -> ndarray:
    x = _summed(self, dtype)
    return np.cumsum(x, axis=dim) if x.ndim else x


@aten("cumprod")
def _cumprod(self: Array, dim: int, dtype: Any = None) -> ndarray:
    x = _summed(self, dtype)
    return np.cumprod(x, axis=dim) if x.ndim else x


@aten("count_nonzero")
def _count_nonzero(self: Array, dim: Any = None) -> ndarray:
    return np.sum(cast(self, "bool").astype("int64"), axis=_axes(dim))
