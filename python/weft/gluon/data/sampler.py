"""Samplers: in which order, and in which batches, samples are taken."""

from collections.abc import Iterator, Sequence
from typing import Any

from weft import np
from weft._errors import InvalidValue
from weft.gluon.data._epoch import sampler_state, set_sampler_state


class Sampler:
    """Base: a subclass writes `__iter__` and `__len__`.

    A loader continues an epoch by iterating again, so an order that is random is drawn when
    iteration begins, from `np.random`, `numpy.random` or `random`. What a sampler keeps from one
    epoch to the next belongs into `state_dict`.
    """

    def state_dict(self) -> dict[str, Any]:
        """What it keeps between epochs, as plain values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Sets what `state_dict` gave. Raises ValueError for that of another kind of sampler."""
        if state:
            raise InvalidValue(
                f"{type(self).__name__}: keeps nothing from epoch to epoch; got a state with "
                f"{sorted(state)}"
            )

    def __iter__(self) -> Iterator:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The numbers from `start` on, `length` of them."""

    def __init__(self, length: int, start: int = 0) -> None:
        self._range = range(start, start + length)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range)

    def __len__(self) -> int:
        return len(self._range)


class RandomSampler(Sampler):
    """The numbers below `length` in an order that `np.random.seed` decides."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __iter__(self) -> Iterator[int]:
        return iter(np.random.permutation(self._length).tolist())

    def __len__(self) -> int:
        return self._length


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers of another sampler.

    last_batch: what becomes of the rest: "keep" it as a smaller batch, "discard" it, or "rollover"
        it to the front of the next epoch
    """

    def __init__(
        self, sampler: Sampler | Sequence[int], batch_size: int, last_batch: str = "keep"
    ) -> None:
        if batch_size < 1:
            raise InvalidValue(f"BatchSampler: `batch_size` must be at least 1; got {batch_size}")
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

    def __len__(self) -> int:
        count = len(self._sampler)
        if self._last_batch == "keep":
            return -(-count // self._batch_size)
        return (count + len(self._rest)) // self._batch_size
