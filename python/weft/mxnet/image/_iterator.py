"""`ImageIter`: batches of images of a RecordIO file or of a list, through augmenters in Python. Its
methods are steps that a subclass may write anew. `mx.io.ImageRecordIter` is faster, with the
augmentations that it has."""

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidType, InvalidValue
from weft._base.options import require_whole
from weft.gluon.data._recordio import RecordFile, read_index, unpack
from weft.gluon.data.vision.records import content_of, read_list
from weft.mxnet._made import filled, host
from weft.mxnet.image._augmenters import Augmenter, CreateAugmenter
from weft.mxnet.image._reading import imdecode
from weft.mxnet.io._base import DataBatch, DataDesc, DataIter
from weft.mxnet.io._order import part_of
from weft.mxnet.ndarray._given import made, shown

_HANDLES = ("pad", "discard", "roll_over")


class ImageIter(DataIter):
    """Batches of images (N, C, H, W) and labels.

    data_shape: (channels, height, width), 3 channels or 1
    label_width: how many labels a sample has; 1 gives labels (N,), more give (N, label_width)
    path_imgrec: a `.rec` file; path_imgidx: its `.idx` file, without which all heads are read
    path_imglist: a `.lst` file, or `imglist`, a list of [label, path] or [label, label, path]; with
        `path_root`, the folder of the paths; beside `path_imgrec` its labels are taken
    shuffle: each epoch has an order of its own, which follows from `random.seed` of Python
    part_index, num_parts: which part of the samples is read
    aug_list: augmenters; without them those of `CreateAugmenter`, to which further arguments go
    last_batch_handle: "pad" fills the last batch with the first samples and says so in `pad`;
        "discard" drops it; "roll_over" keeps it for the next epoch

    Raises OSError that names the file or record of a damaged image.
    """

    def __init__(
        self,
        batch_size: int,
        data_shape: Sequence[int],
        label_width: int = 1,
        path_imgrec: str | os.PathLike | None = None,
        path_imglist: str | os.PathLike | None = None,
        path_root: str | os.PathLike | None = None,
        path_imgidx: str | os.PathLike | None = None,
        shuffle: bool = False,
        part_index: int = 0,
        num_parts: int = 1,
        aug_list: Sequence[Augmenter] | None = None,
        imglist: Sequence[Sequence[Any]] | None = None,
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: str = "float32",
        last_batch_handle: str = "pad",
        **kwargs: Any,
    ) -> None:
        where = type(self).__name__
        super().__init__(require_whole(where, "batch_size", batch_size, 1))
        self.data_shape = tuple(data_shape)
        self.check_data_shape(self.data_shape)
        if last_batch_handle not in _HANDLES:
            raise InvalidValue(
                f"{where}: `last_batch_handle` must be one of {', '.join(_HANDLES)}; "
                f"got {last_batch_handle!r}"
            )
        self.label_width = require_whole(where, "label_width", label_width, 1)
        self.shuffle, self.dtype, self.last_batch_handle = shuffle, dtype, last_batch_handle
        self.path_root = path_root
        self.imglist = _listed(where, path_imglist, imglist)
        self.imgrec = RecordFile(path_imgrec, where) if path_imgrec else None
        keys = self._keys(path_imgidx)
        part = part_of(where, len(keys), num_parts, part_index)
        self.seq = keys[part.start : part.stop]
        self.auglist = self._augmenters(aug_list, kwargs)
        self._names = data_name, label_name
        self._kept: list[Any] = []
        self.reset()

    def _augmenters(self, given: Any, options: dict[str, Any]) -> list[Any]:
        if given is None:
            return CreateAugmenter(self.data_shape, **options)
        if options:
            raise InvalidType(
                f"{type(self).__name__}: {', '.join(options)} are for `CreateAugmenter`, which is "
                "not asked where `aug_list` is given"
            )
        return list(given)

    def _keys(self, path_imgidx: Any) -> list[Any]:
        where = type(self).__name__
        if self.imgrec is None:
            if self.imglist is None:
                raise InvalidValue(
                    f"{where}: give `path_imgrec`, `path_imglist` or `imglist`: where images are"
                )
            return list(self.imglist)
        self._offsets = read_index(path_imgidx, where) if path_imgidx else None
        if self._offsets is None:
            self._offsets = dict(enumerate(self.imgrec.offsets()))
        return list(self._offsets)

    @property
    def provide_data(self) -> list[DataDesc]:
        """What each array of the data is."""
        shape = (self.batch_size, *self.data_shape)
        return [DataDesc(self._names[0], shape, numpy.dtype(self.dtype).type)]

    @property
    def provide_label(self) -> list[DataDesc]:
        """What each array of the labels is."""
        return [DataDesc(self._names[1], (self.batch_size, *self._label_shape()))]

    def _label_shape(self) -> tuple[int, ...]:
        return () if self.label_width == 1 else (self.label_width,)

    @property
    def num_image(self) -> int:
        """How many samples there are."""
        return len(self.seq)

    def hard_reset(self) -> None:
        """Begins an epoch, and forgets what the last one has kept for it."""
        self._kept = []
        self.reset()

    def reset(self) -> None:
        """The next batch is the first of an epoch."""
        if self.shuffle:
            random.shuffle(self.seq)
        self.cur = 0
        self._is_over = False

    def next_sample(self) -> tuple[Any, bytes]:
        """The label and the undecoded image of the next sample. Raises StopIteration behind the
        last one."""
        if self.cur >= len(self.seq):
            raise StopIteration
        key = self.seq[self.cur]
        self.cur += 1
        self._where = f"{type(self).__name__}: record {key}"
        if self.imgrec is None:
            label, name = self.imglist[key]
            self._where = f"{type(self).__name__}: {name}"
            return label, self.read_image(name)
        self._where = f"{type(self).__name__}: {self.imgrec.path}, record {key}"
        header, content = unpack(self.imgrec.read(self._offsets[key])[0], self._where)
        if self.imglist is None:
            return header.label, content
        if header.id not in self.imglist:
            raise FileFailure(f"{self._where}: the list of images has no line {header.id}")
        return self.imglist[header.id][0], content

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind the last one of an epoch."""
        if self._is_over:
            raise StopIteration
        samples, self._kept = self._kept, []
        rolled = len(samples)
        self._gather(samples)
        missing = self.batch_size - len(samples)
        if missing:
            self._is_over = True
            if self.last_batch_handle == "roll_over":
                self._kept = samples
            if not samples or self.last_batch_handle != "pad":
                raise StopIteration
            while len(samples) < self.batch_size:
                self.cur = 0
                self._gather(samples)
        # MXNet counts the samples behind those that the epoch before has left.
        return self._batch(samples, self.batch_size - rolled if rolled else missing)

    def _gather(self, samples: list[Any]) -> None:
        """Adds samples until there are enough for a batch, or none is left."""
        while len(samples) < self.batch_size:
            try:
                label, content = self.next_sample()
            except StopIteration:
                return
            samples.append(self._made(label, content))

    def _made(self, label: Any, content: bytes) -> tuple[Any, Any]:
        """The finished picture and label of a sample."""
        data = self.augmentation_transform(self.imdecode(content))
        return self.postprocess_data(data), label

    def _batch(self, samples: list[Any], pad: int) -> DataBatch:
        described = self.provide_data[0]
        data, rows = filled(described.shape, described.dtype)
        labels = numpy.zeros(self.provide_label[0].shape, "float32")
        for (picture, label), row, place in zip(samples, rows, range(self.batch_size), strict=True):
            pixels = host(picture)
            if pixels.shape != row.shape:
                raise InvalidValue(
                    f"{type(self).__name__}: augmenters must make images of `data_shape` "
                    f"{self.data_shape}; got {pixels.shape}"
                )
            row[...] = pixels
            labels[place] = self._label_row(label)
        return DataBatch([shown(data)], [made(labels)], pad)

    def _label_row(self, label: Any) -> numpy.ndarray:
        values = numpy.asarray(label, "float32").ravel()
        if values.size != self.label_width:
            raise FileFailure(
                f"{type(self).__name__}: a sample has {values.size} labels, and `label_width` is "
                f"{self.label_width}"
            )
        return values.reshape(self._label_shape())

    def check_data_shape(self, data_shape: Sequence[int]) -> None:
        """Raises ValueError unless it is (3 or 1, height, width)."""
        if len(data_shape) != 3 or data_shape[0] not in (1, 3) or min(data_shape) < 1:
            raise InvalidValue(
                f"{type(self).__name__}: `data_shape` must be (channels, height, width), 3 or 1 "
                f"channels; got {tuple(data_shape)}"
            )

    def check_valid_image(self, data: Any) -> None:
        """Raises ValueError for an image without pixels."""
        if 0 in host(data[0]).shape:
            raise InvalidValue(f"{type(self).__name__}: an image has no pixels")

    def imdecode(self, s: bytes) -> Any:
        """The image of a file's bytes, (H, W, C)."""
        try:
            return imdecode(s, flag=int(self.data_shape[0] == 3))
        except FileFailure as error:
            raise FileFailure(f"{self._where}: {error}") from None

    def read_image(self, fname: str) -> bytes:
        """The bytes of a file of the list."""
        return content_of(Path(self.path_root or "", fname), type(self).__name__)

    def augmentation_transform(self, data: Any) -> Any:
        """The image behind all augmenters."""
        for augmenter in self.auglist:
            data = augmenter(data)
        return data

    def postprocess_data(self, datum: Any) -> Any:
        """The image (H, W, C) as a batch has it, (C, H, W)."""
        return host(datum).transpose(2, 0, 1)


def _listed(where: str, path: Any, given: Any) -> dict[Any, tuple[Any, str]] | None:
    """By key the label and the path of each image."""
    if path:
        return {number: (labels, name) for number, labels, name in read_list(path, where)}
    if given is None:
        return None
    found = {}
    for number, item in enumerate(given):
        try:
            *label, name = item
            found[number] = numpy.asarray(label, "float32").ravel(), os.fspath(name)
        except (TypeError, ValueError):
            raise InvalidValue(
                f"{where}: entry {number} of `imglist` must be [label, path]; got {item!r}"
            ) from None
    return found


__all__ = ["ImageIter"]
