"""Resize and Upsample: images and other tensors with new extents.

Where `npx.interpolate` means the same it is taken, as it has a kernel. Otherwise an axis after the
other is resized: each element of the result is a weighted sum of a few elements of its line
(`_import/lines.py`). Of an axis whose extent only a run knows, the graph finds the places and
weights.
"""

import math
from dataclasses import replace
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.extents import is_open
from weft._import.lines import BY_SCALE, NEAREST, TRANSFORMS, Line, Style, nearest_places
from weft._import.resizing import MAX_FACTOR, line_by_scale, line_by_size, resized_axis
from weft._import.values import Array, Floats, Ints, is_array
from weft.onnx._rules._table import RULES as rules

# A file that asks for more elements of one axis is damaged, or wants to exhaust the memory.
_MAX_EXTENT = 1 << 26


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
    for mode, half in (("nearest", 0.0), ("nearest-exact", 0.5)):
        if [_kernel_places(line, half, x.dtype) for line in lines] == wanted:
            return npx.interpolate(x, size=tuple(size), mode=mode)
    return None


def _kernel_places(line: Line, half: float, dtype: Any) -> list[int]:
    """The elements that `npx.interpolate` copies, which it finds in the precision of the image and
    rounds to float32."""
    kind: Any = numpy.float64 if dtype == numpy.float64 else numpy.float32
    step = kind(line.extent) / kind(line.count)
    places = (numpy.arange(line.count, dtype=kind) + kind(half)) * step
    places = numpy.floor(places.astype("float32"))
    return numpy.minimum(places.astype("int64"), line.extent - 1).tolist()


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
        found = resized_axis(found, style, line)
    if not is_whole:
        return found
    limits = numpy.iinfo(x.dtype)
    return np.clip(np.rint(found), limits.min, limits.max).astype(x.dtype)


def _is_same(line: Line, style: Style) -> bool:
    is_cut = style.transform == "tf_crop_and_resize" and (line.start, line.end) != (0.0, 1.0)
    return line.count == line.extent and math.isclose(line.scale, 1.0) and not is_cut


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
        line_by_scale(x.shape[axis], axis, scale, _part(roi, number, len(places)))
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
    if factor <= 1 or factor != int(factor) or factor > MAX_FACTOR:
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
            line_by_size(x.shape[axis], axis, size, _part(roi, number, len(places)))
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
