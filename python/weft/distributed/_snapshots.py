"""States of training that processes keep in memory, their own and a neighbour's, and how those that
have none get them from those that have.

What all ranks have alike (parameters, the optimizer's states, the place in the data) any of them
can give. What is each rank's own (running statistics, sums of gradients, random numbers, and the
pieces of what ranks share) its neighbour, the next rank, has too. Pieces are needed of all ranks;
where there are other ranks now, they are cut anew.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from weft import np
from weft._core.typing import ndarray
from weft._processes.session import Session
from weft.distributed._exchange import broadcast, receive, send
from weft.distributed._packing import packed, unpacked
from weft.gluon import _pieces
from weft.gluon._pieces import Flat
from weft.gluon.block import Block

_BESIDE = ("copy:", "grad:", "rows:")  # begin the names of arrays that a parameter has beside it


class Version(NamedTuple):
    """Which snapshot: of which generation, after how many steps. Later ones are larger."""

    generation: int
    step: int


class Snapshot(NamedTuple):
    """A state: how many steps and epochs had ended, arrays by name, the rest as plain values.

    own: names of arrays that other ranks have otherwise
    flats: of those, the pieces of what ranks share; level: how they share it
    """

    step: int
    epoch: int
    arrays: dict[str, ndarray]
    description: dict[str, Any]
    own: frozenset[str]
    flats: Mapping[str, Flat] = {}
    level: str | None = None

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


# ---- what processes say when a generation begins


class Told(NamedTuple):
    """What a process has.

    member: its number in the job
    has: versions of its own snapshots, as [generation, step]
    keeps: the versions of the parts that it keeps, by the member whose parts they are
    ranks: the members that made a version with pieces, by rank: [generation, step, members]
    standby: where it would keep the store, if it would
    """

    member: int
    has: list[list[int]]
    keeps: dict[str, list[list[int]]]
    ranks: Sequence[tuple[int, int, list[int]]] = ()
    standby: Sequence[Any] | None = None

    def keeps_part(self, member: int, version: Version) -> bool:
        """Does it keep this part of another one?"""
        return list(version) in self.keeps.get(str(member), [])

    def makers(self, version: Version) -> list[int]:
        """The members that made a version with pieces; none of one without."""
        for generation, step, members in self.ranks:
            if (generation, step) == version:
                return members
        return []


def told_by(found: list[bytes]) -> list[Told]:
    """What all ranks said, by rank."""
    return [Told(**json.loads(text)) for text in found]


def common_version(told: list[Told]) -> Version | None:
    """The last one that all had that had any, and of which no piece is lost."""
    all_versions = [{Version(*pair) for pair in each.has} for each in told if each.has]
    if not all_versions:
        return None
    for version in sorted(set.intersection(*all_versions), reverse=True):
        if not lost_pieces(told, version):
            return version
    return None


def lost_pieces(told: list[Told], version: Version) -> list[int]:
    """Members whose pieces of a version nobody has any more."""
    makers = next((each.makers(version) for each in told if list(version) in each.has), [])
    return [member for member in makers if _holder(told, member, version) is None]


def _holder(told: list[Told], member: int, version: Version) -> int | None:
    """The rank that has a member's own part: itself, or else who keeps it."""
    for rank, each in enumerate(told):
        if each.member == member and list(version) in each.has:
            return rank
    return next((r for r, each in enumerate(told) if each.keeps_part(member, version)), None)


# ---- giving a snapshot to those that lack it


def share(session: Session, told: list[Told], version: Version, mine: Snapshot | None,
          kept: Mapping[int, bytes]) -> Snapshot:  # fmt: skip
    """The snapshot of a version, on all ranks, with the pieces that ranks of now have.

    mine: this rank's; kept: parts of others of this version, by member
    """
    key = f"g{session.generation.number}/elastic"
    givers = [rank for rank, each in enumerate(told) if list(version) in each.has]
    takers = [each.member for each in told if list(version) not in each.has]
    if takers:
        for member in takers:
            if member in kept:
                session.client.set(f"{key}/own/{member}", _without_pieces(kept[member]))
        root = givers[0]
        if session.rank == root:
            assert mine is not None
            session.client.set(f"{key}/head", _head(mine))
        if mine is None:
            mine = _taken(session, key, told, version, root)
        else:
            _spread(mine.arrays, mine.own, root)
    assert mine is not None
    return _with_pieces(session, told, version, mine, kept) if mine.flats else mine


def _without_pieces(part: bytes) -> bytes:
    """A part as the store carries it: pieces are large, and go from rank to rank."""
    arrays, plain = unpacked(part)
    few = {name: a for name, a in arrays.items() if not name.startswith(_pieces.BEGIN)}
    return packed(few, plain)


def _head(snapshot: Snapshot) -> bytes:
    """All of a snapshot but pieces and the arrays that are broadcast, of which it has the types."""
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
        "flats": {name: list(flat) for name, flat in snapshot.flats.items()},
        "level": snapshot.level,
    }
    own = sorted(snapshot.own - set(snapshot.flats))
    return packed({name: snapshot.arrays[name] for name in own}, told)


def _spread(arrays: Mapping[str, ndarray], own: frozenset[str], root: int) -> dict[str, ndarray]:
    return {name: broadcast(a, root) for name, a in arrays.items() if name not in own}


def _taken(session: Session, key: str, told: list[Told], version: Version, root: int) -> Snapshot:
    own, head = unpacked(session.client.get(f"{key}/head"))
    empty = {name: np.zeros(tuple(shape), dtype) for name, dtype, shape in head["shared"]}
    arrays = _spread(empty, frozenset(), root)
    description = head["description"]
    member = session.place.rank
    if any(each.keeps_part(member, version) for each in told):
        own, beside = unpacked(session.client.get(f"{key}/own/{member}"))
        description = {**description, **beside}
    flats = {name: Flat(*flat) for name, flat in head["flats"].items()}
    names = frozenset([*own, *flats])
    return Snapshot(
        head["step"], head["epoch"], {**arrays, **own}, description, names, flats, head["level"]
    )


def _with_pieces(session: Session, told: list[Told], version: Version, mine: Snapshot,
                 kept: Mapping[int, bytes]) -> Snapshot:  # fmt: skip
    """The snapshot with this rank's pieces. All ranks give what they have of those of the ranks
    that made it, array by array, so that no more than one array is whole at a time."""
    makers = next(each.makers(version) for each in told if list(version) in each.has)
    holders = [_holder(told, member, version) for member in makers]
    held = {m: unpacked(part)[0] for m, part in kept.items() if _is_lacking(told, m, version)}
    held[session.place.rank] = mine.arrays
    arrays = dict(mine.arrays)
    stays = makers == session.ranks
    for name, flat in sorted(mine.flats.items()):
        empty = np.zeros((flat.length(len(makers)),), dtype=flat.dtype)
        parts = []
        for rank, (member, holder) in enumerate(zip(makers, holders, strict=True)):
            assert holder is not None
            if stays and holder == rank:
                continue  # who made it has it
            part = held[member][name] if holder == session.rank else empty
            if not stays:
                parts.append(broadcast(part, holder))
            elif session.rank == holder:
                send(part, rank)
            elif session.rank == rank:
                arrays[name] = receive(empty.shape, flat.dtype, holder)
        if not stays:
            arrays[name] = _pieces.joined(parts, flat, (session.rank, session.size))
    return mine._replace(arrays=arrays)


def _is_lacking(told: list[Told], member: int, version: Version) -> bool:
    """Has this member not its own part any more?"""
    return not any(each.member == member and list(version) in each.has for each in told)


__all__ = [
    "Snapshot",
    "Told",
    "Version",
    "common_version",
    "lost_pieces",
    "own_names",
    "share",
    "swap_with_neighbours",
    "told_by",
]
