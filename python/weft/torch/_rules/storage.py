"""Operators that count in the memory of a tensor, whose places the reader found (`_storage.py`)."""

import math
from typing import Any

from weft import np
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._dtypes import cast, number_array
from weft.torch._rules._table import aten
from weft.torch._rules.complex_numbers import without_gradient


@aten("as_strided", "as_strided_copy")
def _as_strided(
    self: Array,
    size: Any = None,
    stride: Any = None,
    storage_offset: int = 0,
    places: Any = None,
    own: Any = None,
    lacking: str | None = None,
) -> ndarray:
    """Elements by their places in the rows of an array, as the reader found them. As in PyTorch,
    those that are not of the operand itself get no gradient."""
    if lacking is not None:
        raise Unsupported(lacking)
    if places is not None:
        found = np.take(self.reshape((-1,)), np.array(places), axis=0)
        return found if own is None else np.where(np.array(own), found, without_gradient(found))
    found: Any = np.array(storage_offset, dtype="int64")
    for extent, step in zip(size, stride, strict=True):
        found = np.expand_dims(found, -1) + np.arange(extent) * number_array(step)
    return np.take(self.reshape((-1,)), found, axis=0)


@aten("as_strided_scatter")
def _as_strided_scatter(
    self: Array,
    src: Array,
    size: Any = None,
    stride: Any = None,
    storage_offset: int = 0,
    places: Any = None,
    lacking: str | None = None,
) -> ndarray:
    """An array with other elements where `places` has their numbers, not -1."""
    if places is None:
        raise Unsupported(lacking or "open extents are not supported")
    new = np.take(cast(src, self.dtype).reshape((-1,)), np.array(places.clip(0)), axis=0)
    return np.where(np.array(places >= 0), new, self)


@aten("sym_stride")
def _sym_stride(self: Array, dim: int, axes: Any = None) -> Any:
    """The product of some extents, whose axes the reader found."""
    if axes is None:
        raise Unsupported("the stride of a tensor whose rows have gaps is not supported")
    return math.prod(self.shape[axis] for axis in axes)


@aten("sym_storage_offset")
def _sym_storage_offset(self: Array, offset: int | None = None) -> int:
    if offset is None:
        raise Unsupported("the offset of a view that begins at an open place is not supported")
    return offset


@aten("sym_is_contiguous")
def _sym_is_contiguous(self: Array, memory_format: Any = None) -> bool:
    return True
