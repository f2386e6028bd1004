"""`PrefetchingIter`: the next batch is made while this one is used."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from weft._base.errors import InvalidValue
from weft.mxnet.io._base import DataBatch, DataDesc, DataIter, _OfBatches


class PrefetchingIter(_OfBatches):
    """One batch of several iterators side by side, each of which works ahead by one batch, in a
    thread of its own.

    iters: an iterator, or a list of them
    rename_data, rename_label: for each iterator a dict of names, old to new

    An error of an iterator is raised where its batch is asked for.
    """

    def __init__(
        self,
        iters: DataIter | Sequence[DataIter],
        rename_data: Sequence[Mapping[str, str]] | None = None,
        rename_label: Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        self.iters = list(iters) if isinstance(iters, list | tuple) else [iters]
        if not self.iters:
            raise InvalidValue("PrefetchingIter: `iters` must have at least one iterator")
        for name, given in (("rename_data", rename_data), ("rename_label", rename_label)):
            if given is not None and len(given) != len(self.iters):
                raise InvalidValue(
                    f"PrefetchingIter: `{name}` must have a dict for each of {len(self.iters)} "
                    f"iterators; got {len(given)}"
                )
        self.n_iter = len(self.iters)
        self.rename_data, self.rename_label = rename_data, rename_label
        super().__init__(self.provide_data[0].shape[0])
        self._threads = ThreadPoolExecutor(self.n_iter, "weft-prefetching")
        self._ask()

    @property
    def provide_data(self) -> list[DataDesc]:
        """What each array of the data is."""
        return _renamed([each.provide_data for each in self.iters], self.rename_data)

    @property
    def provide_label(self) -> list[DataDesc]:
        """What each array of the labels is."""
        return _renamed([each.provide_label for each in self.iters], self.rename_label)

    def reset(self) -> None:
        """The next batch is the first of an epoch of each iterator."""
        for asked in self._asked:
            asked.exception()  # waits: an iterator that is at work cannot be reset
        for each in self.iters:
            each.reset()
        self._ask()

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration where the epoch of all iterators ends."""
        batches = [asked.result() for asked in self._asked]
        if None in batches:
            if any(batch is not None for batch in batches):
                raise InvalidValue("PrefetchingIter: the epochs of its iterators differ in length")
            raise StopIteration
        self._ask()
        self.current_batch = DataBatch(
            [array for batch in batches for array in batch.data],
            [array for batch in batches for array in batch.label or []],
            batches[0].pad,
            batches[0].index,
            provide_data=self.provide_data,
            provide_label=self.provide_label,
        )
        return self.current_batch

    def _ask(self) -> None:
        self._asked = [self._threads.submit(_next_of, each) for each in self.iters]

    def __del__(self) -> None:
        threads = self.__dict__.get("_threads")
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)


def _next_of(iterator: DataIter) -> DataBatch | None:
    try:
        return iterator.next()
    except StopIteration:
        return None


def _renamed(
    given: list[list[DataDesc]], names: Sequence[Mapping[str, str]] | None
) -> list[DataDesc]:
    tables: Sequence[Mapping[str, str]] = names or [{}] * len(given)
    described = zip(given, tables, strict=True)
    return [_renamed_one(each, table) for part, table in described for each in part]


def _renamed_one(described: Any, table: Mapping[str, str]) -> DataDesc:
    """Programs also describe arrays by plain tuples of name and shape."""
    if isinstance(described, DataDesc):
        name = table.get(described.name, described.name)
        return DataDesc(name, described.shape, described.dtype, described.layout)
    name, shape = described
    return DataDesc(table.get(name, name), shape)


__all__ = ["PrefetchingIter"]
