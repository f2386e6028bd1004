"""What detectors of objects learn from and what they find (Liu et al., "SSD", 2016): boxes matched
to anchors, and boxes of predictions. Compositions of operators without gradients.

B batch, N anchors, M labels, C classes; boxes are (left, top, right, bottom).
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray
from weft.npx._boxes import _by_centers, _first, _overlaps, _survivors, box_decode
from weft.npx._control import while_loop

_VARIANCES = (0.1, 0.1, 0.2, 0.2)
_LEAST_OVERLAP = 1e-6  # of a label and the anchor that is its own


def bipartite_matching(
    data: ArrayLike, threshold: float, is_ascend: bool = False, topk: int = -1
) -> tuple[ndarray, ndarray]:
    """Pairs of rows and columns, the best pair first, each row and column at most once.

    data: (..., R, K), how good each pair is
    threshold: pairs are made while they are better than this
    is_ascend: the smallest is the best; topk: at most so many pairs; not above 0: any number

    Returns for each row the number of its column, (..., R), and for each column that of its row,
    (..., K), in the dtype of `data`; -1 where there is none.

    >>> from weft import np, npx
    >>> rows, columns = npx.bipartite_matching(np.array([[0.5, 0.6], [0.1, 0.2], [0.3, 0.4]]), 0.01)
    >>> rows
    array([ 1., -1.,  0.])
    """
    given = np.asarray(data)
    if given.ndim < 2 or "float" not in given.dtype.name:
        raise InvalidValue(
            "bipartite_matching: `data` must be floating with shape (..., R, K); got shape "
            f"{given.shape} of {given.dtype.name}"
        )
    rows, columns = given.shape[-2:]
    lead = given.shape[:-2]
    if given.size == 0:
        return tuple(np.full((*lead, count), -1, given.dtype) for count in (rows, columns))
    scores = _OPERATORS["stop_gradient"](given).reshape((-1, rows, columns))
    least = -threshold if is_ascend else threshold
    most = min(rows, columns) if topk <= 0 else min(rows, columns, topk)
    of_rows, of_columns = _pairs(-scores if is_ascend else scores, least, most)
    return (
        of_rows.astype(given.dtype).reshape((*lead, rows)),
        of_columns.astype(given.dtype).reshape((*lead, columns)),
    )


def _pairs(scores: Any, least: float, most: int) -> tuple[Any, Any]:
    """The best pairs of (B, R, K) scores above `least`, at most `most`, as numbers of columns and
    of rows."""
    rows, columns = scores.shape[-2:]
    numbers = [_OPERATORS["arange"](0, extent, 1, "int64") for extent in (rows, columns)]
    nothing = [np.max(scores, axis=axis).astype("int64") * 0 - 1 for axis in (2, 1)]

    def step(of_rows: Any, of_columns: Any, _: Any) -> Any:
        is_free = np.logical_and(np.expand_dims(of_rows < 0, 2), np.expand_dims(of_columns < 0, 1))
        left = np.where(is_free, scores, -np.inf).reshape((-1, rows * columns))
        place = np.argmax(left, axis=1)
        is_pair = np.expand_dims(np.max(left, axis=1) > least, 1)
        row, column = np.expand_dims(place // columns, 1), np.expand_dims(place % columns, 1)
        new_row = np.logical_and(is_pair, numbers[0] == row)
        new_column = np.logical_and(is_pair, numbers[1] == column)
        after = (np.where(new_row, column, of_rows), np.where(new_column, row, of_columns))
        return None, (*after, np.any(is_pair))

    if most < 1 or rows * columns == 0:
        return nothing[0], nothing[1]
    state = (*nothing, np.ones((), dtype="bool"))
    _, (of_rows, of_columns, _) = while_loop(
        lambda _, __, goes_on: goes_on, step, state, max_iterations=most
    )
    return of_rows, of_columns


def multibox_target(
    anchor: ArrayLike,
    label: ArrayLike,
    cls_pred: ArrayLike,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Sequence[float] = _VARIANCES,
) -> tuple[ndarray, ndarray, ndarray]:
    """What a detector is to say of each anchor. Each label gets the anchor that overlaps it most;
    other anchors get the label that they overlap most.

    anchor: (1, N, 4); cls_pred: (B, C, N), scores of the background (class 0) and of the others
    label: (B, M, 5) or wider, rows of class and box; rows from the first class -1 on are none
    overlap_threshold: other anchors are positive above this; not above 0: there are no others
    ignore_label: the class of anchors that do not count, also of all where there is no label
    negative_mining_ratio: so many negative anchors for each positive one, those that look least
        like background; not above 0: all others are negative
    negative_mining_thresh: only anchors with less overlap than this can be negative then
    minimum_negative_samples: at least so many negative ones then
    variances: what the targets are divided by: of the centre's shift along x and y, and of the
        logarithms of width and height

    Returns targets of boxes (B, 4 N), masks of these (B, 4 N), and classes (B, N), 0 for
    background.

    >>> from weft import np, npx
    >>> anchor = np.array([[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]])
    >>> label = np.array([[[1, 0.1, 0.1, 0.5, 0.6]]])
    >>> npx.multibox_target(anchor, label, np.zeros((1, 5, 2)))[2]
    array([[2., 0.]])
    """
    where = "multibox_target"
    places, rows, scores = (
        _OPERATORS["stop_gradient"](np.asarray(x)) for x in (anchor, label, cls_pred)
    )
    _check_anchors(where, "anchor", places)
    count = places.shape[1]
    if rows.ndim != 3 or rows.shape[2] < 5 or scores.ndim != 3 or scores.shape[2] != count:
        raise InvalidValue(
            f"{where}: `label` must have shape (B, M, 5) or wider and `cls_pred` (B, C, {count}); "
            f"got {rows.shape} and {scores.shape}"
        )
    is_given = np.cumprod((rows[..., 0] != -1).astype("int64"), axis=1) > 0  # (B, M)
    boxes = rows[..., 1:5]
    overlap = _overlaps(np.expand_dims(places, 2), np.expand_dims(boxes, 1))  # (B, N, M)
    overlap = np.where(np.expand_dims(is_given, 1), overlap, -1.0)
    owner, _ = _pairs(overlap, _LEAST_OVERLAP, min(count, rows.shape[1]))
    best, most = np.argmax(overlap, axis=2), np.max(overlap, axis=2)
    is_own = owner >= 0
    if overlap_threshold > 0:
        is_positive = np.logical_or(is_own, most > overlap_threshold)
    else:
        is_positive, most = is_own, most * 0 - 1
    index = np.expand_dims(np.where(is_own, owner, best), -1)
    is_negative = np.logical_not(is_positive)
    if negative_mining_ratio > 0:
        wanted = np.sum(is_positive, axis=1, keepdims=True).astype("float32")
        wanted = np.maximum(np.floor(wanted * negative_mining_ratio), minimum_negative_samples)
        can_be = np.logical_and(is_negative, most < negative_mining_thresh)
        is_negative = _hardest(can_be, scores, wanted)
    target = _encoded(np.take_along_axis(boxes, index, 1), places, is_positive, variances)
    kind = np.take_along_axis(rows[..., :1], index, 1)[..., 0] + 1
    kinds = np.where(is_positive, kind, np.where(is_negative, 0.0, float(ignore_label)))
    kinds = np.where(np.any(is_given, axis=1, keepdims=True), kinds, float(ignore_label))
    mask = np.where(np.expand_dims(is_positive, -1), np.ones_like(target), 0.0)
    return target.reshape((-1, 4 * count)), mask.reshape((-1, 4 * count)), kinds


def _hardest(can_be: Any, scores: Any, wanted: Any) -> Any:
    """The first `wanted` of the anchors that can be negative, the least background first."""
    background = _OPERATORS["softmax"](scores, 1)[:, 0]
    order = _first(can_be, -background)
    rank = np.argsort(order, axis=-1).astype("float32")
    return np.logical_and(can_be, rank < wanted)


def _encoded(boxes: Any, anchors: Any, is_positive: Any, variances: Sequence[float]) -> Any:
    """Boxes relative to anchors; 0 where they do not belong."""
    chosen = np.expand_dims(is_positive, -1)
    anchor, box = _by_centers(anchors), _by_centers(boxes)
    shift = (box[..., :2] - anchor[..., :2]) / anchor[..., 2:]
    ratio = np.log(np.where(chosen, box[..., 2:] / anchor[..., 2:], 1.0))
    factors = np.array(numpy.asarray(variances, "float32")).astype(shift.dtype)
    return np.where(chosen, np.concatenate([shift, ratio], axis=-1) / factors, 0.0)


def multibox_detection(
    cls_prob: ArrayLike,
    loc_pred: ArrayLike,
    anchor: ArrayLike,
    clip: bool = True,
    threshold: float = 0.01,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: Sequence[float] = _VARIANCES,
    nms_topk: int = -1,
) -> ndarray:
    """The boxes that a detector finds, by falling score.

    cls_prob: (B, C, N), probabilities of the background (class 0) and of the others
    loc_pred: (B, 4 N), boxes relative to the anchors; anchor: (1, N, 4)
    clip: boxes end at 0 and 1
    threshold: anchors whose best class is less probable find nothing
    nms_threshold: a box that overlaps a better one of its class so much is dropped; not in (0, 1]:
        none is
    force_suppress: also by boxes of other classes
    variances: factors of the four numbers of a box
    nms_topk: only so many boxes are kept; not above 0: all

    Returns (B, N, 6): class from 0, score and box; the class of dropped boxes is -1, and rows
    behind the last box are -1.

    >>> from weft import np, npx
    >>> anchor = np.array([[[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]]])
    >>> scores = np.array([[[0.1, 0.9], [0.9, 0.1]]])
    >>> npx.multibox_detection(scores, np.zeros((1, 8)), anchor, threshold=0.5)[0, 0]
    array([0. , 0.9, 0. , 0. , 0.5, 0.5])
    """
    where = "multibox_detection"
    scores, moves, places = (
        _OPERATORS["stop_gradient"](np.asarray(x)) for x in (cls_prob, loc_pred, anchor)
    )
    _check_anchors(where, "anchor", places)
    count = places.shape[1]
    if scores.ndim != 3 or scores.shape[1] < 2 or scores.shape[2] != count:
        raise InvalidValue(
            f"{where}: `cls_prob` must have shape (B, C, {count}) with 2 classes or more; "
            f"got {scores.shape}"
        )
    if moves.ndim != 2 or moves.shape[1] != 4 * count:
        raise InvalidValue(
            f"{where}: `loc_pred` must have shape (B, {4 * count}); got {moves.shape}"
        )
    best = np.max(scores[:, 1:], axis=1)
    kind = np.argmax(scores[:, 1:], axis=1).astype(scores.dtype)
    boxes = box_decode(moves.reshape((-1, count, 4)), places, *variances, format="corner")
    boxes = np.clip(boxes, 0.0, 1.0) if clip else boxes
    rows = np.concatenate([np.expand_dims(kind, -1), np.expand_dims(best, -1), boxes], axis=-1)
    is_found = best >= threshold
    order = np.expand_dims(_first(is_found, best), -1)
    number = _OPERATORS["arange"](0, count, 1, "int64")
    if 0 < nms_topk < count:  # the others stay in the order of the anchors
        plain = np.expand_dims(_first(is_found, None), -1)
        order = np.where(np.expand_dims(number < nms_topk, -1), order, plain)
    rows = np.take_along_axis(rows, order, axis=1)
    is_row = number < np.sum(is_found, axis=1, keepdims=True)
    kinds = rows[..., :1]
    if 0 < nms_topk < count:
        kinds = np.where(np.expand_dims(number < nms_topk, -1), kinds, -1.0)
    if 0 < nms_threshold <= 1:
        below = float(numpy.nextafter(numpy.float32(nms_threshold), numpy.float32(-1)))
        id_index = -1 if force_suppress else 0
        is_ordered = np.logical_and(is_row, kinds[..., 0] >= 0)
        kept = _survivors(rows, is_ordered, below, slice(2, 6), id_index, "corner")
        kinds = np.where(np.expand_dims(kept, -1), kinds, -1.0)
    rows = np.concatenate([kinds, rows[..., 1:]], axis=-1)
    return np.where(np.expand_dims(is_row, -1), rows, -1.0)


def _check_anchors(where: str, name: str, anchors: Any) -> None:
    is_right = anchors.ndim == 3 and anchors.shape[0] == 1 and anchors.shape[2] == 4
    require(is_right, where, name, "of shape (1, N, 4)", anchors.shape)


__all__ = ["bipartite_matching", "multibox_detection", "multibox_target"]
