"""Operators that read images at computed places: regions, grids, deformable convolutions, windows
as columns, and the correlation of two images."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators._table import RULES as rules
from weft.npx._sampling import moved_convolution

# ---- regions -------------------------------------------------------------------------------------


@rules("ROIPooling", "_npx_roi_pooling")
def _roi_pooling(data: Array, rois: Array, *, pooled_size: Any, spatial_scale: float) -> ndarray:
    return npx.roi_pool(
        data, rois, pooled_size=ints(pooled_size, "pooled_size", 2), spatial_scale=spatial_scale
    )


@rules("_contrib_ROIAlign")
def _roi_align(
    data: Array,
    rois: Array,
    *,
    pooled_size: Any,
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: Any = False,
    aligned: Any = False,
) -> ndarray:
    size = ints(pooled_size, "pooled_size", 2)
    found = npx.roi_align(
        data,
        rois,
        pooled_size=size,
        spatial_scale=spatial_scale,
        sampling_ratio=int(sample_ratio),
        aligned=flag(aligned),
    )
    if not flag(position_sensitive):
        return found
    # Each bin has channels of its own.
    bins = size[0] * size[1]
    own = found.reshape((found.shape[0], -1, bins, bins))
    return np.diagonal(own, axis1=2, axis2=3).reshape((found.shape[0], -1, *size))


# ---- grids ---------------------------------------------------------------------------------------


@rules("BilinearSampler")
def _bilinear_sampler(data: Array, grid: Array, *, cudnn_off: Any = None) -> ndarray:
    """The grid has x and y from -1 to 1 in its channels."""
    return npx.grid_sample(data, np.moveaxis(grid, 1, -1), align_corners=True)


@rules("GridGenerator")
def _grid_generator(data: Array, *, transform_type: str, target_shape: Any = (0, 0)) -> ndarray:
    if transform_type == "affine":
        return _affine_grid(data, ints(target_shape, "target_shape", 2))
    if transform_type != "warp":
        raise InvalidValue(f"`transform_type` must be 'affine' or 'warp'; got {transform_type!r}")
    height, width = data.shape[2:]
    pixels = numpy.stack(numpy.meshgrid(numpy.arange(width), numpy.arange(height)))
    span = numpy.array([max(width - 1, 1), max(height - 1, 1)]).reshape(2, 1, 1) / 2
    moved = data + np.array(pixels.astype("float32")).astype(data.dtype)
    return moved / np.array(span.astype("float32")).astype(data.dtype) - 1


def _affine_grid(matrices: ndarray, size: tuple[int, int]) -> ndarray:
    grid = npx.affine_grid(matrices.reshape((-1, 2, 3)), size, align_corners=True)
    return np.moveaxis(grid, -1, 1)


@rules("SpatialTransformer")
def _spatial_transformer(
    data: Array,
    loc: Array,
    *,
    transform_type: str,
    sampler_type: str,
    target_shape: Any = (0, 0),
    cudnn_off: Any = None,
) -> ndarray:
    for name, value, only in (
        ("transform_type", transform_type, "affine"),
        ("sampler_type", sampler_type, "bilinear"),
    ):
        if value != only:
            raise InvalidValue(f"`{name}` must be {only!r}; got {value!r}")
    size = ints(target_shape, "target_shape", 2)
    size = tuple(n or data.shape[2 + axis] for axis, n in enumerate(size))
    grid = npx.affine_grid(loc.reshape((-1, 2, 3)), size, align_corners=True)
    return npx.grid_sample(data, grid, align_corners=True)


# ---- deformable convolutions ---------------------------------------------------------------------


@rules("_contrib_DeformableConvolution", "_npx_deformable_convolution")
def _deformable_convolution(
    data: Array,
    offset: Array,
    weight: Array,
    bias: Array = None,
    *,
    kernel: Any,
    num_filter: int,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: Any = False,
    layout: Any = None,
) -> ndarray:
    return moved_convolution(
        data,
        offset,
        weight,
        None if flag(no_bias) else bias,
        None,
        ints(stride, "stride", 2, 1),
        ints(pad, "pad", 2, 0),
        ints(dilate, "dilate", 2, 1),
        int(num_group),
        int(num_deformable_group),
        ends_at_edges=True,
    )


@rules("_contrib_ModulatedDeformableConvolution", "_npx_modulated_deformable_convolution")
def _modulated_deformable_convolution(
    data: Array,
    offset: Array,
    mask: Array,
    weight: Array,
    bias: Array = None,
    *,
    kernel: Any,
    num_filter: int,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: Any = False,
    im2col_step: int = 64,
    layout: Any = None,
) -> ndarray:
    return npx.deformable_convolution(
        data,
        offset,
        weight,
        None if flag(no_bias) else bias,
        mask,
        stride=ints(stride, "stride", 2, 1),
        pad=ints(pad, "pad", 2, 0),
        dilate=ints(dilate, "dilate", 2, 1),
        num_group=int(num_group),
        num_deformable_group=int(num_deformable_group),
    )


# ---- windows as columns --------------------------------------------------------------------------


@rules("im2col")
def _im2col(
    data: Array, *, kernel: Any, stride: Any = (), dilate: Any = (), pad: Any = ()
) -> ndarray:
    """(N, C, H, W) to (N, C K, places): a convolution with a filter for each of K elements."""
    window = ints(kernel, "kernel", 2)
    taps = window[0] * window[1]
    n, c = data.shape[:2]
    columns = npx.convolution(
        data.reshape((-1, 1, *data.shape[2:])),
        _taps(window, data.dtype),
        stride=ints(stride, "stride", 2, 1),
        dilate=ints(dilate, "dilate", 2, 1),
        pad=ints(pad, "pad", 2, 0),
    )
    return columns.reshape((n, c * taps, -1))


@rules("col2im")
def _col2im(
    data: Array,
    *,
    output_size: Any,
    kernel: Any,
    stride: Any = (),
    dilate: Any = (),
    pad: Any = (),
) -> ndarray:
    """The adjoint of `im2col`: a transposed convolution with the same filters."""
    window, size = ints(kernel, "kernel", 2), ints(output_size, "output_size", 2)
    steps, margin = ints(stride, "stride", 2, 1), ints(pad, "pad", 2, 0)
    reach = ints(dilate, "dilate", 2, 1)
    taps = window[0] * window[1]
    spans = [size[a] + 2 * margin[a] - reach[a] * (window[a] - 1) - 1 for a in range(2)]
    counts = [spans[a] // steps[a] + 1 for a in range(2)]
    n, channels = data.shape[0], data.shape[1] // taps
    image = npx.deconvolution(
        data.reshape((n * channels, taps, *counts)),
        _taps(window, data.dtype),
        stride=steps,
        dilate=reach,
    )
    rest = [spans[a] % steps[a] for a in range(2)]
    image = np.pad(image, [(0, 0), (0, 0), (0, rest[0]), (0, rest[1])])
    rows, columns = (slice(m, m + extent) for m, extent in zip(margin, size, strict=True))
    return image[:, :, rows, columns].reshape((n, channels, *size))


def _taps(window: tuple[int, int], dtype: Any) -> ndarray:
    """Filters that are 1 at one element each."""
    taps = window[0] * window[1]
    return np.array(numpy.eye(taps, dtype="float32").reshape(taps, 1, *window)).astype(dtype)


# ---- correlation ---------------------------------------------------------------------------------


@rules("Correlation")
def _correlation(
    data1: Array,
    data2: Array,
    *,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: Any = True,
) -> ndarray:
    """For each displacement of the second image: the mean over patches of products, or of absolute
    differences."""
    for name, value in (("kernel_size", kernel_size), ("stride1", stride1), ("stride2", stride2)):
        if value < 1 or (name == "kernel_size" and value % 2 == 0):
            rule = "an odd number" if name == "kernel_size" else "at least 1"
            raise InvalidValue(f"`{name}` must be {rule}; got {value}")
    radius, margin = (kernel_size - 1) // 2, [(0, 0), (0, 0), (pad_size,) * 2, (pad_size,) * 2]
    first, second = np.pad(data1, margin), np.pad(data2, margin)
    border = max_displacement + radius
    height, width = (-(-(first.shape[2 + axis] - 2 * border) // stride1) for axis in range(2))
    if height < 1 or width < 1:
        raise InvalidValue("`max_displacement`, `kernel_size` and `pad_size` leave no place")
    reach = max_displacement // stride2
    steps = [step * stride2 for step in range(-reach, reach + 1)]
    tall, wide = (height - 1) * stride1 + kernel_size, (width - 1) * stride1 + kernel_size

    def patches(image: ndarray, down: int, across: int) -> ndarray:
        top, left = max_displacement + down, max_displacement + across
        return image[:, :, top : top + tall, left : left + wide]

    fixed, maps = patches(first, 0, 0), []
    for down in steps:
        for across in steps:
            other = patches(second, down, across)
            if flag(is_multiply):
                part = fixed * other
            else:  # equal elements have a gradient, too: that of `fixed - other`
                part = np.where(fixed >= other, fixed - other, other - fixed)
            maps.append(np.mean(part, axis=1))
    found = np.stack(maps, axis=1)
    if kernel_size == 1:
        return found[:, :, ::stride1, ::stride1]
    return npx.pooling(
        found,
        kernel=(kernel_size, kernel_size),
        pool_type="avg",
        stride=(stride1, stride1),
    )
