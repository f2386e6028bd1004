"""Layers of experts: products of groups of rows, each with a matrix of its own, and the counts that
say which rows are a group."""

from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import cast
from weft.torch._rules._table import RULES, aten


@aten("histc")
def _histc(self: Array, bins: int = 100, min: Any = 0, max: Any = 0) -> ndarray:
    """How many elements lie in each of some bins of one width; others count nowhere."""
    flat = self.reshape((-1,))
    low, high = (np.min(flat), np.max(flat)) if min == max == 0 else (min, max)
    is_inside = np.logical_and(flat >= low, flat <= high)
    # Of all equal elements the bins lie around them, as in PyTorch.
    low, high = (low, high) if min != max else (low - (low == high), high + (low == high))
    places = np.where(is_inside, (flat - low) * bins / (high - low), 0).astype("int64")
    places = np.minimum(places, bins - 1).reshape((1, -1))
    zeros = np.zeros((bins,), dtype=self.dtype)
    return npx.index_add(zeros, places, cast(is_inside, self.dtype))


def grouped_product(x: ndarray, weights: ndarray, ends: ndarray) -> ndarray:
    """Rows (T, K) times the matrices (E, K, N) of their groups, of which each ends before the row
    of its number in `ends`; rows behind the last group give zeros."""
    rows, experts = x.shape[0], weights.shape[0]
    place = np.arange(rows)
    group = np.minimum(np.searchsorted(ends, place, side="right"), experts - 1)
    if isinstance(rows, Extent) or rows > experts:
        # All experts for all rows: a copy of a matrix for each row would take far more memory.
        found = np.matmul(np.expand_dims(x, 0), weights)
        found = np.take_along_axis(found, group.reshape((1, -1, 1)), 0)[0]
    else:
        found = np.matmul(np.expand_dims(x, 1), np.take(weights, group, axis=0))[:, 0]
    return np.where(np.expand_dims(place < ends[-1], 1), found, 0)


@aten("_grouped_mm")
def _grouped_mm(
    self: Array, mat2: Array, offs: Array = None, bias: Array = None, out_dtype: Any = None
) -> ndarray:
    if self.ndim != 2 or mat2.ndim != 3 or offs is None or bias is not None:
        raise Unsupported("only groups of rows, each with a matrix of its own, are supported")
    return cast(grouped_product(self, mat2, offs), out_dtype)


@RULES("grouped_mm_fallback", domain="transformers")
def _grouped_mm_fallback(input: Array, weight: Array, offs: Array) -> ndarray:
    """What transformers puts in the place of `_grouped_mm` while it exports."""
    return grouped_product(input, weight, offs)


__all__ = ["grouped_product"]
