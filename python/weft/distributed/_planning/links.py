"""What a group of ranks moves in truth, for plans of more of the same."""

import time

from weft import np, npx
from weft._base.errors import InvalidState
from weft._core import collectives
from weft.distributed._planning.cluster import Link

_LARGE = 1 << 23  # elements: 32 MiB, more than caches hold
_TRIES = 7


def measure_link(group: str = "world") -> Link:
    """The link between the ranks of a group, from reductions of one element and of 32 MiB. All
    ranks must call it; all get the same.

    Raises RuntimeError for a group of one rank, which has no link.

    >>> from weft import distributed
    >>> distributed.init()
    >>> try:
    ...     print(distributed.measure_link())  # of several ranks
    ... except RuntimeError:
    ...     print("one rank has no link")
    one rank has no link
    >>> distributed.shutdown()
    """
    _, ranks = collectives.place(group)
    if ranks == 1:
        raise InvalidState(f"measure_link: the group `{group}` has one rank, which has no link")
    little, much = _seconds(1, group), _seconds(_LARGE, group)
    share = 2 * (ranks - 1) / ranks
    messages = 2 * (ranks - 1)
    bandwidth = share * 4 * _LARGE / max(much - little, 1e-9)
    both = np.array([bandwidth, little / messages], dtype="float64")
    bandwidth, latency = npx.broadcast(both, root=0, group=group).asnumpy().tolist()
    return Link(bandwidth, latency)


def _seconds(count: int, group: str) -> float:
    """The least time of a reduction of so many elements of float32."""
    array = np.ones(count, dtype="float32")
    found = []
    for _ in range(_TRIES):
        npx.barrier(group=group)
        begin = time.perf_counter()
        npx.all_reduce(array, group=group)
        found.append(time.perf_counter() - begin)
    return min(found)


__all__ = ["measure_link"]
