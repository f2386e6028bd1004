"""Operators on shapes: reshape, transpose, join, split, repeat, pad, and shapes as numbers."""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array, Host, Ints, array_of, is_array, is_host
from weft.onnx._rules import _host
from weft.onnx._rules._table import RULES as rules


@rules("Shape")
def _shape(x: Any, *, start: int = 0, end: int | None = None) -> numpy.ndarray:
    return _host.extents(tuple(x.shape)[start:end])


@rules("Size")
def _size(x: Any) -> numpy.ndarray:
    count = 1
    for extent in x.shape:
        count = count * extent
    return _host.extents((count,)).reshape(())


# ---- reshape ------------------------------------------------------------------------------------


def resolved(shape: tuple[int, ...], given: tuple[int, ...], allowzero: int = 0) -> tuple[int, ...]:
    """What Reshape means: 0 copies an extent unless `allowzero`, -1 follows from the others."""
    found = []
    for axis, extent in enumerate(given):
        if not isinstance(extent, Extent) and extent == 0 and not allowzero:
            if axis >= len(shape):
                raise InvalidValue(f"`shape` has 0 at axis {axis}, which {shape} lacks")
            extent = shape[axis]
        found.append(extent)
    return tuple(found)


def _reshape_host(x: numpy.ndarray, shape: numpy.ndarray, *, allowzero: int = 0) -> numpy.ndarray:
    return x.reshape([int(n) for n in resolved(x.shape, tuple(shape.tolist()), allowzero)])


@rules("Reshape", since=1)
def _reshape1(x: Array, *, shape: list[int], consumed_inputs: Any = None) -> ndarray:
    return x.reshape(resolved(x.shape, tuple(shape)))


@rules("Reshape", since=5, host=_reshape_host)
def _reshape(x: Array, shape: Ints, *, allowzero: int = 0) -> ndarray:
    return x.reshape(resolved(x.shape, shape, allowzero))


def _flatten_host(x: numpy.ndarray, *, axis: int = 1) -> numpy.ndarray:
    return x.reshape((math.prod(x.shape[: _flat_axis(x, axis)]), -1))


def _flat_axis(x: Any, axis: int) -> int:
    if not -x.ndim <= axis <= x.ndim:
        raise InvalidValue(f"`axis` must be in [{-x.ndim}, {x.ndim}]; got {axis}")
    return axis + x.ndim if axis < 0 else axis


@rules("Flatten", host=_flatten_host)
def _flatten(x: Array, *, axis: int = 1) -> ndarray:
    axis = _flat_axis(x, axis)
    if axis == 0:
        return x.reshape((1, -1))
    if axis == x.ndim:
        return x.reshape((-1, 1))
    if any(isinstance(extent, Extent) for extent in x.shape[axis:]):
        rows = 1
        for extent in x.shape[:axis]:
            rows = rows * extent
        return x.reshape((rows, -1))
    return x.reshape((-1, int(numpy.prod(x.shape[axis:]))))


def _squeezed(x: Any, axes: tuple[int, ...] | None) -> Any:
    if axes is None:
        axes = tuple(a for a, n in enumerate(x.shape) if not isinstance(n, Extent) and n == 1)
    return x.squeeze(tuple(axes)) if axes else x


def _unsqueezed(x: Any, axes: tuple[int, ...]) -> Any:
    rank = x.ndim + len(axes)
    wanted = {axis + rank if axis < 0 else axis for axis in axes}
    if len(wanted) != len(axes) or not all(0 <= axis < rank for axis in wanted):
        raise InvalidValue(f"`axes` must be different axes of {rank}; got {axes}")
    module = np if is_array(x) else numpy
    for axis in sorted(wanted):
        x = module.expand_dims(x, axis)
    return x


@rules("Squeeze", since=1, host=lambda x, *, axes=None: _squeezed(x, axes))
def _squeeze1(x: Array, *, axes: list[int] | None = None) -> ndarray:
    return _squeezed(x, axes)


@rules("Squeeze", since=13, host=lambda x, axes=None: _squeezed(x, _listed(axes)))
def _squeeze(x: Array, axes: Ints = None) -> ndarray:
    return _squeezed(x, axes)


@rules("Unsqueeze", since=1, host=lambda x, *, axes: _unsqueezed(x, axes))
def _unsqueeze1(x: Array, *, axes: list[int]) -> ndarray:
    return _unsqueezed(x, tuple(axes))


@rules("Unsqueeze", since=13, host=lambda x, axes: _unsqueezed(x, _listed(axes)))
def _unsqueeze(x: Array, axes: Ints) -> ndarray:
    return _unsqueezed(x, axes)


def _listed(value: numpy.ndarray | None) -> tuple[int, ...] | None:
    return None if value is None else tuple(value.reshape(-1).tolist())


@rules("Transpose", host=lambda x, *, perm=None: x.transpose(perm))
def _transpose(x: Array, *, perm: list[int] | None = None) -> ndarray:
    return x.transpose(perm) if perm is not None else x.transpose()


@rules("Expand", host=lambda x, shape: _expanded_host(x, shape))
def _expand(x: Array, shape: Ints) -> ndarray:
    return np.broadcast_to(x, _broadcast(x.shape, shape))


def _expanded_host(x: numpy.ndarray, shape: numpy.ndarray) -> numpy.ndarray:
    if any(isinstance(n, Extent) for n in shape.reshape(-1).tolist()):
        return _expand(array_of(x), tuple(shape.tolist()))
    wanted = numpy.broadcast_shapes(x.shape, tuple(shape.tolist()))
    if _host.is_large(math.prod(wanted)) and _host.is_known(x.dtype):
        return _expand(array_of(x), wanted)
    return numpy.broadcast_to(x, wanted).copy()


def _broadcast(shape: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of both together; an extent of 1 gives way to a dynamic one, too."""
    rank = max(len(shape), len(other))
    left = (1,) * (rank - len(shape)) + tuple(shape)
    right = (1,) * (rank - len(other)) + tuple(other)
    found = []
    for a, b in zip(left, right, strict=True):
        if not isinstance(a, Extent) and a == 1:
            found.append(b)
        elif not isinstance(b, Extent) and b == 1:
            found.append(a)
        else:
            found.append(b if isinstance(a, Extent) and not isinstance(b, Extent) else a)
    return tuple(found)


# ---- join, split --------------------------------------------------------------------------------


def _concat_host(*x: numpy.ndarray, axis: int = 1) -> numpy.ndarray:
    return _host.simplified(numpy.concatenate(x, axis))


@rules("Concat", since=1, host=_concat_host)
def _concat(*x: Array, axis: int = 1) -> ndarray:
    return np.concatenate(x, axis) if len(x) > 1 else x[0]


def _parts(x: Any, sizes: Any, axis: int, count: int, is_even: bool) -> tuple[Any, ...]:
    """Slices of `x` along an axis, of sizes that are given or as equal as can be."""
    axis = axis + x.ndim if axis < 0 else axis
    extent = x.shape[axis]
    if sizes is None:
        if is_even and extent % count:
            raise InvalidValue(f"axis {axis} of extent {extent} has no {count} equal parts")
        each = -(-extent // count)
        sizes = [min(each, max(0, extent - each * number)) for number in range(count)]
    elif sum(sizes) != extent:
        raise InvalidValue(f"`split` must add up to {extent}; got {tuple(sizes)}")
    found, start = [], 0
    for size in sizes:
        found.append(x[(slice(None),) * axis + (slice(start, start + size),)])
        start = start + size
    return tuple(found)


@rules("Split", since=1, host=lambda x, *, axis=0, split: _parts(x, split, axis, 0, False))
def _split1(x: Array, sizes: Ints = None, *, axis: int = 0, split: Any = None, _: Any) -> Any:
    return _parts(x, split if sizes is None else sizes, axis, _.outputs, True)


@rules("Split", since=13)
def _split13(x: Any, split: Ints = None, *, axis: int = 0, _: Any) -> Any:
    return _parts(x, split, axis, _.outputs, True)


@rules("Split", since=18)
def _split(
    x: Any, split: Ints = None, *, axis: int = 0, num_outputs: int | None = None, _: Any
) -> Any:
    return _parts(x, split, axis, num_outputs or _.outputs, False)


# ---- repeat, pad, fill --------------------------------------------------------------------------


def _tile_host(x: numpy.ndarray, repeats: numpy.ndarray) -> Any:
    times = tuple(repeats.reshape(-1).tolist())
    if _host.is_large(x.size * math.prod(times)) and _host.is_known(x.dtype):
        return np.tile(array_of(x), times)
    return numpy.tile(x, times)


@rules("Tile", since=6, host=_tile_host)
def _tile(x: Array, repeats: Ints) -> ndarray:
    return np.tile(x, repeats)


@rules("Tile", since=1)
def _tile1(x: Array, tiles: Ints, axis: Ints) -> ndarray:
    return np.tile(x, [tiles[0] if a == axis[0] else 1 for a in range(x.ndim)])


_MODES = {"constant": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}


def padded(x: ndarray, pads: Any, mode: str, value: Any, axes: Any = None) -> ndarray:
    """An array with margins; negative ones crop. `pads` has all fronts, then all backs."""
    axes = range(x.ndim) if axes is None else [a + x.ndim if a < 0 else a for a in axes]
    front, back = [0] * x.ndim, [0] * x.ndim
    for place, axis in enumerate(axes):
        front[axis], back[axis] = pads[place], pads[place + len(axes)]
    if mode not in _MODES:
        raise Unsupported(f"`mode` must be one of {', '.join(_MODES)}; got {mode!r}")
    cut = tuple(
        slice(max(0, -f), x.shape[a] - max(0, -b) if b < 0 else None)
        for a, (f, b) in enumerate(zip(front, back, strict=True))
    )
    if any(n < 0 for n in (*front, *back)):
        x = x[cut]
    widths = [(max(0, f), max(0, b)) for f, b in zip(front, back, strict=True)]
    if not any(f or b for f, b in widths):
        return x
    if mode != "constant":
        return np.pad(x, widths, mode=_MODES[mode])
    if is_array(value):
        inner = np.pad(np.ones(x.shape, "bool"), widths)
        return np.where(inner, np.pad(x, widths), value)
    return np.pad(x, widths, constant_values=value)


@rules("Pad", since=1)
def _pad1(x: Array, *, paddings: list[int], mode: str = "constant", value: float = 0.0) -> ndarray:
    return padded(x, paddings, mode, value)


@rules("Pad", since=2)
def _pad2(x: Array, *, pads: list[int], mode: str = "constant", value: float = 0.0) -> ndarray:
    return padded(x, pads, mode, value)


@rules("Pad", since=11)
def _pad(
    x: Array, pads: Ints, value: Host = None, axes: Ints = None, *, mode: str = "constant"
) -> ndarray:
    number = 0 if value is None or not value.size else value.reshape(-1)[0].item()
    return padded(x, pads, mode, number, axes)


@rules("ConstantOfShape")
def _constant_of_shape(shape: Any, *, value: Any = None) -> Any:
    filler = numpy.zeros(1, "float32") if value is None else value
    if is_host(shape) and shape.size <= 1 and shape.dtype != object:
        extent = tuple(shape.tolist())
        if not extent or extent[0] <= 64:  # shape arithmetic
            return numpy.full(extent, filler.reshape(()), filler.dtype)
    extents = tuple(_host.host_of(shape).reshape(-1).tolist())
    if not _host.is_known(filler.dtype):
        return numpy.full(extents, filler.reshape(()))
    return np.full(extents, filler.reshape(-1)[0].item(), dtype=filler.dtype)


def _range_host(start: numpy.ndarray, limit: numpy.ndarray, step: numpy.ndarray) -> Any:
    bounds = start.item(), limit.item(), step.item()
    if any(isinstance(number, Extent) for number in bounds):
        return np.arange(*bounds, dtype="int64")
    if not bounds[2]:
        raise InvalidValue("`delta` must not be 0")
    if _host.is_large(math.ceil((bounds[1] - bounds[0]) / bounds[2])):
        return np.arange(*bounds, dtype=start.dtype)
    return numpy.arange(*bounds, dtype=start.dtype)


@rules("Range", host=_range_host)
def _range(start: Host, limit: Host, delta: Host) -> Any:
    return array_of(_range_host(start, limit, delta))


@rules("EyeLike")
def _eye_like(x: Array, *, dtype: int | None = None, k: int = 0) -> ndarray:
    from weft.onnx._tensors import dtype_of

    target = x.dtype if dtype is None else dtype_of(dtype)
    return np.eye(x.shape[0], x.shape[1], k=k, dtype=target)


@rules("DepthToSpace")
def _depth_to_space(x: Array, *, blocksize: int, mode: str = "DCR") -> ndarray:
    n, c, h, w = x.shape
    b = blocksize
    if mode == "DCR":
        split = x.reshape((n, b, b, c // (b * b), h, w)).transpose((0, 3, 4, 1, 5, 2))
    else:
        split = x.reshape((n, c // (b * b), b, b, h, w)).transpose((0, 1, 4, 2, 5, 3))
    return split.reshape((n, c // (b * b), h * b, w * b))


@rules("SpaceToDepth")
def _space_to_depth(x: Array, *, blocksize: int, mode: str = "DCR") -> ndarray:
    n, c, h, w = x.shape
    b = blocksize
    split = x.reshape((n, c, h // b, b, w // b, b))
    order = (0, 3, 5, 1, 2, 4) if mode == "DCR" else (0, 1, 3, 5, 2, 4)
    return split.transpose(order).reshape((n, c * b * b, h // b, w // b))


@rules("Trilu")
def _trilu(x: Array, k: Ints = None, *, upper: int = 1) -> ndarray:
    return (np.triu if upper else np.tril)(x, k[0] if k else 0)


@rules("CenterCropPad")
def _center_crop_pad(x: Array, shape: Ints, *, axes: list[int] | None = None) -> ndarray:
    axes = list(range(x.ndim)) if axes is None else [a + x.ndim if a < 0 else a for a in axes]
    for axis, wanted in zip(axes, shape, strict=True):
        extent = x.shape[axis]
        if extent > wanted:
            first = (extent - wanted) // 2
            x = x[(slice(None),) * axis + (slice(first, first + wanted),)]
        elif extent < wanted:
            front = (wanted - extent) // 2
            x = padded(x, (front, wanted - extent - front), "constant", 0, (axis,))
    return x
