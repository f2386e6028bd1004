"""Regions of images: pooling that is position-sensitive, deformable or rotated, and proposals of
regions, which detectors begin with.

A bin of a region is a sum over rows and columns, each with a weight. So pooling is two products of
matrices, and its gradient follows from theirs.
"""

import functools
import math
from typing import Any

import numpy

from weft import library, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints, parse
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted


def _rounded(x: ndarray) -> ndarray:
    """To the nearest integer, halves away from zero."""
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def _row(extent: int) -> ndarray:
    return np.arange(extent, dtype="float32")


# ---- position-sensitive regions ------------------------------------------------------------------


def _in_bins(
    data: ndarray, images: ndarray, rows: ndarray, columns: ndarray, groups: int, side: int
) -> ndarray:
    """Weighted sums over each bin of each region; each bin reads channels of its own.

    rows, columns: (regions, bins, extent), weights; groups: of channels along each side
    """
    batch, channels, height, width = data.shape
    regions, classes = rows.shape[0], channels // (groups * groups)
    places = numpy.arange(side) * groups // side
    own = (places[:, None] * groups + places[None, :]).reshape(-1).astype("int32")
    maps = np.take(data.reshape((batch, classes, groups * groups, height, width)), own, axis=2)
    maps = np.transpose(maps, (2, 0, 3, 1, 4)).reshape((side * side, batch * height, -1))
    here = npx.one_hot(images.astype("int32"), batch).astype(rows.dtype)
    spread = np.expand_dims(rows, 2) * here.reshape((regions, 1, batch, 1))
    spread = np.moveaxis(spread.reshape((regions, side * side, batch * height)), 0, 1)
    found = np.matmul(spread, maps).reshape((side * side, regions, classes, width))
    found = np.sum(found * np.expand_dims(np.moveaxis(columns, 0, 1), 2), axis=-1)
    return np.transpose(found, (1, 2, 0)).reshape((regions, classes, side, side))


def _frames(rois: ndarray, scale: float, shift: float) -> tuple[ndarray, ndarray]:
    """Where regions begin and how large they are, as columns x and y."""
    begin = _rounded(rois[:, 1:3]) * scale - shift
    end = (_rounded(rois[:, 3:5]) + 1) * scale - shift
    return begin, np.maximum(end - begin, 0.1)


@rules("_contrib_PSROIPooling")
def _psroi_pooling(
    data: Array,
    rois: Array,
    *,
    spatial_scale: float,
    output_dim: int,
    pooled_size: int,
    group_size: int = 0,
) -> ndarray:
    """Means over the bins of regions; each bin reads channels of its own."""
    side, groups = int(pooled_size), int(group_size) or int(pooled_size)
    _check_channels(data, int(output_dim), groups)
    rois = npx.stop_gradient(rois)
    begin, size = _frames(rois, spatial_scale, 0.0)
    number = _row(side).reshape((1, -1))

    def weights(axis: int, extent: int) -> ndarray:
        """1 / count for rows or columns within each of `side` bins."""
        start, step = begin[:, axis : axis + 1], size[:, axis : axis + 1] / side
        low = np.expand_dims(np.clip(np.floor(number * step + start), 0, extent), -1)
        high = np.expand_dims(np.clip(np.ceil((number + 1) * step + start), 0, extent), -1)
        place = _row(extent)
        is_in = np.logical_and(place >= low, place < high)
        return is_in.astype(data.dtype) / np.maximum(high - low, 1)

    rows, columns = weights(1, data.shape[2]), weights(0, data.shape[3])
    rows = np.repeat(rows, side, axis=1)  # of each bin, row by row
    return _in_bins(data, rois[:, 0], rows, np.tile(columns, (1, side, 1)), groups, side)


def _check_channels(data: ndarray, classes: int, groups: int) -> None:
    if data.shape[1] != classes * groups * groups:
        raise InvalidValue(
            f"`data` must have output_dim * group_size ** 2 = {classes * groups * groups} "
            f"channels; got shape {data.shape}"
        )


@rules("_contrib_DeformablePSROIPooling")
def _deformable_psroi_pooling(
    data: Array,
    rois: Array,
    trans: Array = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: Any = False,
) -> ndarray:
    """Means of samples in the bins of regions, which `trans` moves by shares of the region."""
    side, groups, samples = int(pooled_size), int(group_size), int(sample_per_part)
    _check_channels(data, int(output_dim), groups)
    rois = npx.stop_gradient(rois)
    begin, size = _frames(rois, spatial_scale, 0.5)
    shifts = None if flag(no_trans) else trans
    classes = 1 if shifts is None else shifts.shape[1] // 2
    count = int(output_dim) // classes
    bins = [numpy.repeat(numpy.arange(side), side), numpy.tile(numpy.arange(side), side)]
    parts = int(part_size) or side
    spots = (bins[0] * parts // side * parts + bins[1] * parts // side).astype("int32")

    def weights(axis: int, extent: int, number: int) -> ndarray:
        """Of rows (axis 1) or columns (axis 0), by bilinear sampling, for a class of offsets."""
        start, whole = begin[:, axis : axis + 1], size[:, axis : axis + 1]
        step = whole / side
        first = np.array(bins[1 - axis].astype("float32")) * step + start
        if shifts is not None:
            moved = shifts[:, 2 * number + axis].reshape((rois.shape[0], -1))
            first = first + np.take(moved, spots, axis=1) * trans_std * whole
        at = np.expand_dims(first, -1) + _row(samples) * np.expand_dims(step / samples, -1)
        is_in = np.logical_and(at >= -0.5, at <= extent - 0.5).astype(data.dtype)
        gaps = np.abs(np.expand_dims(np.clip(at, 0, extent - 1), -1) - _row(extent))
        total = np.sum(npx.relu(1 - gaps) * np.expand_dims(is_in, -1), axis=2)
        return total / np.maximum(np.sum(is_in, axis=2, keepdims=True), 1)

    found = []
    for number in range(classes):
        own = data[:, number * count * groups * groups : (number + 1) * count * groups * groups]
        rows, columns = weights(1, data.shape[2], number), weights(0, data.shape[3], number)
        found.append(_in_bins(own, rois[:, 0], rows, columns, groups, side))
    return found[0] if classes == 1 else np.concatenate(found, axis=1)


@rules("_contrib_RROIAlign")
def _rotated_roi_align(
    data: Array, rois: Array, *, pooled_size: Any, spatial_scale: float, sampling_ratio: int = -1
) -> ndarray:
    """Means of samples in the bins of rotated regions, each of them an image number, the centre,
    the width, the height, and the angle in degrees."""
    high, wide = ints(pooled_size, "pooled_size", 2)
    height, width = data.shape[2:]
    rois = npx.stop_gradient(rois)
    size = np.maximum(rois[:, 3:5] * spatial_scale, 1)
    samples = int(sampling_ratio)
    if samples > 0:
        counts = (samples, samples)
    elif rois.shape[0] == 1:  # as many as the region asks for
        most = numpy.ceil(size.asnumpy()[0] / numpy.array([wide, high], "float32"))
        counts = (int(most[1]), int(most[0]))
    else:
        each = [
            _rotated_roi_align(
                data, rois[n : n + 1], pooled_size=pooled_size, spatial_scale=spatial_scale
            )
            for n in range(rois.shape[0])
        ]
        return np.concatenate(each)
    ys = (_row(high * counts[0]) + 0.5) / (high * counts[0]) - 0.5
    xs = (_row(wide * counts[1]) + 0.5) / (wide * counts[1]) - 0.5
    angle = (rois[:, 5] * (math.pi / 180)).reshape((-1, 1, 1))
    y = ys.reshape((1, -1, 1)) * size[:, 1].reshape((-1, 1, 1))
    x = xs.reshape((1, 1, -1)) * size[:, 0].reshape((-1, 1, 1))
    centre = rois[:, 1:3] * spatial_scale
    at_x = x * np.cos(angle) + y * np.sin(angle) + centre[:, 0].reshape((-1, 1, 1))
    at_y = y * np.cos(angle) - x * np.sin(angle) + centre[:, 1].reshape((-1, 1, 1))
    is_in = np.logical_and(
        np.logical_and(at_y >= -1, at_y <= height), np.logical_and(at_x >= -1, at_x <= width)
    )
    at_y, at_x = np.clip(at_y, 0, height - 1), np.clip(at_x, 0, width - 1)
    images = rois[:, 0].astype("int32")
    grid = np.stack(
        [at_x * (2 / max(width - 1, 1)) - 1, at_y * (2 / max(height - 1, 1)) - 1], axis=-1
    )
    found = npx.grid_sample(np.take(data, images, axis=0), grid, align_corners=True)
    found = found * np.expand_dims(is_in.astype(data.dtype), 1)
    parts = (rois.shape[0], data.shape[1], high, counts[0], wide, counts[1])
    return np.mean(found.reshape(parts), axis=(3, 5))


# ---- proposals -----------------------------------------------------------------------------------


def _anchors(stride: float, ratios: Any, scales: Any) -> numpy.ndarray:
    """Boxes around the first place of a map, for each ratio in each scale."""
    middle = 0.5 * (stride - 1)
    found = []
    for ratio in ratios:
        side = math.floor(math.sqrt(math.floor(stride * stride / ratio)) + 0.5)
        for scale in scales:
            half_x = 0.5 * (side * scale - 1)
            half_y = 0.5 * (math.floor(side * ratio + 0.5) * scale - 1)
            found.append((middle - half_x, middle - half_y, middle + half_x, middle + half_y))
    return numpy.array(found, "float32")


def _moved(boxes: numpy.ndarray, deltas: numpy.ndarray, is_corners: bool) -> numpy.ndarray:
    """Boxes moved by what a network says: of corners, or of the centre and the size."""
    if is_corners:
        return boxes + deltas
    size = boxes[:, 2:] - boxes[:, :2] + 1
    centre = deltas[:, :2] * size + boxes[:, :2] + 0.5 * (size - 1)
    half = 0.5 * (numpy.exp(deltas[:, 2:]) * size - 1)
    return numpy.concatenate([centre - half, centre + half], 1)


def _kept(boxes: numpy.ndarray, threshold: float, most: int) -> list[int]:
    """The boxes, of sorted ones, that overlap no earlier one too much."""
    area = numpy.prod(boxes[:, 2:] - boxes[:, :2] + 1, 1)
    is_free = numpy.ones(len(boxes), bool)
    kept: list[int] = []
    for place, box in enumerate(boxes):
        if len(kept) == most:
            break
        if not is_free[place]:
            continue
        kept.append(place)
        low = numpy.maximum(box[:2], boxes[place + 1 :, :2])
        high = numpy.minimum(box[2:], boxes[place + 1 :, 2:])
        shared = numpy.prod(numpy.maximum(high - low + 1, 0), 1)
        whole = area[place] + area[place + 1 :] - shared
        is_free[place + 1 :] &= shared <= threshold * whole
    return kept


def _proposed(
    scores: numpy.ndarray,
    deltas: numpy.ndarray,
    info: numpy.ndarray,
    anchors: numpy.ndarray,
    given: dict[str, Any],
) -> numpy.ndarray:
    """Rows of a box and its score for one image.

    scores: (anchors, height, width); deltas: (4 * anchors, height, width)
    info: the image's height, width and scale
    """
    count, height, width = scores.shape
    stride = given["feature_stride"]
    y, x = numpy.meshgrid(numpy.arange(height), numpy.arange(width), indexing="ij")
    shift = numpy.stack([x, y, x, y], -1)[:, :, None, :] * numpy.float32(stride)
    boxes = (shift + anchors).reshape(-1, 4).astype("float32")
    moves = deltas.reshape(count, 4, height, width).transpose(2, 3, 0, 1).reshape(-1, 4)
    boxes = _moved(boxes, moves, given["iou_loss"])
    limit = numpy.array([info[1], info[0], info[1], info[0]], "float32") - 1
    boxes = numpy.clip(boxes, 0, numpy.maximum(limit, 0))
    score = scores.transpose(1, 2, 0).copy()
    score[int(info[0] / stride) :] = -1  # beyond the image
    score[:, int(info[1] / stride) :] = -1
    score = score.reshape(-1)
    least = numpy.float32(given["rpn_min_size"] * info[2])
    is_small = (boxes[:, 2:] - boxes[:, :2] + 1 < least).any(1)
    boxes[is_small] += numpy.array([-1, -1, 1, 1], "float32") * (least / 2)
    score[is_small] = -1
    before, after = given["rpn_pre_nms_top_n"], given["rpn_post_nms_top_n"]
    order = numpy.argsort(-score, kind="stable")[: before if before > 0 else None]
    kept = _kept(boxes[order], given["threshold"], min(after, len(order)))
    chosen = order[numpy.resize(kept, after)]  # repeated where there are too few
    return numpy.concatenate([boxes[chosen], score[chosen, None]], 1)


@functools.cache
def _proposals() -> Any:
    """The operator that proposes regions; registered when it is first used. Its results are rows of
    an image number and a box, and scores."""

    def infer(
        cls_prob: library.ArrayType, bbox_pred: Any, im_info: Any, **given: Any
    ) -> tuple[library.ArrayType, ...]:
        rows = cls_prob.shape[0] * given["rpn_post_nms_top_n"]
        return tuple(library.ArrayType((rows, n), cls_prob.dtype) for n in (5, 1))

    def kernel(
        cls_prob: numpy.ndarray, bbox_pred: numpy.ndarray, im_info: numpy.ndarray, **given: Any
    ) -> tuple[numpy.ndarray, ...]:
        ratios, scales = parse(given["ratios"]), parse(given["scales"])
        anchors = _anchors(given["feature_stride"], ratios, scales)
        found = [
            _proposed(scores[len(anchors) :], deltas, info, anchors, given)
            for scores, deltas, info in zip(cls_prob, bbox_pred, im_info, strict=True)
        ]
        images = numpy.repeat(numpy.arange(len(found)), given["rpn_post_nms_top_n"])
        whole = numpy.concatenate(found)
        rois = numpy.concatenate([images[:, None], whole[:, :4]], 1)
        return rois.astype(cls_prob.dtype), whole[:, 4:].astype(cls_prob.dtype)

    return library.register_op(
        "mxnet_region_proposals",
        inputs={
            "cls_prob": "(N, 2 * anchors, H, W): chances of background, then of objects",
            "bbox_pred": "(N, 4 * anchors, H, W): how anchors are moved",
            "im_info": "(N, 3): height, width and scale of each image",
        },
        attributes={
            **{"rpn_pre_nms_top_n": 6000, "rpn_post_nms_top_n": 300, "threshold": 0.7},
            **{"rpn_min_size": 16, "scales": "()", "ratios": "()", "feature_stride": 16},
            "iou_loss": False,
        },
        outputs=2,
        infer=infer,
        kernel=kernel,
        gradient=lambda inputs, outputs, cotangents, **given: (None, None, None),
        promotion="float",
        doc="Regions that may show objects, from the maps of a network. No gradient.",
    )


@rules("_contrib_Proposal", "_contrib_MultiProposal")
def _proposal(
    cls_prob: Array,
    bbox_pred: Array,
    im_info: Array,
    *,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: Any = (4.0, 8.0, 16.0, 32.0),
    ratios: Any = (0.5, 1.0, 2.0),
    feature_stride: int = 16,
    output_score: Any = False,
    iou_loss: Any = False,
) -> Any:
    """Rows of an image number and a box that may show an object, and with `output_score` their
    scores."""
    listed = [tuple(x) if isinstance(x, tuple | list) else (x,) for x in (scales, ratios)]
    anchors = len(listed[0]) * len(listed[1])
    if cls_prob.ndim != 4 or cls_prob.shape[1] != 2 * anchors:
        raise InvalidValue(
            f"`cls_prob` must have shape (N, {2 * anchors}, H, W) for {anchors} anchors; got "
            f"{cls_prob.shape}"
        )
    rois, score = _proposals()(
        cls_prob,
        bbox_pred,
        im_info,
        rpn_pre_nms_top_n=int(rpn_pre_nms_top_n),
        rpn_post_nms_top_n=int(rpn_post_nms_top_n),
        threshold=float(threshold),
        rpn_min_size=int(rpn_min_size),
        scales=str(listed[0]),
        ratios=str(listed[1]),
        feature_stride=int(feature_stride),
        iou_loss=flag(iou_loss),
    )
    return (rois, score) if flag(output_score) else rois


counted(
    ("_contrib_Proposal", "_contrib_MultiProposal"),
    lambda given: 2 if flag(given.get("output_score", False)) else 1,
)
