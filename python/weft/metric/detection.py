"""Mean average precision of detected boxes, as COCO and Pascal VOC count it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require
from weft.metric._base import EvalMetric, arrays, register

_COCO = tuple(0.5 + 0.05 * i for i in range(10))


class MeanAveragePrecision(EvalMetric):
    """The mean over classes, and over bounds of overlap, of the average precision of boxes.

    labels: for each image an array (objects, 5) of class, x1, y1, x2, y2; rows of class -1 do not
        count. A list of such arrays, or one of shape (N, objects, 5)
    preds: for each image an array (boxes, 6) of class, score, x1, y1, x2, y2, in the same forms
    thresholds: overlaps (intersection over union) from which a box is a hit; by default COCO's, 0.5
        to 0.95. One number, such as 0.5, for Pascal VOC's
    interpolation: "coco" takes 101 recalls, "area" the whole curve, "voc07" 11 recalls
    largest: how many boxes of an image count, those with the highest scores

    A box hits the free object of its class that it overlaps most; of boxes of one object the one
    with the highest score counts. Source: the papers of Everingham et al. 2010 and Lin et al. 2014.

    >>> from weft import metric, np
    >>> found = metric.MeanAveragePrecision(0.5)
    >>> labels = [np.array([[0, 10, 10, 20, 20]])]
    >>> found.update(labels, [np.array([[0, 0.9, 11, 10, 20, 20], [0, 0.4, 50, 50, 60, 60]])])
    >>> round(found.get()[1], 3)
    1.0
    """

    def __init__(
        self,
        thresholds: float | Sequence[float] = _COCO,
        interpolation: str = "coco",
        largest: int = 100,
        name: str = "map",
    ) -> None:
        given = [thresholds] if isinstance(thresholds, int | float) else list(thresholds)
        for each in given:
            require(0 < each < 1, "MeanAveragePrecision", "thresholds", "between 0 and 1", each)
        kinds = ("coco", "area", "voc07")
        require(
            interpolation in kinds,
            "MeanAveragePrecision",
            "interpolation",
            "coco, area or voc07",
            repr(interpolation),
        )
        self.thresholds, self.interpolation, self.largest = given, interpolation, largest
        super().__init__(name)

    def reset(self) -> None:
        self._objects: dict[int, int] = {}
        self._scores: dict[int, list[float]] = {}
        self._hits: dict[int, list[list[bool]]] = {}

    def update(self, labels: Any, preds: Any) -> None:
        truth, boxes = _images(labels, 5, "labels"), _images(preds, 6, "preds")
        if len(truth) != len(boxes):
            raise InvalidValue(
                "MeanAveragePrecision: `labels` and `preds` must be of the same number of images; "
                f"got {len(truth)} and {len(boxes)}"
            )
        for objects, found in zip(truth, boxes, strict=True):
            objects, found = objects[objects[:, 0] >= 0], found[found[:, 0] >= 0]
            found = found[numpy.argsort(-found[:, 1], kind="stable")][: self.largest]
            for kind in {*objects[:, 0].astype(int), *found[:, 0].astype(int)}:
                self._add(
                    int(kind), objects[objects[:, 0] == kind, 1:], found[found[:, 0] == kind, 1:]
                )

    def _add(self, kind: int, objects: Any, found: Any) -> None:
        self._objects[kind] = self._objects.get(kind, 0) + len(objects)
        overlaps = _overlaps(found[:, 1:], objects)
        scores, hits = self._scores.setdefault(kind, []), self._hits.setdefault(kind, [])
        scores += found[:, 0].tolist()
        marks = [_matched(overlaps, bound) for bound in self.thresholds]
        hits += [list(row) for row in zip(*marks, strict=True)]

    def get(self) -> tuple[str, float]:
        by_class = self.by_class()
        values = [value for value in by_class.values() if not math.isnan(value)]
        return self.name, sum(values) / len(values) if values else math.nan

    def by_class(self) -> dict[int, float]:
        """The average precision of each class that has objects."""
        found = {}
        for kind, count in sorted(self._objects.items()):
            if not count:
                continue
            order = numpy.argsort(-numpy.array(self._scores[kind]), kind="stable")
            hits = numpy.array(self._hits[kind], bool).reshape(-1, len(self.thresholds))[order]
            parts = [self._precision(column, count) for column in hits.T]
            found[kind] = float(numpy.mean(parts))
        return found

    def _precision(self, hits: Any, count: int) -> float:
        right = numpy.cumsum(hits)
        recall = right / count
        precision = right / (numpy.arange(len(hits)) + 1)
        # The best precision at this recall or a greater one.
        best = numpy.maximum.accumulate(precision[::-1])[::-1]
        if self.interpolation == "area":
            return float((numpy.diff(recall, prepend=0) * best).sum())
        steps = numpy.linspace(0, 1, 11 if self.interpolation == "voc07" else 101)
        places = numpy.searchsorted(recall, steps, side="left")
        return float(numpy.append(best, 0)[numpy.minimum(places, len(best))].mean())


def _images(given: Any, columns: int, name: str) -> list[Any]:
    found = []
    for part in arrays(given):
        array = part.asnumpy().astype("float64")
        if array.ndim == 2:
            array = array[None]
        if array.ndim != 3 or array.shape[-1] != columns:
            raise InvalidValue(
                f"MeanAveragePrecision: `{name}` must have shape (objects, {columns}) for each "
                f"image; got {part.shape}"
            )
        found += list(array)
    return found


def _overlaps(boxes: Any, objects: Any) -> Any:
    """Intersection over union of each pair, of shape (boxes, objects)."""
    low = numpy.maximum(boxes[:, None, :2], objects[None, :, :2])
    high = numpy.minimum(boxes[:, None, 2:], objects[None, :, 2:])
    common = numpy.prod(numpy.maximum(high - low, 0), axis=-1)
    areas = [numpy.prod(numpy.maximum(a[:, 2:] - a[:, :2], 0), axis=-1) for a in (boxes, objects)]
    union = areas[0][:, None] + areas[1][None] - common
    return numpy.divide(common, union, out=numpy.zeros_like(common), where=union > 0)


def _matched(overlaps: Any, bound: float) -> list[bool]:
    """Which boxes, in the order of their scores, hit an object that is free."""
    free = numpy.ones(overlaps.shape[1], bool)
    hits = []
    for row in overlaps:
        allowed = numpy.where(free, row, -1.0)
        best = int(allowed.argmax()) if len(allowed) else -1
        is_hit = best >= 0 and allowed[best] >= bound
        if is_hit:
            free[best] = False
        hits.append(bool(is_hit))
    return hits


register(MeanAveragePrecision, "map", "mean_average_precision")

__all__ = ["MeanAveragePrecision"]
__dir__ = __all__.copy
