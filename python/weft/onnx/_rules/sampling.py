"""Operators that read images at real coordinates: GridSample, AffineGrid, RoiAlign, DeformConv.

One function gathers: the image as rows of channels, and for each point the rows around it, with
their weights. It is made of `take`, so images and coordinates have gradients.
"""

import itertools
import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Ints, array_of, host_of, is_array
from weft.onnx._rules._host import require_kernel, require_room
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.layers import _window, sum_of

# ---- points of an image -------------------------------------------------------------------------

# A tap along an axis: which element, and with what weight.
Tap = tuple[ndarray, Any]


def _rows(x: ndarray) -> ndarray:
    """An image (N, C, ...) as rows of channels: (elements of all images, C)."""
    order = (0, *range(2, x.ndim), 1)
    return x.transpose(order).reshape((-1, x.shape[1]))


def _first_row(x: ndarray, rank: int) -> ndarray:
    """For each image the number of its first row, of shape (N, 1, ...) with `rank` axes."""
    area = math.prod(x.shape[2:])
    return (np.arange(x.shape[0]) * area).reshape((-1,) + (1,) * (rank - 1))


def gathered(rows: ndarray, first: ndarray, taps: list[list[Tap]], extents: Any) -> ndarray:
    """The weighted sums of the elements around points, channels last.

    taps: for each axis of the image the taps of each point
    """
    parts = []
    for chosen in itertools.product(*taps):
        flat, weight = None, None
        for (place, share), extent in zip(chosen, extents, strict=True):
            flat = place if flat is None else flat * extent + place
            weight = share if weight is None else _times(weight, share)
        found = np.take(rows, flat + first, axis=0)
        parts.append(found if weight is None else found * np.expand_dims(weight, -1))
    return sum_of(parts)


def _times(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return a * b


def _inside(place: ndarray, weight: Any, extent: int, dtype: Any) -> Tap:
    """A tap that counts for nothing outside of the image."""
    is_inside = np.logical_and(place >= 0, place < extent).astype(dtype)
    return np.clip(place, 0, extent - 1).astype("int64"), _times(weight, is_inside)


def _reflected(x: ndarray, low: float, high: float) -> ndarray:
    """Coordinates mirrored at two borders until they lie between them."""
    span = high - low
    if span <= 0:
        return x * 0 + low
    distance = np.abs(x - low)
    rest = np.mod(distance, 2 * span)
    return np.where(rest > span, 2 * span - rest, rest) + low


# ---- GridSample ---------------------------------------------------------------------------------


def _keys_weights(t: ndarray) -> list[ndarray]:
    """The cubic convolution weights of four elements around a point."""
    a = -0.75

    def far(x: ndarray) -> ndarray:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    def near(x: ndarray) -> ndarray:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _grid_taps(
    position: ndarray, extent: int, mode: str, padding: str, is_aligned: bool
) -> list[Tap]:
    """The elements that a coordinate between -1 and 1 is made of."""
    low, high = (0.0, extent - 1.0) if is_aligned else (-0.5, extent - 0.5)
    span = extent - 1 if is_aligned else extent
    x = (position + 1) * (span / 2) + low
    if mode == "nearest":
        x = np.rint(x)
    if padding == "border":
        x = np.clip(x, 0, extent - 1) if mode != "cubic" else x
    elif padding == "reflection":
        x = np.clip(_reflected(x, low, high), 0, extent - 1) if mode != "cubic" else x
    if mode == "nearest":
        pairs: list[tuple[ndarray, Any]] = [(x, None)]
    else:
        base = np.floor(x)
        t = x - base
        if mode == "linear":
            pairs = [(base, 1 - t), (base + 1, t)]
        else:
            pairs = [(base + (k - 1), w) for k, w in enumerate(_keys_weights(t))]
    taps = []
    for place, weight in pairs:
        if padding == "reflection" and mode == "cubic":
            place = _reflected(place, low, high)
        if padding == "zeros":
            taps.append(_inside(place, weight, extent, position.dtype))
        else:
            taps.append((np.clip(place, 0, extent - 1).astype("int64"), weight))
    return taps


def _channels_second(x: ndarray) -> ndarray:
    return x.transpose((0, x.ndim - 1, *range(1, x.ndim - 1)))


@rules("GridSample")
def _grid_sample(
    x: Array,
    grid: Array,
    *,
    align_corners: int = 0,
    mode: str = "linear",
    padding_mode: str = "zeros",
) -> ndarray:
    mode = {"bilinear": "linear", "bicubic": "cubic"}.get(mode, mode)  # before version 20
    if mode not in ("linear", "cubic", "nearest"):
        raise Unsupported(f"`mode` must be linear, cubic or nearest; got {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise Unsupported(
            f"`padding_mode` must be zeros, border or reflection; got {padding_mode!r}"
        )
    extents = x.shape[2:]
    rank = len(extents)
    if grid.shape[-1] != rank or grid.ndim != x.ndim:
        raise InvalidValue(f"`grid` must have {rank} coordinates a point; got {grid.shape}")
    # The last coordinate of a point belongs to the first spatial axis.
    taps = [
        _grid_taps(grid[..., rank - 1 - axis], extent, mode, padding_mode, bool(align_corners))
        for axis, extent in enumerate(extents)
    ]
    found = gathered(_rows(x), _first_row(x, rank + 1), taps, extents)
    return _channels_second(found).astype(x.dtype)


@rules("AffineGrid")
def _affine_grid(theta: Array, size: Ints, *, align_corners: int = 0) -> ndarray:
    extents = size[2:]
    require_room(math.prod(extents), "a grid")
    lines = []
    for extent in extents:
        if align_corners:
            lines.append(numpy.linspace(-1, 1, extent) if extent > 1 else numpy.zeros(1) - 1)
        else:
            lines.append((2 * numpy.arange(extent) + 1) / extent - 1)
    axes = numpy.meshgrid(*lines, indexing="ij")
    points = numpy.stack([*axes[::-1], numpy.ones(extents)], -1).reshape(-1, len(extents) + 1)
    found = np.matmul(np.array(points).astype(theta.dtype), theta.transpose((0, 2, 1)))
    return found.reshape((size[0], *extents, len(extents)))


# ---- regions ------------------------------------------------------------------------------------


def _region_taps(position: ndarray, extent: int) -> tuple[list[Tap], ndarray]:
    """The two elements beside a coordinate, and whether it lies on the image."""
    is_inside = np.logical_and(position >= -1.0, position <= extent)
    x = np.clip(position, 0, extent - 1)
    base = np.clip(np.floor(x), 0, max(extent - 2, 0))
    t = x - base
    places = base.astype("int64")
    return [(places, 1 - t), (np.minimum(places + 1, extent - 1), t)], is_inside


def _samples(start: ndarray, bin_size: ndarray, bins: int, counts: Any, most: int) -> ndarray:
    """Coordinates of all samples of all bins: (regions, bins, samples)."""
    steps = (np.arange(most).astype(start.dtype) + 0.5).reshape((1, 1, -1))
    inner = steps * bin_size.reshape((-1, 1, 1)) / counts
    first = np.arange(bins).astype(start.dtype).reshape((1, -1, 1)) * bin_size.reshape((-1, 1, 1))
    return start.reshape((-1, 1, 1)) + first + inner


def _starts_and_sizes(regions: Any, spatial_scale: float, offset: float) -> tuple[Any, Any]:
    """Where regions begin and how far they reach, along rows and along columns."""
    corners = regions * spatial_scale - offset
    starts = corners[:, 1], corners[:, 0]
    sizes = corners[:, 3] - starts[0], corners[:, 2] - starts[1]
    if offset:
        return starts, sizes
    module = np if is_array(regions) else numpy
    return starts, tuple(module.maximum(size, 1.0) for size in sizes)


def _counts(size: numpy.ndarray, bins: int) -> numpy.ndarray:
    """How many samples a bin of each region has where no ratio says it."""
    return numpy.maximum(numpy.ceil(size / bins), 0).astype("int64")


def _region_align(
    x: ndarray,
    regions: Any,
    batch: ndarray,
    mode: str,
    bins: tuple[int, int],
    ratio: int,
    spatial_scale: float,
    offset: float,
) -> ndarray:
    starts, sizes = _starts_and_sizes(array_of(regions), spatial_scale, offset)
    counts = [numpy.array([ratio])] * 2
    if ratio <= 0:
        # Each region has its own number of samples; the largest decides the shape, and a mask takes
        # the others out.
        known = _starts_and_sizes(host_of(regions), spatial_scale, offset)[1]
        counts = [_counts(size, number) for size, number in zip(known, bins, strict=True)]
    taps, masks = [], []
    for axis in (0, 1):
        most = max(1, int(counts[axis].max(initial=0)))
        number = np.array(numpy.maximum(counts[axis], 1).reshape(-1, 1, 1)).astype(x.dtype)
        positions = _samples(starts[axis], sizes[axis] / bins[axis], bins[axis], number, most)
        pairs, is_inside = _region_taps(positions, x.shape[2 + axis])
        if ratio <= 0:
            used = numpy.arange(most) < counts[axis][:, None]
            is_inside = np.logical_and(is_inside, np.array(used[:, None, :]))
        # (regions, bins, samples) of rows, then of columns
        places = (slice(None), *(slice(None), slice(None), None, None)[:: 1 if axis == 0 else -1])
        taps.append([(place[places], weight[places]) for place, weight in pairs])
        masks.append(is_inside[places].astype(x.dtype))
    first = batch.astype("int64").reshape((-1, 1, 1, 1, 1)) * math.prod(x.shape[2:])
    mask = np.expand_dims(masks[0] * masks[1], -1)
    rows = _rows(x)
    if mode == "avg":
        total = np.sum(gathered(rows, first, taps, x.shape[2:]) * mask, axis=(2, 4))
        area = numpy.maximum(counts[0] * counts[1], 1).reshape(-1, 1, 1, 1)
        found = total / np.array(area).astype(x.dtype)
    else:
        found = _largest_share(rows, first, taps, x.shape[2:], mask, ratio)
    return _channels_second(found)


def _largest_share(
    rows: ndarray, first: ndarray, taps: Any, extents: Any, mask: ndarray, ratio: int
) -> ndarray:
    """The largest of the four weighted elements of all samples, which is what ONNX calls max."""
    best = None
    for chosen in itertools.product(*taps):
        share = gathered(rows, first, [[tap] for tap in chosen], extents) * mask
        if ratio <= 0:
            share = np.where(mask != 0, share, -numpy.inf)
        best = share if best is None else np.maximum(best, share)
    found = np.max(best, axis=(2, 4))
    return np.where(np.isinf(found), 0, found) if ratio <= 0 else found


def _roi_align(shift: float, since: int) -> None:
    def rule(
        x: Array,
        rois: Any,
        batch_indices: Array,
        *,
        coordinate_transformation_mode: str = "half_pixel",
        mode: str = "avg",
        output_height: int = 1,
        output_width: int = 1,
        sampling_ratio: int = 0,
        spatial_scale: float = 1.0,
    ) -> ndarray:
        if mode not in ("avg", "max"):
            raise Unsupported(f"`mode` must be avg or max; got {mode!r}")
        is_half = since >= 16 and coordinate_transformation_mode == "half_pixel"
        offset = shift if is_half else 0.0
        bins = (output_height, output_width)
        return _region_align(
            x, rois, batch_indices, mode, bins, sampling_ratio, spatial_scale, offset
        )

    rules.add("RoiAlign", rule, since=since)


_roi_align(0.0, 10)
_roi_align(0.5, 16)


@rules("MaxRoiPool")
def _max_roi_pool(
    x: Array, rois: Array, *, pooled_shape: list[int], spatial_scale: float = 1.0
) -> ndarray:
    """The maxima of bins whose borders are whole: a mask an axis says which elements they have."""
    batch = rois[:, 0].astype("int64")
    corners = rois[:, 1:] * spatial_scale
    found = np.take(x, batch, axis=0)  # (regions, C, H, W)
    for axis, bins in enumerate(pooled_shape):
        start = _half_away(corners[:, 1 - axis])
        end = _half_away(corners[:, 3 - axis])
        size = np.maximum(end - start + 1, 1) / bins
        number = np.arange(bins).astype(x.dtype).reshape((1, -1))
        first = np.floor(number * size.reshape((-1, 1))) + start.reshape((-1, 1))
        last = np.ceil((number + 1) * size.reshape((-1, 1))) + start.reshape((-1, 1))
        places = np.arange(x.shape[2 + axis]).astype(x.dtype)
        has = np.logical_and(
            places >= np.expand_dims(first, -1), places < np.expand_dims(last, -1)
        )  # (regions, bins, extent)
        has = has[:, None, :, :, None] if axis == 0 else has[:, None, None, :, :]
        found = np.expand_dims(found, 2) if axis == 0 else np.expand_dims(found, 3)
        found = np.max(np.where(has, found, -numpy.inf), axis=3 + axis)
    return np.where(np.isinf(found), 0, found)


def _half_away(x: ndarray) -> ndarray:
    """Rounds as C does: halves away from zero."""
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


# ---- DeformConv ---------------------------------------------------------------------------------


@rules("DeformConv")
def _deform_conv(
    x: Array,
    w: Array,
    offset: Array,
    b: Array = None,
    mask: Array = None,
    *,
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    offset_group: int = 1,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    """Each tap of the kernel reads where its offset says; then it is a product with the weight."""
    require_kernel(w, kernel_shape)
    kernel = tuple(w.shape[2:])
    rank, taps = len(kernel), math.prod(kernel)
    extents, counts = x.shape[2:], offset.shape[2:]
    strides, dilations, front, _ = _window(extents, kernel, strides, pads, dilations, "NOTSET")
    n, channels = x.shape[:2]
    moved = offset.reshape((n * offset_group, taps, rank, *counts))
    places = []
    for axis in range(rank):
        within = numpy.indices(kernel)[axis].reshape((taps,) + (1,) * rank) * dilations[axis]
        shape = [-1 if a == axis else 1 for a in range(rank)]
        corner = (numpy.arange(counts[axis]) * strides[axis] - front[axis]).reshape(shape)
        base = np.array(within + corner).astype(x.dtype)
        position = moved[:, :, axis] + base
        floor = np.floor(position)
        t = position - floor
        pair = ((floor, 1 - t), (floor + 1, t))
        places.append([_inside(place, weight, extents[axis], x.dtype) for place, weight in pair])
    images = x.reshape((n * offset_group, channels // offset_group, *extents))
    found = gathered(_rows(images), _first_row(images, rank + 2), places, extents)
    if mask is not None:
        found = found * mask.reshape((n * offset_group, taps, *counts, 1))
    area, units = math.prod(counts), w.shape[0]
    # (N * offset groups, taps, area, channels) to (N, groups, channels of a group * taps, area)
    columns = found.reshape((n * offset_group, taps, area, -1)).transpose((0, 3, 1, 2))
    columns = columns.reshape((n, group, channels // group * taps, area))
    weight = w.reshape((1, group, units // group, channels // group * taps))
    result = np.matmul(weight, columns).reshape((n, units, *counts))
    return result if b is None else result + b.reshape((-1,) + (1,) * rank)
