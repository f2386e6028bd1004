"""Boxes of object detection: how they overlap, which to keep, anchors, and boxes relative to these.

Compositions of operators whose shapes follow from those of their arguments, so they run in
hybridized networks. A box in format "corner" is (left, top, right, bottom), in format "center"
(x, y, width, height). B batch, N and M boxes.
"""

from collections.abc import Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray
from weft.npx._control import while_loop

_FORMATS = ("corner", "center")


def box_iou(lhs: ArrayLike, rhs: ArrayLike, format: str = "corner") -> ndarray:
    """How much each box of `lhs` overlaps each of `rhs`: the area that both have over that which
    at least one has, from 0 to 1.

    lhs, rhs: (..., 4), the axes in front of any number
    format: "corner" or "center"

    Returns an array of shape `lhs.shape[:-1] + rhs.shape[:-1]`; 0 where both areas are 0.

    >>> from weft import np, npx
    >>> npx.box_iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 3.0, 2.0]]))
    array([[0.33333334]])
    """
    x = _corners("box_iou", "lhs", lhs, format)
    y = _corners("box_iou", "rhs", rhs, format)
    x, kept = np.reshape(x, (-1, 1, 4)), (*x.shape[:-1], *y.shape[:-1])
    return np.reshape(_overlaps(x, np.reshape(y, (1, -1, 4))), kept)


def _overlaps(x: Any, y: Any) -> Any:
    """Intersection over union of boxes by corners, which broadcast but for the last axis."""
    sizes = np.maximum(np.minimum(x[..., 2:], y[..., 2:]) - np.maximum(x[..., :2], y[..., :2]), 0.0)
    both = sizes[..., 0] * sizes[..., 1]
    either = _areas(x) + _areas(y) - both
    is_empty = either <= 0
    return np.where(is_empty, 0.0, both / np.where(is_empty, 1.0, either))


def _areas(boxes: Any) -> Any:
    sizes = np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0)
    return sizes[..., 0] * sizes[..., 1]


def box_nms(
    data: ArrayLike,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: str = "corner",
    out_format: str = "corner",
) -> ndarray:
    """Boxes by falling score, without those that overlap a better one (non-maximum suppression).

    data: (..., N, K), K numbers for each box
    overlap_thresh: a box is left out if its overlap with a better one that is kept exceeds this
    valid_thresh: boxes whose score does not exceed this are left out
    topk: of the boxes that are valid, only so many with the highest scores; -1 for all
    coord_start: where the 4 numbers of the place begin; score_index: where the score is
    id_index: where the number of the class is; -1: there is none, and all boxes are of one class
    background_id: boxes of this class are left out; -1 for none
    force_suppress: boxes of other classes leave out a box, too
    in_format, out_format: "corner" or "center", of `data` and of the result

    Returns an array of the shape of `data`: first the boxes that are kept, then rows of -1.
    Gradients reach the boxes that are kept.

    The overlaps of all pairs are computed at once, N² numbers: choose `topk` where N is large.

    >>> from weft import np, npx
    >>> boxes = np.array([[0.5, 0, 0, 2, 2], [0.9, 0, 0, 2, 1.8], [0.3, 5, 5, 6, 6]])
    >>> npx.box_nms(boxes, coord_start=1, score_index=0)[:, 0]
    array([ 0.9,  0.3, -1. ])
    """
    given = np.asarray(data)
    _check_rows(given, coord_start, score_index, id_index, in_format, out_format)
    if given.size == 0:
        return given.copy()
    count = given.shape[-2]
    rows = np.reshape(given, (-1, *given.shape[-2:]))
    scores = rows[..., score_index]
    is_valid = scores > valid_thresh
    if id_index >= 0 and background_id >= 0:
        is_valid = np.logical_and(is_valid, rows[..., id_index] != background_id)
    order = _first(is_valid, scores)
    size = count if topk < 0 else min(topk, count)
    candidates = np.take_along_axis(rows, np.expand_dims(order[:, :size], -1), axis=1)
    is_valid = np.take_along_axis(is_valid, order[:, :size], axis=1)
    kept = _survivors(
        _OPERATORS["stop_gradient"](candidates),
        is_valid,
        overlap_thresh,
        slice(coord_start, coord_start + 4),
        -1 if force_suppress else id_index,
        in_format,
    )
    place = np.expand_dims(_first(kept, None), -1)
    found = np.take_along_axis(candidates, place, axis=1)
    if in_format != out_format:
        found = _converted(found, coord_start, out_format)
    is_kept = np.take_along_axis(np.expand_dims(kept, -1), place, axis=1)
    found = np.where(is_kept, found, -1.0).astype(given.dtype)
    if size < count:
        found = np.pad(found, [(0, 0), (0, count - size), (0, 0)], constant_values=-1)
    return np.reshape(found, given.shape)


def _check_rows(
    data: Any, coord_start: int, score_index: int, id_index: int, in_format: str, out_format: str
) -> None:
    _require_format("box_nms", "in_format", in_format)
    _require_format("box_nms", "out_format", out_format)
    if data.ndim < 2 or "float" not in data.dtype.name:
        raise InvalidValue(
            "box_nms: `data` must be floating with shape (..., N, K); got shape "
            f"{data.shape} of {data.dtype.name}"
        )
    width = data.shape[-1]
    require_whole("box_nms", "coord_start", coord_start, 0)
    rule = f"in [0, {width - 4}] for rows of {width} numbers"
    require(coord_start <= width - 4, "box_nms", "coord_start", rule, coord_start)
    for name, index, least in (("score_index", score_index, 0), ("id_index", id_index, -1)):
        require_whole("box_nms", name, index, least)
        require(index < width, "box_nms", name, f"in [{least}, {width})", index)


def _first(is_first: Any, scores: Any) -> Any:
    """An order of the last axis: where the bools are true, by falling score, stable; then the
    others."""
    if scores is None:
        return np.argsort(np.logical_not(is_first), axis=-1)
    return np.argsort(np.where(is_first, -scores, np.inf), axis=-1)


def _survivors(
    rows: Any, is_valid: Any, threshold: float, place: slice, id_index: int, format: str
) -> Any:
    """Which of the rows, which are ordered by score, no better one that survives leaves out.

    A row survives if no better survivor overlaps it. From the guess that all valid rows do, the
    rule is applied to all at once until nothing changes: each time at least one more row from the
    front is final, and mostly many are, because chains of overlaps are short.
    """
    boxes = _by_corners(rows[..., place], format)
    overlap = _overlaps(np.expand_dims(boxes, 2), np.expand_dims(boxes, 1))
    count = rows.shape[1]
    beats = overlap > threshold
    if id_index >= 0:
        kinds = rows[..., id_index]
        same = np.expand_dims(kinds, 2) == np.expand_dims(kinds, 1)
        beats = np.logical_and(beats, same)
    numbers = _OPERATORS["arange"](0, count, 1, "int64")
    is_better = np.expand_dims(numbers, 1) < np.expand_dims(numbers, 0)
    beats = np.logical_and(beats, is_better).astype("float32")
    valid = is_valid.astype("float32")

    def rule(kept: Any) -> Any:
        beaten = np.matmul(np.expand_dims(kept, 1), beats)[:, 0]
        return np.where(beaten > 0, 0.0, valid)

    def step(kept: Any, _: Any) -> Any:
        after = rule(kept)
        return None, (after, np.any(after != kept))

    _, (kept, _) = while_loop(
        lambda _, changes: changes, step, (valid, np.any(valid > 0)), max_iterations=count + 1
    )
    return kept > 0


def _converted(rows: Any, start: int, format: str) -> Any:
    """Rows with their places in the other format."""
    places = rows[..., start : start + 4]
    changed = _by_corners(places, "center") if format == "corner" else _by_centers(places)
    return np.concatenate([rows[..., :start], changed, rows[..., start + 4 :]], axis=-1)


def _by_corners(boxes: Any, format: str) -> Any:
    if format == "corner":
        return boxes
    middle, half = boxes[..., :2], boxes[..., 2:] * 0.5
    return np.concatenate([middle - half, middle + half], axis=-1)


def _by_centers(boxes: Any) -> Any:
    first, last = boxes[..., :2], boxes[..., 2:]
    return np.concatenate([(first + last) * 0.5, last - first], axis=-1)


def box_encode(
    samples: ArrayLike,
    matches: ArrayLike,
    anchors: ArrayLike,
    refs: ArrayLike,
    means: ArrayLike = (0.0, 0.0, 0.0, 0.0),
    stds: ArrayLike = (1.0, 1.0, 1.0, 1.0),
) -> tuple[ndarray, ndarray]:
    """What a network is to predict for each anchor: where the box that belongs to it lies, relative
    to the anchor.

    samples: (B, N), above 0.5 where a box belongs to the anchor
    matches: (B, N), which of the M boxes
    anchors: (B, N, 4) or (1, N, 4) by corners; refs: (B, M, 4), the boxes by corners
    means, stds: (4,), subtracted from the results, and what these are divided by

    Returns targets (B, N, 4): the shift of the centre over the anchor's size, and the logarithm of
    the ratio of the sizes; 0 where no box belongs. And masks (B, N, 4): 1 where one does, else 0.

    >>> from weft import np, npx
    >>> anchors = np.array([[[0.0, 0.0, 2.0, 2.0]]])
    >>> refs = np.array([[[1.0, 0.0, 3.0, 2.0]]])
    >>> targets, masks = npx.box_encode(np.ones((1, 1)), np.zeros((1, 1)), anchors, refs)
    >>> targets
    array([[[0.5, 0. , 0. , 0. ]]])
    """
    chosen, index = np.asarray(samples), np.asarray(matches).astype("int64")
    boxes = _corners("box_encode", "refs", refs, "corner")
    given = _corners("box_encode", "anchors", anchors, "corner")
    if chosen.ndim != 2 or index.shape != chosen.shape or boxes.ndim != 3 or given.ndim != 3:
        raise InvalidValue(
            "box_encode: `samples` and `matches` must have shape (B, N), `anchors` and `refs` 3 "
            f"axes; got {chosen.shape}, {index.shape}, {given.shape} and {boxes.shape}"
        )
    if boxes.shape[1] == 0:  # nothing belongs to any anchor, and there is none to look at
        boxes = np.zeros((boxes.shape[0], 1, 4), dtype=boxes.dtype)
    is_sample = np.expand_dims(chosen > 0.5, -1)
    anchor = _by_centers(given)
    index = np.where(is_sample, np.expand_dims(index, -1), 0)
    box = _by_centers(np.take_along_axis(boxes, index, axis=1))
    # Where no box belongs sizes may be 0: their logarithms are not taken.
    shift = (box[..., :2] - anchor[..., :2]) / anchor[..., 2:]
    ratio = np.log(np.where(is_sample, box[..., 2:] / anchor[..., 2:], 1.0))
    raw = np.concatenate([shift, ratio], axis=-1)
    targets = np.where(is_sample, (raw - np.asarray(means)) / np.asarray(stds), 0.0)
    masks = np.where(is_sample, np.ones_like(targets), 0.0)
    return targets, masks


def box_decode(
    data: ArrayLike,
    anchors: ArrayLike,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: str = "center",
) -> ndarray:
    """Boxes by corners of what a network predicts relative to anchors: the way back of
    `box_encode`.

    data: (B, N, 4); anchors: (1, N, 4) or (B, N, 4), in `format`
    std0, std1, std2, std3: factors of the four numbers
    clip: most that the logarithms of the ratios of sizes may be; not above 0: no bound
    format: "corner" or "center", of the anchors

    >>> from weft import np, npx
    >>> npx.box_decode(np.array([[[0.5, 0.0, 0.0, 0.0]]]), np.array([[[1.0, 1.0, 2.0, 2.0]]]))
    array([[[1., 0., 3., 2.]]])
    """
    _require_format("box_decode", "format", format)
    given, around = np.asarray(data), np.asarray(anchors)
    if given.ndim != 3 or given.shape[-1] != 4 or around.ndim != 3 or around.shape[-1] != 4:
        raise InvalidValue(
            "box_decode: `data` must have shape (B, N, 4) and `anchors` (1, N, 4); got "
            f"{given.shape} and {around.shape}"
        )
    anchor = around if format == "center" else _by_centers(around)
    scaled = given * np.array([std0, std1, std2, std3], dtype=given.dtype)
    logs = np.minimum(scaled[..., 2:], clip) if clip > 0 else scaled[..., 2:]
    middle = scaled[..., :2] * anchor[..., 2:] + anchor[..., :2]
    half = np.exp(logs) * anchor[..., 2:] * 0.5
    return np.concatenate([middle - half, middle + half], axis=-1)


def multibox_prior(
    data: ArrayLike,
    sizes: Sequence[float] | float = (1.0,),
    ratios: Sequence[float] | float = (1.0,),
    clip: bool = False,
    steps: Sequence[float] = (-1.0, -1.0),
    offsets: Sequence[float] = (0.5, 0.5),
) -> ndarray:
    """Anchors around each place of a map of features, by corners, in parts of the image's height
    and width.

    data: (..., H, W), whose shape and dtype count
    sizes: heights of anchors at the first ratio; ratios: width over height of anchors, as the image
        shows them, at the first size. There are S + R - 1 anchors at each place: all sizes, then
        all ratios but the first
    clip: the image ends at 0 and 1, and so do anchors
    steps: distances of places along height and width; below 0: 1 / H and 1 / W
    offsets: of the centres, in steps

    Returns an array of shape (1, H W (S + R - 1), 4).

    >>> from weft import np, npx
    >>> npx.multibox_prior(np.zeros((1, 3, 2, 2)), sizes=[0.5], ratios=[1, 4]).shape
    (1, 8, 4)
    """
    x = np.asarray(data)
    if x.ndim < 2:
        raise InvalidValue(f"multibox_prior: `data` must have shape (..., H, W); got {x.shape}")
    dtype = x.dtype if "float" in x.dtype.name else "float32"
    height, width = x.shape[-2:]
    large, wide = _positive("sizes", sizes), _positive("ratios", ratios)
    pairs = [(size, wide[0]) for size in large] + [(large[0], ratio) for ratio in wide[1:]]
    high = np.array([size / ratio**0.5 for size, ratio in pairs], dtype="float64")
    long = np.array([size * ratio**0.5 for size, ratio in pairs], dtype="float64")
    long = long * (np.full((), height, "float64") / np.full((), width, "float64"))
    for name, pair in (("steps", steps), ("offsets", offsets)):
        is_pair = isinstance(pair, list | tuple) and len(pair) == 2
        rule = "two numbers, along height and width"
        require(is_pair, "multibox_prior", name, rule, pair)
    if any(step <= 0 for step in steps) and not all(step <= 0 for step in steps):
        raise InvalidValue(
            f"multibox_prior: `steps` must both be above 0 or both be below; got {tuple(steps)}"
        )
    y = np.reshape(_centers(height, steps[0], offsets[0]), (-1, 1, 1))
    x = np.reshape(_centers(width, steps[1], offsets[1]), (1, -1, 1))
    corners = [x - long * 0.5, y - high * 0.5, x + long * 0.5, y + high * 0.5]
    shape = (height, width, len(pairs))
    whole = np.stack([np.broadcast_to(corner, shape) for corner in corners], axis=-1)
    found = np.clip(whole, 0.0, 1.0) if clip else whole
    return np.reshape(found, (1, -1, 4)).astype(dtype)


def _centers(count: Any, step: float, offset: float) -> Any:
    places = _OPERATORS["arange"](0, count, 1, "int64").astype("float64") + offset
    return places * step if step > 0 else places / np.full((), count, "float64")


def _positive(argument: str, given: Any) -> list[float]:
    numbers = list(given) if isinstance(given, list | tuple) else [given]
    if not numbers or not all(isinstance(n, int | float) and n > 0 for n in numbers):
        raise InvalidValue(
            f"multibox_prior: `{argument}` must be numbers above 0, at least one; got {given!r}"
        )
    return [float(number) for number in numbers]


def _corners(where: str, argument: str, given: Any, format: str) -> Any:
    """Boxes by corners, as floats."""
    _require_format(where, "format", format)
    boxes = np.asarray(given)
    boxes = boxes.astype("float32") if "float" not in boxes.dtype.name else boxes
    if boxes.ndim < 1 or boxes.shape[-1] != 4:
        raise InvalidValue(f"{where}: `{argument}` must have shape (..., 4); got {boxes.shape}")
    return _by_corners(boxes, format)


def _require_format(where: str, argument: str, format: Any) -> None:
    if not isinstance(format, str):
        raise InvalidType(f"{where}: `{argument}` must be a string; got {format!r}")
    require(format in _FORMATS, where, argument, "'corner' or 'center'", repr(format))


__all__ = ["box_decode", "box_encode", "box_iou", "box_nms", "multibox_prior"]
