"""Images (..., H, W, C) scaled to a size, as Pillow does it: where the image shrinks, each pixel is
a mean of all that it covers, so that fine patterns become gray and not others.

Integers of 8 bits are computed to the bit as Pillow computes them, along rows first, with weights
of 22 bits and a rounding behind each axis: by Pillow itself where it is installed and else here,
ten times as slow, with the same numbers. Other dtypes are computed in float32 and rounded once.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data.vision._pixels import like

NEAREST, BILINEAR, BICUBIC = range(3)
NAMES = ("nearest", "bilinear", "bicubic")
_BITS = 22  # of weights: 8 of a pixel and 2 for sums beyond 255 are left of 32


def interpolation_of(where: str, given: Any) -> int:
    """The number of a method that is given by it or by its name."""
    if given in NAMES:
        return NAMES.index(given)
    if isinstance(given, bool) or given not in range(len(NAMES)):
        raise InvalidValue(
            f"{where}: `interpolation` must be 0 or 'nearest', 1 or 'bilinear', 2 or 'bicubic'; "
            f"got {given!r}"
        )
    return int(given)


def has_pillow() -> bool:
    return find_spec("PIL") is not None


def resized(pixels: numpy.ndarray, width: int, height: int, interpolation: int) -> numpy.ndarray:
    """The image in another size. Centers of pixels are at halves, so that both ends are treated
    alike."""
    if pixels.shape[-3:-1] == (height, width):
        return pixels
    if interpolation == NEAREST:
        return _nearest(_nearest(pixels, -2, width), -3, height)
    if pixels.dtype == numpy.uint8:
        if pixels.ndim == 3 and pixels.shape[2] in (1, 3) and pixels.size and has_pillow():
            return _by_pillow(pixels, width, height, interpolation)
        mixed = _mixed_bytes(
            _mixed_bytes(pixels, -2, width, interpolation), -3, height, interpolation
        )
        return mixed
    floats = _mixed(_mixed(pixels, -2, width, interpolation), -3, height, interpolation)
    return like(floats, pixels)


def _by_pillow(pixels: numpy.ndarray, width: int, height: int, interpolation: int) -> numpy.ndarray:
    from PIL import Image

    method = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)[interpolation - 1]
    is_gray = pixels.shape[2] == 1
    image = Image.fromarray(numpy.ascontiguousarray(pixels[..., 0] if is_gray else pixels))
    # Newer versions choose the axis that comes first: one by one they all give the same.
    scaled = numpy.array(
        image.resize((width, image.height), method).resize((width, height), method)
    )
    return scaled[..., None] if is_gray else scaled


def _nearest(pixels: numpy.ndarray, axis: int, extent: int) -> numpy.ndarray:
    given = pixels.shape[axis]
    places = ((numpy.arange(extent) + 0.5) * (given / extent)).astype(int)
    return pixels.take(numpy.minimum(places, given - 1), axis)


# ---- weighted means


def _triangle(x: numpy.ndarray) -> numpy.ndarray:
    return (1 - numpy.abs(x)).clip(0)


def _cubic(x: numpy.ndarray) -> numpy.ndarray:
    """That of Keys (1981) with a = -0.5."""
    x = numpy.abs(x)
    near = ((-0.5 + 2.0) * x - (-0.5 + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * -0.5
    return numpy.where(x < 1, near, numpy.where(x < 2, far, 0.0))


_FILTERS: dict[int, tuple[Callable[[numpy.ndarray], numpy.ndarray], float]] = {
    BILINEAR: (_triangle, 1.0),
    BICUBIC: (_cubic, 2.0),
}


def _weights(given: int, extent: int, interpolation: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """For each pixel of the result, which pixels it is made of and how much of each, both of shape
    (extent, pixels). The order of operations is Pillow's."""
    form, reach = _FILTERS[interpolation]
    scale = given / extent
    stretch = max(scale, 1.0)
    centers = (numpy.arange(extent) + 0.5) * scale
    first = (centers - reach * stretch + 0.5).astype(int).clip(0)
    behind = (centers + reach * stretch + 0.5).astype(int).clip(None, given)
    places = first[:, None] + numpy.arange((behind - first).max())
    weights = form((places - centers[:, None] + 0.5) * (1.0 / stretch))
    weights = numpy.where(places < behind[:, None], weights, 0.0)
    weights /= numpy.cumsum(weights, axis=1)[:, -1:]  # one after another, where a sum takes pairs
    return numpy.minimum(places, given - 1), weights


def _mixed(pixels: numpy.ndarray, axis: int, extent: int, interpolation: int) -> numpy.ndarray:
    """Summed up pixel by pixel, in an order that no library for products chooses."""
    if pixels.shape[axis] == extent:
        return pixels
    places, weights = _weights(pixels.shape[axis], extent, interpolation)
    scaled: Any = 0
    for place, share in zip(places.T, weights.astype("float32").T, strict=True):
        scaled = scaled + pixels.take(place, axis) * share.reshape(-1, *[1] * (-axis - 1))
    return numpy.asarray(scaled)


def _mixed_bytes(
    pixels: numpy.ndarray, axis: int, extent: int, interpolation: int
) -> numpy.ndarray:
    """The same in integers."""
    if pixels.shape[axis] == extent:
        return pixels
    places, weights = _weights(pixels.shape[axis], extent, interpolation)
    whole = numpy.trunc(weights * (1 << _BITS) + numpy.copysign(0.5, weights)).astype("int32")
    shape = list(pixels.shape)
    shape[axis] = extent
    scaled = numpy.full(shape, 1 << (_BITS - 1), "int32")
    for place, share in zip(places.T, whole.T, strict=True):
        scaled += pixels.take(place, axis) * share.reshape(-1, *[1] * (-axis - 1))
    return (scaled >> _BITS).clip(0, 255).astype("uint8")


__all__ = ["BICUBIC", "BILINEAR", "NEAREST", "has_pillow", "interpolation_of", "resized"]
