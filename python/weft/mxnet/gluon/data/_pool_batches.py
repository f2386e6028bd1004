"""What loaders of libraries take from MXNet's own loader, which Weft's does not use:
`_MultiWorkerIter`, batches that a pool of processes makes, and `_as_in_context`."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from weft._core.typing import ndarray
from weft.mxnet.ndarray._given import all_shown


def _as_in_context(data: Any, ctx: Any) -> Any:
    """The arrays of a batch on a context."""
    if isinstance(data, list | tuple):
        return [_as_in_context(part, ctx) for part in data]
    return data.as_in_context(ctx) if isinstance(data, ndarray) else data


class _MultiWorkerIter:
    """Sends the numbers of samples to a pool, and gives the batches in the order of the sampler.

    worker_pool: a pool of `multiprocessing`
    worker_fn: called there with the numbers, `batchify_fn` and the data set; gives a batch, or its
        pickle
    prefetch: how many batches are made ahead
    """

    def __init__(
        self,
        worker_pool: Any,
        batchify_fn: Any,
        batch_sampler: Iterable[Any],
        pin_memory: bool = False,
        pin_device_id: int = 0,
        worker_fn: Callable[..., Any] | None = None,
        prefetch: int = 0,
        dataset: Any = None,
        data_loader: Any = None,
        timeout: float = 120,
    ) -> None:
        self._worker_pool, self._batchify_fn = worker_pool, batchify_fn
        self._worker_fn, self._dataset = worker_fn, dataset
        self._batch_sampler, self._iter = batch_sampler, iter(batch_sampler)
        self._data_loader, self._timeout = data_loader, timeout  # a loader lives as long as this
        self._data_buffer: dict[int, Any] = {}
        self._sent_idx = self._rcvd_idx = 0
        for _ in range(prefetch):
            self._push_next()

    def __len__(self) -> int:
        return len(self._batch_sampler)  # type: ignore[arg-type]

    def _push_next(self) -> None:
        """Sends the next batch, if there is one."""
        samples = next(self._iter, None)
        if samples is None:
            return
        arguments = (samples, self._batchify_fn, self._dataset)
        self._data_buffer[self._sent_idx] = self._worker_pool.apply_async(
            self._worker_fn, arguments
        )
        self._sent_idx += 1

    def __next__(self) -> Any:
        self._push_next()
        if self._rcvd_idx == self._sent_idx:
            raise StopIteration
        found = self._data_buffer.pop(self._rcvd_idx).get(self._timeout)
        self._rcvd_idx += 1
        return all_shown(pickle.loads(found) if isinstance(found, bytes) else found)

    next = __next__

    def __iter__(self) -> Iterator[Any]:
        return self


__all__ = ["_MultiWorkerIter", "_as_in_context"]
