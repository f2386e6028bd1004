"""Augmenters of images with boxes: called with an image (H, W, C) and labels, a row for each
object: class, xmin, ymin, xmax, ymax from 0 to 1, and what else it has. What is random follows
`random.seed` of Python."""

import json
import math
import random
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet._boxes import Boxes, areas, shared_areas
from weft.mxnet._made import host
from weft.mxnet.image._augmenters import (
    Augmenter,
    CastAug,
    ForceResizeAug,
    ResizeAug,
    _plain,
    color_augmenters,
)
from weft.mxnet.ndarray._given import made

Pair = tuple[float, float]
_NO_HEADER = numpy.zeros(0, "float32")


class DetAugmenter:
    """Base: a subclass writes `__call__(src, label)`, which gives both."""

    def __init__(self, **kwargs: Any) -> None:
        self._kwargs = {name: _plain(value) for name, value in kwargs.items()}

    def dumps(self) -> Any:
        """Name and arguments as JSON."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        raise NotImplementedError


class DetBorrowAug(DetAugmenter):
    """An augmenter of images that leaves boxes where they are."""

    def __init__(self, augmenter: Augmenter) -> None:
        if not isinstance(augmenter, Augmenter):
            raise InvalidType(
                f"DetBorrowAug: `augmenter` must be an Augmenter; got {type(augmenter).__name__}"
            )
        super().__init__()
        self.augmenter = augmenter

    def dumps(self) -> Any:
        """Name, and what the augmenter is."""
        return [type(self).__name__.lower(), self.augmenter.dumps()]

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        return self.augmenter(src), label


class DetRandomSelectAug(DetAugmenter):
    """One of several augmenters, or none with probability `skip_prob`."""

    def __init__(self, aug_list: Sequence[DetAugmenter], skip_prob: float = 0) -> None:
        super().__init__(skip_prob=skip_prob)
        self.aug_list = list(aug_list) if isinstance(aug_list, list | tuple) else [aug_list]
        for each in self.aug_list:
            if not isinstance(each, DetAugmenter):
                raise InvalidType(
                    "DetRandomSelectAug: `aug_list` must have objects of DetAugmenter; got "
                    f"{type(each).__name__}"
                )
        self.skip_prob = skip_prob if self.aug_list else 1

    def dumps(self) -> Any:
        """Name, and what each of the others is."""
        return [type(self).__name__.lower(), [each.dumps() for each in self.aug_list]]

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        if random.random() < self.skip_prob:
            return src, label
        return random.choice(self.aug_list)(src, label)


class DetHorizontalFlipAug(DetAugmenter):
    """The mirror image and its boxes with probability `p`."""

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        if random.random() >= self.p:
            return src, label
        return made(host(src)[:, ::-1]), _boxes(label).mirrored().objects


class DetRandomCropAug(DetAugmenter):
    """A random part of the image that covers enough of each object that it touches.

    min_object_covered: the least share of each touched object
    aspect_ratio_range: of the part's width to its height; area_range: of its share of the image
    min_eject_coverage: objects with less of them inside are dropped
    max_attempts: how many parts are tried before the image stays as it is
    """

    def __init__(
        self,
        min_object_covered: float = 0.1,
        aspect_ratio_range: Pair = (0.75, 1.33),
        area_range: Pair = (0.05, 1.0),
        min_eject_coverage: float = 0.3,
        max_attempts: int = 50,
    ) -> None:
        ratios = _range("DetRandomCropAug", "aspect_ratio_range", aspect_ratio_range)
        shares = _range("DetRandomCropAug", "area_range", area_range)
        super().__init__(
            min_object_covered=min_object_covered,
            aspect_ratio_range=ratios,
            area_range=shares,
            min_eject_coverage=min_eject_coverage,
            max_attempts=max_attempts,
        )
        self.min_object_covered, self.min_eject_coverage = min_object_covered, min_eject_coverage
        self.aspect_ratio_range, self.area_range = ratios, shares
        self.max_attempts = max_attempts

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        pixels, boxes = host(src), _boxes(label)
        tall, wide = pixels.shape[:2]
        for _ in range(self.max_attempts):
            w, h = _drawn_size(wide, tall, self.area_range, self.aspect_ratio_range)
            if not (0 < w <= wide and 0 < h <= tall):
                continue
            x, y = random.randint(0, wide - w), random.randint(0, tall - h)
            crop = numpy.array([x / wide, y / tall, (x + w) / wide, (y + h) / tall])
            corners = boxes.objects[:, 1:5]
            inside = shared_areas(crop, corners) / areas(corners).clip(1e-12, None)
            touched = inside[inside > 0]
            keeps = inside > self.min_eject_coverage
            if touched.size and touched.min() > self.min_object_covered and keeps.any():
                return made(pixels[y : y + h, x : x + w]), boxes.cut(crop, keeps).objects
        return src, label


class DetRandomPadAug(DetAugmenter):
    """The image at a random place of a larger canvas.

    aspect_ratio_range: of the canvas' width to its height; area_range: of its area to the image's
    pad_val: the color of the canvas
    """

    def __init__(
        self,
        aspect_ratio_range: Pair = (0.75, 1.33),
        area_range: Pair = (1.0, 3.0),
        max_attempts: int = 50,
        pad_val: Any = (127, 127, 127),
    ) -> None:
        ratios = _range("DetRandomPadAug", "aspect_ratio_range", aspect_ratio_range)
        shares = _range("DetRandomPadAug", "area_range", area_range)
        color = tuple(pad_val) if isinstance(pad_val, list | tuple) else (pad_val,)
        super().__init__(
            aspect_ratio_range=ratios, area_range=shares, max_attempts=max_attempts, pad_val=color
        )
        self.aspect_ratio_range, self.area_range = ratios, shares
        self.max_attempts, self.pad_val = max_attempts, color

    def __call__(self, src: Any, label: Any) -> tuple[Any, Any]:
        pixels = host(src)
        tall, wide = pixels.shape[:2]
        for _ in range(self.max_attempts):
            w, h = _drawn_size(wide, tall, self.area_range, self.aspect_ratio_range)
            if w < wide or h < tall or (w, h) == (wide, tall):
                continue
            corner = random.randint(0, h - tall), random.randint(0, w - wide)
            canvas, boxes = _boxes(label).on_canvas(pixels, (h, w), corner, self.pad_val)
            return made(canvas), boxes.objects
        return src, label


def CreateMultiRandCropAugmenter(
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = (0.75, 1.33),
    area_range: Any = (0.05, 1.0),
    min_eject_coverage: Any = 0.3,
    max_attempts: Any = 50,
    skip_prob: float = 0,
) -> DetRandomSelectAug:
    """One of several `DetRandomCropAug`: each argument is one value for all, or a list of one
    each."""
    given = [
        min_object_covered,
        aspect_ratio_range,
        area_range,
        min_eject_coverage,
        max_attempts,
    ]
    lists = [value if isinstance(value, list) else [value] for value in given]
    count = max(map(len, lists))
    for values in lists:
        if len(values) not in (1, count):
            raise InvalidValue(
                "CreateMultiRandCropAugmenter: lists must have the same length; got "
                f"{[len(each) for each in lists]}"
            )
    full = [values if len(values) == count else values * count for values in lists]
    crops = [DetRandomCropAug(*each) for each in zip(*full, strict=True)]
    return DetRandomSelectAug(crops, skip_prob)


def CreateDetAugmenter(
    data_shape: Sequence[int],
    resize: int = 0,
    rand_crop: float = 0,
    rand_pad: float = 0,
    rand_gray: float = 0,
    rand_mirror: bool = False,
    mean: Any = None,
    std: Any = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    pca_noise: float = 0,
    hue: float = 0,
    inter_method: int = 2,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = (0.75, 1.33),
    area_range: Any = (0.05, 3.0),
    min_eject_coverage: Any = 0.3,
    max_attempts: int = 50,
    pad_val: Any = (127, 127, 127),
) -> list[DetAugmenter]:
    """The usual augmenters for detection in their order: resize, crop, mirror, pad, scale to
    `data_shape`, cast to float32, colors, mean.

    rand_crop, rand_pad: the probabilities of a random part and of a larger canvas
    area_range: a part has at least the first share of the image, a canvas at most the second
    """
    found: list[DetAugmenter] = []
    if resize > 0:
        found.append(DetBorrowAug(ResizeAug(resize, inter_method)))
    if rand_crop > 0:
        several = area_range if isinstance(area_range, list) else [area_range]
        parts = [(low, min(1.0, high)) for low, high in several]
        found.append(
            CreateMultiRandCropAugmenter(
                min_object_covered,
                aspect_ratio_range,
                parts,
                min_eject_coverage,
                max_attempts,
                skip_prob=1 - rand_crop,
            )
        )
    if rand_mirror:
        found.append(DetHorizontalFlipAug(0.5))
    if rand_pad > 0:
        most = max(high for _, high in area_range) if _is_listed(area_range) else area_range[1]
        ratios = aspect_ratio_range[0] if _is_listed(aspect_ratio_range) else aspect_ratio_range
        pad = DetRandomPadAug(ratios, (1.0, max(1.0, most)), max_attempts, pad_val)
        found.append(DetRandomSelectAug([pad], 1 - rand_pad))
    rest = [ForceResizeAug((data_shape[2], data_shape[1]), inter_method), CastAug()]
    rest += color_augmenters(mean, std, brightness, contrast, saturation, hue, pca_noise, rand_gray)
    return found + [DetBorrowAug(each) for each in rest]


def _is_listed(value: Any) -> bool:
    return isinstance(value, list)


def _boxes(label: Any) -> Boxes:
    return Boxes(_NO_HEADER, host(label))


def _drawn_size(wide: int, tall: int, shares: Pair, ratios: Pair) -> tuple[int, int]:
    """The width and height of random area and shape."""
    area = random.uniform(*shares) * wide * tall
    ratio = random.uniform(*ratios)
    return round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))


def _range(where: str, name: str, given: Any) -> Pair:
    low, high = given if isinstance(given, list | tuple) else (given, given)
    if not 0 < low <= high:
        raise InvalidValue(
            f"{where}: `{name}` must be two growing numbers above 0; got {(low, high)}"
        )
    return low, high


__all__ = [
    "CreateDetAugmenter",
    "CreateMultiRandCropAugmenter",
    "DetAugmenter",
    "DetBorrowAug",
    "DetHorizontalFlipAug",
    "DetRandomCropAug",
    "DetRandomPadAug",
    "DetRandomSelectAug",
]
