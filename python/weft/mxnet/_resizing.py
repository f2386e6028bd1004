"""Images scaled by OpenCV, as MXNet does: without means over what a pixel covers, unless the method
is 3. Sizes are (height, width)."""

import random
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data.vision._decoding import has_opencv, opencv
from weft.gluon.data.vision._resampling import resized as native

Size = tuple[int, int]
_NEAREST, _BILINEAR, _CUBIC, _AREA, _LANCZOS = range(5)
_AUTO, _RANDOM = 9, 10


def scale_down(src_size: Size, size: Size) -> Size:
    """The size of a crop made smaller, in its proportions, until it lies in the image.

    >>> scale_down((640, 480), (720, 120))
    (640, 106)
    """
    (wide, tall), (width, height) = src_size, size
    if tall < height:
        width, height = width * tall / height, tall
    if wide < width:
        width, height = wide, height * wide / width
    return int(width), int(height)


def interpolation_of(
    where: str,
    method: int,
    given: tuple[int, int],
    wanted: tuple[int, int],
    draw: Any = random,
) -> int:
    """OpenCV's number of a method: 0 nearest, 1 bilinear, 2 cubic, 3 means of areas, 4 Lanczos; 9
    means 2 to enlarge, 3 to shrink, else 1; 10 means any."""
    if method == _AUTO:
        if wanted[0] > given[0] and wanted[1] > given[1]:
            return _CUBIC
        shrinks = wanted[0] < given[0] and wanted[1] < given[1]
        return _AREA if shrinks else _BILINEAR
    if method == _RANDOM:
        return draw.randint(_NEAREST, _LANCZOS)
    if method not in range(_LANCZOS + 1):
        raise InvalidValue(
            f"{where}: the interpolation must be 0 to 4, 9 (by the size) or 10 (at random); "
            f"got {method}"
        )
    return method


def resized(
    where: str, image: numpy.ndarray, size: tuple[int, int], method: int, draw: Any = random
) -> numpy.ndarray:
    """An image (H, W, C) of `size`. Raises ImportError where OpenCV is not installed."""
    if image.shape[:2] == tuple(size):
        return image
    if min(size) < 1 or min(image.shape[:2]) < 1:
        raise InvalidValue(f"{where}: sizes must be at least 1 each way; got {tuple(size)}")
    inter = interpolation_of(where, method, image.shape[:2], size, draw)
    module = opencv(where)
    try:
        found = module.resize(image, (size[1], size[0]), interpolation=inter)
    except module.error as error:
        raise InvalidValue(
            f"{where}: OpenCV cannot scale an image of {image.dtype} {image.shape}: {error.err}"
        ) from None
    return found.reshape(*size, image.shape[2])


def scaled(where: str, images: numpy.ndarray, size: Size, method: int) -> numpy.ndarray:
    """Images (H, W, C), or a batch (N, H, W, C), of `size`.

    Without OpenCV they are scaled as Weft's own transforms do it, with method 0 or 1.
    """
    if not has_opencv() and method in (_NEAREST, _BILINEAR) and min(size) > 0:
        return native(images, size[1], size[0], method)
    if images.ndim == 3:
        return resized(where, images, size, method)
    return numpy.stack([resized(where, image, size, method) for image in images])


def size_of(where: str, shape: tuple[int, ...], size: Any, keep_ratio: bool) -> Size:
    """The height and width that an image (..., H, W, C) is to have: of a number, or of (width,
    height). `keep_ratio` makes a number the shorter side."""
    sides = tuple(size) if isinstance(size, tuple | list) else (size,)
    if len(sides) not in (1, 2) or min(sides) < 1:
        raise InvalidValue(
            f"{where}: `size` must be a number or (width, height), at least 1 each way; got {size}"
        )
    if len(sides) == 2 or not keep_ratio:
        return int(sides[-1]), int(sides[0])
    (tall, wide), side = shape[-3:-1], int(sides[0])
    return (tall * side // wide, side) if tall > wide else (side, wide * side // tall)


__all__ = ["Size", "interpolation_of", "resized", "scale_down", "scaled", "size_of"]
