"""The loader: batches of a data set, made when they are asked for or ahead of it.

Every way of making batches is the same loop (`_ahead`): start some batches beyond the one that is
given. They differ in what starts one: nothing, a gather queued for the engine, a thread, or a
worker process. Order and values are the same in all of them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy

from weft import engine, np
from weft._core import native
from weft._errors import InvalidValue, TimedOut
from weft.gluon.data._blocks import shared_out
from weft.gluon.data._workers import NO_SAMPLE, WorkerPool
from weft.gluon.data.batchify import Stack, default_batchify_fn, gather_rows
from weft.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from weft.gluon.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler


class DataLoader:
    """Batches of a data set; iterating over it is one epoch.

    shuffle: take samples in random order (`np.random.seed` decides); or give a `sampler`
    last_batch: "keep" (default), "discard" or "rollover" what does not fill a batch
    batch_sampler: gives lists of sample numbers; then none of the above may be given
    batchify_fn: makes a batch of a list of samples
    num_workers: processes that make batches; 0 makes them here. Data set and `batchify_fn` are
        pickled for them once; they stay for the next epoch, and end with the loader, or when an
        epoch is left early. Each batch has seeds of its own (of `np.random`, `numpy.random` and
        `random`), the same for any number of workers. A program that uses them has its main part
        under `if __name__ == "__main__":`
    thread_pool: threads instead of processes, which share the seeds of this process
    prefetch: how many batches are made ahead: 2 for each worker by default. Without workers the
        engine gathers rows of an ArrayDataset of Weft's arrays, 1 batch ahead by default; NumPy
        arrays are gathered at once unless `prefetch` is given, and then copied into Weft here
    timeout: seconds to wait for a worker's batch
    pin_memory: accepted; means nothing on the CPU

    An error in a worker is raised here with the worker's traceback as its note. RuntimeError for a
    worker process that died, TimeoutError for one that takes too long.

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
        *,
        num_workers: int = 0,
        thread_pool: bool = False,
        prefetch: int | None = None,
        timeout: float = 120,
        pin_memory: bool = False,
    ) -> None:
        for name, number in (("num_workers", num_workers), ("prefetch", prefetch)):
            if number is not None and number < 0:
                raise InvalidValue(f"DataLoader: `{name}` must be at least 0; got {number}")
        if timeout <= 0:
            raise InvalidValue(f"DataLoader: `timeout` must be above 0; got {timeout}")
        dataset = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
        self._batch_sampler: Any = _batch_sampler_of(
            len(dataset), batch_size, shuffle, sampler, last_batch, batch_sampler
        )
        self._make_batch = _BatchMaker(dataset, batchify_fn)
        self._num_workers = num_workers
        self._thread_pool = thread_pool
        self._timeout = timeout
        if num_workers:
            self._prefetch = 2 * num_workers if prefetch is None else prefetch
        else:
            self._prefetch = self._make_batch.prefetch_here(prefetch)
        self._idle: list[WorkerPool] = []

    def __iter__(self) -> Iterator[Any]:
        # Drawn whether there are workers or not, so that what is drawn next does not depend on it.
        epoch = int.from_bytes(np.random.uniform(size=2).asnumpy().tobytes(), "little")
        if not self._num_workers:
            return _ahead(self._prefetch, self._batch_sampler, self._start_here, lambda made: made)
        return self._by_threads() if self._thread_pool else self._by_processes(epoch)

    def __len__(self) -> int:
        return len(self._batch_sampler)

    def _start_here(self, _: int, indices: list[int]) -> Any:
        if self._prefetch == 0:
            return self._make_batch(indices)
        with engine.deferred():
            return self._make_batch(indices)

    def _by_threads(self) -> Iterator[Any]:
        def result(future: Future[Any]) -> Any:
            try:
                return future.result(self._timeout)
            except TimeoutError as error:
                if future.done():  # the data set's own
                    raise
                raise TimedOut(
                    f"DataLoader: a batch was not made within `timeout` {self._timeout} s"
                ) from error

        threads = ThreadPoolExecutor(self._num_workers, "weft loader")
        try:
            yield from _ahead(
                self._prefetch,
                self._batch_sampler,
                lambda _, indices: threads.submit(self._make_batch, indices),
                result,
            )
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _by_processes(self, epoch: int) -> Iterator[Any]:
        if self._idle:
            pool = self._idle.pop()
        else:
            pool = WorkerPool(self._make_batch, self._num_workers, self._timeout)
        try:
            yield from _ahead(
                self._prefetch,
                self._batch_sampler,
                lambda batch, indices: pool.ask(epoch, batch, indices),
                pool.answer,
            )
        except BaseException:  # left early, too: what is on its way is nobody's
            pool.close()
            raise
        self._idle.append(pool)


def _ahead(
    count: int,
    order: Iterable[Any],
    start: Callable[[int, Any], Any],
    finish: Callable[[Any], Any],
) -> Iterator[Any]:
    """What `finish` makes of what `start` gives, with up to `count` more started."""
    started: deque[Any] = deque()
    for item in enumerate(order):
        started.append(start(*item))
        if len(started) > count:
            yield finish(started.popleft())
    while started:
        yield finish(started.popleft())


class _BatchMaker:
    """Makes a batch of sample numbers, in this process or a worker."""

    def __init__(self, dataset: Dataset, batchify: Callable[[list[Any]], Any] | None) -> None:
        self._dataset = dataset
        self._batchify = batchify or default_batchify_fn
        self._rows = _rows_of(dataset) if batchify is None else None

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
            samples = self._samples(indices, [NO_SAMPLE] if place is None else place)
            if type(self._batchify) is Stack:
                return self._batchify.of(samples, len(indices))
            return self._batchify(list(samples))
        batches = [_gather(rows, indices) for rows in self._rows]
        return batches if len(batches) > 1 else batches[0]

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


def _batch_sampler_of(
    length: int,
    batch_size: int | None,
    shuffle: bool,
    sampler: Sampler | None,
    last_batch: str | None,
    batch_sampler: Sampler | None,
) -> Any:
    if batch_sampler is not None:
        if batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise InvalidValue(
                "DataLoader: `batch_sampler` excludes `batch_size`, `shuffle`, `sampler` and "
                "`last_batch`"
            )
        return batch_sampler
    if batch_size is None:
        raise InvalidValue("DataLoader: `batch_size` or `batch_sampler` must be given")
    if shuffle and sampler is not None:
        raise InvalidValue("DataLoader: `shuffle` and `sampler` exclude each other")
    order = sampler or (RandomSampler(length) if shuffle else SequentialSampler(length))
    return BatchSampler(order, batch_size, last_batch or "keep")
