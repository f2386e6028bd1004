"""`ImageRecordIter` and its kin: batches of images of a RecordIO file.

Threads read, decode and augment; libraries in C do this without Python's lock, so they work side by
side. A batch is an array of Weft that the threads write into, each its own rows: nothing is copied
behind them. At most `prefetch_buffer` batches are on their way. What is random in a picture has a
seed of its own, made of `seed`, the epoch and the record: batches depend neither on the number of
threads nor on their speed.
"""

import os
import random
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidState, InvalidValue
from weft._base.options import require, require_whole
from weft.gluon.data._recordio import RecordFile, read_index, unpack
from weft.gluon.data.vision._decoding import decode
from weft.gluon.data.vision.records import read_list
from weft.mxnet._made import filled
from weft.mxnet.io._base import DataBatch, DataDesc, MXDataIter
from weft.mxnet.io._order import Order, part_of
from weft.mxnet.io._record_augmenter import Augmentation, augmented
from weft.mxnet.ndarray._given import made, shown

_CHUNK = 8  # pictures of a task: few enough that the last ones of a batch end together


class Filler:
    """Writes samples into rows of arrays. Threads share it.

    lists: by the number of a record labels to take instead of its own
    """

    def __init__(
        self,
        where: str,
        path: str,
        offsets: Sequence[int],
        lists: dict[int, list[float]] | None,
        shape: tuple[int, int, int],
        options: Augmentation,
        seed: int,
    ) -> None:
        self.where, self.file, self.offsets = where, RecordFile(path, where), offsets
        self.lists, self.shape, self.options, self.seed = lists, shape, options, seed
        self.mean, self.factor = options.normalization(shape[0])
        self.is_plain = not self.mean.any() and (self.factor == 1).all()

    def __call__(
        self, epoch: int, samples: numpy.ndarray, rows: numpy.ndarray, labels: numpy.ndarray
    ) -> None:
        for sample, row, label in zip(samples, rows, labels, strict=True):
            where = f"{self.where}: {self.file.path}, record {sample}"
            header, content = unpack(self.file.read(self.offsets[sample])[0], where)
            draw = random.Random(f"{self.seed} {epoch} {sample}")
            found = self._labels_of(where, header)
            self.fill(where, decode(content, self.shape[0] == 3, where), found, row, label, draw)

    def fill(
        self,
        where: str,
        image: numpy.ndarray,
        found: numpy.ndarray,
        row: numpy.ndarray,
        label: numpy.ndarray,
        draw: random.Random,
    ) -> None:
        """Writes one sample: its picture, and its labels where they belong."""
        if found.size != label.size:
            raise FileFailure(
                f"{where}: it has {found.size} labels, and `label_width` is {label.size}"
            )
        label[...] = found.reshape(label.shape)
        options = self.options
        picture = augmented(where, image, self.shape[1:], options, draw)
        if options.mirror or (options.rand_mirror and draw.random() < 0.5):
            picture = picture[:, ::-1]
        self.normalize(picture, row, draw)

    def normalize(self, picture: numpy.ndarray, row: numpy.ndarray, draw: random.Random) -> None:
        """Writes a picture uint8 (H, W, C) as (C, H, W), its mean and scale changed."""
        planes = picture.transpose(2, 0, 1)
        contrast, light = self.lighting(draw)
        is_lit = contrast != 1 or light != 0
        if self.is_plain and not is_lit and row.dtype != numpy.int8:
            row[...] = planes
            return
        floats = row if row.dtype == numpy.float32 else numpy.empty(row.shape, "float32")
        numpy.subtract(planes, self.mean, out=floats, dtype="float32")
        if is_lit:
            floats *= contrast
            floats += light
        numpy.multiply(floats, self.factor, out=floats)
        if floats is not row:
            if row.dtype == numpy.int8:
                floats = numpy.rint(floats, out=floats).clip(-128, 127)
            row[...] = floats

    def lighting(self, draw: random.Random) -> tuple[float, float]:
        """What a picture less its mean is multiplied by, and what is added then."""
        contrast, light = self.options.max_random_contrast, self.options.max_random_illumination
        return 1 + draw.uniform(-contrast, contrast), draw.uniform(-light, light)

    def _labels_of(self, where: str, header: Any) -> numpy.ndarray:
        if self.lists is None:
            return numpy.atleast_1d(numpy.asarray(header.label, "float32"))
        if header.id not in self.lists:
            raise FileFailure(f"{where}: `path_imglist` has no line of number {header.id}")
        return numpy.asarray(self.lists[header.id], "float32")


class ImageRecordIter(MXDataIter):
    """Batches of images of a RecordIO file, decoded and augmented by threads.

    path_imgrec: the `.rec` file, as `python -m weft.mxnet.im2rec` makes it
    data_shape: (channels, height, width); 3 channels are red, green, blue, 1 is gray
    batch_size: samples of a batch
    path_imgidx: its `.idx` file, which says where records begin; without it all heads are read
    path_imglist: a `.lst` file whose labels are taken instead of those in the records
    label_width: how many labels a sample has; 1 gives labels (N,), more give (N, label_width)
    shuffle: each epoch has an order of its own, which follows from `seed`
    seed_aug: of what is random in pictures, `seed` if it is None
    num_parts, part_index: which part of the records is read, for one of several machines
    shuffle_chunk_size: above 0 it is the same as `shuffle`
    round_batch: the last batch is filled with the first samples of the next epoch, which begins
        behind them; else with zeros. `pad` of the batch says how many fill it
    preprocess_threads: how many threads decode; prefetch_buffer: how many batches ahead
    dtype: of the data
    augmentation: `resize`, `rand_crop`, `rand_mirror`, `mean_r`, `std_r`, `scale` and others, with
        MXNet's names and defaults: docs/from-mxnet.md has the list

    Needs OpenCV, or Pillow where nothing is scaled. Raises OSError that names file and record for
    what is damaged, ValueError for a picture that is smaller than its crop.
    """

    _dtypes: tuple[str, ...] = ("float32", "float16", "float64", "uint8", "int8")
    _filler: type[Filler] = Filler

    def __init__(
        self,
        path_imgrec: str | os.PathLike,
        data_shape: Sequence[int],
        batch_size: int,
        *,
        path_imgidx: str | os.PathLike | None = None,
        path_imglist: str | os.PathLike | None = None,
        label_width: int = 1,
        shuffle: bool = False,
        seed: int = 0,
        seed_aug: int | None = None,
        num_parts: int = 1,
        part_index: int = 0,
        round_batch: bool = True,
        preprocess_threads: int = 4,
        prefetch_buffer: int = 4,
        dtype: Any = None,
        data_name: str = "data",
        label_name: str = "softmax_label",
        verbose: bool = True,
        shuffle_chunk_size: int = 0,
        shuffle_chunk_seed: int = 0,
        aug_seq: str = "aug_default",
        ctx: Any = None,
        device_id: int = 0,
        **augmentation: Any,
    ) -> None:
        where = type(self).__name__
        super().__init__(require_whole(where, "batch_size", batch_size, 1))
        shape = _image_shape(where, data_shape)
        require_whole(where, "preprocess_threads", preprocess_threads, 1)
        self._ahead = require_whole(where, "prefetch_buffer", prefetch_buffer, 1)
        kind = numpy.dtype(self._dtypes[0] if dtype is None else dtype)
        require(
            str(kind) in self._dtypes, where, "dtype", f"one of {', '.join(self._dtypes)}", kind
        )
        require(aug_seq == "aug_default", where, "aug_seq", "'aug_default'", repr(aug_seq))
        shuffle = shuffle or shuffle_chunk_size > 0
        offsets = _offsets(where, path_imgrec, path_imgidx)
        part = part_of(where, len(offsets), num_parts, part_index)
        self._fill = self._filler(
            where,
            os.fspath(path_imgrec),
            offsets[part.start : part.stop],
            _labels_of_list(where, path_imglist),
            shape,
            self._augmentation(where, augmentation),
            seed if seed_aug is None else seed_aug,
        )
        self._order = Order(len(part), batch_size, round_batch, shuffle, seed)
        labels = self._label_shape(label_width)
        self.provide_data = [DataDesc(data_name, (batch_size, *shape), kind.type)]
        self.provide_label = [DataDesc(label_name, (batch_size, *labels))]
        self._threads = ThreadPoolExecutor(preprocess_threads, "weft-images")
        self._process = os.getpid()
        weakref.finalize(self, self._threads.shutdown, wait=False, cancel_futures=True)
        self._begin()

    def _augmentation(self, where: str, options: dict[str, Any]) -> Augmentation:
        return Augmentation.of(where, options)

    def _label_shape(self, label_width: int) -> tuple[int, ...]:
        """Of one sample."""
        width = require_whole(type(self).__name__, "label_width", label_width, 1)
        return () if width == 1 else (width,)

    def _begin(self) -> None:
        self._samples: Iterator[Any] = self._order.batches()
        self._waiting: deque[tuple[DataBatch, numpy.ndarray, list[Future]]] = deque()
        self._is_new = True

    def reset(self) -> None:
        """The next batch is the first of an epoch."""
        if not self._is_new:  # what is on its way for a new epoch is not thrown away
            self._cancel()
            self._begin()

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind the last one of an epoch."""
        if self._process != os.getpid():
            raise InvalidState(
                f"{type(self).__name__}: it was made in process {self._process}, whose threads a "
                "forked process does not have; make it in the process that uses it"
            )
        self._is_new = False
        while len(self._waiting) < self._ahead and self._submit():
            pass
        if not self._waiting:
            raise StopIteration
        batch, labels, tasks = self._waiting.popleft()
        try:
            for task in tasks:
                task.result()
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
        batch.label = [made(labels)]
        self.current_batch = batch
        return batch

    def _submit(self) -> bool:
        """Asks for one more batch of the epoch, if there is one."""
        found = next(self._samples, None)
        if found is None:
            return False
        epoch, samples, pad = found
        described, labelled = self.provide_data[0], self.provide_label[0]
        data, rows = filled(described.shape, described.dtype)
        labels = numpy.zeros(labelled.shape, "float32")
        rows[len(samples) :] = 0
        per_label = labels.reshape(len(labels), -1)  # rows that can be written, also of one number
        tasks = [
            self._threads.submit(
                self._fill,
                epoch,
                samples[begin : begin + _CHUNK],
                rows[begin : begin + _CHUNK][: len(samples) - begin],
                per_label[begin : begin + _CHUNK][: len(samples) - begin],
            )
            for begin in range(0, len(samples), _CHUNK)
        ]
        self._waiting.append((DataBatch([shown(data)], None, pad, samples), labels, tasks))
        return True

    def _cancel(self) -> None:
        for _, _, tasks in self._waiting:
            for task in tasks:
                task.cancel()
        self._waiting.clear()


class ImageRecordUInt8Iter(ImageRecordIter):
    """`ImageRecordIter` whose data are uint8, as the pictures are: without means and scales."""

    _dtypes = ("uint8",)

    def _augmentation(self, where: str, options: dict[str, Any]) -> Augmentation:
        made = super()._augmentation(where, options)
        mean, factor = made.normalization(4)
        changes = made.max_random_contrast or made.max_random_illumination
        if mean.any() or (factor != 1).any() or changes:
            raise InvalidValue(
                f"{where}: uint8 pictures have no means and scales (`mean_r`, `std_r`, `scale`, "
                "`max_random_contrast`, ...); write `ImageRecordIter`"
            )
        return made


class ImageRecordInt8Iter(ImageRecordIter):
    """`ImageRecordIter` whose data are int8: rounded, and within -128 to 127. Give means, `scale`
    or both, so that pictures fit."""

    _dtypes = ("int8",)


def _image_shape(where: str, given: Sequence[int]) -> tuple[int, int, int]:
    shape = tuple(given)
    if len(shape) != 3 or shape[0] not in (1, 3) or min(shape) < 1:
        raise InvalidValue(
            f"{where}: `data_shape` must be (channels, height, width), 1 or 3 channels; got {shape}"
        )
    return shape


def _offsets(where: str, path: Any, index: Any) -> list[int]:
    if index and Path(index).name:
        return list(read_index(index, where).values())
    return RecordFile(path, where).offsets()


def _labels_of_list(where: str, path: Any) -> dict[int, list[float]] | None:
    return {number: labels for number, labels, _ in read_list(path, where)} if path else None


__all__ = ["Filler", "ImageRecordInt8Iter", "ImageRecordIter", "ImageRecordUInt8Iter"]
