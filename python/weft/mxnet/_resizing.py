"""Images scaled by OpenCV, as MXNet does: without means over what a pixel covers, unless the method
is 3. Sizes are (height, width)."""

import random
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data.vision._decoding import opencv

_NEAREST, _BILINEAR, _CUBIC, _AREA, _LANCZOS = range(5)
_AUTO, _RANDOM = 9, 10


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


__all__ = ["interpolation_of", "resized"]
