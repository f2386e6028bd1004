"""Layers of SSD, a detector of objects: boxes of all places, and detections made of them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import layer

# ---- boxes of all places ------------------------------------------------------------------------


def _sides(
    least: Sequence[float], most: Sequence[float], ratios: Sequence[float], flip: bool
) -> list[tuple[float, float]]:
    """Width and height of the boxes of one place, in pixels."""
    known: list[float] = [1.0]
    for ratio in ratios:
        for other in (ratio, 1 / ratio) if flip else (ratio,):
            if all(abs(other - one) >= 1e-6 for one in known):
                known.append(other)
    sides = []
    for number, size in enumerate(least):
        sides.append((size, size))
        if most:
            middle = math.sqrt(size * most[number])
            sides.append((middle, middle))
        for ratio in known[1:]:
            root = math.sqrt(ratio)
            sides.append((size * root, size / root))
    return sides


def _pair(both: float | None, high: float | None, wide: float | None) -> tuple[Any, Any]:
    """A number for height and one for width; None where the file says none."""
    return (both, both) if both is not None else (high, wide)


@layer("PriorBox", "prior_box_param")
def _prior_box(
    x: Array,
    image: Array,
    *,
    min_size: Sequence[float] = (),
    max_size: Sequence[float] = (),
    aspect_ratio: Sequence[float] = (),
    flip: bool = True,
    clip: bool = False,
    variance: Sequence[float] = (),
    img_size: int | None = None,
    img_h: int | None = None,
    img_w: int | None = None,
    step: float | None = None,
    step_h: float | None = None,
    step_w: float | None = None,
    offset: float = 0.5,
) -> ndarray:
    if not min_size or (max_size and len(max_size) != len(min_size)):
        raise InvalidValue(
            "`min_size` must be given, and `max_size` for each of them or for none; got "
            f"{list(min_size)} and {list(max_size)}"
        )
    if len(variance) not in (0, 1, 4) or min(aspect_ratio, default=1) <= 0:
        raise InvalidValue(
            "`variance` must be 1 or 4 numbers and `aspect_ratio` above 0; got "
            f"{list(variance)} and {list(aspect_ratio)}"
        )
    if x.ndim != 4 or image.ndim != 4:
        raise InvalidValue(
            f"bottoms must have 4 axes; got shapes {tuple(x.shape)} and {tuple(image.shape)}"
        )
    rows, columns = x.shape[2:]
    height, width = _pair(img_size, img_h, img_w)
    height, width = height or image.shape[2], width or image.shape[3]
    down, across = _pair(step, step_h, step_w)
    down, across = down or height / rows, across or width / columns
    half = numpy.array(_sides(min_size, max_size, aspect_ratio, flip)) / 2
    centre = numpy.empty((rows, columns, 1, 2))
    centre[..., 0] = ((numpy.arange(columns) + offset) * across)[None, :, None]
    centre[..., 1] = ((numpy.arange(rows) + offset) * down)[:, None, None]
    boxes = numpy.concatenate([centre - half, centre + half], -1)
    boxes /= numpy.array([width, height, width, height])
    boxes = numpy.clip(boxes, 0, 1) if clip else boxes
    spread = numpy.resize(numpy.array(variance or [0.1]), boxes.size)
    both = numpy.stack([boxes.reshape(-1), spread])[None]
    return np.array(both.astype("float32"))


# ---- detections ---------------------------------------------------------------------------------


def _decoded(loc: ndarray, priors: ndarray, spread: Any, code: str) -> ndarray:
    """Boxes (..., P, 4) as corners. loc: their codes; priors, spread: (P, 4)"""
    codes = loc if spread is None else loc * spread
    low, high = priors[:, :2], priors[:, 2:]
    if code == "CORNER":
        return priors + codes
    size = high - low
    if code == "CORNER_SIZE":
        return priors + codes * np.concatenate([size, size], axis=1)
    centre = (low + high) * 0.5 + codes[..., :2] * size
    half = np.exp(codes[..., 2:]) * size * 0.5
    return np.concatenate([centre - half, centre + half], axis=-1)


@layer("DetectionOutput", "detection_output_param")
def _detection_output(
    loc: Array,
    conf: Array,
    prior: Array,
    *,
    num_classes: int,
    share_location: bool = True,
    background_label_id: int = 0,
    nms_param: Any = None,
    code_type: str = "CORNER",
    variance_encoded_in_target: bool = False,
    keep_top_k: int = -1,
    confidence_threshold: float | None = None,
    visualize: bool = False,
    visualize_threshold: float | None = None,
    save_file: str = "",
) -> ndarray:
    """Rows of image, class, score and corners; classes rise, scores fall within each."""
    nms = {"nms_threshold": 0.3, "top_k": -1, "eta": 1.0} | (nms_param or {})
    if nms["eta"] != 1:
        raise Unsupported(f"`eta` must be 1; got {nms['eta']}")
    if not share_location:
        raise Unsupported("`share_location` must be true")
    images, places = loc.shape[0], prior.shape[2] // 4
    if loc.shape[1] != places * 4 or conf.reshape((images, -1)).shape[1] != places * num_classes:
        raise InvalidValue(
            f"{places} boxes need {places * 4} places and {places * num_classes} scores; got "
            f"shapes {tuple(loc.shape)} and {tuple(conf.shape)}"
        )
    known = prior.reshape((2, places, 4))
    spread = None if variance_encoded_in_target else known[1]
    boxes = _decoded(loc.reshape((images, places, 4)), known[0], spread, code_type)
    labels = [number for number in range(num_classes) if number != background_label_id]
    scores = np.swapaxes(conf.reshape((images, places, num_classes)), 1, 2)
    scores = np.take(scores, np.array(numpy.array(labels, "int32")), axis=1)
    least = -math.inf if confidence_threshold is None else confidence_threshold
    found = _best(scores, boxes, nms, max(least, -1e30))
    return _rows(found, labels, keep_top_k)


def _best(scores: ndarray, boxes: ndarray, nms: Any, least: float) -> ndarray:
    """For each image and class its boxes by falling score, (N, C, K, 5); rows of -1 behind them."""
    images, classes, places = scores.shape
    each = np.broadcast_to(np.expand_dims(boxes, 1), (images, classes, places, 4))
    rows = np.concatenate([np.expand_dims(scores, 3), each], axis=3)
    most = min(nms["top_k"], places) if nms["top_k"] > 0 else -1
    kept = npx.box_nms(
        rows,
        overlap_thresh=nms["nms_threshold"],
        valid_thresh=least,
        topk=most,
        coord_start=1,
        score_index=0,
    )
    return kept[:, :, :most] if most > 0 else kept


def _rows(found: ndarray, labels: list[int], most: int) -> ndarray:
    """The detections (1, 1, K, 7), of each image the `most` best ones; -1: all."""
    images, classes, count, _ = found.shape
    flat = found.reshape((images, classes * count, 5))
    scores = flat[..., 0]
    is_kept = scores >= 0
    if 0 < most < classes * count:
        order = np.argsort(-scores, axis=1)
        ranks = np.argsort(order, axis=1)
        is_kept = np.logical_and(is_kept, ranks < most)
    of_image = numpy.repeat(numpy.arange(images, dtype="float32"), classes * count)
    of_class = numpy.tile(numpy.repeat(numpy.array(labels, "float32"), count), images)
    front = np.array(numpy.stack([of_image, of_class], 1))
    rows = np.concatenate([front, flat.reshape((-1, 5))], axis=1)
    chosen = rows[is_kept.reshape((-1,))]
    return np.expand_dims(np.expand_dims(chosen, 0), 0)


__all__: list[str] = []
