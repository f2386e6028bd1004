"""The part of each batch that one of several processes gets.

All ranks draw the same order and cut the same batches of `ranks` times the size; rank r takes part
r of each. So every sample is taken once an epoch, by one rank, and all ranks make as many steps.
What does not fill the last batch is spread evenly; parts of it differ by at most one sample.
"""

from collections.abc import Iterator
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data._epoch import sampler_state, set_sampler_state
from weft.gluon.data.sampler import Sampler


class ShardedBatches(Sampler):
    """One rank's part of the batches of another sampler."""

    def __init__(self, batches: Any, rank: int, ranks: int) -> None:
        self._batches = batches
        self._rank, self._ranks = rank, ranks

    def __iter__(self) -> Iterator[list[int]]:
        before: list[int] | None = None
        for batch in self._batches:
            if len(batch) < self._ranks:
                # Too few for a sample each: they join the batch before.
                before = [*(before or []), *batch]
                continue
            if before is not None:
                yield self._part(before)
            before = batch
        if before is not None:
            yield self._part(before)

    def _part(self, batch: list[int]) -> list[int]:
        if len(batch) < self._ranks:
            raise InvalidValue(
                f"DataLoader: `dataset` must have a sample for each of {self._ranks} ranks; got "
                f"{len(batch)}"
            )
        begin = len(batch) * self._rank // self._ranks
        return batch[begin : len(batch) * (self._rank + 1) // self._ranks]

    def __len__(self) -> int:
        lengths = getattr(self._batches, "last_length", None)
        whole = len(self._batches)
        return (
            whole - 1 if lengths is not None and 0 < lengths < self._ranks and whole > 1 else whole
        )

    def state_dict(self) -> dict[str, Any]:
        return {"batches": sampler_state(self._batches)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if set(state) != {"batches"}:
            raise InvalidValue(
                "DataLoader: the state of one with `shard` has `batches`; got one with "
                f"{sorted(state) or 'nothing'}"
            )
        set_sampler_state(self._batches, state["batches"])


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


__all__ = ["ShardedBatches", "SharedOrder", "place_of", "seed_of"]
