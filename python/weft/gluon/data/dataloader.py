"""The loader: batches of a data set, made in this process."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy

from weft import np
from weft._core import native
from weft._errors import InvalidValue
from weft.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from weft.gluon.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler


def default_batchify_fn(samples: list[Any]) -> Any:
    """Stacks samples along a new first axis; tuples of parts give a list of batches.

    Raises ValueError where shapes differ.
    """
    first = samples[0]
    if isinstance(first, tuple | list):
        return [default_batchify_fn(list(parts)) for parts in zip(*samples, strict=True)]
    if isinstance(first, native.ndarray):
        return np.stack(samples)
    if isinstance(first, float):
        return np.array(samples)
    return np.array(numpy.stack(samples))  # one copy into Weft, not one for each sample


class DataLoader:
    """Batches of a data set; iterating over it is one epoch.

    shuffle: take samples in random order (`np.random.seed` decides); or give a `sampler`
    last_batch: "keep" (default), "discard" or "rollover" what does not fill a batch
    batch_sampler: gives lists of sample numbers; then none of the above may be given
    batchify_fn: makes a batch of a list of samples

    >>> from weft import gluon
    >>> [batch.shape for batch in gluon.data.DataLoader([1.0, 2.0, 3.0], batch_size=2)]
    [(2,), (1,)]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = None,
        shuffle: bool = False,
        sampler: Sampler | None = None,
        last_batch: str | None = None,
        batch_sampler: Sampler | None = None,
        batchify_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        self._dataset = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
        self._batchify = batchify_fn or default_batchify_fn
        self._rows = _rows_of(self._dataset) if batchify_fn is None else None
        if batch_sampler is not None:
            if batch_size is not None or shuffle or sampler is not None or last_batch is not None:
                raise InvalidValue(
                    "DataLoader: `batch_sampler` excludes `batch_size`, `shuffle`, `sampler` and "
                    "`last_batch`"
                )
            self._batch_sampler: Any = batch_sampler
            return
        if batch_size is None:
            raise InvalidValue("DataLoader: `batch_size` or `batch_sampler` must be given")
        if shuffle and sampler is not None:
            raise InvalidValue("DataLoader: `shuffle` and `sampler` exclude each other")
        length = len(self._dataset)
        order = sampler or (RandomSampler(length) if shuffle else SequentialSampler(length))
        self._batch_sampler = BatchSampler(order, batch_size, last_batch or "keep")

    def __iter__(self) -> Iterator[Any]:
        for indices in self._batch_sampler:
            yield self._batch(indices)

    def _batch(self, indices: list[int]) -> Any:
        if self._rows is None:
            return self._batchify([self._dataset[index] for index in indices])
        batches = [np.array(rows[indices]) for rows in self._rows]
        return batches if len(batches) > 1 else batches[0]

    def __len__(self) -> int:
        return len(self._batch_sampler)


def _rows_of(dataset: Dataset) -> list[numpy.ndarray] | None:
    """NumPy arrays behind a plain ArrayDataset: a batch is then one gather instead of a stack."""
    if type(dataset) is not ArrayDataset:
        return None
    if not all(isinstance(array, numpy.ndarray | native.ndarray) for array in dataset.arrays):
        return None
    return [numpy.asarray(array) for array in dataset.arrays]
