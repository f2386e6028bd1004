"""Layers over windows: convolution, its transpose, pooling, pyramids of pooling, im2col.

A pooling has a last window wherever one can begin inside of the image and its front margin
(`round_mode` CEIL, the default), and its average counts margins, but nothing beyond them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft._import.windows import taps_of
from weft.caffe._rules._table import Blob, layer, with_bias

# ---- options ------------------------------------------------------------------------------------


def _extents(options: Mapping[str, Any], name: str, rank: int, default: int | None) -> list[int]:
    """The numbers that a message has for each spatial axis: `pad`, or `pad_h` and `pad_w`."""
    short = name.removesuffix("_size")
    pair = [options.get(f"{short}_h"), options.get(f"{short}_w")]
    given = options.get(name, [])
    given = list(given) if isinstance(given, list | tuple) else [given]
    if any(number is not None for number in pair):
        if given:
            raise InvalidValue(f"`{name}` and `{short}_h`, `{short}_w` say the same; give one")
        if rank != 2:
            raise InvalidValue(f"`{short}_h` and `{short}_w` are for 2 spatial axes; got {rank}")
        given = [default if number is None else number for number in pair]
    if not given:
        given = [default]
    if any(number is None for number in given):
        raise InvalidValue(f"`{name}` must be given for each spatial axis")
    if len(given) not in (1, rank):
        raise InvalidValue(f"`{name}` must have 1 or {rank} numbers; got {given}")
    numbers = [int(number) for number in given]
    return numbers * rank if len(numbers) == 1 else numbers


def _window(options: Mapping[str, Any], rank: int) -> tuple[Any, ...]:
    """Kernel, stride, pad and dilation for each spatial axis."""
    kernel = _extents(options, "kernel_size", rank, None)
    stride = _extents(options, "stride", rank, 1)
    pad = _extents(options, "pad", rank, 0)
    dilation = _extents(options, "dilation", rank, 1)
    for name, numbers in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
        if min(numbers, default=1) < 1:
            raise InvalidValue(f"`{name}` must be at least 1; got {numbers}")
    return tuple(kernel), tuple(stride), tuple(pad), tuple(dilation)


def _require_channels(options: Mapping[str, Any], shape: Sequence[int]) -> None:
    if options.get("axis", 1) not in (1, 1 - len(shape)):
        raise InvalidValue(f"`axis` must be 1, that of the channels; got {options['axis']}")
    if len(shape) not in (3, 4, 5):
        raise InvalidValue(f"bottom must have 1 to 3 spatial axes; got shape {tuple(shape)}")
    group, count = options.get("group", 1), options.get("num_output", 0)
    if group < 1 or shape[1] % group or count % group:
        raise InvalidValue(
            f"`group` must divide the bottom's channels and `num_output`; got {group}, {shape[1]} "
            f"and {count}"
        )


# ---- convolution --------------------------------------------------------------------------------


def _kernels(options: Any, fillers: Any, shape: Any, sides: tuple[int, int]) -> list[Blob | None]:
    """A blob of kernels, and a bias. sides: the extents before those of a kernel"""
    kernel, _, _, _ = _window(options, len(shape) - 2)
    weight = Blob("weight", (*sides, *kernel), fillers.get("weight_filler"))
    return with_bias(weight, options, fillers)


def _convolution_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    shape = shapes[0]
    _require_channels(options, shape)
    sides = (options["num_output"], shape[1] // options.get("group", 1))
    return _kernels(options, fillers, shape, sides)


def _deconvolution_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    shape = shapes[0]
    _require_channels(options, shape)
    sides = (shape[1], options["num_output"] // options.get("group", 1))
    return _kernels(options, fillers, shape, sides)


def _depthwise_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    return _convolution_blobs({**options, "group": shapes[0][1]}, fillers, shapes)


def _convolved(operator: Any, parts: Any, options: Any, group: int) -> ndarray:
    weight, bias, x = parts
    _, stride, pad, dilation = _window(options, x.ndim - 2)
    return operator(x, weight, bias, stride=stride, pad=pad, dilate=dilation, num_group=group)


def _both(name: str, blobs: Any, operator: Any, is_depthwise: bool = False) -> None:
    """Registers a convolution, or its transpose."""

    @layer(name, "convolution_param", blobs=blobs, maps_each=True)
    def _rule(
        weight: Array,
        bias: Array,
        x: Array,
        *,
        num_output: int,
        bias_term: bool = True,
        pad: Any = (),
        kernel_size: Any = (),
        stride: Any = (),
        dilation: Any = (),
        pad_h: int | None = None,
        pad_w: int | None = None,
        kernel_h: int | None = None,
        kernel_w: int | None = None,
        stride_h: int | None = None,
        stride_w: int | None = None,
        group: int = 1,
        axis: int = 1,
    ) -> ndarray:
        options = {"pad": pad, "kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        options |= {"pad_h": pad_h, "pad_w": pad_w, "kernel_h": kernel_h, "kernel_w": kernel_w}
        options |= {"stride_h": stride_h, "stride_w": stride_w}
        groups = x.shape[1] if is_depthwise else group
        return _convolved(operator, (weight, bias, x), options, groups)


_both("Convolution", _convolution_blobs, npx.convolution)
_both("Deconvolution", _deconvolution_blobs, npx.deconvolution)
# Names that forks of Caffe gave to a convolution with a group for each channel.
_both("ConvolutionDepthwise", _depthwise_blobs, npx.convolution, is_depthwise=True)
_both("DepthwiseConvolution", _depthwise_blobs, npx.convolution, is_depthwise=True)


# ---- windows of a pooling -----------------------------------------------------------------------


def _counts(extents: Any, kernel: Any, stride: Any, pad: Any, is_ceil: bool) -> list[int]:
    """How many windows there are along each axis."""
    counts = []
    for extent, k, s, p in zip(extents, kernel, stride, pad, strict=True):
        room = extent + 2 * p - k
        if room < 0 and not (is_ceil and room > -s):
            raise InvalidValue(
                f"windows of extents {tuple(kernel)} do not fit an image of {tuple(extents)} with "
                f"margins {tuple(pad)}"
            )
        count = (-(-room // s) if is_ceil else room // s) + 1
        if any(pad) and (count - 1) * s >= extent + p:
            count -= 1
        counts.append(count)
    return counts


def _margins(extents: Any, kernel: Any, stride: Any, pad: Any, counts: Any) -> list[int]:
    """What has to be added behind each axis, so that all windows lie inside."""
    spans = zip(extents, kernel, stride, pad, counts, strict=True)
    return [max(0, (count - 1) * s + k - extent - p) for extent, k, s, p, count in spans]


def _pooled(x: ndarray, mode: str, kernel: Any, stride: Any, front: Any, back: Any) -> ndarray:
    """Windows of an image with margins; what the windows do not reach is cut off."""
    fits = all(2 * p <= k for p, k in zip((*front, *back), (*kernel, *kernel), strict=True))
    if fits and (mode == "max" or list(front) == list(back)):
        pad = tuple(front) if list(front) == list(back) else (*front, *back)
        return npx.pooling(x, kernel, mode, stride, pad)
    fill = -math.inf if mode == "max" else 0.0
    widths = [(0, 0), (0, 0), *zip(front, back, strict=True)]
    return npx.pooling(np.pad(x, widths, constant_values=fill), kernel, mode, stride)


def _sizes(extents: Any, kernel: Any, stride: Any, pad: Any, counts: Any) -> numpy.ndarray:
    """The number of elements in each window, margins included, what lies beyond them not."""
    lines = []
    for extent, k, s, p, count in zip(extents, kernel, stride, pad, counts, strict=True):
        begin = numpy.arange(count) * s - p
        lines.append(numpy.minimum(begin + k, extent + p) - begin)
    sizes = lines[0]
    for line in lines[1:]:
        sizes = sizes[..., None] * line
    return sizes


def _average(x: ndarray, kernel: Any, stride: Any, pad: Any, counts: Any) -> ndarray:
    extents = x.shape[2:]
    back = _margins(extents, kernel, stride, pad, counts)
    sizes = _sizes(extents, kernel, stride, pad, counts)
    if (sizes == sizes.flat[0]).all() and sizes.flat[0] == math.prod(kernel):
        return _pooled(x, "avg", kernel, stride, pad, back)
    total = _pooled(x, "sum", kernel, stride, pad, back)
    return total * np.array((1 / sizes).astype(x.dtype.name))


def _stacked(x: ndarray, kernel: Any, stride: Any, counts: Any) -> ndarray:
    """The elements of all windows along a new first axis; 0 beyond the image."""
    none = (0,) * len(kernel)
    back = _margins(x.shape[2:], kernel, stride, none, counts)
    padded = np.pad(x, [(0, 0), (0, 0), *((0, b) for b in back)])
    return np.stack(taps_of(padded, kernel, stride, (1,) * len(kernel), counts))


def _stochastic(x: ndarray, kernel: Any, stride: Any, counts: Any) -> ndarray:
    """In training one element of a window, drawn in proportion to its size; else their mean,
    weighted by their sizes. Elements must be at least 0."""
    taps = _stacked(x, kernel, stride, counts)
    total = np.sum(taps, axis=0)
    if not autograd.is_training():
        safe = np.where(total > 0, total, np.ones_like(total))
        return np.where(total > 0, np.sum(taps * taps, axis=0) / safe, np.zeros_like(total))
    with autograd.pause(train_mode=True):
        threshold = np.random.uniform(size=total.shape, dtype=total.dtype) * total
        reached = (np.cumsum(taps, axis=0) >= threshold).astype("int32")
        chosen = np.argmax(reached, axis=0)
    return np.squeeze(np.take_along_axis(taps, np.expand_dims(chosen, 0), 0), 0)


def pooled(x: ndarray, mode: str, window: tuple[Any, ...], is_ceil: bool) -> ndarray:
    """One pooling. window: kernel, stride and pad."""
    kernel, stride, pad = window
    counts = _counts(x.shape[2:], kernel, stride, pad, is_ceil)
    if mode == "AVE":
        return _average(x, kernel, stride, pad, counts)
    if mode == "STOCHASTIC":
        if any(pad):
            raise InvalidValue(f"`pad` must be 0 for STOCHASTIC; got {pad}")
        return _stochastic(x, kernel, stride, counts)
    back = _margins(x.shape[2:], kernel, stride, pad, counts)
    return _pooled(x, "max", kernel, stride, pad, back)


@layer("Pooling", "pooling_param")
def _pooling(
    x: Array,
    *,
    pool: str = "MAX",
    pad: int | None = None,
    pad_h: int | None = None,
    pad_w: int | None = None,
    kernel_size: int | None = None,
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    stride: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    global_pooling: bool = False,
    round_mode: str = "CEIL",
    _: Any,
) -> Any:
    if x.ndim != 4:
        raise InvalidValue(f"bottom must have 4 axes; got shape {tuple(x.shape)}")
    given = {"pad": pad, "pad_h": pad_h, "pad_w": pad_w, "kernel_size": kernel_size}
    given |= {"kernel_h": kernel_h, "kernel_w": kernel_w}
    given |= {"stride": stride, "stride_h": stride_h, "stride_w": stride_w}
    options = {name: value for name, value in given.items() if value is not None}
    if global_pooling:
        if any(name.startswith("kernel") for name in options):
            raise InvalidValue("`kernel_size` has no meaning with `global_pooling`")
        options["kernel_size"] = list(x.shape[2:])
    kernel, stride_of, pad_of, _dilation = _window(options, 2)
    if any(p >= k for p, k in zip(pad_of, kernel, strict=True)):
        raise InvalidValue(f"`pad` must be less than `kernel_size`; got {pad_of} and {kernel}")
    y = pooled(x, pool, (kernel, stride_of, pad_of), round_mode == "CEIL")
    if not _.wants(1):
        return y
    if pool != "MAX":
        raise InvalidValue(f"a second top has the places of maxima, of `pool` MAX; got {pool}")
    return y, _places(x, kernel, stride_of, pad_of, tuple(y.shape[2:]))


def _places(x: ndarray, kernel: Any, stride: Any, pad: Any, counts: Any) -> ndarray:
    """For each maximum its place in the image, row by row."""
    back = _margins(x.shape[2:], kernel, stride, pad, counts)
    sides = list(zip(pad, back, strict=True))
    filled = np.pad(x, [(0, 0), (0, 0), *sides], constant_values=-math.inf)
    ones = (1,) * len(kernel)
    best = np.argmax(np.stack(taps_of(filled, kernel, stride, ones, counts)), axis=0)
    numbers = numpy.arange(math.prod(x.shape[2:]), dtype="float32").reshape(1, 1, *x.shape[2:])
    places = np.array(numpy.pad(numbers, [(0, 0), (0, 0), *sides]))
    marks = np.stack(taps_of(places, kernel, stride, ones, counts))
    marks = np.broadcast_to(marks, (marks.shape[0], *best.shape))
    return np.squeeze(np.take_along_axis(marks, np.expand_dims(best, 0), 0), 0)


@layer("SPP", "spp_param")
def _spp(x: Array, *, pyramid_height: int, pool: str = "MAX") -> ndarray:
    if pyramid_height < 1:
        raise InvalidValue(f"`pyramid_height` must be at least 1; got {pyramid_height}")
    parts = []
    for level in range(pyramid_height):
        bins = 2**level
        kernel = tuple(-(-extent // bins) for extent in x.shape[2:])
        lacking = [k * bins - extent for k, extent in zip(kernel, x.shape[2:], strict=True)]
        pad = tuple((lack + 1) // 2 for lack in lacking)
        y = pooled(x, pool, (kernel, kernel, pad), True)
        if pyramid_height == 1:
            return y
        parts.append(y.reshape((x.shape[0], -1)))
    return np.concatenate(parts, axis=1)


@layer("Im2col", "convolution_param")
def _im2col(
    x: Array,
    *,
    kernel_size: Any = (),
    pad: Any = (),
    stride: Any = (),
    dilation: Any = (),
    kernel_h: int | None = None,
    kernel_w: int | None = None,
    pad_h: int | None = None,
    pad_w: int | None = None,
    stride_h: int | None = None,
    stride_w: int | None = None,
    axis: int = 1,
) -> ndarray:
    options = {"pad": pad, "kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    options |= {"pad_h": pad_h, "pad_w": pad_w, "kernel_h": kernel_h, "kernel_w": kernel_w}
    options |= {"stride_h": stride_h, "stride_w": stride_w}
    kernel, stride_of, pad_of, dilation_of = _window(options, x.ndim - 2)
    padded = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in pad_of)])
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation_of, strict=True)]
    none = (0,) * len(kernel)
    counts = _counts(padded.shape[2:], reach, stride_of, none, False)
    taps = np.stack(taps_of(padded, kernel, stride_of, dilation_of, counts), axis=2)
    return taps.reshape((x.shape[0], -1, *counts))


__all__ = ["pooled"]
