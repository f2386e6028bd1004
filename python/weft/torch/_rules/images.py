"""Images: pooling, resizing, sampling, windows as columns."""

import itertools
from dataclasses import replace
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.extents import is_open
from weft._import.lines import Style
from weft._import.resizing import line_by_scale, line_by_size, resized_axis
from weft._import.values import Array
from weft.torch._rules._table import aten, wants
from weft.torch._rules.layers import listed
from weft.torch._rules.shapes import padded

# ---- windows ------------------------------------------------------------------------------------


class _Windows:
    """Kernel, step, margins and number of the windows over an image."""

    def __init__(
        self, x: ndarray, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
    ) -> None:
        self.rank = 1 if isinstance(kernel, int) else len(kernel)
        rank = self.rank
        self.kernel = listed(kernel, rank)
        self.stride = listed(stride, rank) if stride else self.kernel
        self.pad, self.dilation = listed(padding, rank), listed(dilation, rank)
        extents = x.shape[x.ndim - rank :]
        self.floor, self.counts = [], []
        for axis, extent in enumerate(extents):
            room = extent + 2 * self.pad[axis] - (self.kernel[axis] - 1) * self.dilation[axis] - 1
            count = room // self.stride[axis] + 1
            self.floor.append(count)
            if ceil and not isinstance(extent, Extent):
                count = -(-room // self.stride[axis]) + 1
                if (count - 1) * self.stride[axis] >= extent + self.pad[axis]:
                    count -= 1  # a window does not begin outside
            self.counts.append(count)

    @property
    def has_partial(self) -> bool:
        """Does a window end behind the margin?"""
        return any(a != b for a, b in zip(self.floor, self.counts, strict=True))

    def filled(self, x: ndarray, value: Any) -> ndarray:
        """The image with margins so that all windows lie inside."""
        pad = []
        for axis in reversed(range(self.rank)):
            reach = (self.counts[axis] - 1) * self.stride[axis]
            reach = reach + (self.kernel[axis] - 1) * self.dilation[axis] + 1
            behind = reach - x.shape[x.ndim - self.rank + axis] - self.pad[axis]
            pad += [self.pad[axis], max(0, behind)]
        return padded(x, pad, "constant", value)

    def taps(self, x: ndarray) -> list[ndarray]:
        """For each element of a window, that element of all windows of a filled image."""
        found = []
        for tap in itertools.product(*map(range, self.kernel)):
            key = tuple(
                slice(t * d, t * d + (count - 1) * s + 1, s)
                for t, d, s, count in zip(tap, self.dilation, self.stride, self.counts, strict=True)
            )
            found.append(x[(*(slice(None),) * (x.ndim - self.rank), *key)])
        return found


def _batched(x: ndarray, rank: int) -> tuple[ndarray, bool]:
    """With an axis of samples, and whether it was missing."""
    return (x[None], True) if x.ndim == rank + 1 else (x, False)


def _max_pooled(
    x: ndarray, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> ndarray:
    windows = _Windows(x, kernel, stride, padding, dilation, ceil)
    if set(windows.dilation) == {1} and not windows.has_partial:
        x, is_single = _batched(x, windows.rank)
        found = npx.pooling(x, windows.kernel, "max", windows.stride, windows.pad)
        return found[0] if is_single else found
    return np.max(np.stack(windows.taps(windows.filled(x, -numpy.inf))), axis=0)


@aten("max_pool1d", "max_pool2d", "max_pool3d")
def _max_pool(
    self: Array,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> ndarray:
    return _max_pooled(self, kernel_size, stride, padding, dilation, ceil_mode)


@aten("max_pool2d_with_indices", "max_pool3d_with_indices", "max_pool1d_with_indices")
def _max_pool_with_indices(
    self: Array,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    *,
    _: Any,
) -> tuple[Any, Any]:
    if not wants(_, 1):
        return _max_pooled(self, kernel_size, stride, padding, dilation, ceil_mode), None
    windows = _Windows(self, kernel_size, stride, padding, dilation, ceil_mode)
    taps = np.stack(windows.taps(windows.filled(self, -numpy.inf)))
    inner = self.shape[self.ndim - windows.rank :]
    places = np.array(numpy.arange(int(numpy.prod(inner))).reshape(inner))
    marks = np.stack(windows.taps(windows.filled(places, 0)))
    lead = (1,) * (taps.ndim - marks.ndim)
    marks = marks.reshape((marks.shape[0], *lead, *marks.shape[1:]))
    first = np.expand_dims(np.argmax(taps, axis=0), 0)
    found = np.take_along_axis(np.broadcast_to(marks, taps.shape), first, 0)
    return np.max(taps, axis=0), found.squeeze(0)


@aten("avg_pool1d", "avg_pool2d", "avg_pool3d")
def _avg_pool(
    self: Array,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> ndarray:
    windows = _Windows(self, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is None and not windows.has_partial:
        x, is_single = _batched(self, windows.rank)
        found = npx.pooling(
            *(x, windows.kernel, "avg", windows.stride, windows.pad),
            count_include_pad=count_include_pad,
        )
        return found[0] if is_single else found
    total = _total(windows.taps(windows.filled(self, 0)))
    if divisor_override is not None:
        return total / divisor_override
    ones = np.ones(self.shape[self.ndim - windows.rank :], dtype=self.dtype)
    if count_include_pad:
        margins = [p for pad in reversed(windows.pad) for p in (pad, pad)]
        ones = padded(ones, margins, "constant", 1)
        windows.pad = (0,) * windows.rank
    return total / _total(windows.taps(windows.filled(ones, 0)))


def _total(parts: list[ndarray]) -> ndarray:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


@aten("lp_pool2d", "lp_pool1d")
def _lp_pool(
    self: Array, norm_type: float, kernel_size: Any, stride: Any = (), ceil_mode: bool = False
) -> ndarray:
    windows = _Windows(self, kernel_size, stride, 0, 1, ceil_mode)
    powers = np.power(np.abs(self), norm_type)
    return np.power(_total(windows.taps(windows.filled(powers, 0))), 1.0 / norm_type)


# ---- pooling to an extent -----------------------------------------------------------------------


def _wanted(x: ndarray, size: Any) -> list[Any]:
    """The extents of the result; None keeps one."""
    sizes = [size] if isinstance(size, int) else list(size)
    inner = x.shape[x.ndim - len(sizes) :]
    return [extent if size is None else size for size, extent in zip(sizes, inner, strict=True)]


@aten(
    *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"),
    *("_adaptive_avg_pool2d", "_adaptive_avg_pool3d"),
)
def _adaptive_avg_pool(self: Array, output_size: Any) -> ndarray:
    sizes = _wanted(self, output_size)
    inner = self.shape[self.ndim - len(sizes) :]
    if all(size == 1 for size in sizes):
        return np.mean(self, axis=tuple(range(self.ndim - len(sizes), self.ndim)), keepdims=True)
    if is_open(*inner, *sizes):
        return _cells(self, sizes)
    if all(a == b for a, b in zip(sizes, inner, strict=True)):
        return self
    x, is_single = _batched(self, len(sizes))
    if all(n % size == 0 for n, size in zip(inner, sizes, strict=True)):
        kernel = tuple(n // size for n, size in zip(inner, sizes, strict=True))
        found = npx.pooling(x, kernel, "avg", kernel)
    else:
        found = npx.interpolate(x, size=tuple(sizes), mode="area")
    return found[0] if is_single else found


def _cells(x: ndarray, sizes: Any) -> ndarray:
    """Means over cells where a run alone knows the extents: axis by axis in one order, as another
    would do for other extents."""
    x, is_single = _batched(x, len(sizes))
    for number, size in enumerate(sizes):
        wanted = (*x.shape[2 : 2 + number], size, *x.shape[3 + number :])
        x = npx.interpolate(x, size=wanted, mode="area")
    return x[0] if is_single else x


@aten("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
def _adaptive_max_pool(self: Array, output_size: Any, *, _: Any) -> tuple[Any, Any]:
    if wants(_, 1):
        raise Unsupported("the places of the maxima are not supported")
    sizes = _wanted(self, output_size)
    found = self
    for number, size in enumerate(sizes):
        axis = self.ndim - len(sizes) + number
        extent, key = self.shape[axis], (slice(None),) * axis
        parts = [
            np.max(found[(*key, slice(i * extent // size, -(-(i + 1) * extent // size)))], axis)
            for i in range(size)
        ]
        found = np.stack(parts, axis)
    return found, None


# ---- resize -------------------------------------------------------------------------------------


# What PyTorch's modes are by the attributes of ONNX's Resize.
_STYLES = {
    "nearest": Style("nearest", "asymmetric", "floor"),
    "nearest-exact": Style("nearest", "tf_half_pixel_for_nn", "floor"),
    "linear": Style("linear", "half_pixel"),
    "cubic": Style("cubic", "half_pixel"),
}


def _resized(
    x: ndarray, output_size: Any, factors: Any, mode: str, align: bool = False, smooth: bool = False
) -> ndarray:
    inner = x.shape[2:]
    factors = [f for f in factors or [] if f is not None]
    is_fixed = not is_open(*inner, *(output_size or ()))
    if output_size is None:
        sizes = [n * f for n, f in zip(inner, factors, strict=True)]
        if all(float(f) == int(f) for f in factors):
            sizes, is_fixed = [n * int(f) for n, f in zip(inner, factors, strict=True)], True
        is_fixed = is_fixed and all(float(size) == int(size) for size in sizes)
    else:
        sizes = output_size
    if not is_fixed:
        return _resized_lines(x, output_size, factors, mode, align, smooth)
    size = tuple(n if isinstance(n, int) else int(n) for n in sizes)
    return npx.interpolate(x, size=size, mode=mode, align_corners=align, antialias=smooth)


def _resized_lines(
    x: ndarray, output_size: Any, factors: Any, mode: str, align: bool, smooth: bool
) -> ndarray:
    """One axis after the other: extents that only a run knows, and factors that give no whole
    number of elements."""
    style = _STYLES[mode]
    if smooth:
        style = replace(style, is_antialias=True, excludes_outside=True, cubic=-0.5)
    if align:
        style = replace(style, transform="align_corners")
    for axis in range(2, x.ndim):
        if output_size is None:
            line = line_by_scale(x.shape[axis], axis, factors[axis - 2])
            if align:  # the ends of a line meet those of the result, whatever the factor is
                line = replace(line, scale=line.count / line.extent)
        else:
            line = line_by_size(x.shape[axis], axis, output_size[axis - 2])
        x = resized_axis(x, style, line)
    return x


@aten("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d")
def _upsample_nearest(
    self: Any = None,
    output_size: Any = None,
    scale_factors: Any = None,
    input: Any = None,
    scales: Any = None,
    scales_d: Any = None,
    scales_h: Any = None,
    scales_w: Any = None,
) -> ndarray:
    return _resized(self if input is None else input, output_size, scale_factors, "nearest")


@aten("_upsample_nearest_exact1d", "_upsample_nearest_exact2d", "_upsample_nearest_exact3d")
def _upsample_nearest_exact(
    self: Any = None,
    output_size: Any = None,
    scale_factors: Any = None,
    input: Any = None,
    scales: Any = None,
    scales_d: Any = None,
    scales_h: Any = None,
    scales_w: Any = None,
) -> ndarray:
    x = self if input is None else input
    return _resized(x, output_size, scale_factors, "nearest-exact")


def _smooth_resize(names: tuple[str, ...], mode: str, smooth: bool) -> None:
    @aten(*names)
    def rule(
        self: Any = None,
        output_size: Any = None,
        align_corners: bool = False,
        scale_factors: Any = None,
        input: Any = None,
        scales: Any = None,
        scales_d: Any = None,
        scales_h: Any = None,
        scales_w: Any = None,
    ) -> ndarray:
        x = self if input is None else input
        return _resized(x, output_size, scale_factors, mode, align_corners, smooth)


_smooth_resize(
    ("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d"), "linear", False
)
_smooth_resize(("_upsample_bilinear2d_aa",), "linear", True)
_smooth_resize(("upsample_bicubic2d",), "cubic", False)
_smooth_resize(("_upsample_bicubic2d_aa",), "cubic", True)


# ---- sampling -----------------------------------------------------------------------------------


@aten("grid_sampler", "grid_sampler_2d")
def _grid_sampler(
    input: Array, grid: Array, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> ndarray:
    """Pixels at coordinates from -1 to 1."""
    if input.ndim != 4:
        raise Unsupported("volumes are not supported")
    return npx.grid_sample(
        input,
        grid,
        mode=("bilinear", "nearest", "bicubic")[interpolation_mode],
        padding_mode=("zeros", "border", "reflection")[padding_mode],
        align_corners=align_corners,
    )


@aten("affine_grid_generator")
def _affine_grid(theta: Array, size: Any, align_corners: bool) -> ndarray:
    if len(size) != 4:
        raise Unsupported("grids of volumes are not supported")
    return npx.affine_grid(theta, tuple(size[2:]), align_corners)


# ---- windows as columns -------------------------------------------------------------------------


@aten("im2col")
def _im2col(self: Array, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> ndarray:
    x, is_single = _batched(self, 2)
    windows = _Windows(x, kernel_size, stride, padding, dilation, False)
    n, c = x.shape[:2]
    taps = np.stack(windows.taps(windows.filled(x, 0)), 2)
    found = taps.reshape((n, c * taps.shape[2], -1))
    return found[0] if is_single else found


@aten("col2im")
def _col2im(
    self: Array,
    output_size: Any,
    kernel_size: Any,
    dilation: Any,
    padding: Any,
    stride: Any,
) -> ndarray:
    """The adjoint of gathering windows: a transposed convolution puts each tap in its place."""
    x, is_single = _batched(self, 1)
    kernel, dilation = listed(kernel_size, 2), listed(dilation, 2)
    padding, stride = listed(padding, 2), listed(stride, 2)
    taps = kernel[0] * kernel[1]
    counts = [
        (output_size[a] + 2 * padding[a] - dilation[a] * (kernel[a] - 1) - 1) // stride[a] + 1
        for a in range(2)
    ]
    n, c = x.shape[0], x.shape[1] // taps
    weight = np.array(numpy.eye(taps, dtype="float32").reshape((taps, 1, *kernel)))
    image = npx.deconvolution(
        x.reshape((n * c, taps, *counts)), weight, stride=stride, dilate=dilation, pad=(0, 0)
    )
    missing = [output_size[a] + 2 * padding[a] - image.shape[2 + a] for a in range(2)]
    image = padded(image, [0, missing[1], 0, missing[0]], "constant")
    cut = [slice(padding[a], padding[a] + output_size[a]) for a in range(2)]
    found = image[(slice(None), slice(None), *cut)].reshape((n, c, *output_size))
    return found[0] if is_single else found
