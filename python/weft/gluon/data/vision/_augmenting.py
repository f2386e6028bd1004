"""Transforms that hide, blur and bend parts of an image, and RandAugment, which picks some."""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft.gluon.data.vision import _colors
from weft.gluon.data.vision._pixels import (
    below,
    between,
    check_probability,
    has_channels_first,
    like,
    pixels_of,
    uniform,
)
from weft.gluon.data.vision._warping import warped


class RandomErasing:
    """A rectangle of the image is filled, with probability `p` (Zhong et al. 2020).

    scale: share of the area, from and to; ratio: of height to width, from and to
    value: what it is filled with; None for noise of the image's range

    channels_first: images are (C, H, W); None: they are where that is plain, as behind `ToTensor`

    Images (H, W, C) or (C, H, W).

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> image = transforms.RandomErasing(p=1.0)(np.ones((8, 8, 3), "uint8"))
    >>> 0 < int((image == 0).sum()) < image.size
    True
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: tuple[float, float] = (0.02, 0.33),
        ratio: tuple[float, float] = (0.3, 3.3),
        value: float | None = 0,
        *,
        channels_first: bool | None = None,
    ) -> None:
        check_probability("RandomErasing", p)
        for name, (low, high) in (("scale", scale), ("ratio", ratio)):
            require(
                0 < low <= high, "RandomErasing", name, "two growing numbers above 0", (low, high)
            )
        self._p, self._scale, self._ratio, self._value = p, scale, ratio, value
        self._channels_first = channels_first

    def __call__(self, image: Any) -> numpy.ndarray:
        is_first = self._channels_first
        if is_first is None:
            is_first = has_channels_first(image)
        pixels = pixels_of("RandomErasing", image, channels_first=is_first)
        if uniform() >= self._p:
            return pixels
        out = pixels.copy()
        view = numpy.moveaxis(out, -3, -1) if is_first else out
        height, width = view.shape[-3:-1]
        for _ in range(10):
            area = height * width * between(*self._scale)
            shape = numpy.exp(between(*numpy.log(self._ratio)))
            rows, columns = round((area * shape) ** 0.5), round((area / shape) ** 0.5)
            if 0 < rows < height and 0 < columns < width:
                top, left = below(height - rows + 1), below(width - columns + 1)
                part = view[..., top : top + rows, left : left + columns, :]
                part[...] = self._filling(part)
                break
        return out

    def _filling(self, part: numpy.ndarray) -> Any:
        if self._value is not None:
            return self._value
        noise = numpy.random.default_rng(below(2**31)).uniform(size=part.shape)
        return noise if part.dtype.kind == "f" else like(noise * 255, part)


class GaussianBlur:
    """The image blurred by a bell whose width is drawn from `sigma`, in pixels.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.GaussianBlur(sigma=(1.0, 1.0))(np.full((6, 6, 3), 9, "uint8"))[0, 0]
    array([9, 9, 9], dtype=uint8)
    """

    def __init__(self, sigma: tuple[float, float] = (0.1, 2.0)) -> None:
        low, high = sigma
        require(0 < low <= high, "GaussianBlur", "sigma", "two growing numbers above 0", sigma)
        self._sigma = sigma

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("GaussianBlur", image)
        width = between(*self._sigma)
        reach = max(int(3 * width + 0.5), 1)
        bell = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / width) ** 2)
        bell = (bell / bell.sum()).astype("float32")
        floats = pixels.astype("float32")
        for axis in (-3, -2):
            floats = _filtered(floats, bell, axis)
        return like(floats, pixels)


def _filtered(pixels: numpy.ndarray, bell: numpy.ndarray, axis: int) -> numpy.ndarray:
    """Along one axis; beyond the border the pixels are mirrored, without those of the border."""
    reach = len(bell) // 2
    wide = [(0, 0)] * pixels.ndim
    wide[axis] = (reach, reach)
    padded = numpy.pad(pixels, wide, mode="reflect")
    count = pixels.shape[axis]
    parts = (padded.take(numpy.arange(i, i + count), axis) * w for i, w in enumerate(bell))
    return sum(parts, start=numpy.float32(0))  # type: ignore[call-overload,no-any-return]


class RandomPerspective:
    """The image seen from another side, with probability `p`: its corners move inwards by up to
    `distortion` of half the width and height. Images (H, W, C).

    fill: what is outside of the image

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomPerspective(p=1.0)(np.ones((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(self, distortion: float = 0.5, p: float = 0.5, fill: float = 0.0) -> None:
        check_probability("RandomPerspective", p)
        require(0 <= distortion <= 1, "RandomPerspective", "distortion", "in [0, 1]", distortion)
        self._distortion, self._p, self._fill = distortion, p, fill

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _one("RandomPerspective", image)
        if uniform() >= self._p:
            return pixels
        height, width = pixels.shape[:2]
        corners = [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]
        reach = self._distortion * width / 2, self._distortion * height / 2
        moved = [
            (x + between(0, reach[0]) * (1 if x == 0 else -1),
             y + between(0, reach[1]) * (1 if y == 0 else -1))
            for x, y in corners
        ]  # fmt: skip
        return warped(pixels, _perspective(moved, corners), self._fill)


def _perspective(source: Any, target: Any) -> numpy.ndarray:
    """The matrix that takes four points to four others."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    found = numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float))
    return numpy.append(found, 1.0).reshape(3, 3)


class RandomAffine:
    """The image turned, moved, scaled and sheared by random amounts about its center. Images
    (H, W, C).

    degrees: largest angle; translate: largest moves as shares of width and height
    scale: from and to; shear: largest angle; fill: what is outside of the image

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomAffine(15, translate=(0.1, 0.1))(np.ones((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(
        self,
        degrees: float,
        translate: tuple[float, float] = (0.0, 0.0),
        scale: tuple[float, float] = (1.0, 1.0),
        shear: float = 0.0,
        fill: float = 0.0,
    ) -> None:
        require(0 < scale[0] <= scale[1], "RandomAffine", "scale", "two growing numbers", scale)
        self._degrees, self._translate, self._scale = degrees, translate, scale
        self._shear, self._fill = shear, fill

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _one("RandomAffine", image)
        height, width = pixels.shape[:2]
        moves = [
            between(-share, share) * extent
            for share, extent in zip(self._translate, (width, height), strict=True)
        ]
        matrix = affine(
            (width, height),
            between(-self._degrees, self._degrees),
            moves,
            between(*self._scale),
            between(-self._shear, self._shear),
        )
        return warped(pixels, matrix, self._fill)


def affine(
    size: tuple[int, int], degrees: float, moves: Any, scale: float, shear: float
) -> numpy.ndarray:
    """The matrix from a pixel of the result to its place in the image; turns counterclockwise."""
    angle, slant = numpy.deg2rad(degrees), numpy.deg2rad(shear)
    turn = numpy.array(
        [[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]]
    )
    whole = turn @ numpy.array([[1, numpy.tan(slant)], [0, 1]]) / scale
    center = (numpy.array(size) - 1) / 2
    shift = center - whole @ (center + numpy.array(moves))
    return numpy.vstack([numpy.column_stack([whole, shift]), [0, 0, 1]])


def _one(name: str, image: Any) -> numpy.ndarray:
    pixels = pixels_of(name, image)
    if pixels.ndim != 3:
        raise InvalidValue(f"{name}: an image must have shape (H, W, C); got {pixels.shape}")
    return pixels


def _in_bytes(name: str, image: Any) -> numpy.ndarray:
    pixels = _one(name, image)
    if pixels.dtype != numpy.uint8 or pixels.shape[2] != 3:
        raise InvalidValue(
            f"{name}: an image must be uint8 (H, W, 3); got {pixels.dtype} {pixels.shape}"
        )
    return pixels


class RandAugment:
    """`count` changes, drawn from fourteen, each of strength `magnitude` of 10 (Cubuk et al. 2020).
    Images uint8 (H, W, 3).

    >>> import numpy
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandAugment()(numpy.zeros((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(self, count: int = 2, magnitude: float = 9.0, fill: float = 0.0) -> None:
        self._count = require_whole("RandAugment", "count", count, 0)
        require(0 <= magnitude <= 10, "RandAugment", "magnitude", "in [0, 10]", magnitude)
        self._share, self._fill = magnitude / 10, fill

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _in_bytes("RandAugment", image)
        for _ in range(self._count):
            change = _CHANGES[below(len(_CHANGES))]
            pixels = change(pixels, self._share, self._fill)
        return pixels


class TrivialAugment:
    """One change, drawn from those of `RandAugment`, of a strength that is drawn, too: nothing to
    choose (Müller and Hutter 2021). Images uint8 (H, W, 3).

    fill: what is outside of the image

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.TrivialAugment()(np.ones((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(self, fill: float = 0.0) -> None:
        self._fill = fill

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _in_bytes("TrivialAugment", image)
        return _CHANGES[below(len(_CHANGES))](pixels, uniform(), self._fill)


Change = Callable[[numpy.ndarray, float, float], numpy.ndarray]


def _signed(value: float) -> float:
    return value if uniform() < 0.5 else -value


def _geometric(name: str) -> Change:
    def change(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
        height, width = pixels.shape[:2]
        amount = _signed(share)
        turn = 30 * amount if name == "rotate" else 0.0
        moves = [0.45 * amount * width * (name == "x"), 0.45 * amount * height * (name == "y")]
        slant = numpy.rad2deg(numpy.arctan(0.3 * amount)) if name.startswith("shear") else 0.0
        if name == "shear y":  # that of the image on its side
            turned = numpy.ascontiguousarray(pixels.swapaxes(0, 1))
            matrix = affine((height, width), 0.0, [0, 0], 1.0, slant)
            return warped(turned, matrix, fill).swapaxes(0, 1)
        return warped(pixels, affine((width, height), turn, moves, 1.0, slant), fill)

    return change


def _blended(other: Callable[[numpy.ndarray], Any]) -> Change:
    """Away from something, or towards it, by up to 0.9."""

    def change(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
        factor = 1 + _signed(0.9 * share)
        floats = pixels.astype("float32")
        return like(floats * factor + other(floats) * (1 - factor), pixels)

    return change


def sharpened(pixels: numpy.ndarray) -> numpy.ndarray:
    """What an image is moved away from to be sharp: each pixel with its neighbours, itself five
    times; those of the border stay."""
    out = pixels.copy()
    height, width = (extent - 2 for extent in pixels.shape[-3:-1])
    if height > 0 and width > 0:
        places = [(i, j) for i in range(3) for j in range(3)]
        around: Any = sum(pixels[..., i : i + height, j : j + width, :] for i, j in places)
        inner = pixels[..., 1:-1, 1:-1, :]
        out[..., 1:-1, 1:-1, :] = (around + 4 * inner) / 13
    return out


def _posterize(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
    bits = 8 - round(4 * share)
    return pixels & numpy.uint8(256 - (1 << (8 - bits)) if bits < 8 else 255)


def _solarize(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
    return numpy.where(pixels >= 256 * (1 - share), 255 - pixels, pixels)


def _auto_contrast(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
    floats = pixels.astype("float32")
    low, high = floats.min((0, 1)), floats.max((0, 1))
    spread = numpy.where(high > low, high - low, 255.0)
    return like((floats - numpy.where(high > low, low, 0)) * (255 / spread), pixels)


def _equalize(pixels: numpy.ndarray, share: float, fill: float) -> numpy.ndarray:
    out = numpy.empty_like(pixels)
    for channel in range(pixels.shape[2]):
        counts = numpy.bincount(pixels[..., channel].ravel(), minlength=256)
        step = (counts.sum() - counts[counts > 0][-1]) // 255
        if step == 0:
            out[..., channel] = pixels[..., channel]
            continue
        before = numpy.cumsum(counts) - counts
        out[..., channel] = numpy.minimum((before + step // 2) // step, 255)[pixels[..., channel]]
    return out


_CHANGES: tuple[Change, ...] = (
    lambda pixels, share, fill: pixels,
    *(_geometric(name) for name in ("rotate", "x", "y", "shear x", "shear y")),
    _blended(lambda floats: 0.0),  # brightness
    _blended(lambda floats: _colors.gray(floats).mean((-3, -2), keepdims=True)),  # contrast
    _blended(lambda floats: _colors.gray(floats)),  # saturation
    _blended(sharpened),
    _posterize,
    _solarize,
    _auto_contrast,
    _equalize,
)

__all__ = [
    "GaussianBlur",
    "RandAugment",
    "RandomAffine",
    "RandomErasing",
    "RandomPerspective",
    "TrivialAugment",
]
