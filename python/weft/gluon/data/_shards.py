"""The part of each batch that one of several processes gets.

All ranks draw the same order and cut the same batches of `ranks` times the size; rank r takes part
r of each. So every sample is taken once an epoch, by one rank, and all ranks make as many steps.
What does not fill the last batch is spread evenly; parts of it differ by at most one sample.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data import _generators
from weft.gluon.data._epoch import sampler_state, set_sampler_state
from weft.gluon.data.sampler import Sampler


class ShardedBatches(Sampler):
    """One rank's part of the batches of another sampler."""

    def __init__(self, batches: Any, rank: int, ranks: int) -> None:
        self._batches = batches
        self._rank, self._ranks = rank, ranks

    def __iter__(self) -> Iterator[list[int]]:
        for batch in _joined(self._batches, self._ranks):
            if len(batch) < self._ranks:
                raise InvalidValue(
                    f"DataLoader: `dataset` must have a sample for each of {self._ranks} ranks; "
                    f"got {len(batch)}"
                )
            yield _part(batch, self._rank, self._ranks)

    def __len__(self) -> int:
        return _joined_length(self._batches, self._ranks)

    def state_dict(self) -> dict[str, Any]:
        return {"batches": sampler_state(self._batches)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if set(state) != {"batches"}:
            raise InvalidValue(
                "DataLoader: the state of one with `shard` has `batches`; got one with "
                f"{sorted(state) or 'nothing'}"
            )
        set_sampler_state(self._batches, state["batches"])


def _joined(batches: Iterable[list[int]], ranks: int) -> Iterator[list[int]]:
    """The batches; a last one with too few samples for one on each rank joins the one before."""
    before: list[int] | None = None
    small: list[int] | None = None
    for batch in batches:
        if small is not None:  # it is not the last one, so whoever cuts it complains
            yield from (some for some in (before, small) if some is not None)
            before = small = None
        if len(batch) < ranks:
            small = batch
            continue
        if before is not None:
            yield before
        before = batch
    if small is not None:
        before = [*(before or []), *small]
    if before is not None:
        yield before


def _filled(batches: Iterable[list[int]], ranks: int) -> Iterator[list[int]]:
    """The batches; those with too few samples are joined until there are enough."""
    found: list[int] = []
    for batch in batches:
        found = [*found, *batch] if found else batch
        if len(found) >= ranks:
            yield found
            found = []
    if found:
        yield found


def _joined_length(batches: Any, ranks: int) -> int:
    last, whole = getattr(batches, "last_length", None), len(batches)
    return whole - 1 if last is not None and 0 < last < ranks and whole > 1 else whole


def _part(batch: list[int], rank: int, ranks: int) -> list[int]:
    return batch[len(batch) * rank // ranks : len(batch) * (rank + 1) // ranks]


class Cut:
    """How a loader's whole batches are cut for ranks that iterate together, of which each has such
    a loader: all draw the order that rank 0 draws, and its place is that of whole batches.

    ranks: a `gluon._ranks.Ranks`; where: who asks, for errors
    fills: smaller batches than there are ranks are joined, and no error
    """

    def __init__(self, ranks: Any, where: str, fills: bool) -> None:
        self._ranks, self._where, self._fills = ranks, where, fills

    def part(self, batch: list[int]) -> list[int]:
        """This rank's part of a batch."""
        if len(batch) < self._ranks.size:
            raise InvalidValue(
                f"{self._where}: a batch, which is that of all ranks together, must have a sample "
                f"for each of {self._ranks.size} ranks; got {len(batch)}"
            )
        return _part(batch, self._ranks.rank, self._ranks.size)

    def batches(self, sampler: Any) -> Iterator[list[int]]:
        """The whole batches of an epoch, whose order is drawn now."""
        enough = _filled(sampler, self._ranks.size) if self._fills else sampler
        found = _joined(enough, self._ranks.size)
        return chain([first for first in [next(found, None)] if first is not None], found)

    def length(self, sampler: Any) -> int:
        """The number of batches of an epoch."""
        return _joined_length(sampler, self._ranks.size)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """A block in which all ranks draw what rank 0 draws. Behind it those that drew other random
        numbers before go on with their own."""
        own = _generators.state()
        first = self._ranks.from_first(own)
        _generators.restore(first)
        try:
            yield
        finally:
            if json.loads(json.dumps(own)) != first:
                _generators.restore(own)


class SharedOrder(Sampler):
    """The numbers below `length` in an order that follows from a seed and the epoch alone, so that
    it is the same on ranks that draw other random numbers meanwhile."""

    def __init__(self, length: int, seed: int) -> None:
        self._length = length
        self._seed = seed
        self._epoch = 0

    def __iter__(self) -> Iterator[int]:
        order = numpy.random.default_rng((self._seed, self._epoch)).permutation(self._length)
        self._epoch += 1
        return iter(order.tolist())

    def __len__(self) -> int:
        return self._length

    def state_dict(self) -> dict[str, Any]:
        return {"seed": self._seed, "epoch": self._epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if set(state) != {"seed", "epoch"}:
            raise InvalidValue(
                "DataLoader: the state of a shared order has `seed` and `epoch`; got one with "
                f"{sorted(state) or 'nothing'}"
            )
        self._seed, self._epoch = int(state["seed"]), int(state["epoch"])


def place_of(shard: Any) -> tuple[int, int]:
    """Rank and number of ranks, of a pair or of what has `rank` and `size`."""
    if isinstance(shard, tuple):
        if len(shard) != 2 or not all(isinstance(part, int) for part in shard):
            raise InvalidType(
                f"DataLoader: `shard` must be weft.distributed or (rank, ranks); got {shard!r}"
            )
        rank, ranks = shard
    else:
        try:
            found = [getattr(shard, name) for name in ("rank", "size")]
        except AttributeError:
            raise InvalidType(
                "DataLoader: `shard` must be weft.distributed or (rank, ranks); got "
                f"{type(shard).__name__}"
            ) from None
        rank, ranks = (int(part() if callable(part) else part) for part in found)
    if not 0 <= rank < ranks:
        raise InvalidValue(f"DataLoader: the rank of `shard` must be in [0, {ranks}); got {rank}")
    return rank, ranks


def seed_of(shard: Any) -> int:
    """A number that is the same on all ranks: drawn on rank 0, or 0 for a pair, which knows no
    other ranks."""
    if isinstance(shard, tuple):
        return 0
    drawn = np.random.randint(0, 2**31 - 1, size=())
    return int(npx.broadcast(np.array(int(drawn)), root=0).item())


__all__ = ["Cut", "ShardedBatches", "SharedOrder", "place_of", "seed_of"]
