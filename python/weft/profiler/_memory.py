"""Memory over the time of a profile: how much was in use when, and what asked for it."""

from collections.abc import Iterable
from typing import NamedTuple

from weft.profiler._events import Event


class Allocation(NamedTuple):
    """What all events of one operator, layer or line did to the memory in use.

    taken: bytes by which it grew; freed: bytes by which it shrank; events: how many changed it.
    A run of a plan counts whole, because its steps take nothing; what Python frees between two
    events counts for the second.

    >>> from weft import np, profiler
    >>> with profiler.profile() as p:
    ...     large = np.ones((256, 1024))
    >>> most = p.allocations(by="operator")[0]
    >>> most.name, most.taken >= large.nbytes
    ('full', True)
    """

    name: str
    taken: int
    freed: int
    events: int


def over_time(events: Iterable[Event], start: int) -> list[tuple[float, int]]:
    """Seconds, and the bytes in use then: at the begin, and at the end of each event that knows."""
    found = [(e.begin + e.duration, e.live) for e in events if e.live is not None]
    return [(0.0, start), *sorted(found)]


def allocations_of(events: Iterable[Event], start: int, by: str) -> list[Allocation]:
    """By operator, layer or line, what took most first."""
    ended = sorted((e for e in events if e.live is not None), key=lambda e: e.begin + e.duration)
    taken: dict[str, int] = {}
    freed: dict[str, int] = {}
    count: dict[str, int] = {}
    before = start
    for event in ended:
        change = (event.live or 0) - before
        before += change
        if not change:
            continue
        name = {"operator": event.name, "layer": event.layer, "line": event.line}[by]
        name = name or f"(no {by})"
        taken[name] = taken.get(name, 0) + max(change, 0)
        freed[name] = freed.get(name, 0) + max(-change, 0)
        count[name] = count.get(name, 0) + 1
    found = [Allocation(name, taken[name], freed[name], count[name]) for name in count]
    return sorted(found, key=lambda row: (-row.taken, row.name))


__all__ = ["Allocation", "allocations_of", "over_time"]
__dir__ = __all__.copy
