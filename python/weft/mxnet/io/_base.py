"""What an iterator of batches is: `DataDesc` says what a batch holds, `DataBatch` holds it, and
`DataIter` gives one after the other."""

from collections import namedtuple
from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidState, InvalidType


class DataDesc(namedtuple("DataDesc", ["name", "shape"])):
    """The name, shape, dtype and layout of one array of a batch.

    >>> DataDesc("data", (32, 3, 224, 224)).shape
    (32, 3, 224, 224)
    """

    dtype: Any
    layout: str | None

    def __new__(
        cls, name: str, shape: Sequence[int], dtype: Any = numpy.float32, layout: str = "NCHW"
    ) -> "DataDesc":
        made = super().__new__(cls, name, tuple(shape))
        made.dtype, made.layout = dtype, layout
        return made

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.name, self.shape, self.dtype, self.layout

    def __repr__(self) -> str:
        return f"DataDesc[{self.name},{self.shape},{self.dtype},{self.layout}]"

    @staticmethod
    def get_batch_axis(layout: str | None) -> int:
        """The axis of samples, N, in a layout: 0 if none is given, -1 if there is none."""
        return 0 if layout is None else layout.find("N")

    @staticmethod
    def get_list(
        shapes: Iterable[tuple[str, Sequence[int]]], types: Iterable[tuple[str, Any]] | None
    ) -> list["DataDesc"]:
        """Descriptions of (name, shape), with the dtypes of (name, dtype) where they are given."""
        if types is None:
            return [DataDesc(name, shape) for name, shape in shapes]
        dtypes = dict(types)
        return [DataDesc(name, shape, dtypes[name]) for name, shape in shapes]


class DataBatch:
    """One batch.

    data, label: lists of arrays
    pad: how many samples at the end only fill the batch
    index: the numbers of the samples
    bucket_key: which network of a `BucketingModule` the batch is for
    provide_data, provide_label: descriptions, where they differ from batch to batch
    """

    def __init__(
        self,
        data: Sequence[Any],
        label: Sequence[Any] | None = None,
        pad: int | None = None,
        index: Any = None,
        bucket_key: Any = None,
        provide_data: Sequence[Any] | None = None,
        provide_label: Sequence[Any] | None = None,
    ) -> None:
        for name, values in (("data", data), ("label", label)):
            if values is not None and not isinstance(values, list | tuple):
                raise InvalidType(
                    f"DataBatch: `{name}` must be a list of arrays; got {type(values).__name__}"
                )
        self.data, self.label = data, label
        self.pad, self.index = pad, index
        self.bucket_key = bucket_key
        self.provide_data, self.provide_label = provide_data, provide_label

    def __str__(self) -> str:
        data = [array.shape for array in self.data]
        label = None if self.label is None else [array.shape for array in self.label]
        return f"DataBatch: data shapes: {data} label shapes: {label}"


class DataIter:
    """Base of iterators: a subclass writes `next`, or `iter_next` with `getdata`, `getlabel` and
    `getpad`; and `reset`, `provide_data`, `provide_label`."""

    def __init__(self, batch_size: int = 0) -> None:
        self.batch_size = batch_size

    def __iter__(self) -> "DataIter":
        return self

    def __next__(self) -> DataBatch:
        return self.next()

    def reset(self) -> None:
        """The next batch is the first of an epoch."""

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind the last one of an epoch."""
        if not self.iter_next():
            raise StopIteration
        return DataBatch(self.getdata(), self.getlabel(), self.getpad(), self.getindex())

    def iter_next(self) -> bool:
        """Goes to the next batch. False if there is none."""
        raise NotImplementedError

    def getdata(self) -> Any:
        """The data of this batch."""
        raise NotImplementedError

    def getlabel(self) -> Any:
        """The labels of this batch."""
        raise NotImplementedError

    def getindex(self) -> Any:
        """The numbers of the samples of this batch."""
        return None

    def getpad(self) -> int | None:
        """How many samples at the end only fill this batch."""
        raise NotImplementedError


class _OfBatches(DataIter):
    """An iterator whose `next` has all: the questions are about the batch that it gave."""

    current_batch: DataBatch | None = None

    def iter_next(self) -> bool:
        try:
            self.current_batch = self.next()
        except StopIteration:
            return False
        return True

    def getdata(self) -> Any:
        return self._current().data

    def getlabel(self) -> Any:
        return self._current().label

    def getindex(self) -> Any:
        return self._current().index

    def getpad(self) -> int | None:
        return self._current().pad

    def _current(self) -> DataBatch:
        if self.current_batch is None:
            raise InvalidState(f"{type(self).__name__}: there is no batch before `next()`")
        return self.current_batch


class ResizeIter(_OfBatches):
    """Another iterator with epochs of `size` batches: it is begun anew as often as needed.

    reset_internal: `reset` resets the other iterator, too
    """

    def __init__(self, data_iter: DataIter, size: int, reset_internal: bool = True) -> None:
        super().__init__(data_iter.batch_size)
        self.data_iter, self.size, self.reset_internal = data_iter, size, reset_internal
        self.cur = 0

    @property
    def provide_data(self) -> list[DataDesc]:
        """What each array of the data is."""
        return self.data_iter.provide_data

    @property
    def provide_label(self) -> list[DataDesc]:
        """What each array of the labels is."""
        return self.data_iter.provide_label

    def reset(self) -> None:
        """The next batch is the first of an epoch."""
        self.cur = 0
        if self.reset_internal:
            self.data_iter.reset()

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind `size` of them."""
        if self.cur == self.size:
            raise StopIteration
        try:
            self.current_batch = self.data_iter.next()
        except StopIteration:
            self.data_iter.reset()
            self.current_batch = self.data_iter.next()
        self.cur += 1
        return self.current_batch


class MXDataIter(_OfBatches):
    """Base of iterators that read files. `getdata` and `getlabel` give the one array there is."""

    provide_data: list[DataDesc]
    provide_label: list[DataDesc]

    def getdata(self) -> Any:
        return self._current().data[0]

    def getlabel(self) -> Any:
        return self._current().label[0]


__all__ = ["DataBatch", "DataDesc", "DataIter", "MXDataIter", "ResizeIter"]
