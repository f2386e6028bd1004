"""`ImageDetRecordIter`: images of a RecordIO file with the boxes of what is seen on them.

Labels of a record are: the width of the header, the width of an object, what else the header has,
then for each object its class, xmin, ymin, xmax, ymax, from 0 to 1, and what else an object has. A
row of a batch of labels has before them the channels, height and width of the picture and how many
labels follow, and behind them `label_pad_value`.
"""

import dataclasses
import random
import struct
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidType, InvalidValue
from weft._base.options import require
from weft.mxnet._boxes import Boxes, CropSampler
from weft.mxnet._resizing import resized
from weft.mxnet.io._image_records import Filler, ImageRecordIter
from weft.mxnet.io._record_augmenter import Augmentation, shifted_hls, shorter_side

_PER_SAMPLER = (
    "min_crop_scales",
    "max_crop_scales",
    "min_crop_aspect_ratios",
    "max_crop_aspect_ratios",
    "min_crop_overlaps",
    "max_crop_overlaps",
    "min_crop_sample_coverages",
    "max_crop_sample_coverages",
    "min_crop_object_coverages",
    "max_crop_object_coverages",
    "max_crop_trials",
)

# Arguments of `ImageRecordIter` that mean the same here.
_SHARED = {
    *("resize", "inter_method", "scale", "mean_img"),
    *(f"{name}_{channel}" for name in ("mean", "std") for channel in "rgba"),
}


@dataclasses.dataclass(frozen=True)
class DetectionAugmentation(Augmentation):
    """Arguments of `ImageDetRecordIter`. Those of a sampler are a number for all, or one each."""

    resize_mode: str = "force"
    rand_crop_prob: float = 0.0
    num_crop_sampler: int = 1
    min_crop_scales: Any = 0.0
    max_crop_scales: Any = 1.0
    min_crop_aspect_ratios: Any = 1.0
    max_crop_aspect_ratios: Any = 1.0
    min_crop_overlaps: Any = 0.0
    max_crop_overlaps: Any = 1.0
    min_crop_sample_coverages: Any = 0.0
    max_crop_sample_coverages: Any = 1.0
    min_crop_object_coverages: Any = 0.0
    max_crop_object_coverages: Any = 1.0
    max_crop_trials: Any = 25
    crop_emit_mode: str = "center"
    emit_overlap_thresh: float = 0.3
    rand_pad_prob: float = 0.0
    max_pad_scale: float = 1.0
    rand_mirror_prob: float = 0.0
    random_hue_prob: float = 0.0
    max_random_hue: int = 0
    random_saturation_prob: float = 0.0
    max_random_saturation: int = 0
    random_illumination_prob: float = 0.0
    max_random_illumination: float = 0.0
    random_contrast_prob: float = 0.0
    max_random_contrast: float = 0.0
    fill_value: int = 127

    def check(self, where: str) -> None:
        super().check(where)
        for field in dataclasses.fields(Augmentation):
            is_given = getattr(self, field.name) != field.default
            if (
                is_given
                and field.name not in _SHARED
                and field.name not in type(self).__annotations__
            ):
                raise InvalidType(
                    f"{where}: no argument {field.name!r}, which is for pictures without boxes; "
                    "those for boxes are `rand_crop_prob`, `rand_pad_prob`, `rand_mirror_prob`"
                )
        modes = (("resize_mode", ("force",)), ("crop_emit_mode", ("center", "overlap")))
        for name, known in modes:
            given = getattr(self, name)
            require(given in known, where, name, f"one of {', '.join(known)}", repr(given))
        for field in dataclasses.fields(self):
            if field.name.endswith("_prob"):
                value = getattr(self, field.name)
                require(0 <= value <= 1, where, field.name, "in [0, 1]", value)
        require(self.max_pad_scale >= 1, where, "max_pad_scale", "at least 1", self.max_pad_scale)
        self.samplers(where)

    def samplers(self, where: str) -> list[CropSampler]:
        """The samplers of crops, one of which is tried for each picture."""
        values = []
        for name in _PER_SAMPLER:
            given = getattr(self, name)
            each = list(given) if isinstance(given, list | tuple) else [given]
            if len(each) not in (1, self.num_crop_sampler):
                raise InvalidValue(
                    f"{where}: `{name}` must have 1 number or one for each of "
                    f"`num_crop_sampler`, {self.num_crop_sampler}; got {len(each)}"
                )
            values.append(
                each if len(each) == self.num_crop_sampler else each * self.num_crop_sampler
            )
        return [
            CropSampler(
                scale=(v[0], v[1]),
                ratio=(v[2], v[3]),
                overlap=(v[4], v[5]),
                sample_coverage=(v[6], v[7]),
                object_coverage=(v[8], v[9]),
                trials=v[10],
                emits_by_center=self.crop_emit_mode == "center",
                emit_overlap=self.emit_overlap_thresh,
            )
            for v in zip(*values, strict=True)
        ]


class DetectionFiller(Filler):
    """Writes a picture and its boxes."""

    pad_value = -1.0

    def fill(
        self,
        where: str,
        image: numpy.ndarray,
        found: numpy.ndarray,
        row: numpy.ndarray,
        label: numpy.ndarray,
        draw: random.Random,
    ) -> None:
        options: Any = self.options
        boxes = Boxes.of(where, found)
        if options.resize > 0:
            image = shorter_side(where, image, options, draw)
        image, boxes = self._moved(where, image, boxes, draw)
        image = _recolored(image, options, draw)
        image = resized(where, image, self.shape[1:], options.inter_method, draw)
        self.normalize(image, row, draw)
        values = boxes.labels()
        if values.size + 4 > label.size:
            raise FileFailure(
                f"{where}: it has {values.size} labels, more than the {label.size - 4} that "
                "`label_pad_width` has room for"
            )
        label[...] = self.pad_value
        label[:4] = [*self.shape, values.size]
        label[4 : 4 + values.size] = values

    def lighting(self, draw: random.Random) -> tuple[float, float]:
        contrast, light = super().lighting(draw)
        options: Any = self.options
        is_contrasted = draw.random() < options.random_contrast_prob
        is_lit = draw.random() < options.random_illumination_prob
        return contrast if is_contrasted else 1.0, light if is_lit else 0.0

    def _moved(
        self, where: str, image: numpy.ndarray, boxes: Boxes, draw: random.Random
    ) -> tuple[numpy.ndarray, Boxes]:
        """The picture with room around it, a part of it, its mirror image; and its boxes there."""
        options: Any = self.options
        if draw.random() < options.rand_pad_prob and options.max_pad_scale > 1:
            image, boxes = boxes.padded(image, options.max_pad_scale, options.fill_value, draw)
        if draw.random() < options.rand_crop_prob:
            sampler = draw.choice(options.samplers(where))
            image, boxes = sampler.crop(image, boxes, draw)
        if draw.random() < options.rand_mirror_prob:
            image, boxes = image[:, ::-1], boxes.mirrored()
        return image, boxes


class ImageDetRecordIter(ImageRecordIter):
    """Batches of images of a RecordIO file with boxes, scaled to one size.

    label_pad_width: how many labels of a record there is room for; if it is 0 or below, as many as
        the longest one has, for which the heads of all records are read
    label_pad_value: what fills the rest
    label_width: -1, or how many labels each record has

    The others are those of `ImageRecordIter`; augmentations of boxes have MXNet's names:
    `rand_mirror_prob`, `rand_crop_prob`, `min_crop_scales`, `rand_pad_prob`, `max_pad_scale` ...
    """

    _filler = DetectionFiller

    def __init__(
        self,
        path_imgrec: Any,
        data_shape: Sequence[int],
        batch_size: int,
        *,
        label_width: int = -1,
        label_pad_width: int = 0,
        label_pad_value: float = -1.0,
        label_name: str = "label",
        **options: Any,
    ) -> None:
        self._pad_width = label_pad_width
        super().__init__(
            path_imgrec,
            data_shape,
            batch_size,
            label_width=label_width,
            label_name=label_name,
            **options,
        )
        self._fill.pad_value = label_pad_value  # type: ignore[attr-defined]

    def _augmentation(self, where: str, options: dict[str, Any]) -> Augmentation:
        return DetectionAugmentation.of(where, options)

    def _label_shape(self, label_width: int) -> tuple[int, ...]:
        width = self._pad_width if self._pad_width > 0 else label_width
        if width <= 0:
            width = self._longest()
        return (4 + width,)

    def _longest(self) -> int:
        """Of the labels of all records; the count stands in the first four bytes of a record."""
        fill = self._fill
        if fill.lists is not None:
            return max(map(len, fill.lists.values()), default=0)
        begins = (fill.file.begin(offset, 4) for offset in fill.offsets)
        return max(
            (struct.unpack("<I", begin)[0] for begin in begins if len(begin) == 4), default=0
        )


def _recolored(
    image: numpy.ndarray, options: DetectionAugmentation, draw: random.Random
) -> numpy.ndarray:
    if image.shape[2] != 3:
        return image
    amounts = [
        amount if draw.random() < probability else 0
        for amount, probability in (
            (options.max_random_hue, options.random_hue_prob),
            (0, 0),
            (options.max_random_saturation, options.random_saturation_prob),
        )
    ]
    return shifted_hls(image, *amounts, draw) if any(amounts) else image


__all__ = ["DetectionAugmentation", "ImageDetRecordIter"]
