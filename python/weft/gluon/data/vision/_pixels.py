"""What transforms share: images as NumPy arrays, the dtype they came in, and random numbers, which
follow `np.random.seed`."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue

_CHANNELS = (1, 3, 4)  # of gray pictures, of colors, and with transparency


def pixels_of(name: str, image: Any, *, channels_first: bool = False) -> numpy.ndarray:
    """The image as an array of at least three axes.

    channels_first: it is (..., C, H, W); otherwise it is (..., H, W, C), and one that has its
        channels in front is refused, because it would be taken for another picture
    """
    pixels = numpy.asarray(image)
    if pixels.ndim < 3:
        raise InvalidValue(
            f"{name}: an image must have three axes, with one for channels; got shape "
            f"{pixels.shape}"
        )
    if not channels_first and has_channels_first(pixels):
        raise InvalidValue(
            f"{name}: an image must have its channels last, (H, W, C); got shape {pixels.shape}, "
            "which has them in front: put `image.transpose(1, 2, 0)` before it, and `ToTensor()` "
            "behind it, which brings channels to the front"
        )
    return pixels


def has_channels_first(image: Any) -> bool:
    """Can it only be (..., C, H, W), as behind `ToTensor`?"""
    shape = numpy.shape(image)
    return len(shape) > 2 and shape[-3] in _CHANNELS and shape[-1] > 4


def like(values: numpy.ndarray, pixels: numpy.ndarray) -> numpy.ndarray:
    """In the dtype of `pixels`; integers are rounded and stay in its range."""
    if pixels.dtype.kind == "f":
        return values.astype(pixels.dtype, copy=False)
    limits = numpy.iinfo(pixels.dtype)
    return numpy.rint(values).clip(limits.min, limits.max).astype(pixels.dtype)


def mirrored(pixels: numpy.ndarray, axis: int) -> numpy.ndarray:
    """A copy in which -2 left and right, or -3 top and bottom, are exchanged."""
    if axis != -2 or not pixels.flags.c_contiguous:
        return numpy.flip(pixels, axis).copy()
    # Pixels are moved as a whole: NumPy copies elements against the order of memory one by one.
    whole = pixels.view(f"V{pixels.shape[-1] * pixels.itemsize}")
    return numpy.ascontiguousarray(whole[..., ::-1, :]).view(pixels.dtype)


def check_probability(name: str, p: float) -> None:
    if not 0 <= p <= 1:
        raise InvalidValue(f"{name}: `p` must be in [0, 1]; got {p}")


def uniform() -> float:
    return float(np.random.uniform())


def between(low: float, high: float) -> float:
    return low + (high - low) * uniform()


def below(count: int) -> int:
    return min(int(uniform() * count), count - 1)


__all__ = [
    "below",
    "between",
    "check_probability",
    "has_channels_first",
    "like",
    "mirrored",
    "pixels_of",
    "uniform",
]
