"""Transforms of colors. What is drawn changes the whole image; integers are rounded and stay in the
range of their dtype."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft.gluon.data.vision._pixels import (
    below,
    between,
    check_probability,
    like,
    pixels_of,
    uniform,
)

# To luma and two axes of color (the NTSC's YIQ), and back: hue is an angle between the two axes.
TO_YIQ = numpy.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]], "float32"
)
FROM_YIQ = numpy.array([[1, 0.956, 0.621], [1, -0.272, -0.647], [1, -1.107, 1.705]], "float32")

# How colors of ImageNet's pixels vary, from 0 to 255: three directions and how far (Krizhevsky et
# al. 2012, section 4.1).
EIGENVALUES = numpy.array([55.46, 4.794, 1.148], "float32")
EIGENVECTORS = numpy.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]],
    "float32",
)


class _RandomBlend:
    """The image times a random factor around 1, plus the rest of something else."""

    def __init__(self, amount: float) -> None:
        _check_amount(type(self).__name__, amount)
        self._amount = amount

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of(type(self).__name__, image)
        factor = between(1 - self._amount, 1 + self._amount)
        floats = _floats(pixels)
        return like(floats * factor + self._other(floats) * (1 - factor), pixels)

    def _other(self, pixels: numpy.ndarray) -> Any:
        raise NotImplementedError


class RandomBrightness(_RandomBlend):
    """Brighter or darker by a factor within `brightness` of 1.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> image = transforms.RandomBrightness(0.2)(np.full((2, 2, 3), 100, "uint8"))
    >>> 79 <= int(image.min()) <= 120
    True
    """

    def _other(self, pixels: numpy.ndarray) -> Any:
        return 0


class RandomContrast(_RandomBlend):
    """Further from or closer to the mean gray by a factor within `contrast` of 1.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomContrast(0.5)(np.ones((4, 4, 3), "uint8")).shape
    (4, 4, 3)
    """

    def _other(self, pixels: numpy.ndarray) -> Any:
        return gray(pixels).mean((-3, -2), keepdims=True)


class RandomSaturation(_RandomBlend):
    """Further from or closer to its gray image by a factor within `saturation` of 1.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomSaturation(0.5)(np.ones((4, 4, 3), "uint8")).shape
    (4, 4, 3)
    """

    def _other(self, pixels: numpy.ndarray) -> Any:
        return gray(pixels)


class RandomHue:
    """Colors turned by a random angle within `hue` times 180 degrees. Images of 3 channels.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomHue(0.1)(np.ones((4, 4, 3), "uint8")).shape
    (4, 4, 3)
    """

    def __init__(self, hue: float) -> None:
        _check_amount("RandomHue", hue)
        self._hue = hue

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _in_color("RandomHue", image)
        turned = hue_matrix(between(-self._hue, self._hue))
        return like(_floats(pixels) @ turned.astype(_floats(pixels).dtype), pixels)


class RandomColorJitter:
    """Random brightness, contrast, saturation and hue, in random order. 0 leaves one out.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> change = transforms.RandomColorJitter(brightness=0.2, contrast=0.2, hue=0.05)
    >>> change(np.ones((4, 4, 3), "uint8")).shape
    (4, 4, 3)
    """

    def __init__(
        self,
        brightness: float = 0,
        contrast: float = 0,
        saturation: float = 0,
        hue: float = 0,
    ) -> None:
        given = (
            (RandomBrightness, brightness),
            (RandomContrast, contrast),
            (RandomSaturation, saturation),
            (RandomHue, hue),
        )
        self._transforms: list[Any] = [kind(amount) for kind, amount in given if amount != 0]

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("RandomColorJitter", image)
        rest = list(self._transforms)
        while rest:
            pixels = rest.pop(below(len(rest)))(pixels)
        return pixels


class RandomLighting:
    """Light of another color: noise along the directions in which colors of photographs vary.

    alpha: the standard deviation of the noise. Images of 3 channels, from 0 to 255

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomLighting(0.1)(np.ones((4, 4, 3), "uint8")).shape
    (4, 4, 3)
    """

    def __init__(self, alpha: float) -> None:
        if not alpha >= 0:
            raise InvalidValue(f"RandomLighting: `alpha` must be at least 0; got {alpha}")
        self._alpha = alpha

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _in_color("RandomLighting", image)
        drawn = numpy.asarray(np.random.normal(0, self._alpha, (3,)), "float32")
        return like(_floats(pixels) + lighting(drawn).astype(_floats(pixels).dtype), pixels)


class RandomGray:
    """The gray image in all channels, with probability `p`. Images of 3 channels.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomGray(p=1.0)(np.array([[[100, 100, 100]]], "uint8"))[0, 0]
    array([100, 100, 100], dtype=uint8)
    """

    def __init__(self, p: float = 0.5) -> None:
        check_probability("RandomGray", p)
        self._p = p

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _in_color("RandomGray", image)
        if uniform() >= self._p:
            return pixels
        return like(numpy.broadcast_to(gray(_floats(pixels)), pixels.shape), pixels).copy()


def gray(pixels: numpy.ndarray) -> numpy.ndarray:
    """The weights of ITU-R BT.601 for red, green and blue; other numbers of channels: the mean."""
    if pixels.shape[-1] != 3:
        return pixels.mean(-1, keepdims=True, dtype="float32")
    return pixels @ numpy.array([[0.299], [0.587], [0.114]], "float32")


def hue_matrix(share: float) -> numpy.ndarray:
    """What pixels (..., 3) are multiplied by, from the right, to turn their hue by `share` times
    180 degrees."""
    cosine, sine = numpy.cos(share * numpy.pi), numpy.sin(share * numpy.pi)
    turn = numpy.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]], "float32")
    return (FROM_YIQ @ turn @ TO_YIQ).T


def lighting(drawn: numpy.ndarray) -> numpy.ndarray:
    """What is added to red, green and blue for three numbers that were drawn."""
    return EIGENVECTORS @ (drawn * EIGENVALUES)


def _floats(pixels: numpy.ndarray) -> numpy.ndarray:
    return pixels if pixels.dtype.kind == "f" else pixels.astype("float32")


def _in_color(name: str, image: Any) -> numpy.ndarray:
    pixels = pixels_of(name, image)
    if pixels.shape[-1] != 3:
        raise InvalidValue(
            f"{name}: the image must have 3 channels, (..., H, W, 3); got shape {pixels.shape}"
        )
    return pixels


def _check_amount(name: str, amount: float) -> None:
    if not 0 <= amount <= 1:
        raise InvalidValue(f"{name}: the amount must be in [0, 1]; got {amount}")


__all__ = [
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomGray",
    "RandomHue",
    "RandomLighting",
    "RandomSaturation",
    "gray",
    "hue_matrix",
    "lighting",
]
