"""`ImageDetIter`: batches of images with the boxes of what is seen on them."""

import os
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue
from weft.mxnet._boxes import Boxes
from weft.mxnet._made import host
from weft.mxnet.image._detection import CreateDetAugmenter, DetAugmenter
from weft.mxnet.image._iterator import ImageIter


class ImageDetIter(ImageIter):
    """Batches of images (N, C, H, W) and labels (N, objects, width of an object).

    An object is class, xmin, ymin, xmax, ymax from 0 to 1, and what else it has. There is room for
    as many objects as the sample with the most of them has; rows without an object are -1. Labels
    of a sample begin with the width of their header and the width of an object.

    aug_list: augmenters of images with boxes; without them those of `CreateDetAugmenter`, to which
        further arguments go. The others are those of `ImageIter`
    """

    def __init__(
        self,
        batch_size: int,
        data_shape: Sequence[int],
        path_imgrec: str | os.PathLike | None = None,
        path_imglist: str | os.PathLike | None = None,
        path_root: str | os.PathLike | None = None,
        path_imgidx: str | os.PathLike | None = None,
        shuffle: bool = False,
        part_index: int = 0,
        num_parts: int = 1,
        aug_list: Sequence[DetAugmenter] | None = None,
        imglist: Sequence[Sequence[Any]] | None = None,
        data_name: str = "data",
        label_name: str = "label",
        last_batch_handle: str = "pad",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            batch_size,
            data_shape,
            path_imgrec=path_imgrec,
            path_imglist=path_imglist,
            path_root=path_root,
            path_imgidx=path_imgidx,
            shuffle=shuffle,
            part_index=part_index,
            num_parts=num_parts,
            aug_list=aug_list,
            imglist=imglist,
            data_name=data_name,
            label_name=label_name,
            last_batch_handle=last_batch_handle,
            **kwargs,
        )
        self.label_shape = self._estimate_label_shape()

    def _augmenters(self, given: Any, options: dict[str, Any]) -> list[Any]:
        if given is None:
            self._options = options
            return CreateDetAugmenter(self.data_shape, **options)
        self._options = None
        return super()._augmenters(given, options)

    def _estimate_label_shape(self) -> tuple[int, int]:
        """Of the labels of one sample, with room for the most objects. Reads all of them."""
        rows, width = 0, 5
        while True:
            try:
                label, _ = self.next_sample()
            except StopIteration:
                break
            found = self._parse_label(label)
            rows, width = max(rows, len(found)), max(width, found.shape[1])
        self.cur = 0
        return rows, width

    def _parse_label(self, label: Any) -> numpy.ndarray:
        """The objects of a list of labels; those that are turned inside out are left out. Raises
        OSError where none is left."""
        objects = Boxes.of(self._where, host(label)).objects
        is_box = (objects[:, 3] > objects[:, 1]) & (objects[:, 4] > objects[:, 2])
        if not is_box.any():
            raise FileFailure(f"{self._where}: none of its {len(objects)} boxes has an area")
        return objects[is_box]

    def _label_shape(self) -> tuple[int, ...]:
        return self.label_shape

    def reshape(
        self, data_shape: Sequence[int] | None = None, label_shape: Sequence[int] | None = None
    ) -> None:
        """Another shape of images, or room for more objects. Augmenters that were given stay as
        they are; those of `CreateDetAugmenter` follow."""
        if data_shape is not None:
            self.check_data_shape(data_shape)
            self.data_shape = tuple(data_shape)
            if self._options is not None:
                self.auglist = CreateDetAugmenter(self.data_shape, **self._options)
        if label_shape is not None:
            self.check_label_shape(label_shape)
            self.label_shape = tuple(label_shape)

    def check_label_shape(self, label_shape: Sequence[int]) -> None:
        """Raises ValueError unless it is (objects, width), with room for all of both."""
        fits = len(label_shape) == 2
        if not fits or any(a < b for a, b in zip(label_shape, self.label_shape, strict=True)):
            raise InvalidValue(
                f"ImageDetIter: `label_shape` must be (objects, width), at least "
                f"{self.label_shape}; got {tuple(label_shape)}"
            )

    def sync_label_shape(self, it: "ImageDetIter", verbose: bool = False) -> "ImageDetIter":
        """Gives both iterators room for the most objects of either, and returns the other."""
        if not isinstance(it, ImageDetIter):
            raise InvalidValue(
                f"ImageDetIter: `it` must be an ImageDetIter; got {type(it).__name__}"
            )
        if self.label_shape[1] != it.label_shape[1]:
            raise InvalidValue(
                f"ImageDetIter: objects have {self.label_shape[1]} and {it.label_shape[1]} numbers"
            )
        shape = max(self.label_shape[0], it.label_shape[0]), self.label_shape[1]
        self.reshape(None, shape)
        it.reshape(None, shape)
        return it

    def augmentation_transform(self, data: Any, label: Any) -> tuple[Any, Any]:
        """The image and its boxes behind all augmenters."""
        for augmenter in self.auglist:
            data, label = augmenter(data, label)
        return data, label

    def _made(self, label: Any, content: bytes) -> tuple[Any, Any]:
        data, objects = self.augmentation_transform(
            self.imdecode(content), self._parse_label(label)
        )
        return self.postprocess_data(data), objects

    def _label_row(self, label: Any) -> numpy.ndarray:
        row = numpy.full(self.label_shape, -1, "float32")
        objects = host(label)
        row[: len(objects), : objects.shape[1]] = objects
        return row


__all__ = ["ImageDetIter"]
