"""Augmenters: objects that are called with an image (H, W, C) and give another one. What is random
follows `random.seed` of Python, and noise `numpy.random.seed`.

Colors are changed in float32: `CastAug` stands in front of them. Sizes are (width, height).
"""

import json
import random
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data.vision._colors import EIGENVALUES, EIGENVECTORS, gray, hue_matrix
from weft.mxnet._made import host
from weft.mxnet.image._crops import (
    Size,
    center_crop,
    color_normalize,
    random_crop,
    random_size_crop,
    resize_short,
)
from weft.mxnet.image._reading import imresize
from weft.mxnet.ndarray._given import made

_MEAN = (123.68, 116.28, 103.53)  # of ImageNet, from 0 to 255
_STD = (58.395, 57.12, 57.375)


class Augmenter:
    """Base: a subclass writes `__call__(src)` and hands its arguments to `__init__` by name."""

    def __init__(self, **kwargs: Any) -> None:
        self._kwargs = {name: _plain(value) for name, value in kwargs.items()}

    def dumps(self) -> str:
        """Name and arguments as JSON."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, src: Any) -> Any:
        raise NotImplementedError


class _OfSeveral(Augmenter):
    """An augmenter made of others."""

    def __init__(self, ts: Sequence[Augmenter]) -> None:
        super().__init__()
        self.ts = list(ts)

    def dumps(self) -> Any:
        """Name, and what each of the others is."""
        return [type(self).__name__.lower(), [each.dumps() for each in self.ts]]


class SequentialAug(_OfSeveral):
    """One augmenter after the other."""

    def __call__(self, src: Any) -> Any:
        for each in self.ts:
            src = each(src)
        return src


class RandomOrderAug(_OfSeveral):
    """All augmenters, in random order."""

    def __call__(self, src: Any) -> Any:
        for each in random.sample(self.ts, len(self.ts)):
            src = each(src)
        return src


class ResizeAug(Augmenter):
    """The shorter side made `size` long."""

    def __init__(self, size: int, interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size, self.interp = size, interp

    def __call__(self, src: Any) -> Any:
        return resize_short(src, self.size, self.interp)


class ForceResizeAug(Augmenter):
    """The image scaled to (width, height), whatever its proportions."""

    def __init__(self, size: Size, interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size, self.interp = size, interp

    def __call__(self, src: Any) -> Any:
        return imresize(src, *self.size, interp=self.interp)


class RandomCropAug(Augmenter):
    """A part at a random place."""

    def __init__(self, size: Size, interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size, self.interp = size, interp

    def __call__(self, src: Any) -> Any:
        return random_crop(src, self.size, self.interp)[0]


class RandomSizedCropAug(Augmenter):
    """A part of random area and shape, scaled to a size."""

    def __init__(
        self,
        size: Size,
        area: float | tuple[float, float],
        ratio: tuple[float, float],
        interp: int = 2,
    ) -> None:
        super().__init__(size=size, area=area, ratio=ratio, interp=interp)
        self.size, self.area, self.ratio, self.interp = size, area, ratio, interp

    def __call__(self, src: Any) -> Any:
        return random_size_crop(src, self.size, self.area, self.ratio, self.interp)[0]


class CenterCropAug(Augmenter):
    """The middle."""

    def __init__(self, size: Size, interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size, self.interp = size, interp

    def __call__(self, src: Any) -> Any:
        return center_crop(src, self.size, self.interp)[0]


class HorizontalFlipAug(Augmenter):
    """The mirror image with probability `p`."""

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p

    def __call__(self, src: Any) -> Any:
        return made(host(src)[:, ::-1]) if random.random() < self.p else src


class CastAug(Augmenter):
    """Another dtype."""

    def __init__(self, typ: str = "float32") -> None:
        super().__init__(type=typ)
        self.typ = typ

    def __call__(self, src: Any) -> Any:
        return made(host(src), self.typ)


class BrightnessJitterAug(Augmenter):
    """Brighter or darker by a factor within `brightness` of 1."""

    def __init__(self, brightness: float) -> None:
        super().__init__(brightness=brightness)
        self.brightness = brightness

    def __call__(self, src: Any) -> Any:
        return made(_floats(src) * _factor(self.brightness))


class ContrastJitterAug(Augmenter):
    """Further from or closer to the mean gray by a factor within `contrast` of 1."""

    def __init__(self, contrast: float) -> None:
        super().__init__(contrast=contrast)
        self.contrast = contrast

    def __call__(self, src: Any) -> Any:
        pixels, factor = _floats(src), _factor(self.contrast)
        return made(pixels * factor + gray(pixels).mean() * (1 - factor))


class SaturationJitterAug(Augmenter):
    """Further from or closer to its gray image by a factor within `saturation` of 1."""

    def __init__(self, saturation: float) -> None:
        super().__init__(saturation=saturation)
        self.saturation = saturation

    def __call__(self, src: Any) -> Any:
        pixels, factor = _floats(src), _factor(self.saturation)
        return made(pixels * factor + gray(pixels) * (1 - factor))


class HueJitterAug(Augmenter):
    """Colors turned by a random angle within `hue` times 180 degrees."""

    def __init__(self, hue: float) -> None:
        super().__init__(hue=hue)
        self.hue = hue

    def __call__(self, src: Any) -> Any:
        return made(_floats(src) @ hue_matrix(random.uniform(-self.hue, self.hue)))


class ColorJitterAug(RandomOrderAug):
    """Random brightness, contrast and saturation, in random order. 0 leaves one out."""

    def __init__(self, brightness: float, contrast: float, saturation: float) -> None:
        given = (
            (BrightnessJitterAug, brightness),
            (ContrastJitterAug, contrast),
            (SaturationJitterAug, saturation),
        )
        super().__init__([kind(amount) for kind, amount in given if amount > 0])


class LightingAug(Augmenter):
    """Noise along directions `eigvec` of colors, as strong as `eigval` says.

    alphastd: the standard deviation of the noise
    """

    def __init__(self, alphastd: float, eigval: Any, eigvec: Any) -> None:
        super().__init__(alphastd=alphastd, eigval=eigval, eigvec=eigvec)
        self.alphastd, self.eigval, self.eigvec = alphastd, host(eigval), host(eigvec)

    def __call__(self, src: Any) -> Any:
        drawn = numpy.random.normal(0, self.alphastd, (3,))
        return made(_floats(src) + (self.eigvec @ (drawn * self.eigval)).astype("float32"))


class ColorNormalizeAug(Augmenter):
    """(src - mean) / std; None leaves one out."""

    def __init__(self, mean: Any, std: Any) -> None:
        super().__init__(mean=mean, std=std)
        self.mean, self.std = mean, std

    def __call__(self, src: Any) -> Any:
        return color_normalize(src, self.mean, self.std)


class RandomGrayAug(Augmenter):
    """The gray image in all channels, with probability `p`."""

    # MXNet's weights of red, green and blue, for this augmenter alone.
    _WEIGHTS = numpy.array([[0.21], [0.72], [0.07]], "float32")

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p

    def __call__(self, src: Any) -> Any:
        if random.random() >= self.p:
            return src
        pixels = _floats(src)
        return made(numpy.broadcast_to(pixels @ self._WEIGHTS, pixels.shape))


def CreateAugmenter(
    data_shape: Sequence[int],
    resize: int = 0,
    rand_crop: bool = False,
    rand_resize: bool = False,
    rand_mirror: bool = False,
    mean: Any = None,
    std: Any = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    hue: float = 0,
    pca_noise: float = 0,
    rand_gray: float = 0,
    inter_method: int = 2,
) -> list[Augmenter]:
    """The usual augmenters in their order: resize, crop, mirror, cast to float32, colors, mean.

    data_shape: (channels, height, width) of the result
    resize: the shorter side before the crop; rand_resize: a crop of random area and shape
    mean, std: a number for each channel, or True for those of ImageNet

    >>> [type(each).__name__ for each in CreateAugmenter((3, 8, 8), rand_mirror=True, mean=True)]
    ['CenterCropAug', 'HorizontalFlipAug', 'CastAug', 'ColorNormalizeAug']
    """
    size = data_shape[2], data_shape[1]
    found: list[Augmenter] = [ResizeAug(resize, inter_method)] if resize > 0 else []
    if rand_resize:
        if not rand_crop:
            raise InvalidValue("CreateAugmenter: `rand_resize` needs `rand_crop=True`")
        found.append(RandomSizedCropAug(size, 0.08, (3 / 4, 4 / 3), inter_method))
    else:
        found.append((RandomCropAug if rand_crop else CenterCropAug)(size, inter_method))
    if rand_mirror:
        found.append(HorizontalFlipAug(0.5))
    found.append(CastAug())
    return found + color_augmenters(
        mean, std, brightness, contrast, saturation, hue, pca_noise, rand_gray
    )


def color_augmenters(
    mean: Any,
    std: Any,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    pca_noise: float,
    rand_gray: float,
) -> list[Augmenter]:
    """Those that follow the cast."""
    found: list[Augmenter] = []
    if brightness or contrast or saturation:
        found.append(ColorJitterAug(brightness, contrast, saturation))
    if hue:
        found.append(HueJitterAug(hue))
    if pca_noise > 0:
        found.append(LightingAug(pca_noise, EIGENVALUES, EIGENVECTORS))
    if rand_gray > 0:
        found.append(RandomGrayAug(rand_gray))
    mean = numpy.array(_MEAN, "float32") if mean is True else mean
    std = numpy.array(_STD, "float32") if std is True else std
    if mean is not None or std is not None:
        found.append(ColorNormalizeAug(mean, std))
    return found


def _floats(src: Any) -> numpy.ndarray:
    pixels = host(src)
    return pixels if pixels.dtype == numpy.float32 else pixels.astype("float32")


def _factor(amount: float) -> float:
    return 1 + random.uniform(-amount, amount)


def _plain(value: Any) -> Any:
    """What JSON can write."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return host(value).tolist()


__all__ = [
    "Augmenter",
    "BrightnessJitterAug",
    "CastAug",
    "CenterCropAug",
    "ColorJitterAug",
    "ColorNormalizeAug",
    "ContrastJitterAug",
    "CreateAugmenter",
    "ForceResizeAug",
    "HorizontalFlipAug",
    "HueJitterAug",
    "LightingAug",
    "RandomCropAug",
    "RandomGrayAug",
    "RandomOrderAug",
    "RandomSizedCropAug",
    "ResizeAug",
    "SaturationJitterAug",
    "SequentialAug",
    "color_augmenters",
]
