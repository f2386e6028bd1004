"""States of training that processes keep in memory, their own and a neighbour's, and how those that
have none get them from those that have.

What all ranks have alike (parameters, the optimizer's states, the place in the data) any of them
can give. What is each rank's own (running statistics, sums of gradients, random numbers) its
neighbour, the next rank, has too.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from weft import np
from weft._core.typing import ndarray
from weft._processes.session import Session
from weft.distributed._exchange import broadcast, receive, send
from weft.distributed._packing import packed, unpacked
from weft.gluon.block import Block

_BESIDE = ("copy:", "grad:", "rows:")  # begin the names of arrays that a parameter has beside it


class Snapshot(NamedTuple):
    """A state: how many steps and epochs had ended, arrays by name, the rest as plain values."""

    step: int
    epoch: int
    arrays: dict[str, ndarray]
    description: dict[str, Any]
    own: frozenset[str]  # names of arrays that other ranks have otherwise

    def own_part(self) -> bytes:
        """What the neighbour keeps."""
        arrays = {name: self.arrays[name] for name in sorted(self.own)}
        return packed(arrays, {"random": self.description["random"]})


def own_names(net: Block, arrays: Mapping[str, ndarray]) -> frozenset[str]:
    """Names of arrays that differ between ranks."""
    still = {name for name, p in net.collect_params().items() if p.grad_req == "null"}
    return frozenset(name for name in arrays if name in still or name.startswith(_BESIDE))


def swap_with_neighbours(session: Session, own: bytes) -> tuple[int, bytes]:
    """Gives this rank's part to the next one; returns the number of the one before, in the job, and
    its part."""
    rank, size = session.rank, session.size
    after, before = (rank + 1) % size, (rank - 1) % size
    data = np.array(memoryview(own), dtype="uint8")
    length = np.array([len(own)], dtype="int64")

    def give() -> None:
        send(length, after)
        send(data, after)

    def take() -> bytes:
        count = int(receive((1,), "int64", before).item())
        return receive((count,), "uint8", before).tobytes()

    if rank % 2 == 0:  # so that not all of a ring wait for a receiver
        give()
        return session.ranks[before], take()
    found = take()
    give()
    return session.ranks[before], found


class Told(NamedTuple):
    """What a process says when a generation begins."""

    member: int
    steps: list[int]  # of its own snapshots
    keeps: dict[str, list[int]]  # by the member whose part it has


def common_step(told: list[Told]) -> int | None:
    """The last step that all had that had any; None if none had."""
    return min((max(each.steps) for each in told if each.steps), default=None)


def share(session: Session, told: list[Told], step: int, mine: Snapshot | None,
          kept: Mapping[int, bytes]) -> Snapshot:  # fmt: skip
    """The snapshot of a step, on all ranks. Those that have it give it to those that do not.

    mine: this rank's; kept: parts of others at this step
    """
    key = f"g{session.generation.number}/elastic"
    givers = [rank for rank, each in enumerate(told) if step in each.steps]
    takers = [each.member for each in told if step not in each.steps]
    if not takers:
        assert mine is not None
        return mine
    for member in takers:
        if member in kept:
            session.client.set(f"{key}/own/{member}", kept[member])
    root = givers[0]
    if session.rank == root:
        assert mine is not None
        session.client.set(f"{key}/head", _head(mine))
    if mine is not None:
        _spread(mine.arrays, mine.own, root)
        return mine
    return _taken(session, key, told, step, root)


def _head(snapshot: Snapshot) -> bytes:
    """All of a snapshot but the arrays that are broadcast, of which it has the types."""
    shared = [
        [name, array.dtype.name, list(array.shape)]
        for name, array in snapshot.arrays.items()
        if name not in snapshot.own
    ]
    told = {
        "step": snapshot.step,
        "epoch": snapshot.epoch,
        "description": snapshot.description,
        "shared": shared,
    }
    return packed({name: snapshot.arrays[name] for name in sorted(snapshot.own)}, told)


def _spread(arrays: Mapping[str, ndarray], own: frozenset[str], root: int) -> dict[str, ndarray]:
    return {name: broadcast(a, root) for name, a in arrays.items() if name not in own}


def _taken(session: Session, key: str, told: list[Told], step: int, root: int) -> Snapshot:
    own, head = unpacked(session.client.get(f"{key}/head"))
    empty = {name: np.zeros(tuple(shape), dtype) for name, dtype, shape in head["shared"]}
    arrays = _spread(empty, frozenset(), root)
    description = head["description"]
    member = session.place.rank
    if any(step in each.keeps.get(str(member), []) for each in told):
        own, beside = unpacked(session.client.get(f"{key}/own/{member}"))
        description = {**description, **beside}
    return Snapshot(head["step"], head["epoch"], {**arrays, **own}, description, frozenset(own))


def told_by(found: list[bytes]) -> list[Told]:
    """What all ranks said, by rank."""
    return [Told(**json.loads(text)) for text in found]


__all__ = [
    "Snapshot",
    "Told",
    "common_step",
    "own_names",
    "share",
    "swap_with_neighbours",
    "told_by",
]
