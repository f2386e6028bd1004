"""What prepares images, sample by sample: objects to be called, which workers can be sent.

Images are arrays (H, W, C) or batches of them (..., H, W, C), of NumPy or Weft; after `ToTensor`
(..., C, H, W). Results are NumPy arrays, of which the loader makes batches. What is random follows
`np.random.seed`, and in worker processes the seed that each batch has there. A size is a number, or
(width, height) as in Gluon.

>>> from weft.gluon.data.vision import transforms
>>> prepare = transforms.Compose([transforms.CenterCrop(24), transforms.ToTensor()])
>>> import numpy
>>> image = prepare(numpy.full((28, 28, 1), 255, "uint8"))
>>> image.shape, str(image.dtype), float(image.max())
((1, 24, 24), 'float32', 1.0)
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data.vision._augmenting import (
    GaussianBlur,
    RandAugment,
    RandomAffine,
    RandomErasing,
    RandomPerspective,
    TrivialAugment,
)
from weft.gluon.data.vision._colors import (
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomGray,
    RandomHue,
    RandomLighting,
    RandomSaturation,
)
from weft.gluon.data.vision._pixels import (
    below,
    between,
    check_probability,
    mirrored,
    pixels_of,
    uniform,
)
from weft.gluon.data.vision._resampling import interpolation_of, resized
from weft.gluon.data.vision._rotation import RandomRotation, Rotate

Transform = Callable[[Any], Any]
Size = int | tuple[int, int]


class Compose:
    """One transform after the other.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> change = transforms.Compose([transforms.Resize(8), transforms.ToTensor()])
    >>> change(np.ones((10, 10, 3), "uint8")).shape
    (3, 8, 8)
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self._transforms = list(transforms)

    def __call__(self, image: Any) -> Any:
        for transform in self._transforms:
            image = transform(image)
        return image


class Cast:
    """Another dtype.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.Cast("float16")(np.ones((2, 2, 3))).dtype.name
    'float16'
    """

    def __init__(self, dtype: Any = "float32") -> None:
        self._dtype = numpy.dtype(dtype)

    def __call__(self, image: Any) -> numpy.ndarray:
        return numpy.asarray(image).astype(self._dtype)


class ToTensor:
    """uint8 (..., H, W, C) from 0 to 255 to float32 (..., C, H, W) from 0 to 1.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> image = transforms.ToTensor()(np.full((4, 6, 3), 255, "uint8"))
    >>> image.shape, float(image.max())
    ((3, 4, 6), 1.0)
    """

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("ToTensor", image)
        if pixels.dtype != numpy.uint8:
            raise InvalidType(f"ToTensor: the image must be uint8; got {pixels.dtype}")
        moved = numpy.moveaxis(pixels, -1, -3)
        return numpy.divide(moved, 255, order="C", dtype=numpy.float32)


class Normalize:
    """(image - mean) / std of float images (..., C, H, W): one number, or one for each channel.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.Normalize(mean=0.5, std=0.25)(np.ones((1, 2, 2)))
    array([[[2., 2.],
            [2., 2.]]], dtype=float32)
    """

    def __init__(self, mean: float | Sequence[float] = 0, std: float | Sequence[float] = 1) -> None:
        self._mean = numpy.asarray(mean, "float32").reshape(-1, 1, 1)
        self._std = numpy.asarray(std, "float32").reshape(-1, 1, 1)
        if not self._std.all():
            raise InvalidValue(f"Normalize: `std` must not be 0; got {std}")

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("Normalize", image, channels_first=True)
        if pixels.dtype.kind != "f":
            raise InvalidType(
                f"Normalize: the image must be of floats, as ToTensor makes it; got {pixels.dtype}"
            )
        for name, values in (("mean", self._mean), ("std", self._std)):
            if len(values) not in (1, pixels.shape[-3]):
                raise InvalidValue(
                    f"Normalize: `{name}` must have 1 value or one for each channel; got "
                    f"{len(values)} for an image (..., C, H, W) of shape {pixels.shape}"
                )
        centered = pixels - self._mean
        centered /= self._std
        return centered.astype(pixels.dtype, copy=False)


class Resize:
    """The image scaled to a size, to the bit as Pillow does it: where the image shrinks, each pixel
    is a mean of all that it covers, so that fine patterns become gray and not others.

    keep_ratio: with a number for the size, this is the shorter side, and the other one follows
    interpolation: 0 or "nearest" for the nearest pixel, 1 or "bilinear", 2 or "bicubic"

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.Resize((32, 16))(np.ones((10, 10, 3), "uint8")).shape  # 32 wide, 16 high
    (16, 32, 3)
    """

    def __init__(self, size: Size, keep_ratio: bool = False, interpolation: int | str = 1) -> None:
        self._size = _size("Resize", size)
        self._keep_ratio = keep_ratio and not isinstance(size, tuple | list)
        self._interpolation = interpolation_of(type(self).__name__, interpolation)

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("Resize", image)
        width, height = self._size
        if self._keep_ratio:
            tall, wide = pixels.shape[-3:-1]
            width = max(1, round(width * wide / min(tall, wide)))
            height = max(1, round(height * tall / min(tall, wide)))
        return resized(pixels, width, height, self._interpolation)


class CropResize:
    """The part of `width` by `height` pixels with its corner at x, y; scaled if `size` is given.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.CropResize(2, 1, 4, 3)(np.ones((10, 10, 3), "uint8")).shape
    (3, 4, 3)
    """

    def __init__(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        size: Size | None = None,
        interpolation: int | str = 1,
    ) -> None:
        self._corner = x, y
        self._part = _size("CropResize", (width, height))
        self._size = None if size is None else _size("CropResize", size)
        self._interpolation = interpolation_of(type(self).__name__, interpolation)

    def __call__(self, image: Any) -> numpy.ndarray:
        part = _cropped("CropResize", pixels_of("CropResize", image), *self._corner, *self._part)
        return part if self._size is None else resized(part, *self._size, self._interpolation)


class CenterCrop:
    """The middle of the image; one that is smaller is scaled up first.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.CenterCrop(6)(np.ones((10, 8, 3), "uint8")).shape
    (6, 6, 3)
    """

    def __init__(self, size: Size, interpolation: int | str = 1) -> None:
        self._size = _size("CenterCrop", size)
        self._interpolation = interpolation_of(type(self).__name__, interpolation)

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = _at_least(pixels_of("CenterCrop", image), self._size, self._interpolation)
        x, y = (
            (pixels.shape[axis] - side) // 2
            for axis, side in zip((-2, -3), self._size, strict=True)
        )
        return _cropped("CenterCrop", pixels, x, y, *self._size)


class RandomCrop:
    """A part at a random place; an image that is smaller is scaled up first.

    pad: so many pixels of `pad_value` are put around the image before

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomCrop(8, pad=2)(np.ones((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(
        self, size: Size, pad: int = 0, pad_value: float = 0, interpolation: int | str = 1
    ) -> None:
        if pad < 0:
            raise InvalidValue(f"RandomCrop: `pad` must be at least 0; got {pad}")
        self._size = _size("RandomCrop", size)
        self._pad, self._pad_value = pad, pad_value
        self._interpolation = interpolation_of(type(self).__name__, interpolation)

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("RandomCrop", image)
        if self._pad:
            around = [(0, 0)] * (pixels.ndim - 3) + [(self._pad, self._pad)] * 2 + [(0, 0)]
            pixels = numpy.pad(pixels, around, constant_values=self._pad_value)
        pixels = _at_least(pixels, self._size, self._interpolation)
        width, height = self._size
        x = below(pixels.shape[-2] - width + 1)
        y = below(pixels.shape[-3] - height + 1)
        return _cropped("RandomCrop", pixels, x, y, width, height)


class RandomResizedCrop:
    """A part of random area and shape, scaled to a size.

    scale: smallest and largest share of the area; ratio: the same of width to height

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomResizedCrop(8)(np.ones((20, 30, 3), "uint8")).shape
    (8, 8, 3)
    """

    _ATTEMPTS = 10

    def __init__(
        self,
        size: Size,
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: int | str = 1,
    ) -> None:
        for name, (low, high) in (("scale", scale), ("ratio", ratio)):
            if not 0 < low <= high:
                raise InvalidValue(
                    f"RandomResizedCrop: `{name}` must be two growing numbers above 0; "
                    f"got {(low, high)}"
                )
        self._size = _size("RandomResizedCrop", size)
        self._scale, self._ratio = scale, ratio
        self._interpolation = interpolation_of(type(self).__name__, interpolation)

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of("RandomResizedCrop", image)
        tall, wide = pixels.shape[-3:-1]
        width, height = min(tall, wide), min(tall, wide)
        for _ in range(self._ATTEMPTS):
            area = tall * wide * between(*self._scale)
            ratio = numpy.exp(between(*numpy.log(self._ratio)))
            w, h = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
            if 0 < w <= wide and 0 < h <= tall:
                width, height = w, h
                break
        x, y = below(wide - width + 1), below(tall - height + 1)
        part = _cropped("RandomResizedCrop", pixels, x, y, width, height)
        return resized(part, *self._size, self._interpolation)


class _RandomFlip:
    _axis: int

    def __init__(self, p: float = 0.5) -> None:
        check_probability(type(self).__name__, p)
        self._p = p

    def __call__(self, image: Any) -> numpy.ndarray:
        pixels = pixels_of(type(self).__name__, image)
        return mirrored(pixels, self._axis) if uniform() < self._p else pixels


class RandomFlipLeftRight(_RandomFlip):
    """The mirror image with probability `p`.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomFlipLeftRight(p=1.0)(np.array([[[1], [2], [3]]], "uint8"))[0, :, 0]
    array([3, 2, 1], dtype=uint8)
    """

    _axis = -2


class RandomFlipTopBottom(_RandomFlip):
    """The image upside down with probability `p`.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> transforms.RandomFlipTopBottom(p=1.0)(np.array([[[1]], [[2]], [[3]]], "uint8"))[:, 0, 0]
    array([3, 2, 1], dtype=uint8)
    """

    _axis = -3


class RandomApply:
    """Another transform with probability `p`, else the image as it is.

    >>> from weft import np
    >>> from weft.gluon.data.vision import transforms
    >>> blurred = transforms.RandomApply(transforms.GaussianBlur(), p=0.3)
    >>> blurred(np.ones((8, 8, 3), "uint8")).shape
    (8, 8, 3)
    """

    def __init__(self, transform: Transform, p: float = 0.5) -> None:
        check_probability("RandomApply", p)
        self._transform = transform
        self._p = p

    def __call__(self, image: Any) -> Any:
        return self._transform(image) if uniform() < self._p else image


# ---- what they share


def _size(name: str, size: Any) -> tuple[int, int]:
    width, height = size if isinstance(size, tuple | list) else (size, size)
    if width < 1 or height < 1:
        raise InvalidValue(f"{name}: `size` must be at least 1 each way; got {size}")
    return width, height


def _cropped(
    name: str, pixels: numpy.ndarray, x: int, y: int, width: int, height: int
) -> numpy.ndarray:
    tall, wide = pixels.shape[-3:-1]
    if x < 0 or y < 0 or x + width > wide or y + height > tall:
        raise InvalidValue(
            f"{name}: the part must lie in the image; got x {x}, y {y}, width {width} and height "
            f"{height} for an image {wide} wide and {tall} high"
        )
    return pixels[..., y : y + height, x : x + width, :]


def _at_least(pixels: numpy.ndarray, size: tuple[int, int], interpolation: int) -> numpy.ndarray:
    tall, wide = pixels.shape[-3:-1]
    width, height = max(wide, size[0]), max(tall, size[1])
    return resized(pixels, width, height, interpolation)


__all__ = [
    "Cast",
    "CenterCrop",
    "Compose",
    "CropResize",
    "GaussianBlur",
    "Normalize",
    "RandAugment",
    "RandomAffine",
    "RandomApply",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomErasing",
    "RandomFlipLeftRight",
    "RandomFlipTopBottom",
    "RandomGray",
    "RandomHue",
    "RandomLighting",
    "RandomPerspective",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomSaturation",
    "Resize",
    "Rotate",
    "ToTensor",
    "TrivialAugment",
]
__getattr__ = _spelling.finder("weft.gluon.data.vision.transforms", _words.TRANSFORMS)
__dir__ = __all__.copy

for _name in __all__:  # unknown options are told what to write
    _class = globals()[_name]
    if "__init__" in vars(_class):
        _class.__init__ = _spelling.named_arguments(_class.__init__)
