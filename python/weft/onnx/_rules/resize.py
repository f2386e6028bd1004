"""Resize and Upsample: images and other tensors with new extents.

Where `npx.interpolate` means the same it is taken, as it has a kernel. Otherwise an axis after the
other is resized: each element of the result is a weighted sum of a few elements of its line
(`_lines.py`). Of an axis whose extent only a run knows, the graph finds the places and weights.
"""

import math
from dataclasses import replace
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.extents import counted, is_open, number_of
from weft._import.values import Array, Floats, Ints, array_of, is_array
from weft.onnx._rules._lines import (
    BY_SCALE,
    NEAREST,
    TRANSFORMS,
    Line,
    Style,
    nearest_places,
    source_of,
    weights_of,
)
from weft.onnx._rules._table import RULES as rules

# Up to so many elements of a line are gathered and added; more are a product with a matrix.
_MAX_TAPS = 8
# A file that asks for more elements of one axis is damaged, or wants to exhaust the memory.
_MAX_EXTENT = 1 << 26
_MAX_FACTOR = 1 << 10  # by which all spatial axes grow


# ---- one axis -----------------------------------------------------------------------------------


def _along(x: ndarray, values: Any, axis: int) -> ndarray:
    """Numbers along an axis of `x`, in its dtype."""
    shape = [1] * x.ndim
    shape[axis] = -1
    return array_of(values.reshape(shape)).astype(x.dtype)


def _resized_axis(x: ndarray, style: Style, line: Line) -> ndarray:
    axis = line.axis
    if style.mode == "nearest":
        found = np.take(x, array_of(nearest_places(style, line)), axis=axis)
    else:
        found = _weighted(x, *weights_of(style, line), line)
    if style.transform != "tf_crop_and_resize":
        return found
    source = source_of(style, line)
    is_outside = (source < 0) | (source > line.extent - 1)
    if not line.is_open and not is_outside.any():
        return found
    return np.where(_along(found, is_outside, axis) != 0, style.outside, found)


def _weighted(x: ndarray, places: Any, weights: Any, line: Line) -> ndarray:
    axis = line.axis
    if not line.is_open and places.shape[1] > _MAX_TAPS:
        matrix = numpy.zeros((x.shape[axis], places.shape[0]))
        numpy.add.at(matrix, (places, numpy.arange(places.shape[0])[:, None]), weights)
        lines = np.moveaxis(x, axis, -1)
        return np.moveaxis(np.matmul(lines, np.array(matrix).astype(x.dtype)), -1, axis)
    total = None
    for tap in range(places.shape[1]):
        if not line.is_open and not weights[:, tap].any():
            continue
        part = np.take(x, array_of(places[:, tap]), axis=axis) * _along(x, weights[:, tap], axis)
        total = part if total is None else total + part
    assert total is not None
    return total


# ---- all axes -----------------------------------------------------------------------------------


def _interpolated(x: ndarray, style: Style, lines: list[Line]) -> ndarray | None:
    """The same by `npx.interpolate`, or None where it means something else."""
    is_image = 3 <= x.ndim <= 5 and all(line.axis >= 2 for line in lines)
    if not is_image or x.dtype.kind != "f" or style.is_antialias:
        return None
    size = list(x.shape[2:])
    known = [line for line in lines if not line.is_open]
    for line in known:
        size[line.axis - 2] = line.count
    if style.mode == "nearest":
        return None if len(known) < len(lines) else _interpolated_nearest(x, style, lines, size)
    if not all(line.is_exact for line in lines):
        return None
    if style.mode == "cubic" and (style.cubic != -0.75 or style.excludes_outside):
        return None
    half = {"half_pixel", "half_pixel_symmetric"}
    if all(not line.is_open and line.count > 1 for line in lines):
        half.add("pytorch_half_pixel")
    if style.transform not in half | {"align_corners"}:
        return None
    options = {"mode": style.mode, "align_corners": style.transform == "align_corners"}
    x = npx.interpolate(x, size=tuple(size), **options) if known else x
    # One after the other: of several axes `interpolate` begins with the one that grows least.
    for line in lines[len(known) :]:
        x = npx.interpolate(
            x, size=(*x.shape[2 : line.axis], line.size, *x.shape[line.axis + 1 :]), **options
        )
    return x


def _interpolated_nearest(
    x: ndarray, style: Style, lines: list[Line], size: list[int]
) -> ndarray | None:
    if style.transform == "tf_crop_and_resize":
        return None
    wanted = [nearest_places(style, line).tolist() for line in lines]
    places = {
        "nearest": [[y * n.extent // n.count for y in range(n.count)] for n in lines],
        "nearest-exact": [
            [(2 * y + 1) * n.extent // (2 * n.count) for y in range(n.count)] for n in lines
        ],
    }
    for mode, found in places.items():
        if found == wanted:
            return npx.interpolate(x, size=tuple(size), mode=mode)
    return None


def _repeated(x: ndarray, style: Style, lines: list[Line]) -> ndarray | None:
    """Elements that are repeated, where factors are whole and nothing else is asked for."""
    if style.mode != "nearest" or style.transform == "tf_crop_and_resize":
        return None
    for line in lines:
        if is_array(line.scale):
            return None
        factor = round(line.scale)
        if line.is_open:  # what holds for three elements holds for any number
            line = Line(line.axis, 3, 3 * factor, line.scale)
        if factor < 2 or line.scale != factor or line.count != line.extent * factor:
            return None
        if nearest_places(style, line).tolist() != [y // factor for y in range(line.count)]:
            return None
    for line in lines:
        x = np.repeat(x, round(line.scale), axis=line.axis)
    return x


def _resized(x: ndarray, style: Style, lines: list[Line]) -> ndarray:
    known = [line for line in lines if not line.is_open and not _is_same(line, style)]
    lines = known + [line for line in lines if line.is_open]
    if not lines:
        return x
    largest = max((line.count for line in known), default=0)
    if largest > _MAX_EXTENT:
        raise InvalidValue(f"an axis of {largest} elements; at most {_MAX_EXTENT} are possible")
    if any(line.extent == 0 for line in known):
        raise InvalidValue(f"an image of shape {tuple(x.shape)} has no elements to resize")
    found = _repeated(x, style, lines)
    if found is None:
        found = _interpolated(x, style, lines)
    if found is not None:
        return found
    # Integers that are only chosen stay as they are.
    is_whole = x.dtype.kind != "f" and style.mode != "nearest"
    found = x.astype("float32") if is_whole else x
    known.sort(key=lambda line: line.scale)
    for line in known + lines[len(known) :]:
        found = _resized_axis(found, style, line)
    if not is_whole:
        return found
    limits = numpy.iinfo(x.dtype)
    return np.clip(np.rint(found), limits.min, limits.max).astype(x.dtype)


def _is_same(line: Line, style: Style) -> bool:
    is_cut = style.transform == "tf_crop_and_resize" and (line.start, line.end) != (0.0, 1.0)
    return line.count == line.extent and math.isclose(line.scale, 1.0) and not is_cut


# ---- open extents -------------------------------------------------------------------------------


def _line_by_scale(extent: Any, axis: int, scale: float, part: tuple[float, float]) -> Line:
    """An axis that changes by a factor; in float32, as ONNX Runtime: 10 * 0.7 gives 7 elements."""
    if not is_open(extent):
        return Line(axis, extent, int(numpy.float32(extent) * numpy.float32(scale)), scale, *part)
    if scale > _MAX_FACTOR:
        raise Unsupported(
            f"an open axis can be resized by a factor of {_MAX_FACTOR} at most; got {scale}"
        )
    number = number_of(extent)
    product = number.astype("float32") * np.array(scale, dtype="float32")
    # A product in float32 may be rounded up, by less than one part in 2²³.
    bound = extent * (math.ceil(scale) + 1)
    size = counted(np.floor(product).astype("int64"), bound)
    count = number_of(size).astype("float64")
    return Line(axis, number.astype("float64"), count, scale, *part, size=size)


def _line_by_size(extent: Any, axis: int, size: Any, part: tuple[float, float]) -> Line:
    """An axis that gets an extent."""
    if not is_open(extent, size):
        return Line(axis, extent, size, size / extent, *part)
    numbers = [number_of(value).astype("float64") for value in (extent, size)]
    scale = (numbers[1] / numbers[0]).astype("float32")
    return Line(axis, *numbers, scale, *part, size=size, is_stretched=True)


# ---- the operators ------------------------------------------------------------------------------


def _listed_axes(x: ndarray, axes: Any) -> list[int]:
    return list(range(x.ndim)) if axes is None else [a + x.ndim if a < 0 else a for a in axes]


def _check_style(style: Style) -> None:
    for name, value, known in (
        ("mode", style.mode, ("nearest", "linear", "cubic")),
        ("coordinate_transformation_mode", style.transform, TRANSFORMS),
        ("nearest_mode", style.nearest, NEAREST),
    ):
        if value not in known:
            raise Unsupported(f"`{name}` must be one of {', '.join(known)}; got {value!r}")


def _by_scales(x: ndarray, style: Style, scales: Any, axes: Any = None, roi: Any = None) -> ndarray:
    _check_style(style)
    places = _listed_axes(x, axes)
    if len(scales) != len(places) or not all(scale > 0 for scale in scales):
        raise InvalidValue(f"`scales` must have {len(places)} factors above 0; got {scales}")
    found = _enlarged(x, style, places, scales)
    if found is not None:
        return found
    lines = [
        _line_by_scale(x.shape[axis], axis, scale, _part(roi, number, len(places)))
        for number, (axis, scale) in enumerate(zip(places, scales, strict=True))
        if scale != 1 or style.transform == "tf_crop_and_resize"
    ]
    return _resized(x, style, lines)


def _enlarged(x: ndarray, style: Style, axes: list[int], scales: Any) -> ndarray | None:
    """Images whose height and width grow by one whole factor, by `npx.interpolate`, which finds the
    extents when it runs; None for something else."""
    factors = dict(zip(axes, scales, strict=True))
    spatial = {factors.pop(axis, 1.0) for axis in range(2, x.ndim)}
    if not 3 <= x.ndim <= 5 or len(spatial) != 1 or any(scale != 1 for scale in factors.values()):
        return None
    factor = spatial.pop()
    is_same = style.mode == "linear" or (
        style.mode == "cubic" and style.cubic == -0.75 and not style.excludes_outside
    )
    is_placed = style.transform in ("half_pixel", "half_pixel_symmetric", "align_corners")
    if factor <= 1 or factor != int(factor) or factor > _MAX_FACTOR:
        return None
    if x.dtype.kind != "f" or style.is_antialias or not is_same or not is_placed:
        return None
    is_aligned = style.transform == "align_corners"
    return npx.interpolate(x, scale_factor=factor, mode=style.mode, align_corners=is_aligned)


def _part(roi: Any, number: int, count: int) -> tuple[float, float]:
    """The part of an axis: `roi` has all starts, then all ends."""
    return (roi[number], roi[number + count]) if roi else (0.0, 1.0)


def _by_sizes(x: ndarray, style: Style, sizes: Any, axes: Any, roi: Any, policy: str) -> ndarray:
    _check_style(style)
    places = _listed_axes(x, axes)
    if len(sizes) != len(places):
        raise InvalidValue(f"`sizes` must have {len(places)} numbers; got {tuple(sizes)}")
    changed = [
        (number, axis, size)
        for number, (axis, size) in enumerate(zip(places, sizes, strict=True))
        if not _are_equal(x.shape[axis], size) or style.transform == "tf_crop_and_resize"
    ]
    if policy == "stretch":
        lines = [
            _line_by_size(x.shape[axis], axis, size, _part(roi, number, len(places)))
            for number, axis, size in changed
        ]
        return _resized(x, style, lines)
    if policy not in ("not_larger", "not_smaller"):
        raise InvalidValue(f"`keep_aspect_ratio_policy` is {policy!r}, which is not known")
    if is_open(*sizes, *(x.shape[axis] for axis in places)):
        raise Unsupported(
            f"`keep_aspect_ratio_policy` {policy!r} needs extents that are known when the network "
            f"is traced; here they are {tuple(x.shape)} and `sizes` {tuple(sizes)}"
        )
    choose = min if policy == "not_larger" else max
    factor = choose(size / x.shape[axis] for axis, size in zip(places, sizes, strict=True))
    lines = [
        Line(axis, extent, math.floor(factor * extent + 0.5), factor, *_part(roi, i, len(places)))
        for i, (axis, extent) in enumerate((axis, x.shape[axis]) for axis in places)
    ]
    return _resized(x, style, lines)


def _are_equal(a: Any, b: Any) -> bool:
    """The examples of two open extents tell whether they are the same one."""
    return is_open(a) == is_open(b) and int(a) == int(b)


@rules("Resize", since=10)
def _resize10(x: Array, scales: Floats, *, mode: str = "nearest") -> ndarray:
    return _upsampled(x, scales, mode)


def _upsampled(x: ndarray, scales: Any, mode: str) -> ndarray:
    """Before version 11 coordinates were quotients by the factor."""
    mode = {"bilinear": "linear"}.get(mode, mode)
    return _by_scales(x, Style(mode, "asymmetric", BY_SCALE), scales)


@rules("Resize", since=11)
def _resize(
    x: Array,
    roi: Floats = None,
    scales: Floats = None,
    sizes: Ints = None,
    *,
    antialias: int = 0,
    axes: Any = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> ndarray:
    style = Style(
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(antialias),
        bool(exclude_outside),
        extrapolation_value,
    )
    if coordinate_transformation_mode != "tf_crop_and_resize":
        roi = None
    if mode == "nearest":
        style = replace(style, is_antialias=False)
    if sizes:
        return _by_sizes(x, style, sizes, axes, roi, keep_aspect_ratio_policy)
    if not scales:
        raise InvalidValue("one of `scales` and `sizes` must be given")
    return _by_scales(x, style, scales, axes, roi)


@rules("Upsample", since=1)
def _upsample1(
    x: Array, *, height_scale: float, width_scale: float, mode: str = "nearest"
) -> ndarray:
    return _upsampled(x, (1.0, 1.0, height_scale, width_scale), mode)


@rules("Upsample", since=7)
def _upsample7(x: Array, *, mode: str = "nearest", scales: Any) -> ndarray:
    return _upsampled(x, tuple(scales), mode)


@rules("Upsample", since=9)
def _upsample9(x: Array, scales: Floats, *, mode: str = "nearest") -> ndarray:
    return _upsampled(x, scales, mode)
