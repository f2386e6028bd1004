"""Groups of processes: drivers that move bytes, and how a process joins a group.

A process joins in two steps. `Group(...)` opens it and has an address; when the addresses of all
ranks are together, `connect` takes them, by rank. From then on operators find the group by its
name. `world` is there from the start, as the group of this process alone.
"""

from collections.abc import Sequence

from weft._core import native


def load(path: str) -> str:
    """Loads a driver, a shared library, and gives its name. Loading it again does nothing.

    Raises LookupError if there is no such file, NotImplementedError for a library that is no driver
    or is of another version.
    """
    return native.load_collective(path)


def set_bucket_bytes(first: int, others: int) -> None:
    """How many bytes of gradients plans that are made from now on reduce together: the first time
    in a step, which has to be full before any transfer begins, and the other times. The same on all
    ranks; 0 reduces each gradient alone.

    Raises ValueError for negative numbers, and for a first one that is larger than the others.

    >>> set_bucket_bytes(1 << 20, 25 << 20)
    """
    native.set_bucket_bytes(first, others)


def place(group: str = "world") -> tuple[int, int]:
    """This process's rank in the group, and how many ranks it has.

    Raises LookupError if this process has not joined a group of this name.

    >>> place()
    (0, 1)
    """
    return native.group_place(group)


class Group:
    """A group that this process joins, as `rank` of `ranks`.

    driver: name of a driver that was loaded
    name: what operators call the group
    key: the same on all ranks, and of this group of this job alone
    bind: interface or address to listen on; None is loopback
    secret: the same on all ranks; checked by the driver before it believes a connection
    timeout: seconds that a rank waits for others, and that an operation may take

    Raises ValueError for ranks that do not fit, LookupError for a driver that is not loaded.
    """

    def __init__(
        self,
        driver: str,
        rank: int,
        ranks: int,
        *,
        name: str = "world",
        key: str,
        secret: bytes,
        bind: str | None = None,
        timeout: float = 300.0,
    ) -> None:
        self.name = name
        self._handle = native.GroupHandle(driver, rank, ranks, name, key, bind, secret, timeout)

    @property
    def address(self) -> bytes:
        """What the other ranks need to reach this one."""
        return self._handle.address

    @property
    def rank(self) -> int:
        """This process's number in the group."""
        return self._handle.rank

    @property
    def size(self) -> int:
        """How many ranks there are."""
        return self._handle.size

    def connect(self, addresses: Sequence[bytes]) -> None:
        """Ends joining with the addresses of all ranks, by rank. A group of the same name that was
        there before fails. Raises weft.Disconnected if a rank does not come in time."""
        self._handle.connect(list(addresses))

    def abort(self, reason: str) -> None:
        """Fails what the group does and all that it is asked to do; the other ranks come to fail,
        too. Any thread may call it."""
        self._handle.abort(reason)

    def leave(self) -> None:
        """Waits for the group's operations, then takes its name away."""
        self._handle.leave()


__all__ = ["Group", "load", "place", "set_bucket_bytes"]
