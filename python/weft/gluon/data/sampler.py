"""Samplers: in which order, and in which batches, samples are taken."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft.gluon.data._epoch import sampler_state, set_sampler_state


class Sampler:
    """Base: a subclass writes `__iter__` and `__len__`.

    A loader continues an epoch by iterating again, so an order that is random is drawn when
    iteration begins, from `np.random`, `numpy.random` or `random`. What a sampler keeps from one
    epoch to the next belongs into `state_dict`.

    >>> from weft import gluon
    >>> class Backwards(gluon.data.Sampler):
    ...     def __init__(self, length):
    ...         self.length = length
    ...     def __len__(self):
    ...         return self.length
    ...     def __iter__(self):
    ...         return iter(range(self.length - 1, -1, -1))
    >>> loader = gluon.data.DataLoader(range(4), batch_size=2, sampler=Backwards(4))
    >>> [batch.tolist() for batch in loader]
    [[3, 2], [1, 0]]
    """

    def state_dict(self) -> dict[str, Any]:
        """What it keeps between epochs, as plain values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Sets what `state_dict` gave. Raises ValueError for that of another kind of sampler."""
        if state:
            raise InvalidValue(
                f"{type(self).__name__}: has no state to restore; got one with {sorted(state)}"
            )

    def __iter__(self) -> Iterator:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The numbers from `start` on, `length` of them.

    >>> from weft import gluon
    >>> list(gluon.data.SequentialSampler(3, start=5))
    [5, 6, 7]
    """

    def __init__(self, length: int, start: int = 0) -> None:
        self._range = range(start, start + length)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range)

    def __len__(self) -> int:
        return len(self._range)


class RandomSampler(Sampler):
    """The numbers below `length` in an order that `np.random.seed` decides.

    >>> from weft import gluon
    >>> sorted(gluon.data.RandomSampler(4))
    [0, 1, 2, 3]
    """

    def __init__(self, length: int) -> None:
        self._length = length

    def __iter__(self) -> Iterator[int]:
        return iter(np.random.permutation(self._length).tolist())

    def __len__(self) -> int:
        return self._length


class WeightedRandomSampler(Sampler):
    """`count` random numbers, each in proportion to its weight: weights need not add up to 1.

    replacement: whether a number may come again; without it, `count` must not exceed how many
        weights are above 0

    >>> from weft.gluon import data
    >>> sorted(data.WeightedRandomSampler([1, 0, 3], 2, replacement=False))
    [0, 2]
    """

    def __init__(self, weights: Sequence[float], count: int, replacement: bool = True) -> None:
        self._weights = numpy.asarray(weights, "float64")
        positive = int((self._weights > 0).sum())
        is_valid = self._weights.ndim == 1 and (self._weights >= 0).all() and positive
        if not is_valid or not numpy.isfinite(self._weights).all():
            raise InvalidValue(
                "WeightedRandomSampler: `weights` must be one finite number of at least 0 for each "
                f"sample, and not all 0; got {weights}"
            )
        most = count if replacement else positive
        if not 1 <= count <= most:
            limit = "at least 1" if replacement else f"in [1, {most}], without replacement"
            raise InvalidValue(f"WeightedRandomSampler: `count` must be {limit}; got {count}")
        self._count = count
        self._replacement = replacement

    def __iter__(self) -> Iterator[int]:
        numbers = len(self._weights)
        drawn = np.random.choice(numbers, self._count, self._replacement, p=self._weights)
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self._count


class IntervalSampler(Sampler):
    """Every `interval`-th number below `length`; with `rollover`, then those after them, and so on
    until each was taken once.

    >>> from weft.gluon import data
    >>> list(data.IntervalSampler(7, 3)), list(data.IntervalSampler(7, 3, rollover=False))
    ([0, 3, 6, 1, 4, 2, 5], [0, 3, 6])
    """

    def __init__(self, length: int, interval: int, rollover: bool = True) -> None:
        if not 1 <= interval <= length:
            raise InvalidValue(
                f"IntervalSampler: `interval` must be in [1, {length}], the length; got {interval}"
            )
        self._length = length
        self._interval = interval
        self._starts = range(interval if rollover else 1)

    def __iter__(self) -> Iterator[int]:
        for start in self._starts:
            yield from range(start, self._length, self._interval)

    def __len__(self) -> int:
        return sum(len(range(start, self._length, self._interval)) for start in self._starts)


class FilterSampler(Sampler):
    """The numbers of the samples that `keeps` is true for; each is looked at once, here.

    >>> from weft import gluon
    >>> list(gluon.data.FilterSampler(lambda word: len(word) > 3, ["one", "four", "five"]))
    [1, 2]
    """

    def __init__(self, keeps: Callable[[Any], bool], dataset: Any) -> None:
        self._indices = [index for index in range(len(dataset)) if keeps(dataset[index])]

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers of another sampler.

    last_batch: what becomes of the rest: "keep" it as a smaller batch, "discard" it, or "rollover"
        it to the front of the next epoch

    >>> from weft import gluon
    >>> list(gluon.data.BatchSampler(range(5), 2, last_batch="discard"))
    [[0, 1], [2, 3]]
    """

    def __init__(
        self, sampler: Sampler | Sequence[int], batch_size: int, last_batch: str = "keep"
    ) -> None:
        batch_size = require_whole("BatchSampler", "batch_size", batch_size, 1)
        if last_batch not in ("keep", "discard", "rollover"):
            raise InvalidValue(
                "BatchSampler: `last_batch` must be 'keep', 'discard' or 'rollover'; "
                f"got {last_batch!r}"
            )
        self._sampler = sampler
        self._batch_size = batch_size
        self._last_batch = last_batch
        self._rest: list[int] = []

    def __iter__(self) -> Iterator[list[int]]:
        batch, self._rest = self._rest, []
        for index in self._sampler:
            batch.append(index)
            if len(batch) == self._batch_size:
                yield batch
                batch = []
        if not batch:
            return
        if self._last_batch == "keep":
            yield batch
        elif self._last_batch == "rollover":
            self._rest = batch

    def state_dict(self) -> dict[str, Any]:
        return {"rest": list(self._rest), "sampler": sampler_state(self._sampler)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if set(state) != {"rest", "sampler"}:
            raise InvalidValue(
                "BatchSampler: its state has `rest` and `sampler`; got one with "
                f"{sorted(state) or 'nothing'}"
            )
        set_sampler_state(self._sampler, state["sampler"])
        self._rest = list(state["rest"])

    @property
    def last_length(self) -> int:
        """How many numbers the last batch has that is not full; 0: all are."""
        return len(self._sampler) % self._batch_size if self._last_batch == "keep" else 0

    def __len__(self) -> int:
        count = len(self._sampler)
        if self._last_batch == "keep":
            return -(-count // self._batch_size)
        return (count + len(self._rest)) // self._batch_size


__all__ = [
    "BatchSampler",
    "FilterSampler",
    "IntervalSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "WeightedRandomSampler",
]
__dir__ = __all__.copy
