"""Rotation of float images (..., C, H, W) about their center, counterclockwise for positive angles.

What the rotated image does not cover is 0. Two ways of scaling: the image so small that all of it
is seen (`zoom_out`), or a part so small that it has no empty corners (`zoom_in`).
"""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data.vision._pixels import between, check_probability, pixels_of, uniform
from weft.gluon.data.vision._warping import sampled


class Rotate:
    """The image rotated by `rotation_degrees`.

    An image is float (..., C, H, W), as `ToTensor` makes it, and keeps its size.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.Rotate(30)(np.ones((3, 8, 8))).shape
    (3, 8, 8)
    """

    def __init__(
        self, rotation_degrees: float, zoom_in: bool = False, zoom_out: bool = False
    ) -> None:
        _check_zoom("Rotate", zoom_in, zoom_out)
        self._degrees = rotation_degrees
        self._zoom = zoom_in, zoom_out

    def __call__(self, image: Any) -> numpy.ndarray:
        return rotated("Rotate", image, self._degrees, *self._zoom)


class RandomRotation:
    """The image rotated by a random angle.

    angle_limits: the smallest and the largest angle, in degrees
    rotate_with_proba: the probability that it is rotated at all

    An image is float (..., C, H, W), as `ToTensor` makes it, and keeps its size.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomRotation((-15, 15))(np.ones((3, 8, 8))).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        angle_limits: tuple[float, float],
        zoom_in: bool = False,
        zoom_out: bool = False,
        rotate_with_proba: float = 1.0,
    ) -> None:
        _check_zoom("RandomRotation", zoom_in, zoom_out)
        check_probability("RandomRotation", rotate_with_proba)
        if not isinstance(angle_limits, tuple | list) or len(angle_limits) != 2:
            raise InvalidType(
                "RandomRotation: `angle_limits` must be the smallest and the largest angle, such "
                f"as (-10, 10); got {angle_limits}"
            )
        low, high = angle_limits
        if not low < high:
            raise InvalidValue(
                f"RandomRotation: `angle_limits` must be two growing angles; got {angle_limits}"
            )
        self._limits = low, high
        self._zoom = zoom_in, zoom_out
        self._p = rotate_with_proba

    def __call__(self, image: Any) -> numpy.ndarray:
        if uniform() >= self._p:
            return pixels_of("RandomRotation", image, channels_first=True)
        return rotated("RandomRotation", image, between(*self._limits), *self._zoom)


def rotated(name: str, image: Any, degrees: float, zoom_in: bool, zoom_out: bool) -> numpy.ndarray:
    """A float image (..., C, H, W) rotated about its center."""
    _check_zoom(name, zoom_in, zoom_out)
    pixels = pixels_of(name, image, channels_first=True)
    if pixels.dtype.kind != "f":
        raise InvalidType(
            f"{name}: the image must be of floats (..., C, H, W), as ToTensor makes it; got "
            f"{pixels.dtype}; `RandomAffine(degrees)` turns images (H, W, C)"
        )
    height, width = pixels.shape[-2:]
    angle = numpy.radians(degrees)
    scale = _scale(height, width, angle, zoom_in, zoom_out)
    y = (numpy.arange(height) - (height - 1) / 2)[:, None] * scale
    x = (numpy.arange(width) - (width - 1) / 2)[None, :] * scale
    # Where the image turns one way, the place that a pixel is taken from turns the other way.
    rows = x * numpy.sin(angle) + y * numpy.cos(angle) + (height - 1) / 2
    columns = x * numpy.cos(angle) - y * numpy.sin(angle) + (width - 1) / 2
    return sampled(pixels, rows, columns)


def _scale(height: int, width: int, angle: float, zoom_in: bool, zoom_out: bool) -> float:
    """How far apart neighbours are taken. A rotated frame is as wide and as high as its box."""
    cosine, sine = abs(numpy.cos(angle)), abs(numpy.sin(angle))
    wide = (width * cosine + height * sine) / width
    high = (width * sine + height * cosine) / height
    if zoom_out:
        return max(wide, high)
    return 1 / max(wide, high) if zoom_in else 1.0


def _check_zoom(name: str, zoom_in: bool, zoom_out: bool) -> None:
    if zoom_in and zoom_out:
        raise InvalidValue(f"{name}: `zoom_in` and `zoom_out` must not both be true")


__all__ = ["RandomRotation", "Rotate", "rotated"]
