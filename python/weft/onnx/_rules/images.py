"""Operators around images: boxes that do not overlap, and image files, which the host reads."""

import io
import math
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Host, array_of
from weft.onnx._rules._table import RULES as rules


def _corners(boxes: ndarray, is_centred: bool) -> ndarray:
    """Boxes (..., 4) as their low and high corners."""
    first, second = boxes[..., :2], boxes[..., 2:]
    if is_centred:  # middle, then width and height
        half = second / 2
        return np.concatenate((first - half, first + half), -1)
    return np.concatenate((np.minimum(first, second), np.maximum(first, second)), -1)


@rules("NonMaxSuppression")
def _non_max_suppression(
    boxes: Array,
    scores: Array,
    max_output_boxes_per_class: Any = None,
    iou_threshold: Host = None,
    score_threshold: Host = None,
    *,
    center_point_box: int = 0,
) -> ndarray:
    """Image, class and number of each box that is kept. A graph knows their count when it runs.

    Each class is a list of boxes for `npx.box_nms`, and carries the boxes' numbers along.
    """
    images, classes, count = scores.shape
    if max_output_boxes_per_class is None:
        return np.zeros((0, 3), dtype="int64")
    corners = np.expand_dims(_corners(boxes, bool(center_point_box)), 1)
    numbers = np.arange(count, dtype=scores.dtype).reshape((count, 1))
    lists = np.concatenate(
        [
            np.expand_dims(scores, -1),
            np.broadcast_to(corners, (images, classes, count, 4)),
            np.broadcast_to(numbers, (images, classes, count, 1)),
        ],
        -1,
    )
    least = _number(score_threshold, -math.inf)
    found = npx.box_nms(
        lists.reshape((images * classes, count, 6)),
        *(_number(iou_threshold, 0.0), least),
        coord_start=1,
        score_index=0,
    )[..., 5].reshape((images, classes, count))
    most = array_of(max_output_boxes_per_class).reshape(())
    kept = np.logical_and(found >= 0, np.arange(count, dtype="int64") < most)
    image, label, _ = np.nonzero(kept)
    return np.stack([image, label, found[kept].astype("int64")], -1)


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
        image = Image.open(io.BytesIO(encoded.tobytes()))  # refuses too many pixels
        if image.mode.startswith("I"):  # 16 bits: Pillow would cut them off at 255
            image = Image.fromarray((numpy.asarray(image) >> 8).astype("uint8"))
        image = image.convert("L" if pixel_format == "Grayscale" else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise InvalidValue(f"the bytes are no image: {error}") from None
    pixels = numpy.asarray(image)
    if pixel_format == "Grayscale":
        return array_of(pixels[:, :, None])
    return array_of(pixels[:, :, ::-1] if pixel_format == "BGR" else pixels)
