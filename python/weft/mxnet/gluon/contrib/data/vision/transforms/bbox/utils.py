"""Boxes as rows of NumPy's arrays: left, top, right and bottom in pixels, and whatever follows.

Functions give new arrays and leave the given ones as they are.
"""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue
from weft.mxnet._made import host

Box = tuple[int, int, int, int]  # left, top, width, height
_CONSTRAINTS = ((0.1, None), (0.3, None), (0.5, None), (0.7, None), (0.9, None), (None, 1))


def boxes_of(where: str, bbox: Any) -> numpy.ndarray:
    """Boxes as NumPy's array. Raises ValueError unless they are (N, 4) or wider."""
    boxes = host(bbox)
    if boxes.ndim != 2 or boxes.shape[1] < 4:
        raise InvalidValue(f"{where}: `bbox` must be (N, 4) or wider; got shape {boxes.shape}")
    return boxes


def bbox_crop(
    bbox: Any, crop_box: Sequence[Any] | None = None, allow_outside_center: bool = True
) -> numpy.ndarray:
    """What is left of boxes in a part of the image, in its coordinates.

    crop_box: left, top, width, height; None or 0 for one that does not bound
    allow_outside_center: False drops boxes whose center is outside of the part

    >>> bbox_crop(numpy.array([[0, 0, 4, 4], [6, 6, 8, 8]]), (2, 2, 3, 3)).tolist()
    [[0.0, 0.0, 2.0, 2.0]]
    """
    boxes = numpy.array(boxes_of("bbox_crop", bbox))
    if crop_box is None:
        return boxes
    if len(crop_box) != 4:
        raise InvalidValue(f"bbox_crop: `crop_box` must have 4 numbers; got {tuple(crop_box)}")
    left, top, width, height = (side or 0 for side in crop_box)
    low = numpy.array([left, top], "float64")
    high = low + numpy.array([width or numpy.inf, height or numpy.inf])
    middles = (boxes[:, :2] + boxes[:, 2:4]) / 2
    keeps = numpy.ones(len(boxes), bool)
    if not allow_outside_center:
        keeps = ((low <= middles) & (middles < high)).all(axis=1)
    corners = boxes[:, :4].reshape(-1, 2, 2).clip(low, high) - low
    keeps &= (corners[:, 0] < corners[:, 1]).all(axis=1)
    cut = numpy.hstack([corners.reshape(-1, 4), boxes[:, 4:]])
    return cut[keeps]


def bbox_flip(
    bbox: Any, size: Sequence[int], flip_x: bool = False, flip_y: bool = False
) -> numpy.ndarray:
    """Boxes of the mirror image. size: (width, height) of the image"""
    boxes = numpy.array(boxes_of("bbox_flip", bbox))
    width, height = _pair("bbox_flip", "size", size)
    for is_flipped, low, high, extent in ((flip_x, 0, 2, width), (flip_y, 1, 3, height)):
        if is_flipped:
            boxes[:, [low, high]] = extent - boxes[:, [high, low]]
    return boxes


def bbox_resize(bbox: Any, in_size: Sequence[int], out_size: Sequence[int]) -> numpy.ndarray:
    """Boxes of an image that is scaled from one size, (width, height), to another; float64."""
    boxes = numpy.array(boxes_of("bbox_resize", bbox), "float64")
    given = _pair("bbox_resize", "in_size", in_size)
    wanted = _pair("bbox_resize", "out_size", out_size)
    boxes[:, :4] *= numpy.tile(numpy.divide(wanted, given), 2)
    return boxes


def bbox_translate(bbox: Any, x_offset: float = 0, y_offset: float = 0) -> numpy.ndarray:
    """Boxes moved to the right and down."""
    boxes = numpy.array(boxes_of("bbox_translate", bbox))
    boxes[:, :4] += numpy.array([x_offset, y_offset] * 2, boxes.dtype)
    return boxes


def bbox_iou(bbox_a: numpy.ndarray, bbox_b: numpy.ndarray, offset: float = 0) -> numpy.ndarray:
    """What each two boxes have in common over what they cover together, (N, M).

    offset: 1 where right and bottom are pixels of the box
    """
    if bbox_a.shape[1] < 4 or bbox_b.shape[1] < 4:
        raise IndexOutOfRange("bbox_iou: boxes must have at least 4 numbers each")

    def area(boxes: numpy.ndarray) -> numpy.ndarray:
        return numpy.prod(boxes[..., 2:4] - boxes[..., :2] + offset, axis=-1)

    first, second = bbox_a[:, None, :4], bbox_b[None, :, :4]
    low = numpy.maximum(first[..., :2], second[..., :2])
    high = numpy.minimum(first[..., 2:], second[..., 2:])
    common = area(numpy.concatenate([low, high], -1)) * (low < high).all(-1)
    return common / (area(first) + area(second) - common)


def bbox_xywh_to_xyxy(xywh: Any) -> Any:
    """Left, top, width, height as left, top, and the last pixels: one box, or rows of them."""
    return _converted("bbox_xywh_to_xyxy", xywh, lambda a, b: (a, a + numpy.maximum(b - 1, 0)))


def bbox_xyxy_to_xywh(xyxy: Any) -> Any:
    """The way back."""
    return _converted("bbox_xyxy_to_xywh", xyxy, lambda a, b: (a, b - a + 1))


def bbox_clip_xyxy(xyxy: Any, width: float, height: float) -> Any:
    """Corners moved into an image."""
    last = numpy.array([width - 1, height - 1])
    return _converted(
        "bbox_clip_xyxy", xyxy, lambda a, b: (numpy.clip(a, 0, last), numpy.clip(b, 0, last))
    )


def _converted(where: str, given: Any, change: Any) -> Any:
    """A function of both pairs of each box: a tuple for one box, an array for several."""
    if not isinstance(given, tuple | list | numpy.ndarray):
        raise InvalidType(
            f"{where}: boxes must be a tuple, a list or an array of NumPy; got "
            f"{type(given).__name__}"
        )
    is_one = not isinstance(given, numpy.ndarray)
    boxes = numpy.asarray(given)
    if (is_one and len(given) != 4) or boxes.size % 4:
        raise IndexOutOfRange(f"{where}: boxes must have 4 numbers each; got shape {boxes.shape}")
    found = numpy.concatenate(change(boxes[..., :2], boxes[..., 2:4]), axis=-1)
    return tuple(found.tolist()) if is_one else found


def bbox_random_crop_with_constraints(
    bbox: Any,
    size: Sequence[int],
    min_scale: float = 0.3,
    max_scale: float = 1,
    max_aspect_ratio: float = 2,
    constraints: Iterable[tuple[Any, Any]] | None = None,
    max_trial: int = 50,
) -> tuple[numpy.ndarray, Box]:
    """A random part of an image as SSD is trained with (Liu et al. 2016): what is left of the
    boxes, and left, top, width and height of the part.

    size: (width, height) of the image
    min_scale, max_scale: of the part to the image; max_aspect_ratio: of its sides
    constraints: the smallest and the largest overlap of the part with any box, None for no bound;
        one of the parts that fulfil a pair is taken
    max_trial: how often a part is drawn for each pair
    """
    boxes = boxes_of("bbox_random_crop_with_constraints", bbox)
    width, height = _pair("bbox_random_crop_with_constraints", "size", size)
    found: list[Box] = [(0, 0, width, height)]
    for low, high in _CONSTRAINTS if constraints is None else constraints:
        for _ in range(max_trial):
            part = _drawn(width, height, min_scale, max_scale, max_aspect_ratio)
            if not len(boxes):
                return numpy.array(boxes), part
            left, top, wide, tall = part
            overlaps = bbox_iou(boxes, numpy.array([[left, top, left + wide, top + tall]]))
            fits_low = low is None or overlaps.min() >= low
            if fits_low and (high is None or overlaps.max() <= high):
                found.append(part)
                break
    random.shuffle(found)
    for part in found:
        left = bbox_crop(boxes, part, allow_outside_center=False)
        if left.size:
            return left, part
    return numpy.array(boxes), (0, 0, width, height)


def _drawn(width: int, height: int, low: float, high: float, ratio: float) -> Box:
    scale = random.uniform(low, high)
    shape = random.uniform(max(1 / ratio, scale**2), min(ratio, 1 / scale**2)) ** 0.5
    wide = max(1, min(width, int(width * scale * shape)))
    tall = max(1, min(height, int(height * scale / shape)))
    return random.randint(0, width - wide), random.randint(0, height - tall), wide, tall


def _pair(where: str, name: str, value: Sequence[int]) -> tuple[int, int]:
    if len(value) != 2:
        raise InvalidValue(f"{where}: `{name}` must be (width, height); got {tuple(value)}")
    return value[0], value[1]


__all__ = [
    "bbox_clip_xyxy",
    "bbox_crop",
    "bbox_flip",
    "bbox_iou",
    "bbox_random_crop_with_constraints",
    "bbox_resize",
    "bbox_translate",
    "bbox_xywh_to_xyxy",
    "bbox_xyxy_to_xywh",
]
__dir__ = __all__.copy
