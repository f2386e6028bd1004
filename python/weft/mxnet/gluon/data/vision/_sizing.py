"""Transforms that cut and scale as MXNet's do: by OpenCV where it is installed, with its methods 0
to 4, 9 and 10. They look at their arguments when they are called, as there.

Images are (H, W, C) or batches (N, H, W, C). A size is a number, or (width, height).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data.vision._pixels import below, between, pixels_of, uniform
from weft.mxnet._resizing import scale_down, scaled, size_of


class Resize:
    """The image scaled to a size.

    keep_ratio: with a number for the size, this is the shorter side, and the other one follows
    interpolation: 0 nearest, 1 bilinear, 2 cubic, 3 means of areas, 4 Lanczos
    """

    def __init__(self, size: Any, keep_ratio: bool = False, interpolation: int = 1) -> None:
        self._size, self._keep_ratio, self._interpolation = size, keep_ratio, interpolation

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("Resize", image)
        size = size_of("Resize", pixels.shape, self._size, self._keep_ratio)
        return scaled("Resize", pixels, size, self._interpolation)


class CropResize:
    """The part of `width` by `height` pixels with its corner at x, y; scaled if `size` is given."""

    def __init__(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        size: Any = None,
        interpolation: int | None = None,
    ) -> None:
        self._corner, self._part, self._size = (x, y), (width, height), size
        self._interpolation = 1 if interpolation is None else interpolation

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("CropResize", image)
        part = _cropped("CropResize", pixels, *self._corner, *self._part)
        if self._size is None:
            return part
        size = size_of("CropResize", part.shape, self._size, False)
        return scaled("CropResize", part, size, self._interpolation)


class RandomCrop:
    """A part at a random place; an image that is smaller gives a part that fits, scaled up.

    pad: so many pixels of `pad_value` are put around the image before; four numbers are those
        above, below, on the left and on the right
    """

    _name = "RandomCrop"

    def __init__(
        self,
        size: Any,
        pad: int | Sequence[int] | None = None,
        pad_value: float = 0,
        interpolation: int = 1,
    ) -> None:
        self._size, self._interpolation = size, interpolation
        self._pad, self._pad_value = pad, pad_value

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = self._padded(pixels_of(self._name, image))
        height, width = size_of(self._name, pixels.shape, self._size, False)
        wide, tall = scale_down((pixels.shape[-2], pixels.shape[-3]), (width, height))
        x, y = self._corner(pixels.shape[-2] - wide, pixels.shape[-3] - tall)
        part = _cropped(self._name, pixels, x, y, wide, tall)
        return scaled(self._name, part, (height, width), self._interpolation)

    def _padded(self, pixels: numpy.ndarray) -> numpy.ndarray:
        if not self._pad:
            return pixels
        sides = (self._pad,) * 4 if isinstance(self._pad, int) else tuple(self._pad)
        if len(sides) < 4 or min(sides) < 0:
            raise InvalidValue(
                f"{self._name}: `pad` must be a number or four, at least 0; got {self._pad}"
            )
        around = [(0, 0)] * (pixels.ndim - 3) + [sides[:2], sides[2:4], (0, 0)]
        return numpy.pad(pixels, around, constant_values=self._pad_value)

    def _corner(self, across: int, down: int) -> tuple[int, int]:
        return below(across + 1), below(down + 1)


class CenterCrop(RandomCrop):
    """The middle of the image; one that is smaller gives a part that fits, scaled up."""

    _name = "CenterCrop"

    def __init__(self, size: Any, interpolation: int = 1) -> None:
        super().__init__(size, interpolation=interpolation)

    def _corner(self, across: int, down: int) -> tuple[int, int]:
        return across // 2, down // 2


class RandomResizedCrop:
    """A part of random area and shape, scaled to a size; the middle if none is found that fits.

    scale: smallest and largest share of the area, or the smallest alone
    ratio: the same of width to height
    """

    _ATTEMPTS = 10

    def __init__(
        self,
        size: Any,
        scale: Any = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: int = 1,
    ) -> None:
        self._size, self._ratio, self._interpolation = size, ratio, interpolation
        self._scale = tuple(scale) if isinstance(scale, tuple | list) else (scale, 1.0)

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("RandomResizedCrop", image)
        size = size_of("RandomResizedCrop", pixels.shape, self._size, False)
        tall, wide = pixels.shape[-3:-1]
        for _ in range(self._ATTEMPTS):
            area = tall * wide * between(*self._scale)
            ratio = math.exp(between(*map(math.log, self._ratio)))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= wide and 0 < h <= tall:
                x, y = below(wide - w + 1), below(tall - h + 1)
                part = _cropped("RandomResizedCrop", pixels, x, y, w, h)
                return scaled("RandomResizedCrop", part, size, self._interpolation)
        return CenterCrop((size[1], size[0]), self._interpolation)(pixels)


class RandomGray:
    """The gray image in all channels, with probability `p`; float32 in any case. Images of 3
    channels."""

    _WEIGHTS = numpy.array([[0.2989], [0.587], [0.114]], "float32")

    def __init__(self, p: float = 0.5) -> None:
        self._p = p

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("RandomGray", image).astype("float32")
        if pixels.shape[-1] != 3:
            raise InvalidValue(
                f"RandomGray: the image must have 3 channels, (..., H, W, 3); got {pixels.shape}"
            )
        if uniform() >= self._p:
            return pixels
        return numpy.broadcast_to(pixels @ self._WEIGHTS, pixels.shape).copy()


def _cropped(
    name: str, pixels: numpy.ndarray, x: int, y: int, width: int, height: int
) -> numpy.ndarray:
    tall, wide = pixels.shape[-3:-1]
    if min(x, y) < 0 or min(width, height) < 1 or x + width > wide or y + height > tall:
        raise InvalidValue(
            f"{name}: the part must lie in the image; got x {x}, y {y}, width {width} and height "
            f"{height} for an image {wide} wide and {tall} high"
        )
    return pixels[..., y : y + height, x : x + width, :]


__all__ = ["CenterCrop", "CropResize", "RandomCrop", "RandomGray", "RandomResizedCrop", "Resize"]
