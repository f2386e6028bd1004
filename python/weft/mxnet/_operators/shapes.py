"""Operators that move elements: transpose, join, cut, stretch, pad."""

import math
from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints, parse
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted

# ---- axes ----------------------------------------------------------------------------------------


@rules("transpose")
def _transpose_old(data: Array, *, axes: Any = None) -> ndarray:
    return _transpose(data, axes=axes)


@rules("_np_transpose", "_npi_transpose")
def _transpose(a: Array, *, axes: Any = None) -> ndarray:
    order = ints(axes, "axes")
    return np.transpose(a, order or None)


@rules("SwapAxis", "swapaxes", "_npi_swapaxes")
def _swap_axes(data: Array, *, dim1: int = 0, dim2: int = 0) -> ndarray:
    return np.swapaxes(data, int(dim1), int(dim2))


@rules("_np_moveaxis", "_npi_moveaxis")
def _move_axis(a: Array, *, source: Any, destination: Any) -> ndarray:
    return np.moveaxis(a, ints(source, "source"), ints(destination, "destination"))


@rules("reverse", "flip", "_npi_flip")
def _flip(data: Array, *, axis: Any = None) -> ndarray:
    return np.flip(data, None if axis is None else ints(axis, "axis"))


@rules("_np_roll", "_npi_roll")
def _roll(data: Array, *, shift: Any, axis: Any = None) -> ndarray:
    axes = None if axis is None else ints(axis, "axis")
    moved = ints(shift, "shift")
    return np.roll(data, moved if axes else moved[0], axes)


@rules("_npi_rot90")
def _rot90(data: Array, *, k: int = 1, axes: Any = (0, 1)) -> ndarray:
    first, second = ints(axes, "axes", 2)
    turns = int(k) % 4
    if turns == 2:
        return np.flip(data, (first, second))
    if turns == 1:
        return np.swapaxes(np.flip(data, second), first, second)
    return np.flip(np.swapaxes(data, first, second), second) if turns else data


@rules("depth_to_space")
def _depth_to_space(data: Array, *, block_size: int) -> ndarray:
    _require_elements(data)
    return npx.depth_to_space(data, int(block_size))


@rules("space_to_depth")
def _space_to_depth(data: Array, *, block_size: int) -> ndarray:
    _require_elements(data)
    return npx.space_to_depth(data, int(block_size))


def _require_elements(data: ndarray) -> None:
    if 0 in data.shape:
        raise InvalidValue(f"`data` must have extents of at least 1; got shape {data.shape}")


# ---- join and cut --------------------------------------------------------------------------------


@rules("Concat", "concat", "_npx_concat")
def _concat(*data: Array, dim: int = 1) -> ndarray:
    return np.concatenate(data, axis=int(dim))


@rules("_npi_concatenate")
def _concatenate(*data: Array, axis: Any = 0, dim: Any = None) -> ndarray:
    axis = dim if dim is not None else axis
    if axis is None:
        return np.concatenate([x.reshape((-1,)) for x in data], axis=0)
    return np.concatenate(data, axis=int(axis))


@rules("stack", "_npi_stack")
def _stack(*args: Array, axis: int = 0) -> ndarray:
    return np.stack(args, axis=int(axis))


def _joined(function: Callable[..., ndarray]) -> Callable[..., ndarray]:
    def rule(*data: Array) -> ndarray:
        return function(data)

    return rule


rules("_npi_vstack")(_joined(np.vstack))
rules("_npi_hstack")(_joined(np.hstack))
rules("_npi_dstack")(_joined(np.dstack))
rules("_npi_column_stack")(_joined(np.column_stack))


@rules("SliceChannel", "split", "_npx_slice_channel")
def _slice_channel(
    data: Array, *, num_outputs: int, axis: int = 1, squeeze_axis: Any = False
) -> tuple[ndarray, ...]:
    parts = np.split(data, int(num_outputs), axis=int(axis))
    return tuple(np.squeeze(x, int(axis)) for x in parts) if flag(squeeze_axis) else tuple(parts)


counted(("SliceChannel", "split", "_npx_slice_channel"), lambda given: int(given["num_outputs"]))


def _cuts(indices: Any, sections: Any) -> Any:
    """Where to cut: so many equal parts, or before these indices, of which the first may be 0."""
    if parse(sections):
        return int(parse(sections))
    found = ints(indices, "indices")
    return found[1:] if found and found[0] == 0 else found


@rules("_split_v2", "_npi_split", "_npi_array_split")
def _split_v2(
    data: Array,
    *,
    indices: Any = (),
    axis: int = 0,
    squeeze_axis: Any = False,
    sections: int = 0,
) -> tuple[ndarray, ...]:
    parts = np.split(data, _cuts(indices, sections), axis=int(axis))
    return tuple(np.squeeze(x, int(axis)) for x in parts) if flag(squeeze_axis) else tuple(parts)


def _split_count(given: Any) -> int:
    cuts = _cuts(given.get("indices", ()), given.get("sections", 0))
    return cuts if isinstance(cuts, int) else len(cuts) + 1


counted(("_split_v2", "_npi_split", "_npi_array_split"), _split_count)


@rules("slice", "crop", "_npx_slice", "_npi_slice")
def _slice(data: Array, *, begin: Any, end: Any, step: Any = ()) -> ndarray:
    starts, ends, steps = (_bounds(part) for part in (begin, end, step))
    steps = steps or (None,) * len(starts)
    places = zip(starts, ends, steps, strict=False)
    return data[tuple(slice(a, b, s or None) for a, b, s in places)]


def _bounds(value: Any) -> tuple[int | None, ...]:
    value = parse(value)
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@rules("slice_axis", "_npx_slice_axis")
def _slice_axis(data: Array, *, axis: int, begin: int, end: Any) -> ndarray:
    places = [slice(None)] * data.ndim
    places[int(axis)] = slice(int(begin), None if end is None else int(end))
    return data[tuple(places)]


@rules("slice_like", "_npx_slice_like")
def _slice_like(data: Array, shape_like: Array, *, axes: Any = ()) -> ndarray:
    named = [axis % data.ndim for axis in ints(axes, "axes")] or range(data.ndim)
    for axis in named:
        data = data[(slice(None),) * axis + (slice(0, shape_like.shape[axis]),)]
    return data


@rules("Crop")
def _crop(
    data: Array,
    crop_like: Array = None,
    *,
    offset: Any = (0, 0),
    h_w: Any = (0, 0),
    center_crop: Any = False,
) -> ndarray:
    """Images (N, C, H, W) cut to the size of others, or to the size that is given."""
    height, width = crop_like.shape[2:] if crop_like is not None else ints(h_w, "h_w", 2)
    top, left = ints(offset, "offset", 2)
    if flag(center_crop):
        top, left = (data.shape[2] - height) // 2, (data.shape[3] - width) // 2
    if top + height > data.shape[2] or left + width > data.shape[3]:
        raise InvalidValue(
            f"a part of {height}, {width} at {top}, {left} is not within images of shape "
            f"{data.shape[2:]}"
        )
    return data[:, :, top : top + height, left : left + width]


# ---- larger --------------------------------------------------------------------------------------


def _broadcast_with(kept: int) -> Callable[..., ndarray]:
    def rule(array: Array, *, shape: Any) -> ndarray:
        wanted = list(ints(shape, "shape"))
        ahead = len(wanted) - array.ndim
        for place, extent in enumerate(array.shape):
            if wanted[ahead + place] == kept:  # an extent that stays as it is
                wanted[ahead + place] = extent
        return np.broadcast_to(array, tuple(wanted))

    return rule


rules("broadcast_to")(_broadcast_with(0))
rules("_np_broadcast_to", "_npi_broadcast_to")(_broadcast_with(-2))


@rules("broadcast_like", "_npx_broadcast_like")
def _broadcast_like(
    lhs: Array, rhs: Array, *, lhs_axes: Any = None, rhs_axes: Any = None
) -> ndarray:
    if lhs_axes is None and rhs_axes is None:
        return np.broadcast_to(lhs, rhs.shape)
    own = ints(() if lhs_axes is None else lhs_axes, "lhs_axes")
    theirs = ints(() if rhs_axes is None else rhs_axes, "rhs_axes")
    if not own or len(own) != len(theirs):
        raise InvalidValue(
            "broadcast_like: `lhs_axes` and `rhs_axes` must name as many axes, at least one each, "
            f"or both be left out; got {lhs_axes!r} and {rhs_axes!r}"
        )
    wanted = list(lhs.shape)
    for here, there in zip(own, theirs, strict=True):
        wanted[here] = rhs.shape[there]
    return np.broadcast_to(lhs, tuple(wanted))


@rules("broadcast_axis", "broadcast_axes")
def _broadcast_axis(data: Array, *, axis: Any = (), size: Any = ()) -> ndarray:
    wanted = list(data.shape)
    for place, extent in zip(ints(axis, "axis"), ints(size, "size"), strict=True):
        wanted[place] = extent
    return np.broadcast_to(data, tuple(wanted))


@rules("_npi_tile")
def _npi_tile(data: Array, *, reps: Any) -> ndarray:
    return np.tile(data, ints(reps, "reps"))


@rules("tile")
def _tile(data: Array, *, reps: Any) -> ndarray:
    counts = ints(reps, "reps")
    if any(count < 1 for count in counts):
        raise InvalidValue(f"`reps` must be at least 1; got {counts}")
    return np.tile(data, counts)


@rules("repeat", "_np_repeat", "_npi_repeat", "_npi_repeats")
def _repeat(data: Array, *, repeats: Any, axis: Any = None) -> ndarray:
    counts = ints(repeats, "repeats")
    one_or_all = counts[0] if len(counts) == 1 else counts
    return np.repeat(data, one_or_all, None if axis is None else int(axis))


@rules("Pad", "pad", "_npx_pad")
def _pad(data: Array, *, mode: str, pad_width: Any, constant_value: float = 0.0) -> ndarray:
    widths = ints(pad_width, "pad_width")
    if len(widths) != 2 * data.ndim:
        raise InvalidValue(f"`pad_width` must have {2 * data.ndim} numbers; got {widths}")
    pairs = list(zip(widths[::2], widths[1::2], strict=True))
    options = {"constant_values": constant_value} if mode == "constant" else {}
    return np.pad(data, pairs, mode, **options)


@rules("_npi_pad")
def _npi_pad(
    data: Array,
    *,
    pad_width: Any,
    mode: str = "constant",
    constant_values: float = 0.0,
    reflect_type: str = "even",
) -> ndarray:
    pairs = [tuple(pair) for pair in parse(pad_width)]
    if mode == "constant":
        return np.pad(data, pairs, mode, constant_values=constant_values)
    if reflect_type != "even":
        raise Unsupported(f"`reflect_type` must be 'even'; got {reflect_type!r}")
    return np.pad(data, pairs, mode)


@rules("diag", "_np_diag", "_npi_diag")
def _diag(data: Array, *, k: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    if data.ndim < 2:
        return np.diag(data, int(k))
    rows, columns = data.shape[int(axis1)], data.shape[int(axis2)]
    if not -rows < int(k) < columns:
        raise InvalidValue(f"`k` must be within the matrix, {rows} by {columns}; got {k}")
    return np.diagonal(data, int(k), int(axis1), int(axis2))


@rules("_np_diagonal", "_npi_diagonal")
def _diagonal(data: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    return np.diagonal(data, int(offset), int(axis1), int(axis2))


@rules("_npi_tril")
def _tril(data: Array, *, k: int = 0) -> ndarray:
    return np.tril(data, int(k))


@rules("_npi_triu")
def _triu(data: Array, *, k: int = 0) -> ndarray:
    return np.triu(data, int(k))


@rules("_contrib_arange_like", "_npx_arange_like")
def _arange_like(
    data: Array,
    *,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    axis: Any = None,
    dtype: Any = None,
) -> ndarray:
    extent = data.size if axis is None else data.shape[int(axis)]
    count = math.ceil(extent / repeat) if repeat != 1 else extent
    row = np.arange(count, dtype="float32") * step + start
    if repeat != 1:
        row = np.repeat(row, int(repeat))[:extent]
    row = row.astype(dtype_of(dtype, data.dtype.name if data.dtype.kind == "f" else "float32"))
    return row.reshape(data.shape) if axis is None else row
