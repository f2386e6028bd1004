"""One batch of sample numbers, made by whoever is asked: here, by a thread, or by a worker process.

Rows of arrays are gathered at once; samples of other data sets are picked one by one, and
`batchify` makes the batch.
"""

from collections.abc import Callable, Iterator, MutableSequence
from typing import Any

import numpy

from weft import np
from weft._core import native
from weft.gluon.data._blocks import shared_out
from weft.gluon.data._skipped import Short, those_that_can
from weft.gluon.data._workers import NO_SAMPLE
from weft.gluon.data.batchify import OddSample, Stack, default_batchify_fn, gather_rows
from weft.gluon.data.dataset import ArrayDataset, Dataset


class BatchMaker:
    """Makes a batch of sample numbers, in this process or a worker."""

    def __init__(
        self,
        dataset: Dataset,
        batchify: Callable[[list[Any]], Any] | None,
        skips: bool = False,
    ) -> None:
        self._dataset, self._skips = dataset, skips
        self._batchify = batchify or default_batchify_fn
        self._rows = _rows_of(dataset) if batchify is None else None

    @property
    def picks_rows(self) -> bool:
        """Are batches rows of arrays, which no code of a data set makes?"""
        return self._rows is not None

    def prefetch_here(self, wanted: int | None) -> int:
        """How many batches the engine can gather ahead; NumPy arrays become Weft's for that."""
        if self._rows is None:
            return 0
        if wanted is None:
            return int(all(isinstance(rows, native.ndarray) for rows in self._rows))
        if wanted:
            self._rows = [
                rows if isinstance(rows, native.ndarray) else np.array(rows) for rows in self._rows
            ]
        return wanted

    def __call__(self, indices: list[int], place: MutableSequence[int] | None = None) -> Any:
        """`place[0]` is kept at the number of the sample within the batch that is being made."""
        if self._rows is None:
            try:
                return self._batch_of(indices, [NO_SAMPLE] if place is None else place)
            except OddSample as error:
                raise error.of(indices) from None
        batches = [_gather(rows, indices) for rows in self._rows]
        return batches if len(batches) > 1 else batches[0]

    def _batch_of(self, indices: list[int], place: MutableSequence[int]) -> Any:
        if self._skips:
            return self._batch_of_whole(indices)
        samples = self._samples(indices, place)
        if isinstance(self._batchify, Stack):
            return self._batchify.of(samples, len(indices))
        return self._batchify(list(samples))

    def _batch_of_whole(self, indices: list[int]) -> Any:
        """The batch without samples that are damaged."""
        found, skipped = those_that_can(self._dataset.__getitem__, indices)
        try:
            batch = self._batchify([sample for _, sample in found]) if found else None
        except OddSample as error:
            raise error.of([index for index, _ in found]) from None
        return Short(batch, skipped) if skipped else batch

    def _samples(self, indices: list[int], place: MutableSequence[int]) -> Iterator[Any]:
        for number, index in enumerate(indices):
            place[0] = number
            try:
                sample = self._dataset[index]
            except Exception as error:
                error.add_note(f"DataLoader: sample {index}")
                raise
            yield sample
        place[0] = NO_SAMPLE


def _gather(rows: Any, indices: list[int]) -> Any:
    """One gather instead of a stack of samples."""
    if isinstance(rows, numpy.ndarray):
        return gather_rows(rows, indices)
    out = shared_out((len(indices), *rows.shape[1:]), rows.dtype)
    return np.take(rows, np.array(indices, "int64"), 0, out=out)


def _rows_of(dataset: Dataset) -> list[Any] | None:
    """The arrays behind a data set that only picks their rows."""
    if type(dataset).__getitem__ is not ArrayDataset.__getitem__:
        return None
    if not all(isinstance(array, numpy.ndarray | native.ndarray) for array in dataset.arrays):
        return None
    return list(dataset.arrays)


__all__ = ["BatchMaker"]
