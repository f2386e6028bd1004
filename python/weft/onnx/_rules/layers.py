"""Layers over windows: convolution and pooling."""

import math
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array, Ints
from weft._import.windows import taps_of
from weft.onnx._rules._host import require_kernel
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.shapes import padded

# ---- windows ------------------------------------------------------------------------------------


def _window(
    extents: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: Any,
    pads: Any,
    dilations: Any,
    auto_pad: str,
) -> tuple[tuple[int, ...], tuple[int, ...], list[int], list[int]]:
    """Strides, dilations, and margins in front and behind, with `auto_pad` made numbers."""
    rank = len(kernel)
    strides = tuple(strides or (1,) * rank)
    dilations = tuple(dilations or (1,) * rank)
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        front, back = [], []
        for axis in range(rank):
            extent, reach = extents[axis], (kernel[axis] - 1) * dilations[axis] + 1
            count = -(-extent // strides[axis])
            total = max(0, (count - 1) * strides[axis] + reach - extent)
            small, large = total // 2, total - total // 2
            front.append(small if auto_pad == "SAME_UPPER" else large)
            back.append(large if auto_pad == "SAME_UPPER" else small)
        return strides, dilations, front, back
    if auto_pad not in ("NOTSET", "VALID", ""):
        raise InvalidValue(f"`auto_pad` is {auto_pad!r}, which is not known")
    if auto_pad == "VALID" or not pads:
        pads = [0] * (2 * rank)
    if len(pads) != 2 * rank:
        raise InvalidValue(f"`pads` must have {2 * rank} numbers; got {list(pads)}")
    return strides, dilations, list(pads[:rank]), list(pads[rank:])


# ---- convolution --------------------------------------------------------------------------------


@rules("Conv")
def _conv(
    x: Array,
    w: Array,
    b: Array = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    require_kernel(w, kernel_shape)
    kernel = tuple(w.shape[2:])
    strides, dilations, front, back = _window(
        x.shape[2:], kernel, strides, pads, dilations, auto_pad
    )
    pad = front if front == back else front + back
    if any(p < 0 for p in pad):
        x, pad = padded(x, front + back, "constant", 0, range(2, x.ndim)), [0] * len(kernel)
    return npx.convolution(
        x, w, b, stride=strides, pad=tuple(pad), dilate=dilations, num_group=group
    )


@rules("ConvTranspose")
def _conv_transpose(
    x: Array,
    w: Array,
    b: Array = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    output_padding: Any = None,
    output_shape: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    require_kernel(w, kernel_shape)
    kernel = tuple(w.shape[2:])
    rank = len(kernel)
    strides = tuple(strides or (1,) * rank)
    dilations = tuple(dilations or (1,) * rank)
    extra = list(output_padding or (0,) * rank)
    whole = [
        (x.shape[2 + a] - 1) * strides[a] + (kernel[a] - 1) * dilations[a] + 1 + extra[a]
        for a in range(rank)
    ]
    margins = list(pads or [0] * (2 * rank))
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and not output_shape:
        output_shape = [x.shape[2 + a] * strides[a] for a in range(rank)]
    if output_shape:
        for axis, wanted in enumerate(output_shape[-rank:]):
            total = whole[axis] - wanted
            small, large = total // 2, total - total // 2
            is_upper = auto_pad == "SAME_UPPER"
            margins[axis], margins[axis + rank] = (small, large) if is_upper else (large, small)
    full = npx.deconvolution(
        x, w, b, stride=strides, dilate=dilations, num_group=group, pad=(0,) * rank
    )
    key = []
    for axis in range(rank):
        front, end = margins[axis], whole[axis] - margins[axis + rank]
        key.append((front, end, full.shape[2 + axis]))
    behind = [max(0, end - extent) for _, end, extent in key]
    if any(behind) or any(front < 0 for front, _, _ in key):
        return _grown(full, b, key, behind)
    return full[(slice(None), slice(None), *(slice(front, end) for front, end, _ in key))]


def _grown(full: ndarray, b: Any, key: Any, behind: list[int]) -> ndarray:
    """A result that is larger than what the windows reach: the rest is the bias."""
    front = [max(0, -f) for f, _, _ in key]
    margins = [0, 0, *front, 0, 0, *behind]
    if b is not None:
        full = full - b.reshape((-1,) + (1,) * len(key))
    full = padded(full, margins, "constant", 0)
    if b is not None:
        full = full + b.reshape((-1,) + (1,) * len(key))
    cut = (slice(f + g, e + g) for (f, e, _), g in zip(key, front, strict=True))
    return full[(slice(None), slice(None), *cut)]


@rules("Col2Im")
def _col2im(
    x: Array,
    image_shape: Ints,
    block_shape: Ints,
    *,
    dilations: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    """The adjoint of gathering windows: a transposed convolution puts each tap in its place."""
    rank = len(block_shape)
    taps = math.prod(block_shape)
    strides, dilations, front, back = _window(
        image_shape, block_shape, strides, pads, dilations, "NOTSET"
    )
    whole = [n + f + b for n, f, b in zip(image_shape, front, back, strict=True)]
    counts = [
        (whole[a] - (block_shape[a] - 1) * dilations[a] - 1) // strides[a] + 1 for a in range(rank)
    ]
    n, c = x.shape[0], x.shape[1] // taps
    columns = x.reshape((n * c, taps, *counts))
    weight = np.array(numpy.eye(taps, dtype="float32").reshape((taps, 1, *block_shape)))
    image = npx.deconvolution(
        columns, weight.astype(x.dtype), stride=strides, dilate=dilations, pad=(0,) * rank
    )
    missing = [w - e for w, e in zip(whole, image.shape[2:], strict=True)]
    image = padded(image, [0, 0, *[0] * rank, 0, 0, *missing], "constant", 0)
    cut = (slice(f, f + e) for f, e in zip(front, image_shape, strict=True))
    return image[(slice(None), slice(None), *cut)].reshape((n, c, *image_shape))


# ---- pooling ------------------------------------------------------------------------------------


def _pool_counts(
    extents: Any, kernel: Any, strides: Any, dilations: Any, front: Any, back: Any, ceil: int
) -> list[int]:
    """How many windows there are; with `ceil` one may end outside, but not begin there."""
    counts = []
    for axis, extent in enumerate(extents):
        reach = (kernel[axis] - 1) * dilations[axis] + 1
        room = extent + front[axis] + back[axis] - reach
        count = (-(-room // strides[axis]) if ceil else room // strides[axis]) + 1
        if ceil and (count - 1) * strides[axis] >= extent + front[axis]:
            count -= 1
        counts.append(count)
    return counts


def _moves_nothing(kernel: Any, strides: Any, margins: list[int]) -> bool:
    """Is each window one element of the image? PyTorch writes adaptive poolings so, too."""
    return set(kernel) == set(strides) == {1} and not any(margins)


def _fits(pads: list[int], kernel: tuple[int, ...]) -> bool:
    """Does Weft's pooling take these margins?"""
    return all(0 <= 2 * p <= k for p, k in zip(pads, kernel * 2, strict=True))


def _fill(
    x: ndarray, kernel: Any, strides: Any, dilations: Any, front: Any, counts: Any, value: Any
) -> ndarray:
    """The image with margins so that all windows lie inside."""
    back = [
        (counts[a] - 1) * strides[a]
        + (kernel[a] - 1) * dilations[a]
        + 1
        - x.shape[2 + a]
        - front[a]
        for a in range(len(kernel))
    ]
    return padded(x, [0, 0, *front, 0, 0, *back], "constant", value)


def _lowest(dtype: Any) -> Any:
    return -numpy.inf if dtype.kind == "f" else int(numpy.iinfo(dtype).min)


@rules("MaxPool")
def _max_pool(
    x: Array,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Any = None,
    kernel_shape: list[int],
    pads: Any = None,
    storage_order: int = 0,
    strides: Any = None,
    _: Any,
) -> Any:
    kernel = tuple(kernel_shape)
    strides, dilations, front, back = _window(
        x.shape[2:], kernel, strides, pads, dilations, auto_pad
    )
    if not _.wants(1) and _moves_nothing(kernel, strides, front + back):
        return x
    if not _.wants(1) and set(dilations) == {1} and _fits(front + back, kernel):
        pad = tuple(front if front == back else front + back)
        convention = "full" if ceil_mode else "valid"
        return npx.pooling(x, kernel, "max", strides, pad, pooling_convention=convention)
    counts = _pool_counts(x.shape[2:], kernel, strides, dilations, front, back, ceil_mode)
    filled = _fill(x, kernel, strides, dilations, front, counts, _lowest(x.dtype))
    taps = np.stack(taps_of(filled, kernel, strides, dilations, counts))
    best = np.max(taps, axis=0)
    if not _.wants(1):
        return best
    places = _places(x.shape, storage_order)
    marks = _fill(places, kernel, strides, dilations, front, counts, 0)
    marks = np.stack(taps_of(marks, kernel, strides, dilations, counts))
    first = np.expand_dims(np.argmax(taps, axis=0), 0)
    marks = np.broadcast_to(marks, taps.shape)
    return best, np.squeeze(np.take_along_axis(marks, first, 0), 0)


def _places(shape: Any, storage_order: int) -> ndarray:
    """The number of each element, in the order of rows or of columns of the innermost axes."""
    count = math.prod(shape)
    if not storage_order:
        return np.array(numpy.arange(count).reshape(shape))
    inner = shape[2:]
    within = numpy.arange(math.prod(inner)).reshape(inner[::-1]).T
    planes = numpy.arange(shape[0] * shape[1]).reshape(shape[:2] + (1,) * len(inner))
    return np.array((planes * math.prod(inner) + within).astype("int64"))


@rules("MaxUnpool")
def _max_unpool(
    x: Array,
    indices: Array,
    output_shape: Ints = None,
    *,
    kernel_shape: list[int],
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    rank = len(kernel_shape)
    strides = strides or [1] * rank
    pads = pads or [0] * (2 * rank)
    natural = [
        (x.shape[2 + a] - 1) * strides[a] + kernel_shape[a] - pads[a] - pads[a + rank]
        for a in range(rank)
    ]
    plain = (*x.shape[:2], *natural)
    flat = np.zeros((math.prod(plain),), dtype=x.dtype)
    flat = npx.index_update(flat, indices.reshape((1, -1)), x.reshape((-1,)))
    if output_shape is None or tuple(output_shape) == plain:
        return flat.reshape(plain)
    # Indices count in an image of the natural extents; a larger one has it in its corner.
    behind = [wanted - n for wanted, n in zip(output_shape, plain, strict=True)]
    return padded(flat.reshape(plain), [0] * len(plain) + behind, "constant", 0)


@rules("AveragePool")
def _average_pool(
    x: Array,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Any = None,
    kernel_shape: list[int],
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    kernel = tuple(kernel_shape)
    strides, dilations, front, back = _window(
        x.shape[2:], kernel, strides, pads, dilations, auto_pad
    )
    if _moves_nothing(kernel, strides, front + back):
        return x
    if set(dilations) == {1} and not ceil_mode and _fits(front + back, kernel):
        pad = front if front == back else front + back
        return npx.pooling(
            x, kernel, "avg", strides, tuple(pad), count_include_pad=bool(count_include_pad)
        )
    counts = _pool_counts(x.shape[2:], kernel, strides, dilations, front, back, ceil_mode)
    filled = _fill(x, kernel, strides, dilations, front, counts, 0)
    total = sum_of(taps_of(filled, kernel, strides, dilations, counts))
    one = np.ones((1, 1, *x.shape[2:]), dtype=x.dtype)
    if count_include_pad:
        one = padded(one, [0, 0, *front, 0, 0, *back], "constant", 1)
        front = [0] * len(kernel)
    filled = _fill(one, kernel, strides, dilations, front, counts, 0)
    return total / sum_of(taps_of(filled, kernel, strides, dilations, counts))


def sum_of(parts: list[ndarray]) -> ndarray:
    """The sum of some arrays."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


@rules("LpPool")
def _lp_pool(
    x: Array,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Any = None,
    kernel_shape: list[int],
    p: int = 2,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    kernel = tuple(kernel_shape)
    strides, dilations, front, back = _window(
        x.shape[2:], kernel, strides, pads, dilations, auto_pad
    )
    counts = _pool_counts(x.shape[2:], kernel, strides, dilations, front, back, ceil_mode)
    powers = np.abs(x) if p == 1 else np.power(np.abs(x), p)
    filled = _fill(powers, kernel, strides, dilations, front, counts, 0)
    total = sum_of(taps_of(filled, kernel, strides, dilations, counts))
    return total if p == 1 else np.power(total, 1.0 / p)


@rules("GlobalAveragePool")
def _global_average_pool(x: Array) -> ndarray:
    return npx.pooling(x, pool_type="avg", global_pool=True)


@rules("GlobalMaxPool")
def _global_max_pool(x: Array) -> ndarray:
    return npx.pooling(x, pool_type="max", global_pool=True)


@rules("GlobalLpPool")
def _global_lp_pool(x: Array, *, p: int = 2) -> ndarray:
    axes = tuple(range(2, x.ndim))
    return np.power(np.sum(np.power(np.abs(x), p), axis=axes, keepdims=True), 1.0 / p)
