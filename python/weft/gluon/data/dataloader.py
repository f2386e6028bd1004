"""The loader: batches of a data set, made when they are asked for or ahead of it.

Every way of making batches is the same loop (`_ahead`): start some batches beyond the one that is
given. They differ in what starts one: nothing, a gather queued for the engine, a thread, or a
worker process. Order and values are the same in all of them.
"""

import warnings
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import NoneType
from typing import Any

from weft import engine, np
from weft._base.errors import InvalidType, InvalidValue, TimedOut, Unsupported
from weft._base.options import require, require_whole
from weft._base.spelling import named_arguments
from weft._core.files import check_form
from weft.gluon.data import _generators
from weft.gluon.data._epoch import Epoch, Place, sampler_state, set_sampler_state
from weft.gluon.data._making import BatchMaker
from weft.gluon.data._shards import Cut, ShardedBatches, SharedOrder, place_of, seed_of
from weft.gluon.data._skipped import Skipped
from weft.gluon.data._workers import WorkerPool, stays_here
from weft.gluon.data.dataset import Dataset, SimpleDataset
from weft.gluon.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from weft.gluon.data.streams import IterableDataset, StreamSampler, changed
from weft.profiler import span

Batches = Generator[Any, None, None]

_STATE_FORM = {"samples": (int, NoneType), "sampler": dict, "epoch": (dict, NoneType)}
_STAYS = (
    "DataLoader: `dataset` or `batchify_fn` is defined in this interactive session, where worker "
    "processes cannot find it, so threads make the batches; put it in a module for processes, or "
    "write `thread_pool=True`"
)
_EPOCH_FORM = {"random": dict, "given": int, "checksum": int}


class DataLoader:
    """Batches of a data set; iterating over it is one epoch.

    dataset: anything with numbers and a length, or an `IterableDataset`, which is iterated here:
        its last `map`s and the decoding of a `TarDataset` are done where batches are made, by
        workers
    shuffle: take samples in random order (`np.random.seed` decides); or give a `sampler`
    last_batch: "keep" (default), "discard" or "rollover" what does not fill a batch
    batch_sampler: gives lists of sample numbers; then none of the above may be given
    batchify_fn: makes a batch of a list of samples
    num_workers: processes that make batches; 0 makes them here. Data set and `batchify_fn` are
        pickled for them once; they stay for the next epoch, and end with the loader, or when an
        epoch is left early. Each batch has seeds of its own (of `np.random`, `numpy.random` and
        `random`), the same for any number of workers and without them. A program that uses them has
        its main part under `if __name__ == "__main__":`. In a notebook or an interactive session
        threads are taken, with a warning, where something is defined there
    thread_pool: threads instead of processes. Each batch has its seed of `np.random` there, too;
        those of `numpy.random` and `random` are shared by the threads of a process
    prefetch: how many batches are made ahead: 2 for each worker by default. Without workers the
        engine gathers rows of an ArrayDataset of Weft's arrays, 1 batch ahead by default; NumPy
        arrays are gathered at once unless `prefetch` is given, and then copied into Weft here
    timeout: seconds to wait for a worker's batch
    pin_memory: accepted; means nothing on the CPU
    shard: `weft.distributed`, or (rank, ranks): of each batch of `ranks` times the size this
        process takes part `rank`. Every sample is taken once an epoch. What does not fill the last
        batch is spread evenly over all ranks, so that they make as many steps. A random order
        follows from a number that rank 0 draws here, the same for all; of a pair it is that of 0

    skip: at most so many samples of an epoch whose making fails as a damaged file does (OSError,
        ValueError) are left out of their batches; a warning counts them at its end, and `skipped`
        has their numbers and errors

    `state_dict` tells the place in the order of samples, also in the middle of an epoch, and
    `load_state_dict` continues there; `weft.save_checkpoint` writes it into a file.

    An error in a worker is raised here with the worker's traceback as its note. RuntimeError for a
    worker process that died, TimeoutError for one that takes too long.

    >>> from weft import gluon
    >>> [batch.shape for batch in gluon.data.DataLoader([1.0, 2.0, 3.0], batch_size=2)]
    [(2,), (1,)]
    """

    @named_arguments
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
        shard: Any = None,
        skip: int = 0,
    ) -> None:
        for name, number in (
            *(("num_workers", num_workers), ("prefetch", prefetch)),
            ("skip", skip),
        ):
            if number is not None:
                require_whole("DataLoader", name, number, 0)
        require(timeout > 0, "DataLoader", "timeout", "above 0", timeout)
        if isinstance(batch_size, bool):
            require(False, "DataLoader", "batch_size", "a number", batch_size)
        require(shuffle in (True, False, None), "DataLoader", "shuffle", "True or False", shuffle)
        given = batch_size, shuffle, sampler, last_batch, batch_sampler
        self._samples: int | None = None
        if isinstance(dataset, IterableDataset):
            if shard is not None:
                raise Unsupported(
                    "DataLoader: `shard` is for data sets with a length; let the stream of each "
                    "rank read files of its own"
                )
            dataset, self._batch_sampler = _stream_parts(dataset, *given)
        else:
            dataset = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
            self._samples = len(dataset)
            self._batch_sampler = _batch_sampler_of(self._samples, *given, shard)
        self.skipped = Skipped(skip)
        self._make_batch = BatchMaker(dataset, batchify_fn, skips=skip > 0)
        self._num_workers = num_workers
        self._thread_pool = thread_pool
        self._timeout = timeout
        self._part_of: Callable[[Any], Any] | None = None
        self._cut: Cut | None = None
        if num_workers:
            self._prefetch = 2 * num_workers if prefetch is None else prefetch
        else:
            self._prefetch = self._make_batch.prefetch_here(prefetch)
        self._idle: list[WorkerPool] = []
        self._continued: Place | None = None  # where the next epoch is, if not at its beginning
        self._latest: weakref.ref[Epoch] | None = None

    def __iter__(self) -> Iterator[Any]:
        place, self._continued = self._continued or self._begin(), None
        batches = self._batches(place)
        if self.skipped.most:
            batches = self.skipped.left_out(batches, place.advance)
        epoch = Epoch(place, batches)
        self._latest = weakref.ref(epoch)
        return epoch

    def _begin(self) -> Place:
        if self._cut is None:
            return self._begin_by(lambda: self._batch_sampler)
        cut = self._cut
        with cut.drawing():
            return self._begin_by(lambda: cut.batches(self._batch_sampler))

    def _begin_by(self, order: Callable[[], Iterable[Any]]) -> Place:
        sampler, random = sampler_state(self._batch_sampler), _generators.state()
        # Drawn whether there are workers or not, so that what is drawn next does not depend on it.
        seed = int.from_bytes(np.random.uniform(size=2).asnumpy().tobytes(), "little")
        return Place(sampler, random, seed, order())

    @property
    def samples(self) -> int | None:
        """How many samples there are; None for a stream. Not for users."""
        return self._samples

    @property
    def gives_whole_batches(self) -> bool:
        """Are its batches not cut for ranks, and do all ranks know the same samples? Not so with
        `shard`, and for streams, of which each rank reads its own. Not for users."""
        return self._samples is not None and not isinstance(self._batch_sampler, ShardedBatches)

    def cut_for(self, cut: Cut | None) -> None:
        """Makes this rank's part of each batch, where all ranks iterate together; None: whole
        batches again. Not for users."""
        self._cut = cut
        self.take_part(None if cut is None else cut.part)

    def take_part(self, part: Callable[[Any], Any] | None) -> None:
        """Makes only what `part` gives of the sample numbers of each batch; None: all. The order,
        and the place in it, stay those of whole batches: ranks of any number can share them."""
        self._part_of = part

    def _part(self, indices: Any) -> Any:
        return indices if self._part_of is None else self._part_of(indices)

    def _batches(self, place: Place) -> Batches:
        if not self._num_workers:
            return _ahead(
                self._prefetch,
                place,
                lambda batch, indices: self._start_here(place.seed, batch, self._part(indices)),
                lambda made: made,
            )
        if not (self._thread_pool or self._idle) and stays_here(self._make_batch):
            warnings.warn(_STAYS, stacklevel=3)
            self._thread_pool = True
        return self._by_threads(place) if self._thread_pool else self._by_processes(place)

    def __len__(self) -> int:
        if self._samples is None:
            raise InvalidType("DataLoader: a stream has no length; iterate over the batches")
        if self._cut is not None:
            return self._cut.length(self._batch_sampler)
        return len(self._batch_sampler)

    # ---- the place in the order of samples

    def state_dict(self) -> dict[str, Any]:
        """Where the order of samples is, as plain values.

        In the middle of an epoch that is what its order follows from and how many batches it has
        given, of the iteration that began last if there are several. An epoch that was left early
        is over. `np.random`, which decides the epochs to come, is not part of it.

        >>> from weft import gluon
        >>> loader = gluon.data.DataLoader(list(range(6)), 2, shuffle=True)
        >>> batches = iter(loader)
        >>> first, state = next(batches), loader.state_dict()
        >>> rest = [batch.tolist() for batch in batches]
        >>> loader.load_state_dict(state)
        >>> [batch.tolist() for batch in loader] == rest
        True
        """
        latest = self._latest() if self._latest else None
        place = self._continued or (latest.place if latest else None)
        if place is None or place.is_over:
            sampler, epoch = sampler_state(self._batch_sampler), None
        else:
            sampler = place.sampler
            epoch = {
                "random": place.random,
                "given": place.given,
                "checksum": place.checksum,
            }
        return {"samples": self._samples, "sampler": sampler, "epoch": epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The next iteration continues where `state_dict` was called: after the batches that were
        given, if that was in the middle of an epoch. How many workers there are may differ.

        Raises ValueError where this loader's order is another: other samples, another batch size
        or another sampler. Nothing is changed then.
        """
        self.prepare_state(state)()

    def prepare_state(self, state: dict[str, Any]) -> Callable[[], None]:
        """Checks a state without changing anything; what it gives sets it."""
        check_form(state, _STATE_FORM, "DataLoader: the state is damaged", "it")
        if state["samples"] != self._samples:
            raise InvalidValue(
                f"DataLoader: the data set must have {state['samples']} samples, as when the state "
                f"was saved; got {self._samples}"
            )
        sampler_before, random_before = sampler_state(self._batch_sampler), _generators.state()
        try:
            set_sampler_state(self._batch_sampler, state["sampler"])
            place = self._begin_again(state["epoch"]) if state["epoch"] else None
            sampler = sampler_state(self._batch_sampler)
        finally:
            set_sampler_state(self._batch_sampler, sampler_before)
            _generators.restore(random_before)

        def apply() -> None:
            set_sampler_state(self._batch_sampler, sampler)
            self._continued, self._latest = place, None

        return apply

    def _begin_again(self, epoch: dict[str, Any]) -> Place:
        """The epoch whose state this is, behind the batches that it has given."""
        check_form(epoch, _EPOCH_FORM, "DataLoader: the state is damaged", "`epoch`")
        _generators.check(epoch["random"], "DataLoader: the state is damaged")
        _generators.restore(epoch["random"])
        place = self._begin()
        place.skip(epoch["given"])
        if (place.given, place.checksum) != (epoch["given"], epoch["checksum"]):
            raise InvalidValue(
                f"DataLoader: the epoch must begin with the same {epoch['given']} batches as "
                "before; got others: data set, batch size or sampler differ, or the sampler does "
                "not draw its order when iteration begins"
            )
        return place

    # ---- batches

    def _start_here(self, seed: int, batch: int, indices: list[int]) -> Any:
        """With the seeds that a worker would have, so that augmentation draws the same."""
        if self._prefetch:  # rows, of which nothing is random
            with engine.deferred():
                return self._make_batch(indices)
        if self._make_batch.picks_rows:
            return self._make_batch(indices)
        with _generators.seeded(seed, batch):
            return self._make_batch(indices)

    def _by_threads(self, place: Place) -> Batches:
        def result(future: Future[Any]) -> Any:
            try:
                return future.result(self._timeout)
            except TimeoutError as error:
                if future.done():  # the data set's own
                    raise
                raise TimedOut(
                    f"DataLoader: a batch was not made within `timeout` {self._timeout} s"
                ) from error

        def make(batch: int, indices: list[int]) -> Any:
            with _generators.seeded_thread(place.seed, batch):
                return self._make_batch(indices)

        threads = ThreadPoolExecutor(self._num_workers, "weft loader")
        try:
            yield from _ahead(
                self._prefetch,
                place,
                lambda batch, indices: threads.submit(_noted, make, batch, self._part(indices)),
                result,
            )
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _by_processes(self, place: Place) -> Batches:
        if self._idle:
            pool = self._idle.pop()
        else:
            pool = WorkerPool(self._make_batch, self._num_workers, self._timeout)
        try:
            yield from _ahead(
                self._prefetch,
                place,
                lambda batch, indices: pool.ask(place.seed, batch, self._part(indices)),
                pool.answer,
            )
        except BaseException:  # left early, too: what is on its way is nobody's
            pool.close()
            raise
        self._idle.append(pool)


def _noted(make: Callable[[int, Any], Any], batch: int, indices: Any) -> Any:
    """A batch that a thread makes, as an event of profiles."""
    with span("making a batch"):
        return make(batch, indices)


def _ahead(
    count: int,
    place: Place,
    start: Callable[[int, Any], Any],
    finish: Callable[[Any], Any],
) -> Batches:
    """What `finish` makes of what `start` gives, with up to `count` more started."""
    started: deque[Any] = deque()
    for item in place.rest():
        started.append(start(*item))
        if len(started) > count:
            yield finish(started.popleft())
    while started:
        yield finish(started.popleft())


def _stream_parts(
    stream: IterableDataset,
    batch_size: int | None,
    shuffle: bool,
    sampler: Sampler | None,
    last_batch: str | None,
    batch_sampler: Sampler | None,
) -> tuple[Dataset, StreamSampler]:
    """What workers do to samples, and what gives lists of these."""
    if sampler is not None or batch_sampler is not None:
        raise InvalidValue("DataLoader: a stream has an order already: give no sampler")
    if shuffle:
        raise InvalidValue(
            "DataLoader: a stream has no random order; write `stream.shuffle(size)` for that of a "
            "buffer, without `shuffle`"
        )
    if batch_size is None:
        raise InvalidValue("DataLoader: `batch_size` must be given with a stream")
    source, functions = stream.parted()
    return changed(functions), StreamSampler(source, batch_size, last_batch or "keep")


def _batch_sampler_of(
    length: int,
    batch_size: int | None,
    shuffle: bool,
    sampler: Sampler | None,
    last_batch: str | None,
    batch_sampler: Sampler | None,
    shard: Any = None,
) -> Any:
    rank, ranks = (0, 1) if shard is None else place_of(shard)
    if batch_sampler is not None:
        if batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise InvalidValue(
                "DataLoader: `batch_sampler` excludes `batch_size`, `shuffle`, `sampler` and "
                "`last_batch`"
            )
        return batch_sampler if shard is None else ShardedBatches(batch_sampler, rank, ranks)
    if batch_size is None:
        raise InvalidValue("DataLoader: `batch_size` or `batch_sampler` must be given")
    if shuffle and sampler is not None:
        raise InvalidValue("DataLoader: `shuffle` and `sampler` exclude each other")
    if shard is not None:
        batch_size = ranks * require_whole("DataLoader", "batch_size", batch_size, 1)
    random: Any = RandomSampler(length)
    if shard is not None and shuffle:
        random = SharedOrder(length, seed_of(shard))
    order = sampler or (random if shuffle else SequentialSampler(length))
    batches = BatchSampler(order, batch_size, last_batch or "keep")
    return batches if shard is None else ShardedBatches(batches, rank, ranks)


__all__ = ["DataLoader"]
__dir__ = __all__.copy
