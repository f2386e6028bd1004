"""What processes run on: machines, the links between them, and what an exchange costs there."""

import math
from typing import NamedTuple

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._trace.arena import bytes_of

_PREFIXES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_UNITS = {"bit/s": 1 / 8, "B/s": 1.0}


def rate_of(where: str, given: str | float) -> float:
    """Bytes a second from a number of them, or from "10 Gbit/s" or "20 GB/s".

    >>> rate_of("Link", "10 Gbit/s")
    1250000000.0
    """
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise InvalidType(f'{where}: `bandwidth` must be a number or "10 Gbit/s"; got {given!r}')
    rate = float(given) if not isinstance(given, str) else _rate_of_text(where, given)
    require(0 < rate < math.inf, where, "bandwidth", "positive and finite", given)
    return rate


def _rate_of_text(where: str, text: str) -> float:
    compact = text.replace(" ", "")
    for unit, factor in _UNITS.items():
        if not compact.endswith(unit):
            continue
        number = compact[: -len(unit)]
        prefix = number[-1:] if number[-1:] in _PREFIXES and number[-1:] else ""
        try:
            return float(number[: len(number) - len(prefix)]) * _PREFIXES[prefix] * factor
        except ValueError:
            break
    raise InvalidValue(
        f'{where}: `bandwidth` must be bytes a second, or a text such as "10 Gbit/s" or "20 GB/s"; '
        f"got {text!r}"
    )


class Link:
    """A way between ranks.

    bandwidth: bytes a second in each direction, or a text such as "10 Gbit/s" or "20 GB/s"
    latency: seconds that a message of no bytes takes

    >>> Link("10 Gbit/s", latency=20e-6).seconds(1_250_000)
    0.00102
    """

    def __init__(self, bandwidth: str | float, latency: float = 0.0) -> None:
        self.bandwidth = rate_of("Link", bandwidth)
        require(0 <= latency < math.inf, "Link", "latency", "0 or more seconds", latency)
        self.latency = float(latency)

    def seconds(self, size: float) -> float:
        """What one message of `size` bytes takes."""
        return self.latency + size / self.bandwidth

    def __repr__(self) -> str:
        return f"Link({self.bandwidth:.4g}, latency={self.latency:.3g})"


class Exchange(NamedTuple):
    """A collective operation: its kind, the bytes of the whole array, and over how many ranks."""

    kind: str
    size: float
    ranks: int


# The share of an array that a rank sends, and the messages after each other, for r ranks: rings
# (Patarasuk and Yuan 2009), which all drivers reach for large arrays.
_RING = {
    "all_reduce": (lambda r: 2 * (r - 1) / r, lambda r: 2 * (r - 1)),
    "reduce_scatter": (lambda r: (r - 1) / r, lambda r: r - 1),
    "all_gather": (lambda r: (r - 1) / r, lambda r: r - 1),
    "all_to_all": (lambda r: (r - 1) / r, lambda r: r - 1),
    "broadcast": (lambda r: 1.0, lambda r: math.ceil(math.log2(r))),
    "send": (lambda r: 1.0, lambda r: 1),
}


class Cluster:
    """Machines that train together.

    ranks: processes in all
    memory: what one rank may take: bytes, or a text such as "16 GiB"
    ranks_per_host: ranks that share a host and `inside`; by default all do
    flops: operations a second of a rank for networks of this kind; None: as measured here
    inside: the link between ranks of one host
    between: the link of a host to the others; its ranks share it

    Raises ValueError for hosts that are not full.

    >>> cluster = Cluster(8, memory="16 GiB", ranks_per_host=4, inside=Link("20 GB/s", 2e-6),
    ...                   between=Link("10 Gbit/s", 20e-6))
    >>> round(cluster.seconds("all_reduce", 100e6, 8), 3), cluster.hosts
    (0.088, 2)
    """

    def __init__(
        self,
        ranks: int,
        *,
        memory: str | int,
        ranks_per_host: int | None = None,
        flops: float | None = None,
        inside: Link | None = None,
        between: Link | None = None,
    ) -> None:
        self.ranks = require_whole("Cluster", "ranks", ranks, 1)
        self.ranks_per_host = self.ranks
        if ranks_per_host is not None:
            self.ranks_per_host = require_whole("Cluster", "ranks_per_host", ranks_per_host, 1)
        require(
            self.ranks % self.ranks_per_host == 0,
            "Cluster",
            "ranks_per_host",
            f"a divisor of {self.ranks} ranks",
            ranks_per_host,
        )
        self.memory = bytes_of("Cluster", "memory", memory)
        if flops is not None:
            require(0 < flops < math.inf, "Cluster", "flops", "positive and finite", flops)
        self.flops = flops
        self.inside = inside or Link("10 GB/s", 5e-6)
        self.between = between or self.inside

    @property
    def hosts(self) -> int:
        """Machines, with `ranks_per_host` ranks each."""
        return self.ranks // self.ranks_per_host

    def with_ranks(self, ranks: int) -> "Cluster":
        """The same kind of machines, another number of them."""
        return Cluster(
            ranks,
            memory=self.memory,
            ranks_per_host=min(ranks, self.ranks_per_host),
            flops=self.flops,
            inside=self.inside,
            between=self.between,
        )

    def seconds(self, kind: str, size: float, ranks: int, stride: int = 1) -> float:
        """What a collective operation on `size` bytes takes over `ranks` ranks, of which neighbours
        are `stride` apart: 1 for ranks of one host, the number of ranks before the next host for
        groups that cross hosts.

        A group within a host uses `inside`. One over hosts is done in two levels, within hosts and
        between them, and all such groups of a host share `between`.
        """
        if ranks <= 1:
            return 0.0
        share, messages = _RING[kind]
        here = max(1, min(ranks, self.ranks_per_host // stride)) if stride else ranks
        far = math.ceil(ranks / here)
        time = 0.0
        if here > 1:
            time += (
                share(here) * size / self.inside.bandwidth + messages(here) * self.inside.latency
            )
        if far > 1:
            # Each rank of the host carries its part of the array; together they fill the link.
            sharing = self.ranks_per_host / here
            time += share(far) * size * sharing / self.between.bandwidth
            time += messages(far) * self.between.latency
        return time


__all__ = ["Cluster", "Exchange", "Link", "rate_of"]
