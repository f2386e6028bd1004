"""Operators around images that run on the host: boxes that do not overlap, and image files."""

import io
from typing import Any

import numpy

from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Host, array_of
from weft.onnx._rules._table import RULES as rules


def _corners(boxes: numpy.ndarray, is_centred: bool) -> numpy.ndarray:
    """Boxes as their low and high corners: (boxes, 4)."""
    if is_centred:  # middle, then width and height
        half = boxes[:, 2:] / 2
        return numpy.concatenate((boxes[:, :2] - half, boxes[:, :2] + half), 1)
    first, second = boxes[:, :2], boxes[:, 2:]
    return numpy.concatenate((numpy.minimum(first, second), numpy.maximum(first, second)), 1)


def _overlaps(box: numpy.ndarray, others: numpy.ndarray) -> numpy.ndarray:
    """The area that a box shares with others, over the area of both together."""
    low = numpy.maximum(box[:2], others[:, :2])
    high = numpy.minimum(box[2:], others[:, 2:])
    shared = numpy.prod(numpy.maximum(high - low, 0), axis=1)
    areas = numpy.prod(others[:, 2:] - others[:, :2], axis=1)
    area = numpy.prod(box[2:] - box[:2])
    whole = areas + area - shared
    is_real = (shared > 0) & (areas > 0) & (area > 0) & (whole > 0)
    return numpy.where(is_real, shared / numpy.where(is_real, whole, 1), -1.0)


def _kept(
    corners: numpy.ndarray, scores: numpy.ndarray, most: int, iou: float, least: float | None
) -> list[int]:
    """The boxes with the highest scores that do not overlap a box that was kept before."""
    order = numpy.argsort(-scores, kind="stable")
    if least is not None:
        order = order[scores[order] > least]
    kept: list[int] = []
    while order.size and len(kept) < most:
        best, order = int(order[0]), order[1:]
        kept.append(best)
        order = order[_overlaps(corners[best], corners[order]) <= iou]
    return kept


@rules("NonMaxSuppression")
def _non_max_suppression(
    boxes: Host,
    scores: Host,
    max_output_boxes_per_class: Host = None,
    iou_threshold: Host = None,
    score_threshold: Host = None,
    *,
    center_point_box: int = 0,
) -> ndarray:
    most = _number(max_output_boxes_per_class, 0)
    iou, least = _number(iou_threshold, 0.0), _number(score_threshold, None)
    found = []
    for image in range(scores.shape[0]):
        corners = _corners(boxes[image], bool(center_point_box))
        for label in range(scores.shape[1]):
            kept = _kept(corners, scores[image, label], most, iou, least)
            found.extend((image, label, box) for box in kept)
    return array_of(numpy.array(found, "int64").reshape(-1, 3))


def _number(value: numpy.ndarray | None, default: Any) -> Any:
    return default if value is None or not value.size else value.reshape(-1)[0].item()


@rules("ImageDecoder")
def _image_decoder(encoded: Host, *, pixel_format: str = "RGB") -> ndarray:
    """The pixels of an image file, by Pillow."""
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise Unsupported("needs the package pillow, which is not installed") from None
    if pixel_format not in ("RGB", "BGR", "Grayscale"):
        raise Unsupported(f"`pixel_format` must be RGB, BGR or Grayscale; got {pixel_format!r}")
    try:
        image = Image.open(io.BytesIO(encoded.tobytes()))
        image = image.convert("L" if pixel_format == "Grayscale" else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise InvalidValue(f"the bytes are no image: {error}") from None
    pixels = numpy.asarray(image)
    if pixel_format == "Grayscale":
        return array_of(pixels[:, :, None])
    return array_of(pixels[:, :, ::-1] if pixel_format == "BGR" else pixels)
