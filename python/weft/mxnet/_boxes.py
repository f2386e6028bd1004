"""Boxes of what is seen on a picture, and how they follow when the picture is cut, padded or
mirrored. Boxes are xmin, ymin, xmax, ymax, from 0 to 1 of its width and height."""

import dataclasses
import math
import random
from typing import Any

import numpy

from weft._base.errors import FileFailure

_LEAST_OBJECT = 5  # class and four corners


@dataclasses.dataclass(frozen=True)
class Boxes:
    """The labels of one picture.

    header: width of the header, width of an object, and what else the header has
    objects: a row each: class, xmin, ymin, xmax, ymax, and what else an object has
    """

    header: numpy.ndarray
    objects: numpy.ndarray

    @classmethod
    def of(cls, where: str, labels: Any) -> "Boxes":
        """From the labels of a record. Raises OSError for what is no such list."""
        values = numpy.asarray(labels, "float32").ravel()
        head, width = (int(values[0]), int(values[1])) if values.size >= 2 else (0, 0)
        rest = values.size - head
        if head < 2 or width < _LEAST_OBJECT or rest < 0 or rest % width:
            raise FileFailure(
                f"{where}: labels of boxes must be the width of the header (2 or more), the width "
                f"of an object (5 or more), the rest of the header and whole objects; got "
                f"{values.size} labels that begin {values[:6].tolist()}"
            )
        return cls(values[:head], values[head:].reshape(-1, width))

    def labels(self) -> numpy.ndarray:
        """As one list again."""
        return numpy.concatenate([self.header, self.objects.ravel()])

    def with_objects(self, objects: numpy.ndarray) -> "Boxes":
        return Boxes(self.header, objects)

    def mirrored(self) -> "Boxes":
        """In the mirror image."""
        objects = self.objects.copy()
        objects[:, 1], objects[:, 3] = 1 - self.objects[:, 3], 1 - self.objects[:, 1]
        return self.with_objects(objects)

    def padded(
        self, image: numpy.ndarray, most: float, filling: Any, draw: Any
    ) -> tuple[numpy.ndarray, "Boxes"]:
        """At a random place of a canvas that is up to `most` times as wide and high."""
        tall, wide = image.shape[:2]
        factor = draw.uniform(1, most)
        size = int(tall * factor), int(wide * factor)
        corner = draw.randint(0, size[0] - tall), draw.randint(0, size[1] - wide)
        return self.on_canvas(image, size, corner, filling)

    def on_canvas(
        self, image: numpy.ndarray, size: tuple[int, int], corner: tuple[int, int], filling: Any
    ) -> tuple[numpy.ndarray, "Boxes"]:
        """On a canvas (height, width), with the upper left corner at (y, x)."""
        tall, wide = image.shape[:2]
        canvas = numpy.empty((*size, image.shape[2]), image.dtype)
        canvas[...] = filling
        canvas[corner[0] : corner[0] + tall, corner[1] : corner[1] + wide] = image
        objects = self.objects.copy()
        objects[:, 1:5:2] = (objects[:, 1:5:2] * wide + corner[1]) / size[1]
        objects[:, 2:5:2] = (objects[:, 2:5:2] * tall + corner[0]) / size[0]
        return canvas, self.with_objects(objects)

    def cut(self, crop: numpy.ndarray, keeps: numpy.ndarray) -> "Boxes":
        """The objects that are kept, in the part `crop` of the picture."""
        objects = self.objects[keeps].copy()
        width, height = crop[2] - crop[0], crop[3] - crop[1]
        objects[:, 1:5:2] = ((objects[:, 1:5:2] - crop[0]) / width).clip(0, 1)
        objects[:, 2:5:2] = ((objects[:, 2:5:2] - crop[1]) / height).clip(0, 1)
        return self.with_objects(objects)


def areas(boxes: numpy.ndarray) -> numpy.ndarray:
    """Of boxes (..., 4); 0 for those that are turned inside out."""
    return (boxes[..., 2:] - boxes[..., :2]).clip(0, None).prod(-1)


def shared_areas(crop: numpy.ndarray, boxes: numpy.ndarray) -> numpy.ndarray:
    """Of each box the area that lies in `crop`."""
    low, high = numpy.maximum(crop[:2], boxes[:, :2]), numpy.minimum(crop[2:], boxes[:, 2:])
    return areas(numpy.concatenate([low, high], 1))


@dataclasses.dataclass(frozen=True)
class CropSampler:
    """Random parts of a picture that see enough of an object.

    scale, ratio: of the side of the part to that of the picture, and of its width to its height
    overlap: intersection over union of the part and an object
    sample_coverage: the share of the part that an object fills
    object_coverage: the share of an object that lies in the part
    trials: how many parts are tried before the picture stays as it is
    emits_by_center: objects whose center is outside are dropped; else those of which less than
        the share `emit_overlap` is inside
    """

    scale: tuple[float, float] = (0.0, 1.0)
    ratio: tuple[float, float] = (1.0, 1.0)
    overlap: tuple[float, float] = (0.0, 1.0)
    sample_coverage: tuple[float, float] = (0.0, 1.0)
    object_coverage: tuple[float, float] = (0.0, 1.0)
    trials: int = 25
    emits_by_center: bool = True
    emit_overlap: float = 0.3

    def crop(
        self, image: numpy.ndarray, boxes: Boxes, draw: random.Random
    ) -> tuple[numpy.ndarray, Boxes]:
        """A part of the picture with its boxes, or both as they are if no part will do."""
        tall, wide = image.shape[:2]
        for _ in range(self.trials):
            scale = draw.uniform(*self.scale)
            root = math.sqrt(draw.uniform(*self.ratio))
            w, h = min(wide, round(wide * scale * root)), min(tall, round(tall * scale / root))
            if w < 1 or h < 1:
                continue
            left, top = draw.randint(0, wide - w), draw.randint(0, tall - h)
            crop = numpy.array([left / wide, top / tall, (left + w) / wide, (top + h) / tall])
            if not self._will_do(crop, boxes.objects[:, 1:5]):
                continue
            keeps = self._keeps(crop, boxes.objects[:, 1:5])
            if keeps.any():
                return image[top : top + h, left : left + w], boxes.cut(crop, keeps)
        return image, boxes

    def _will_do(self, crop: numpy.ndarray, boxes: numpy.ndarray) -> bool:
        shared = shared_areas(crop, boxes)
        union = areas(crop) + areas(boxes) - shared
        shares = (
            (self.overlap, shared / union.clip(1e-12, None)),
            (self.sample_coverage, shared / areas(crop)),
            (self.object_coverage, shared / areas(boxes).clip(1e-12, None)),
        )
        fits = numpy.ones(len(boxes), bool)
        for (low, high), share in shares:
            fits &= (share >= low) & (share <= high + 1e-6)
        return bool(fits.any())

    def _keeps(self, crop: numpy.ndarray, boxes: numpy.ndarray) -> numpy.ndarray:
        if self.emits_by_center:
            centers = (boxes[:, :2] + boxes[:, 2:]) / 2
            return ((centers >= crop[:2]) & (centers <= crop[2:])).all(1)
        inside = shared_areas(crop, boxes) / areas(boxes).clip(1e-12, None)
        return inside >= self.emit_overlap


__all__ = ["Boxes", "CropSampler", "areas", "shared_areas"]
