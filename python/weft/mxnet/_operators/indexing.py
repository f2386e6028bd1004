"""Looking elements up and writing them: embedding, take, pick, one-hot, gather and scatter.

Indices may be floats, as in old nets; those beyond an axis are held within it (`mode` clip).
"""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints, is_integer
from weft.mxnet._operators._table import RULES as rules


def whole(indices: ndarray) -> ndarray:
    """Indices as integers; fractions are cut."""
    return indices if is_integer(indices) else indices.astype("int32")


def _held(indices: ndarray, extent: Any, mode: str = "clip") -> ndarray:
    """Indices within an axis, by the operator's mode."""
    numbers = whole(indices)
    if mode == "clip":
        return np.clip(numbers, 0, extent - 1)
    if mode == "wrap":
        return np.remainder(numbers, extent)
    if mode != "raise":
        raise InvalidValue(f"`mode` must be 'clip', 'wrap' or 'raise'; got {mode!r}")
    return numbers


@rules("Embedding", "_npx_embedding", "_contrib_SparseEmbedding")
def _embedding(
    data: Array,
    weight: Array,
    *,
    input_dim: int | None = None,
    output_dim: int | None = None,
    dtype: Any = "float32",
    sparse_grad: Any = False,
    deterministic: Any = False,
) -> ndarray:
    rows = _held(data, weight.shape[0])
    return npx.embedding(rows, weight, flag(sparse_grad))


@rules("take", "_npi_take")
def _take(a: Array, indices: Array, *, axis: Any = 0, mode: str = "clip") -> ndarray:
    if axis is None:
        return np.take(a.reshape((-1,)), _held(indices, a.size, mode), axis=0)
    return np.take(a, _held(indices, a.shape[int(axis)], mode), axis=int(axis))


@rules("batch_take")
def _batch_take(a: Array, indices: Array) -> ndarray:
    return npx.pick(a, _held(indices, a.shape[1]), 1)


@rules("choose_element_0index")
def _choose_element(data: Array, index: Array) -> ndarray:
    return _batch_take(data, index)


@rules("pick", "_npx_pick")
def _pick(
    data: Array, index: Array, *, axis: Any = -1, keepdims: Any = False, mode: str = "clip"
) -> ndarray:
    if axis is None:
        return np.take(data.reshape((-1,)), _held(index, data.size, mode), axis=0)
    axis = int(axis) % data.ndim
    if index.ndim == data.ndim:
        index = np.squeeze(index, axis)
    return npx.pick(data, _held(index, data.shape[axis], mode), axis, flag(keepdims))


@rules("fill_element_0index")
def _fill_element(lhs: Array, mhs: Array, rhs: Array) -> ndarray:
    chosen = npx.one_hot(whole(rhs), lhs.shape[1]) != 0
    return np.where(chosen, np.expand_dims(mhs, 1), lhs)


@rules("one_hot", "_npx_one_hot")
def _one_hot(
    indices: Array,
    *,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: Any = "float32",
) -> ndarray:
    return npx.one_hot(whole(indices), int(depth), on_value, off_value, dtype_of(dtype))


@rules("gather_nd", "_npx_gather_nd")
def _gather_nd(data: Array, indices: Array) -> ndarray:
    return npx.gather_nd(data, whole(indices))


@rules("scatter_nd")
def _scatter_nd(data: Array, indices: Array, *, shape: Any) -> ndarray:
    """A point that is named several times gets one of its values; here their sum is another's."""
    zeros = np.zeros(ints(shape, "shape"), data.dtype)
    return npx.index_update(zeros, whole(indices), data)


@rules("_backward_gather_nd", "_contrib_backward_gather_nd")
def _gather_nd_gradient(data: Array, indices: Array, *, shape: Any) -> ndarray:
    return npx.scatter_nd(data, whole(indices), ints(shape, "shape"))


@rules("_scatter_set_nd")
def _scatter_set_nd(lhs: Array, rhs: Array, indices: Array, *, shape: Any = None) -> ndarray:
    return npx.index_update(lhs, whole(indices), rhs)


@rules("_sparse_retain")
def _retain(data: Array, indices: Array) -> ndarray:
    """Some rows as they are, the others 0."""
    kept = npx.index_update(
        np.zeros((data.shape[0],), data.dtype),
        whole(indices).reshape((1, -1)),
        np.ones(indices.shape, data.dtype),
    )
    return data * kept.reshape((-1, *(1,) * (data.ndim - 1)))


@rules("_npx_index_add")
def _index_add(a: Array, ind: Array, val: Array) -> ndarray:
    return npx.index_add(a, _in_rows(ind), val)


@rules("_npx_index_update")
def _index_update(a: Array, ind: Array, val: Array) -> ndarray:
    return npx.index_update(a, _in_rows(ind), val)


def _in_rows(ind: ndarray) -> ndarray:
    """A row of indices for each axis; one number is a row of its own."""
    return whole(ind).reshape((1, -1)) if ind.ndim < 2 and ind.size == 1 else whole(ind)


@rules("_contrib_index_copy")
def _index_copy(old_tensor: Array, index_vector: Array, new_tensor: Array) -> ndarray:
    return npx.index_update(old_tensor, whole(index_vector).reshape((1, -1)), new_tensor)


@rules("_ravel_multi_index", "ravel_multi_index")
def _ravel(data: Array, *, shape: Any) -> ndarray:
    found = data[0] * 0
    for row, extent in enumerate(ints(shape, "shape")):
        found = found * extent + data[row]
    return found


@rules("_unravel_index", "unravel_index")
def _unravel(data: Array, *, shape: Any) -> ndarray:
    rest, rows = data, []
    first, *others = ints(shape, "shape")
    for extent in reversed(others):
        rows.append(np.remainder(rest, extent))
        rest = np.floor_divide(rest, extent)
    # The first extent may be unknown, -1.
    rows.append(rest if first == -1 else np.remainder(rest, first))
    return np.stack(rows[::-1])


@rules("_npi_advanced_indexing")
def _advanced_indexing(data: Array, indices: Array) -> ndarray:
    return data[indices if indices.dtype.kind == "b" else whole(indices)]


@rules("_contrib_boolean_mask", "_npi_boolean_mask")
def _boolean_mask(data: Array, index: Array, *, axis: int = 0) -> ndarray:
    """As many slices as the mask has; a graph cannot know how many, so it is for eager calls."""
    return np.compress(index != 0, data, axis=int(axis))


@rules("_npi_boolean_mask_assign_scalar")
def _mask_assign_scalar(
    data: Array, mask: Array, *, value: float = 0.0, start_axis: int = 0
) -> ndarray:
    return np.where(_beside(mask, data, int(start_axis)), value, data)


@rules("_npi_boolean_mask_assign_tensor")
def _mask_assign_tensor(data: Array, mask: Array, value: Array, *, start_axis: int = 0) -> ndarray:
    """The rows of `value`, or its only one, go where the mask is true; it cannot be traced."""
    out = data.copy()
    before = (slice(None),) * int(start_axis)
    out[(*before, mask != 0)] = value
    return out


def _beside(mask: ndarray, data: ndarray, start_axis: int) -> ndarray:
    """A mask of some axes, shaped to stand beside all."""
    after = data.ndim - start_axis - mask.ndim
    return (mask != 0).reshape((*(1,) * start_axis, *mask.shape, *(1,) * after))


@rules("_slice_assign", "_crop_assign", "_npi_slice_assign")
def _slice_assign(lhs: Array, rhs: Array, *, begin: Any, end: Any, step: Any = ()) -> ndarray:
    out = lhs.copy()
    out[_places(begin, end, step)] = rhs
    return out


@rules("_slice_assign_scalar", "_crop_assign_scalar", "_npi_slice_assign_scalar")
def _slice_assign_scalar(
    data: Array, *, scalar: float = 0.0, begin: Any, end: Any, step: Any = ()
) -> ndarray:
    out = data.copy()
    out[_places(begin, end, step)] = scalar
    return out


def _places(begin: Any, end: Any, step: Any) -> tuple[slice, ...]:
    listed = [part if isinstance(part, tuple) else (part,) for part in (begin, end, step)]
    steps = listed[2] or (None,) * len(listed[0])
    return tuple(
        slice(a, b, s or None) for a, b, s in zip(listed[0], listed[1], steps, strict=False)
    )
