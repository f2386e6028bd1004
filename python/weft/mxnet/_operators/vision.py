"""Images (N, C, H, W): resizing and adaptive pooling."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import ints
from weft.mxnet._operators._table import RULES as rules


@rules("UpSampling")
def _up_sampling(
    *data: Array,
    scale: int,
    sample_type: str,
    num_filter: int = 0,
    multi_input_mode: str = "concat",
) -> ndarray:
    """Images as many times larger; several are brought to the size of the first one's result."""
    factor = int(scale)
    if sample_type == "bilinear":
        return _up_sampled_by_weights(data, factor)
    if sample_type != "nearest":
        raise InvalidValue(f"`sample_type` must be 'nearest' or 'bilinear'; got {sample_type!r}")
    height = data[0].shape[2] * factor
    larger = [_repeated(x, height // x.shape[2]) for x in data]
    if len(larger) == 1:
        return larger[0]
    if multi_input_mode == "concat":
        return np.concatenate(larger, axis=1)
    total = larger[0]
    for x in larger[1:]:
        total = total + x
    return total


def _repeated(x: ndarray, factor: int) -> ndarray:
    return np.repeat(np.repeat(x, factor, 2), factor, 3) if factor > 1 else x


def _up_sampled_by_weights(data: tuple[ndarray, ...], factor: int) -> ndarray:
    if len(data) != 2:
        raise InvalidValue(f"`sample_type` 'bilinear' takes data and a weight; got {len(data)}")
    x, weight = data
    margin = factor // 2  # half of factor - 1, rounded up
    kernel = 2 * factor - factor % 2
    return npx.deconvolution(
        x,
        weight,
        kernel=(kernel, kernel),
        stride=(factor, factor),
        pad=(margin, margin),
        num_group=x.shape[1],
    )


# Extents brought to the next even or odd number.
_TO_PARITY: dict[str, Callable[[int], int]] = {
    "to_even_down": lambda extent: extent - extent % 2,
    "to_even_up": lambda extent: extent + extent % 2,
    "to_odd_down": lambda extent: extent - (1 - extent % 2),
    "to_odd_up": lambda extent: extent + (1 - extent % 2),
}


def _oddly_scaled(extent: int, scale: float) -> int:
    """An odd extent stays odd by whole scales: its last pixel is the last one of the result."""
    return int((extent - 1) * scale) + 1 if extent % 2 else int(extent * scale)


@rules("_contrib_BilinearResize2D")
def _bilinear_resize(
    data: Array,
    like: Array = None,
    *,
    height: int = 1,
    width: int = 1,
    scale_height: Any = None,
    scale_width: Any = None,
    mode: str = "size",
    align_corners: Any = True,
) -> ndarray:
    rows, columns = data.shape[2:]
    if mode in _TO_PARITY:
        size = tuple(_TO_PARITY[mode](extent) for extent in (rows, columns))
    elif mode == "like":
        if like is None:
            raise InvalidValue("`like` must be given where `mode` is 'like'")
        size = tuple(like.shape[2:])
    elif mode == "odd_scale":
        if scale_height is None or scale_width is None:
            raise InvalidValue("`mode` 'odd_scale' needs `scale_height` and `scale_width`")
        size = _oddly_scaled(rows, scale_height), _oddly_scaled(columns, scale_width)
    elif mode == "size":
        size = (
            int(height) if scale_height is None else int(rows * scale_height),
            int(width) if scale_width is None else int(columns * scale_width),
        )
    else:
        known = ", ".join(f"'{name}'" for name in ("size", "like", "odd_scale", *_TO_PARITY))
        raise InvalidValue(f"`mode` must be one of {known}; got {mode!r}")
    return npx.interpolate(data, size, mode="linear", align_corners=bool(align_corners))


@rules("_contrib_AdaptiveAvgPooling2D")
def _adaptive_pooling(data: Array, *, output_size: Any = ()) -> ndarray:
    return adaptive_means(data, output_size)


def adaptive_means(data: ndarray, output_size: Any) -> ndarray:
    """Means of images (N, C, H, W) over windows that follow from the extents of the result."""
    wanted = ints(output_size, "output_size") or (1,)
    rows, columns = wanted * 2 if len(wanted) == 1 else wanted
    if (rows, columns) == (1, 1):
        return np.mean(data, axis=(2, 3), keepdims=True)
    down = np.array(_means(data.shape[2], rows)).astype(data.dtype)
    across = np.array(_means(data.shape[3], columns).T).astype(data.dtype)
    return np.matmul(np.matmul(down, data), across)


def _means(extent: int, parts: int) -> numpy.ndarray:
    """The matrix of means over so many parts, which overlap where they are not whole."""
    matrix = numpy.zeros((parts, extent), "float32")
    for part in range(parts):
        begin, end = part * extent // parts, -(-(part + 1) * extent // parts)
        matrix[part, begin:end] = 1 / (end - begin)
    return matrix
