"""Parts of images (H, W, C), and images of another size. Sizes are (width, height), as in MXNet;
what is random follows `random.seed` of Python."""

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.mxnet._made import host
from weft.mxnet._resizing import Size, resized, scale_down
from weft.mxnet.image._reading import image_of
from weft.mxnet.ndarray._given import made

_ATTEMPTS = 10


def resize_short(src: Any, size: int, interp: int = 2) -> Any:
    """The image scaled so that its shorter side is `size`. Needs OpenCV.

    interp: as in `imresize`
    """
    pixels = image_of("resize_short", src)
    tall, wide = pixels.shape[:2]
    wanted = (size * tall // wide, size) if tall > wide else (size, size * wide // tall)
    return made(resized("resize_short", pixels, wanted, interp))


def fixed_crop(
    src: Any, x0: int, y0: int, w: int, h: int, size: Size | None = None, interp: int = 2
) -> Any:
    """The part `w` wide and `h` high whose corner is at x0, y0; scaled if `size` is given.

    >>> fixed_crop(numpy.arange(12).reshape(3, 4, 1), 1, 0, 2, 2)[..., 0].tolist()
    [[1, 2], [5, 6]]
    """
    pixels = image_of("fixed_crop", src)
    return made(_cropped("fixed_crop", pixels, (x0, y0), (w, h), size, interp))


def random_crop(src: Any, size: Size, interp: int = 2) -> tuple[Any, tuple[int, int, int, int]]:
    """A part at a random place, and its x, y, width and height. An image that is smaller gives a
    part that fits, scaled up."""
    pixels = image_of("random_crop", src)
    part = scale_down((pixels.shape[1], pixels.shape[0]), size)
    corner = tuple(random.randint(0, space) for space in _space(pixels, part))
    cropped = _cropped("random_crop", pixels, corner, part, size, interp)
    return made(cropped), (*corner, *part)


def center_crop(src: Any, size: Size, interp: int = 2) -> tuple[Any, tuple[int, int, int, int]]:
    """The middle, and its x, y, width and height. An image that is smaller gives a part that fits,
    scaled up."""
    pixels = image_of("center_crop", src)
    part = scale_down((pixels.shape[1], pixels.shape[0]), size)
    corner = tuple(space // 2 for space in _space(pixels, part))
    cropped = _cropped("center_crop", pixels, corner, part, size, interp)
    return made(cropped), (*corner, *part)


def random_size_crop(
    src: Any,
    size: Size,
    area: float | tuple[float, float],
    ratio: tuple[float, float],
    interp: int = 2,
) -> tuple[Any, tuple[int, int, int, int]]:
    """A part of random area and shape, scaled to a size; and its x, y, width and height.

    area: smallest and largest share of the image, or the smallest alone
    ratio: smallest and largest width to height
    """
    pixels = image_of("random_size_crop", src)
    low, high = area if isinstance(area, tuple | list) else (area, 1.0)
    for _ in range(_ATTEMPTS):
        wanted = random.uniform(low, high) * pixels.shape[0] * pixels.shape[1]
        shape = math.exp(random.uniform(math.log(ratio[0]), math.log(ratio[1])))
        part = round(math.sqrt(wanted * shape)), round(math.sqrt(wanted / shape))
        if 0 < part[0] <= pixels.shape[1] and 0 < part[1] <= pixels.shape[0]:
            corner = tuple(random.randint(0, space) for space in _space(pixels, part))
            cropped = _cropped("random_size_crop", pixels, corner, part, size, interp)
            return made(cropped), (*corner, *part)
    return center_crop(pixels, size, interp)


def color_normalize(src: Any, mean: Any, std: Any = None) -> Any:
    """(src - mean) / std, in float32 unless `src` has floats already. None leaves one out.

    >>> color_normalize(numpy.full((1, 1, 3), 10, "uint8"), 4, 2).tolist()
    [[[3.0, 3.0, 3.0]]]
    """
    pixels = host(src)
    floats = pixels if pixels.dtype.kind == "f" else pixels.astype("float32")
    if mean is not None:
        floats = floats - host(mean).astype(floats.dtype)
    if std is not None:
        floats = floats / host(std).astype(floats.dtype)
    return made(floats)


def _space(pixels: numpy.ndarray, part: Size) -> Size:
    return pixels.shape[1] - part[0], pixels.shape[0] - part[1]


def _cropped(
    where: str,
    pixels: numpy.ndarray,
    corner: Sequence[int],
    part: Size,
    size: Size | None,
    interp: int,
) -> numpy.ndarray:
    x, y = (int(place) for place in corner)
    width, height = (int(extent) for extent in part)
    tall, wide = pixels.shape[:2]
    if x < 0 or y < 0 or width < 1 or height < 1 or x + width > wide or y + height > tall:
        raise InvalidValue(
            f"{where}: the part must lie in the image; got x {x}, y {y}, width {width} and height "
            f"{height} for an image {wide} wide and {tall} high"
        )
    found = pixels[y : y + height, x : x + width]
    return found if size is None else resized(where, found, (size[1], size[0]), interp)


__all__ = [
    "center_crop",
    "color_normalize",
    "fixed_crop",
    "random_crop",
    "random_size_crop",
    "resize_short",
    "scale_down",
]
