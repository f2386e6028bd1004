"""Operators that move elements: reshape, joins, slices, margins."""

from collections.abc import Iterator
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.program import Node
from weft._import.values import Array, Host, Ints, array_of, ints_of, is_array
from weft._trace.state import is_tracing
from weft.tflite._rules._kinds import of_integers, of_one_kind
from weft.tflite._rules._scales import (
    activated,
    ends,
    is_int8,
    require_room,
)
from weft.tflite._rules._table import MOVES as moves
from weft.tflite._rules._table import RULES as rules


@moves("RESHAPE", host=lambda x, shape=None, *, new_shape=None: _reshaped(x, shape, new_shape))
def _reshape(x: Array, shape: Ints = None, *, new_shape: list[int] | None = None) -> ndarray:
    return x.reshape(tuple(shape if shape is not None else new_shape or ()))


def _reshaped(x: numpy.ndarray, shape: Any, new_shape: Any) -> numpy.ndarray:
    return x.reshape(shape.reshape(-1).tolist() if shape is not None else new_shape or ())


@moves("SQUEEZE")
def _squeeze(x: Array, *, squeeze_dims: list[int] | None = None) -> ndarray:
    return x.squeeze(tuple(squeeze_dims)) if squeeze_dims else x.squeeze()


@moves("EXPAND_DIMS", host=lambda x, axis: numpy.expand_dims(x, int(axis.reshape(-1)[0])))
def _expand_dims(x: Array, axis: Ints) -> ndarray:
    return np.expand_dims(x, axis[0])


@moves("TRANSPOSE")
def _transpose(x: Array, perm: Ints) -> ndarray:
    return x.transpose(perm)


@moves("BROADCAST_TO")
def _broadcast_to(x: Array, shape: Ints, *, _: Any) -> ndarray:
    require_room(_, shape)
    return np.broadcast_to(x, shape)


@moves("FILL")
def _fill(shape: Ints, value: Host, *, _: Any) -> Any:
    require_room(_, shape)
    return array_of(numpy.full(shape, value.reshape(()), value.dtype))


@moves("TILE")
def _tile(x: Array, repeats: Ints, *, _: Any) -> ndarray:
    require_room(_, [extent * count for extent, count in zip(x.shape, repeats, strict=True)])
    return np.tile(x, repeats)


# ---- joins and splits ---------------------------------------------------------------------------


def _check_joined(node: Node) -> Iterator[str]:
    """int8 may not have scales of its own; of int16, whose zero point is 0, TensorFlow Lite takes
    integers as they are."""
    is_int16 = node.notes.outputs[0].dtype == "int16"
    yield from of_one_kind("int8", "int16", scales=not is_int16)(node)


@rules("CONCATENATION", check=_check_joined)
def _concatenation(*x: Array, axis: int = 0, fused_activation_function: int = 0, _: Any) -> ndarray:
    if is_int8(_):
        return np.concatenate(x, axis)
    return activated(np.concatenate(x, axis), fused_activation_function)


def _pack_host(*x: Any, values_count: int = 0, axis: int = 0) -> numpy.ndarray:
    return numpy.stack(x, axis)


@moves("PACK", host=_pack_host)
def _pack(*x: Array, values_count: int = 0, axis: int = 0) -> ndarray:
    return np.stack(x, axis)


@moves("UNPACK")
def _unpack(x: Array, *, num: int = 0, axis: int = 0) -> Any:
    axis = axis + x.ndim if axis < 0 else axis
    return tuple(x[(slice(None),) * axis + (place,)] for place in range(x.shape[axis]))


@moves("SPLIT")
def _split(axis: Ints, x: Array, *, num_splits: int = 0) -> Any:
    return tuple(np.split(x, num_splits, axis[0]))


@moves("SPLIT_V")
def _split_v(x: Array, sizes: Ints, axis: Ints, *, num_splits: int = 0) -> Any:
    place = axis[0]
    known = sum(size for size in sizes if size >= 0)
    sizes = tuple(x.shape[place] - known if size < 0 else size for size in sizes)
    return tuple(np.split(x, numpy.cumsum(sizes)[:-1].tolist(), place))


# ---- slices -------------------------------------------------------------------------------------


@moves("SLICE")
def _slice(x: Array, begin: Any, size: Ints) -> ndarray:
    if is_array(begin) and is_tracing():
        return _slice_from(x, begin, size)
    begin = ints_of(begin)
    key = (
        slice(first, None if count < 0 else first + count)
        for first, count in zip(begin, size, strict=True)
    )
    return x[tuple(key)]


def _slice_from(x: ndarray, begin: ndarray, size: tuple[int, ...]) -> ndarray:
    """A slice whose begin is known only when the network runs."""
    for axis, count in enumerate(size):
        if count < 0:
            raise Unsupported("a slice to the end whose begin is computed is not supported")
        if count != x.shape[axis]:
            x = np.take(x, begin[axis] + np.arange(count, dtype=begin.dtype), axis=axis)
    return x


def _strided(
    x: Any,
    begin: Any,
    end: Any,
    strides: Any,
    masks: dict[str, int],
) -> Any:
    key: list[Any] = []
    for place, (first, last, step) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << place
        if masks["new_axis"] & bit:
            key.append(None)
        elif masks["ellipsis"] & bit:
            key.append(Ellipsis)
        elif masks["shrink_axis"] & bit:
            key.append(first)
        else:
            key.append(
                slice(
                    None if masks["begin"] & bit else first,
                    None if masks["end"] & bit else last,
                    step,
                )
            )
    return x[tuple(key)]


def _strided_host(x: Any, begin: Any, end: Any, strides: Any, **options: Any) -> Any:
    options.pop("offset", None)
    masks = {name: options.get(f"{name}_mask", 0) for name in _MASKS}
    lists = [value.reshape(-1).tolist() for value in (begin, end, strides)]
    return _strided(x, *lists, masks)


_MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")


@moves("STRIDED_SLICE", host=_strided_host)
def _strided_slice(
    x: Array,
    begin: Ints,
    end: Ints,
    strides: Ints,
    *,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    offset: bool = False,
) -> ndarray:
    if offset:
        raise Unsupported("`offset` is not supported")
    given = (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    return _strided(x, begin, end, strides, dict(zip(_MASKS, given, strict=True)))


@moves("REVERSE_V2")
def _reverse(x: Array, axes: Ints) -> ndarray:
    return np.flip(x, axes)


# ---- margins ------------------------------------------------------------------------------------


def _widths(x: ndarray, paddings: numpy.ndarray, call: Any) -> list[tuple[int, int]]:
    """Elements in front of each axis and behind it."""
    widths = [(int(front), int(back)) for front, back in paddings.reshape(-1, 2)]
    require_room(call, [n + f + b for n, (f, b) in zip(x.shape, widths, strict=True)])
    return widths


@rules("PAD", "PADV2", check=of_integers("int8", "int16"))
def _pad(x: Array, paddings: Host, value: Host = None, *, _: Any) -> ndarray:
    widths = _widths(x, paddings, _)
    output = ends(_)[1]
    number = output.zero if is_int8(_) else 0
    if value is not None:
        number = value.reshape(-1)[0].item()
    return np.pad(x, widths, constant_values=number)


@moves("MIRROR_PAD")
def _mirror_pad(x: Array, paddings: Host, *, mode: int = 0, _: Any) -> ndarray:
    widths = _widths(x, paddings, _)
    return np.pad(x, widths, mode="symmetric" if mode else "reflect")


@rules("SPACE_TO_BATCH_ND", check=of_integers("int8", "int16"))
def _space_to_batch(x: Array, sizes: Ints, paddings: Host, *, _: Any) -> ndarray:
    filler = ends(_)[1].zero if is_int8(_) else 0
    rank = len(sizes)
    widths = [(0, 0), *map(tuple, paddings.tolist())] + [(0, 0)] * (x.ndim - 1 - rank)
    require_room(_, [n + f + b for n, (f, b) in zip(x.shape, widths, strict=True)])
    x = np.pad(x, widths, constant_values=filler)
    rest = tuple(x.shape[1 + rank :])
    split: list[int] = [x.shape[0]]
    for axis, size in enumerate(sizes):
        split += [x.shape[1 + axis] // size, size]
    order = [2 + 2 * a for a in range(rank)] + [0] + [1 + 2 * a for a in range(rank)]
    order += [1 + 2 * rank + a for a in range(len(rest))]
    counts = tuple(x.shape[1 + a] // sizes[a] for a in range(rank))
    return x.reshape((*split, *rest)).transpose(order).reshape((-1, *counts, *rest))


@moves("BATCH_TO_SPACE_ND")
def _batch_to_space(x: Array, sizes: Ints, crops: Host) -> ndarray:
    rank, rest = len(sizes), tuple(x.shape[1 + len(sizes) :])
    batch = x.shape[0] // int(numpy.prod(sizes))
    split = (*sizes, batch, *x.shape[1:])
    order = [rank]
    for axis in range(rank):
        order += [rank + 1 + axis, axis]
    order += [2 * rank + 1 + a for a in range(len(rest))]
    extents = [x.shape[1 + a] * sizes[a] for a in range(rank)]
    whole = x.reshape(split).transpose(order).reshape((batch, *extents, *rest))
    cut = tuple(
        slice(front, extent - back)
        for (front, back), extent in zip(crops.tolist(), extents, strict=True)
    )
    return whole[(slice(None), *cut)]


@moves("DEPTH_TO_SPACE")
def _depth_to_space(x: Array, *, block_size: int) -> ndarray:
    return npx.depth_to_space(x, block_size, channels_last=True)


@moves("SPACE_TO_DEPTH")
def _space_to_depth(x: Array, *, block_size: int) -> ndarray:
    return npx.space_to_depth(x, block_size, channels_last=True)
