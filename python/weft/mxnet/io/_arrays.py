"""`NDArrayIter`: batches of arrays that are in memory."""

from collections.abc import Mapping
from typing import Any

import numpy

from weft._base.errors import InvalidState, InvalidType, InvalidValue, Unsupported
from weft._base.options import require_whole
from weft.mxnet._made import host
from weft.mxnet.io._base import DataBatch, DataDesc, DataIter
from weft.mxnet.io._csr import CsrRows, csr_of
from weft.mxnet.ndarray._given import made, made_as_mxnet
from weft.mxnet.ndarray.sparse import CSRNDArray

_HANDLES = ("pad", "discard", "roll_over")


class NDArrayIter(DataIter):
    """Batches of the rows of arrays.

    data, label: an array, a list of arrays, or a dict of arrays by name. Arrays that are not yet
        ones of Weft become float32, as `mx.nd.array` makes them; csr matrices, SciPy's included,
        need "discard" and give csr batches. All have the rows of the first one, and may have more
    batch_size: rows of a batch
    shuffle: each epoch has an order of its own, which follows from NumPy's global seed
    last_batch_handle: what becomes of a last batch that is not full: "pad" fills it with the first
        rows and says so in `pad`; "discard" drops it; "roll_over" keeps it for the next epoch
    data_name, label_name: the name of an array without one; of several, `_0_data`, `_1_data` ...

    >>> batches = NDArrayIter(numpy.arange(10).reshape(5, 2), numpy.arange(5), batch_size=2)
    >>> for batch in batches:
    ...     print(batch.data[0].shape, batch.label[0], batch.pad)
    (2, 2) [0. 1.] 0
    (2, 2) [2. 3.] 0
    (2, 2) [4. 0.] 1
    """

    def __init__(
        self,
        data: Any,
        label: Any = None,
        batch_size: int = 1,
        shuffle: bool = False,
        last_batch_handle: str = "pad",
        data_name: str = "data",
        label_name: str = "softmax_label",
    ) -> None:
        super().__init__(require_whole("NDArrayIter", "batch_size", batch_size, 1))
        if last_batch_handle not in _HANDLES:
            raise InvalidValue(
                f"NDArrayIter: `last_batch_handle` must be one of {', '.join(_HANDLES)}; "
                f"got {last_batch_handle!r}"
            )
        self.data = _named("data", data, data_name)
        self.label = _named("label", label, label_name)
        if not self.data:
            raise InvalidValue("NDArrayIter: `data` must have at least one array")
        self._rows = [[_rows(array) for _, array in part] for part in (self.data, self.label)]
        if last_batch_handle != "discard" and self._has_csr():
            raise Unsupported(
                "NDArrayIter: `last_batch_handle` must be 'discard' for csr matrices, of which a "
                f"last batch is not filled; got {last_batch_handle!r}"
            )
        self.num_data = _length([*self.data, *self.label])
        if self.num_data < batch_size and (last_batch_handle != "pad" or not self.num_data):
            raise InvalidValue(
                f"NDArrayIter: `batch_size` must be at most the number of rows, {self.num_data}; "
                f"got {batch_size}"
            )
        self.data_list = [array for _, array in self.data + self.label]
        self.num_source = len(self.data_list)
        self.shuffle, self.last_batch_handle = shuffle, last_batch_handle
        self.idx = numpy.arange(self.num_data)
        self._kept = self.idx[:0]
        self.hard_reset()

    @property
    def provide_data(self) -> list[DataDesc]:
        """What each array of the data is."""
        return self._described(self.data)

    @property
    def provide_label(self) -> list[DataDesc]:
        """What each array of the labels is."""
        return self._described(self.label)

    def _described(self, named: list[tuple[str, Any]]) -> list[DataDesc]:
        return [
            DataDesc(name, (self.batch_size, *array.shape[1:]), array.dtype)
            for name, array in named
        ]

    def _has_csr(self) -> bool:
        return any(isinstance(rows, CsrRows) for part in self._rows for rows in part)

    def hard_reset(self) -> None:
        """Begins an epoch, and forgets what the last one has kept for it."""
        self._kept = self.idx[:0]
        self._begin()

    def reset(self) -> None:
        """Begins an epoch; "roll_over" begins with the rows that the last one has kept."""
        has_begun = self.cursor >= -len(self._kept)
        if self.last_batch_handle == "roll_over" and self._is_over():
            self._kept = self._samples[self.cursor + len(self._kept) :]
        elif has_begun:
            self._kept = self.idx[:0]
        self._begin()

    def _begin(self) -> None:
        if self.shuffle:
            numpy.random.shuffle(self.idx)
        # `cursor` is the row of `idx` that a batch begins at; below 0 for rows that were kept.
        self._samples = numpy.concatenate([self._kept, self.idx])
        self.cursor = -self.batch_size - len(self._kept)

    def iter_next(self) -> bool:
        """Goes to the next batch. False if there is none."""
        if not self._is_over():
            self.cursor += self.batch_size
        return not self._is_over()

    def _is_over(self) -> bool:
        needed = 1 if self.last_batch_handle == "pad" else self.batch_size
        return self.cursor + needed > self.num_data

    def getdata(self) -> list[Any]:
        """The data of this batch."""
        return self._taken(0)

    def getlabel(self) -> list[Any]:
        """The labels of this batch."""
        return self._taken(1)

    def getpad(self) -> int:
        """How many rows fill the last batch; of "roll_over", how many the first one has kept."""
        if self.last_batch_handle == "pad":
            return max(0, self.cursor + self.batch_size - self.num_data)
        return max(0, -self.cursor)

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind the last one of an epoch."""
        if not self.iter_next():
            raise StopIteration
        return DataBatch(self.getdata(), self.getlabel(), self.getpad(), None)

    def _taken(self, part: int) -> list[Any]:
        begin = self.cursor + len(self._kept)
        if begin < 0 or self._is_over():
            raise InvalidState("NDArrayIter: there is no batch here; call `next()` first")
        samples = self._samples[begin : begin + self.batch_size]
        if len(samples) < self.batch_size:
            more = numpy.resize(self.idx, self.batch_size - len(samples))  # again and again
            samples = numpy.concatenate([samples, more])
        taken = [rows[samples] for rows in self._rows[part]]
        return [one if isinstance(one, CSRNDArray) else made(one) for one in taken]


def _named(name: str, given: Any, default: str) -> list[tuple[str, Any]]:
    if given is None:
        given = []
    if isinstance(given, Mapping):
        named = list(given.items())
    elif isinstance(given, list | tuple):
        many = len(given) > 1
        named = [(f"_{i}_{default}" if many else default, array) for i, array in enumerate(given)]
    else:
        named = [(default, given)]
    return [(key, _array(name, key, array)) for key, array in named]


def _rows(array: Any) -> Any:
    """What gives rows by their numbers."""
    return CsrRows.of(array) if isinstance(array, CSRNDArray) else host(array)


def _array(name: str, key: str, given: Any) -> Any:
    matrix = csr_of(given)
    if matrix is not None:
        return matrix
    try:
        array = made_as_mxnet(given)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"NDArrayIter: `{name}` must be an array, a list or a dict of arrays; {key!r} is "
            f"{type(given).__name__}: {error}"
        ) from None
    if array.ndim == 0:
        raise InvalidValue(f"NDArrayIter: `{name}` must have rows; {key!r} is a single number")
    return array


def _length(named: list[tuple[str, Any]]) -> int:
    """The number of rows of the first array, which all others must have at least."""
    lengths = {name: len(array) for name, array in named}
    first = next(iter(lengths.values()))
    if min(lengths.values()) < first:
        raise InvalidValue(
            f"NDArrayIter: all arrays must have the rows of the first at least; got {lengths}"
        )
    return first


__all__ = ["NDArrayIter"]
