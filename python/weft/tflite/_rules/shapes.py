"""Operators that move elements: reshape, slices, joins, margins, gathers, resizing, reductions."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Host, Ints, array_of, ints_of, is_array
from weft._trace.state import is_tracing
from weft.tflite._rules._fixed import scaled
from weft.tflite._rules._integers import bilinear, product, saturated
from weft.tflite._rules._kinds import of_integers
from weft.tflite._rules._scales import (
    activated,
    bounds,
    centred,
    ends,
    factors,
    is_int8,
    require_same_scale,
    rounded_away,
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
def _broadcast_to(x: Array, shape: Ints) -> ndarray:
    return np.broadcast_to(x, shape)


@moves("FILL")
def _fill(shape: Ints, value: Host) -> Any:
    return array_of(numpy.full(shape, value.reshape(()), value.dtype))


@moves("TILE")
def _tile(x: Array, repeats: Ints) -> ndarray:
    return np.tile(x, repeats)


# ---- joins and splits ---------------------------------------------------------------------------


@rules("CONCATENATION", check=of_integers("int8"))
def _concatenation(*x: Array, axis: int = 0, fused_activation_function: int = 0, _: Any) -> ndarray:
    if is_int8(_):
        inputs, output = ends(_)
        require_same_scale(output, *inputs)
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


@rules("PAD", "PADV2", check=of_integers("int8"))
def _pad(x: Array, paddings: Host, value: Host = None, *, _: Any) -> ndarray:
    output = ends(_)[1]
    number = output.zero if is_int8(_) else 0
    if value is not None:
        number = value.reshape(-1)[0].item()
    return np.pad(x, [tuple(pair) for pair in paddings.tolist()], constant_values=number)


@moves("MIRROR_PAD")
def _mirror_pad(x: Array, paddings: Host, *, mode: int = 0) -> ndarray:
    widths = [tuple(pair) for pair in paddings.tolist()]
    return np.pad(x, widths, mode="symmetric" if mode else "reflect")


@rules("SPACE_TO_BATCH_ND", check=of_integers("int8"))
def _space_to_batch(x: Array, sizes: Ints, paddings: Host, *, _: Any) -> ndarray:
    filler = ends(_)[1].zero if is_int8(_) else 0
    rank = len(sizes)
    widths = [(0, 0), *map(tuple, paddings.tolist())] + [(0, 0)] * (x.ndim - 1 - rank)
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


# ---- gathers ------------------------------------------------------------------------------------


@moves("GATHER")
def _gather(x: Array, indices: Array, *, axis: int = 0, batch_dims: int = 0) -> ndarray:
    if batch_dims:
        raise Unsupported(f"`batch_dims` must be 0; got {batch_dims}")
    return np.take(x, indices, axis=axis)


@moves("GATHER_ND")
def _gather_nd(x: Array, indices: Array) -> ndarray:
    return x[tuple(indices[..., place] for place in range(indices.shape[-1]))]


@moves("EMBEDDING_LOOKUP")
def _embedding_lookup(indices: Array, table: Array) -> ndarray:
    return np.take(table, indices, axis=0)


@rules("ONE_HOT")
def _one_hot(indices: Array, depth: Ints, on: Array, off: Array, *, axis: int = 0) -> ndarray:
    rank = indices.ndim + 1
    axis = axis + rank if axis < 0 else axis
    shape = [1] * rank
    shape[axis] = depth[0]
    places = np.arange(depth[0], dtype=indices.dtype).reshape(shape)
    return np.where(np.expand_dims(indices, axis) == places, on, off)


@rules("TOPK_V2")
def _topk(x: Array, k: Ints) -> Any:
    values, places = npx.topk(x, k=k[0], axis=-1)
    return values, places.astype("int32")


def _first(name: str, function: Any) -> None:
    def rule(x: Array, axis: Ints, *, output_type: int = 0, _: Any) -> ndarray:
        return function(x, axis=axis[0]).astype(ends(_)[1].dtype)

    rules.add(name, rule, check=of_integers("int8"))


_first("ARG_MAX", np.argmax)
_first("ARG_MIN", np.argmin)


# ---- reductions ---------------------------------------------------------------------------------


def _reduction(name: str, function: Any, *dtypes: str) -> None:
    def rule(x: Array, axes: Ints, *, keep_dims: bool = False, _: Any) -> ndarray:
        if is_int8(_):
            inputs, output = ends(_)
            require_same_scale(output, inputs[0])
        return function(x, axis=axes, keepdims=bool(keep_dims)).astype(x.dtype)

    rules.add(name, rule, check=of_integers(*dtypes))


_reduction("REDUCE_MAX", np.max, "int8")
_reduction("REDUCE_MIN", np.min, "int8")
_reduction("REDUCE_PROD", np.prod)
_reduction("REDUCE_ANY", np.any)
_reduction("REDUCE_ALL", np.all)


@rules("MEAN", check=of_integers("int8"))
def _mean(x: Array, axes: Ints, *, keep_dims: bool = False, _: Any) -> ndarray:
    keep = bool(keep_dims)
    if not is_int8(_):
        return np.mean(x, axis=axes, keepdims=keep)
    inputs, output = ends(_)
    count = int(numpy.prod([x.shape[axis] for axis in axes]))
    total = np.sum(centred(x, inputs[0]), axis=axes, keepdims=keep).astype("int32")
    scale = numpy.float64(inputs[0].step) / numpy.float64(output.step)
    multiplier, shift = _over_count(scale, count)
    low, high = bounds(output, 0)
    return npx.requantize(total, np.array(multiplier), np.array(shift), output.zero, low, high)


@rules("SUM", check=of_integers("int8"))
def _sum(x: Array, axes: Ints, *, keep_dims: bool = False, _: Any) -> ndarray:
    keep = bool(keep_dims)
    if not is_int8(_):
        return np.sum(x, axis=axes, keepdims=keep).astype(x.dtype)
    inputs, output = ends(_)
    if _.node.notes.rounds_twice:
        total = np.sum(centred(x, inputs[0]), axis=axes, keepdims=keep).astype("int32")
        scale = numpy.float64(inputs[0].step) / numpy.float64(output.step)
        return saturated(scaled(total, *factors(scale)), output)
    # LiteRT's sum is in floats; its mean is not.
    count = int(numpy.prod([x.shape[axis] for axis in axes]))
    factor = numpy.float32(inputs[0].step) / numpy.float32(output.step)
    offset = numpy.float32(-inputs[0].zero) * factor * numpy.float32(count)
    total = np.sum(x.astype("int32"), axis=axes, keepdims=keep).astype("float32")
    return saturated(rounded_away(total * float(factor) + float(offset)), output)


def _over_count(scale: Any, count: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The factor of a mean: the multiplier is divided by the count in integers, with as many bits
    as there is room for, as TensorFlow Lite's `QuantizedMeanOrSum` does."""
    multiplier, shift = factors(scale)
    room = min(count.bit_length() - 1, 32, 31 + int(shift))
    divided = (int(multiplier) << room) // count
    return numpy.array(divided, "int32"), numpy.array(int(shift) - room, "int32")


@rules("CUMSUM")
def _cumsum(x: Array, axis: Ints, *, exclusive: bool = False, reverse: bool = False) -> ndarray:
    place = axis[0] + x.ndim if axis[0] < 0 else axis[0]
    x = np.flip(x, place) if reverse else x
    total = np.cumsum(x, axis=place).astype(x.dtype)
    total = total - x if exclusive else total
    return np.flip(total, place) if reverse else total


@rules("BATCH_MATMUL", check=of_integers("int8"))
def _batch_matmul(
    a: Array,
    b: Array,
    *,
    adj_x: bool = False,
    adj_y: bool = False,
    asymmetric_quantize_inputs: bool = False,
    _: Any,
) -> ndarray:
    a, b = a.mT if adj_x else a, b.mT if adj_y else b
    return product(a, b, *ends(_)) if is_int8(_) else np.matmul(a, b)


# ---- resizing -----------------------------------------------------------------------------------


def _resized(x: ndarray, size: tuple[int, ...], mode: str, corners: bool, centres: bool) -> ndarray:
    image = x.transpose((0, 3, 1, 2))
    if centres or corners:
        y = npx.interpolate(image, size=size, mode=mode, align_corners=bool(corners))
        return y.transpose((0, 2, 3, 1))
    for axis, count in zip((2, 3), size, strict=True):
        image = _along(image, axis, count, mode)
    return image.transpose((0, 2, 3, 1))


def _along(image: ndarray, axis: int, count: int, mode: str) -> ndarray:
    """One axis resized with its first elements over each other."""
    extent = image.shape[axis]
    places = numpy.arange(count, dtype="float32") * numpy.float32(extent / count)
    first = numpy.minimum(numpy.floor(places).astype("int64"), extent - 1)
    low = np.take(image, np.array(first), axis=axis)
    if mode == "nearest":
        return low
    shape = [1] * image.ndim
    shape[axis] = count
    share = np.array((places - first).astype("float32").reshape(shape))
    high = np.take(image, np.array(numpy.minimum(first + 1, extent - 1)), axis=axis)
    return low + (high - low) * share


@rules("RESIZE_BILINEAR", check=of_integers("int8"))
def _resize_bilinear(
    x: Array, size: Ints, *, align_corners: bool = False, half_pixel_centers: bool = False, _: Any
) -> ndarray:
    if is_int8(_):
        return bilinear(x, size, align_corners, half_pixel_centers)
    return _resized(x, size, "linear", align_corners, half_pixel_centers)


@moves("RESIZE_NEAREST_NEIGHBOR")
def _resize_nearest(
    x: Array, size: Ints, *, align_corners: bool = False, half_pixel_centers: bool = False
) -> ndarray:
    for axis, count in zip((1, 2), size, strict=True):
        extent, offset = x.shape[axis], numpy.float32(0.5 if half_pixel_centers else 0.0)
        is_spread = align_corners and count > 1
        step = numpy.float32((extent - is_spread) / numpy.float32(count - is_spread))
        places = (numpy.arange(count, dtype="float32") + offset) * step
        places = numpy.floor(places + numpy.float32(0.5) if align_corners else places)
        places = numpy.clip(places.astype("int64"), 0, extent - 1)
        x = np.take(x, np.array(places), axis=axis)
    return x
