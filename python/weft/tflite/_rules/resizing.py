"""Images of other extents."""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array, Ints
from weft.tflite._rules._integers import bilinear
from weft.tflite._rules._kinds import of_integers
from weft.tflite._rules._scales import (
    is_int8,
    require_room,
)
from weft.tflite._rules._table import MOVES as moves
from weft.tflite._rules._table import RULES as rules


def _check_size(x: ndarray, size: tuple[int, ...], call: Any) -> None:
    if x.ndim != 4 or len(size) != 2 or min(size) < 1:
        raise InvalidValue(f"data of shape {x.shape} cannot have the size {size}")
    require_room(call, (x.shape[0], *size, x.shape[3]))


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
    _check_size(x, size, _)
    if is_int8(_):
        return bilinear(x, size, align_corners, half_pixel_centers)
    return _resized(x, size, "linear", align_corners, half_pixel_centers)


@moves("RESIZE_NEAREST_NEIGHBOR")
def _resize_nearest(
    x: Array, size: Ints, *, align_corners: bool = False, half_pixel_centers: bool = False, _: Any
) -> ndarray:
    _check_size(x, size, _)
    for axis, count in zip((1, 2), size, strict=True):
        extent, offset = x.shape[axis], numpy.float32(0.5 if half_pixel_centers else 0.0)
        is_spread = align_corners and count > 1
        step = numpy.float32((extent - is_spread) / numpy.float32(count - is_spread))
        places = (numpy.arange(count, dtype="float32") + offset) * step
        places = numpy.floor(places + numpy.float32(0.5) if align_corners else places)
        places = numpy.clip(places.astype("int64"), 0, extent - 1)
        x = np.take(x, np.array(places), axis=axis)
    return x
