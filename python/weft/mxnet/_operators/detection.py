"""Detection of objects: anchors, boxes, what a detector learns from and what it finds."""

import math
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, parse
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted


def _numbers(value: Any) -> tuple[float, ...]:
    value = parse(value)
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@rules("_contrib_MultiBoxPrior", "_npx_multibox_prior")
def _multibox_prior(
    data: Array,
    *,
    sizes: Any = (1.0,),
    ratios: Any = (1.0,),
    clip: Any = False,
    steps: Any = (-1.0, -1.0),
    offsets: Any = (0.5, 0.5),
) -> ndarray:
    return npx.multibox_prior(
        data, _numbers(sizes), _numbers(ratios), flag(clip), _numbers(steps), _numbers(offsets)
    )


@rules("_contrib_MultiBoxTarget", "_npx_multibox_target")
def _multibox_target(
    anchor: Array,
    label: Array,
    cls_pred: Array,
    *,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
) -> tuple[ndarray, ...]:
    return npx.multibox_target(
        anchor,
        label,
        cls_pred,
        overlap_threshold,
        ignore_label,
        negative_mining_ratio,
        negative_mining_thresh,
        minimum_negative_samples,
        _numbers(variances),
    )


@rules("_contrib_MultiBoxDetection", "_npx_multibox_detection")
def _multibox_detection(
    cls_prob: Array,
    loc_pred: Array,
    anchor: Array,
    *,
    clip: Any = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: Any = False,
    variances: Any = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
) -> ndarray:
    """MXNet takes class 0 for the background, whatever `background_id` says."""
    return npx.multibox_detection(
        cls_prob,
        loc_pred,
        anchor,
        flag(clip),
        threshold,
        nms_threshold,
        flag(force_suppress),
        _numbers(variances),
        int(nms_topk),
    )


@rules("_contrib_bipartite_matching", "_npx_bipartite_matching")
def _bipartite_matching(
    data: Array, *, threshold: float, is_ascend: Any = False, topk: int = -1
) -> tuple[ndarray, ndarray]:
    """MXNet makes one pair more than `topk`."""
    most = int(topk) + 1 if topk > 0 else -1
    found = npx.bipartite_matching(data, threshold, flag(is_ascend), most)
    never = np.zeros((), "bool")  # recorded, as all operators of MXNet: the gradient is zero
    of_rows, of_columns = (np.where(never, np.sum(data), part) for part in found)
    return of_rows, of_columns


@rules("_contrib_box_nms", "_contrib_box_non_maximum_suppression", "_npx_box_nms")
def _box_nms(
    data: Array,
    *,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: Any = False,
    in_format: str = "corner",
    out_format: str = "corner",
) -> ndarray:
    if int(id_index) >= 0 and int(background_id) < 0:
        data = _without_class(data, int(id_index), int(score_index), int(background_id))
    return npx.box_nms(
        data,
        overlap_thresh,
        valid_thresh,
        int(topk),
        int(coord_start),
        int(score_index),
        int(id_index),
        int(background_id),
        flag(force_suppress),
        in_format,
        out_format,
    )


def _without_class(data: ndarray, id_index: int, score_index: int, background: int) -> ndarray:
    """Boxes of which those of a negative class have no score: MXNet leaves them out, too."""
    columns = np.arange(data.shape[-1]) == score_index
    is_background = data[..., id_index : id_index + 1] == background
    return np.where(np.logical_and(is_background, columns), -math.inf, data)


@rules("_contrib_box_iou", "_npx_box_iou")
def _box_iou(lhs: Array, rhs: Array, *, format: str = "corner") -> ndarray:
    return npx.box_iou(lhs, rhs, format)


@rules("_contrib_box_encode", "_npx_box_encode")
def _box_encode(
    samples: Array, matches: Array, anchors: Array, refs: Array, means: Array, stds: Array
) -> tuple[ndarray, ndarray]:
    return npx.box_encode(samples, matches, anchors, refs, means, stds)


@rules("_contrib_box_decode", "_npx_box_decode")
def _box_decode(
    data: Array,
    anchors: Array,
    *,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: str = "center",
) -> ndarray:
    return npx.box_decode(data, anchors, std0, std1, std2, std3, clip, format)


counted(("_contrib_MultiBoxTarget", "_npx_multibox_target"), 3)
counted(("_contrib_bipartite_matching", "_npx_bipartite_matching"), 2)
counted(("_contrib_box_encode", "_npx_box_encode"), 2)
