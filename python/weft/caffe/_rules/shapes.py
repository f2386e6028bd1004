"""Layers that move, cut, join and reduce: nothing in them is trained."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import axis_of, layer

# ---- joining and splitting ----------------------------------------------------------------------


@layer("Concat", "concat_param")
def _concat(*xs: Array, axis: int | None = None, concat_dim: int | None = None) -> ndarray:
    if axis is not None and concat_dim is not None:
        raise InvalidValue("`axis` and `concat_dim` say the same; give `axis`")
    chosen = concat_dim if axis is None else axis
    return np.concatenate(list(xs), axis=1 if chosen is None else chosen)


@layer("Slice", "slice_param")
def _slice(
    x: Array,
    *,
    axis: int | None = None,
    slice_dim: int | None = None,
    slice_point: Sequence[int] = (),
    _: Any,
) -> Any:
    if axis is not None and slice_dim is not None:
        raise InvalidValue("`axis` and `slice_dim` say the same; give `axis`")
    chosen = slice_dim if axis is None else axis
    along = axis_of(1 if chosen is None else chosen, x.ndim)
    extent, count = x.shape[along], _.outputs
    points = list(slice_point)
    if not points:
        if extent % count:
            raise InvalidValue(
                f"{count} tops need `slice_point`, or an extent that they divide; got {extent} on "
                f"axis {along}"
            )
        points = [extent // count * place for place in range(1, count)]
    if len(points) != count - 1 or [0, *points, extent] != sorted({0, *points, extent}):
        raise InvalidValue(
            f"`slice_point` must be {count - 1} rising numbers between 0 and {extent}; got {points}"
        )
    bounds = [0, *points, extent]
    return tuple(x[(*(slice(None),) * along, slice(begin, end))] for begin, end in pairwise(bounds))


@layer("Split")
def _split(x: Array, *, _: Any) -> Any:
    return (x,) * _.outputs


@layer("Silence")
def _silence(*xs: Array) -> Any:
    return ()


@layer("Tile", "tile_param")
def _tile(x: Array, *, axis: int = 1, tiles: int) -> ndarray:
    if tiles < 1:
        raise InvalidValue(f"`tiles` must be at least 1; got {tiles}")
    return np.concatenate([x] * tiles, axis=axis_of(axis, x.ndim)) if tiles > 1 else x


# ---- shapes -------------------------------------------------------------------------------------


@layer("Flatten", "flatten_param")
def _flatten(x: Array, *, axis: int = 1, end_axis: int = -1) -> ndarray:
    first, last = axis_of(axis, x.ndim), axis_of(end_axis, x.ndim)
    if first == 1 and last == x.ndim - 1:
        return npx.batch_flatten(x)
    merged = math.prod(x.shape[first : last + 1])
    return x.reshape((*x.shape[:first], merged, *x.shape[last + 1 :]))


@layer("Reshape", "reshape_param")
def _reshape(x: Array, *, shape: Sequence[int] = (), axis: int = 0, num_axes: int = -1) -> ndarray:
    first = axis if axis >= 0 else axis + x.ndim + 1
    end = x.ndim if num_axes == -1 else first + num_axes
    if not 0 <= first <= end <= x.ndim:
        raise InvalidValue(
            f"`axis` {axis} and `num_axes` {num_axes} go beyond a bottom of shape {tuple(x.shape)}"
        )
    inner: list[Any] = []
    for place, extent in enumerate(shape):
        if extent == 0 and first + place >= x.ndim:
            raise InvalidValue(
                f"`shape` copies axis {first + place} of a bottom of shape {tuple(x.shape)}"
            )
        inner.append(x.shape[first + place] if extent == 0 else extent)
    return x.reshape((*x.shape[:first], *inner, *x.shape[end:]))


@layer("Permute", "permute_param")
def _permute(x: Array, *, order: Sequence[int] = ()) -> ndarray:
    if len(set(order)) != len(order) or any(axis >= x.ndim for axis in order):
        raise InvalidValue(f"`order` must have different axes below {x.ndim}; got {list(order)}")
    rest = [axis for axis in range(x.ndim) if axis not in order]
    return np.transpose(x, (*order, *rest))


@layer("Crop", "crop_param")
def _crop(x: Array, like: Array, *, axis: int = 2, offset: Sequence[int] = ()) -> ndarray:
    if like.ndim != x.ndim:
        raise InvalidValue(
            f"bottoms must have as many axes; got shapes {tuple(x.shape)} and {tuple(like.shape)}"
        )
    first = axis_of(axis, x.ndim)
    count = x.ndim - first
    if len(offset) not in (0, 1, count):
        raise InvalidValue(f"`offset` must have 1 or {count} numbers; got {list(offset)}")
    offsets = list(offset) or [0]
    offsets = offsets * count if len(offsets) == 1 else offsets
    key: list[slice] = [slice(None)] * first
    for place, begin in enumerate(offsets):
        extent, wanted = x.shape[first + place], like.shape[first + place]
        if begin + wanted > extent:
            raise InvalidValue(
                f"a crop of {wanted} from {begin} on goes beyond axis {first + place} of "
                f"{tuple(x.shape)}"
            )
        key.append(slice(begin, begin + wanted))
    return x[tuple(key)]


@layer("Interp", "interp_param")
def _interp(
    x: Array,
    *,
    height: int = 0,
    width: int = 0,
    zoom_factor: int = 1,
    shrink_factor: int = 1,
    pad_beg: int = 0,
    pad_end: int = 0,
) -> ndarray:
    if pad_beg > 0 or pad_end > 0 or zoom_factor < 1 or shrink_factor < 1:
        raise InvalidValue(
            "`pad_beg` and `pad_end` must be at most 0, factors at least 1; got "
            f"{pad_beg}, {pad_end}, {zoom_factor} and {shrink_factor}"
        )
    if pad_beg or pad_end:
        x = x[:, :, -pad_beg : x.shape[2] + pad_end, -pad_beg : x.shape[3] + pad_end]
    size = (height, width)
    if not (height and width):
        shrunk = [(extent - 1) // shrink_factor + 1 for extent in x.shape[2:]]
        size = tuple(extent + (extent - 1) * (zoom_factor - 1) for extent in shrunk)
    return npx.interpolate(x, size=size, mode="linear", align_corners=True)


# ---- chosen samples -----------------------------------------------------------------------------


@layer("BatchReindex")
def _batch_reindex(x: Array, places: Array) -> ndarray:
    return np.take(x, places.reshape((-1,)).astype("int32"), axis=0)


@layer("Filter")
def _filter(*xs: Array) -> Any:
    *data, selector = xs
    mask = selector.reshape((-1,)) != 0
    return tuple(x[mask] for x in data)


# ---- reductions ---------------------------------------------------------------------------------


@layer("Reduction", "reduction_param")
def _reduction(x: Array, *, operation: str = "SUM", axis: int = 0, coeff: float = 1.0) -> ndarray:
    first = axis_of(axis, x.ndim)
    axes = tuple(range(first, x.ndim))
    if operation == "ASUM":
        y = np.sum(np.abs(x), axis=axes)
    elif operation == "SUMSQ":
        y = np.sum(x * x, axis=axes)
    else:
        y = np.mean(x, axis=axes) if operation == "MEAN" else np.sum(x, axis=axes)
    return y * coeff if coeff != 1 else y


@layer("ArgMax", "argmax_param")
def _arg_max(
    x: Array, *, out_max_val: bool = False, top_k: int = 1, axis: int | None = None
) -> ndarray:
    along = None if axis is None else axis_of(axis, x.ndim)
    data = x.reshape((x.shape[0], -1)) if along is None else x
    over = 1 if along is None else along
    if not 1 <= top_k <= data.shape[over]:
        raise InvalidValue(f"`top_k` must be from 1 to {data.shape[over]}; got {top_k}")
    places = np.argsort(-data, axis=over)
    key = (slice(None),) * over
    places = places[(*key, slice(0, top_k))]
    values = np.take_along_axis(data, places, over) if out_max_val else None
    if along is not None:
        return places.astype(x.dtype) if values is None else values
    rest = (1,) * max(x.ndim - 3, 0)
    places = places.astype(x.dtype).reshape((x.shape[0], 1, top_k, *rest))
    if values is None:
        return places
    return np.concatenate([places, values.reshape(places.shape)], axis=1)


__all__: list[str] = []
