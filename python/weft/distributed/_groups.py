"""Groups of ranks. Operators know a group by its name, so names are the same on all ranks.

A group is opened here, the addresses of its processes go through the store, and then it works. When
the store tells that a process is lost, all groups of the generation fail at once with that reason.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidValue
from weft._base.options import require_whole
from weft._base.spelling import unknown
from weft._core import collectives
from weft._processes import session as sessions
from weft._processes.session import Session
from weft.distributed._drivers import Chosen, check_same, load_memory

WORLD = "world"


class Group:
    """Some of the ranks, in an order.

    name: what operators call it; ranks: their numbers in `world`

    >>> from weft import distributed
    >>> distributed.init()
    >>> group = distributed.world()
    >>> group.name, group.ranks, group.rank, group.size
    ('world', [0], 0, 1)
    >>> distributed.shutdown()
    """

    def __init__(self, name: str, ranks: Sequence[int], rank: int | None, handle: Any) -> None:
        self.name = name
        self.ranks = list(ranks)
        self._rank = rank
        self._handle = handle

    @property
    def rank(self) -> int:
        """This process's place in the group. Raises RuntimeError where it is not in it."""
        if self._rank is None:
            raise InvalidState(
                f"group `{self.name}`: this process is not in it, which has ranks {self.ranks}"
            )
        return self._rank

    @property
    def size(self) -> int:
        """The number of its ranks."""
        return len(self.ranks)

    def __contains__(self, rank: int) -> bool:
        return rank in self.ranks

    def __repr__(self) -> str:
        return f"Group({self.name!r}, ranks={self.ranks})"

    def abort(self, reason: str) -> None:
        """Ends all that waits in it, on all ranks."""
        if self._handle is not None:
            self._handle.abort(reason)

    def leave(self) -> None:
        """Waits for its operations; the name means nothing afterwards."""
        if self._handle is not None:
            self._handle.leave()
            self._handle = None


_groups: dict[str, Group] = {}
_made: list[Group] = []  # by the program
_watched: list[Session] = []


def named(name: str) -> Group:
    """A group by its name. Raises LookupError for a name that is none."""
    if name not in _groups:
        sessions.needed("world")
        raise unknown("group", name, _groups)
    return _groups[name]


def new_group(ranks: Iterable[int], name: str) -> Group:
    """A group of some ranks. All ranks of `world` call this in the same order, also those that are
    not in it; several groups with disjoint ranks may have one name.

    ranks: numbers in `world`, in the order of the ranks of the new group
    name: what operators call it, such as "tensor"

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.new_group([0], "mine")
    Group('mine', ranks=[0])
    >>> distributed.shutdown()
    """
    session = sessions.needed("new_group")
    listed = [require_whole("new_group", "ranks", rank, 0) for rank in ranks]
    if not listed or len(set(listed)) != len(listed) or max(listed) >= session.size:
        raise InvalidValue(
            f"new_group: `ranks` must be different numbers from 0 to {session.size - 1}; "
            f"got {listed}"
        )
    if not name or name == WORLD:
        raise InvalidValue(f"new_group: `name` must be a text other than {WORLD!r}; got {name!r}")
    group = Group(name, listed, None, None)
    _made.append(group)
    if session.generation.number:
        _open(session, group)
    return group


def _open(session: Session, group: Group) -> None:
    """Makes a group in the present generation."""
    if max(group.ranks) >= session.size:
        raise InvalidState(
            f"group `{group.name}` has rank {max(group.ranks)}, and {session.size} ranks are left"
        )
    if session.rank not in group.ranks:
        group._rank = None
        return
    group._rank = group.ranks.index(session.rank)
    members = [session.ranks[rank] for rank in group.ranks]
    group._handle = opened(session, group.name, members)._handle
    _keep(group, group.ranks)


def open_again(session: Session) -> None:
    """Makes the groups of the program in a new generation, in the order in which it made them.

    Raises RuntimeError where too few ranks are left for one of them.
    """
    for group in _made:
        _open(session, group)


def set_alone(session: Session) -> None:
    """Until this process joins the others, `world` is the group of itself."""
    _groups[WORLD] = Group(WORLD, [session.rank], 0, None)


def open_world(session: Session) -> None:
    """Makes the group of all, for the present generation."""
    if session not in _watched:
        _watched.append(session)
        session.on_broken(_abort_all)
    if len(session.generation.members) > 1:
        check_same(session)
    _keep(opened(session, WORLD, session.ranks), range(session.size))


def _keep(group: Group, ranks: Iterable[int]) -> Group:
    group.ranks = list(ranks)
    _groups[group.name] = group
    session = sessions.needed("new_group")
    if session.broken is not None:  # since it was opened
        group.abort(session.broken)
    return group


def opened(
    session: Session, name: str, members: Sequence[int], timeout: float | None = None
) -> Group:
    """A group of members of the job, which is connected. Its `ranks` are their numbers in the job.

    timeout: of each operation; the session's by default
    """
    rank = list(members).index(session.place.rank)
    if Chosen.name is None:
        if name == WORLD:  # it is there without a driver
            return Group(name, members, rank, None)
        load_memory()
    generation = session.generation.number
    listed = ",".join(map(str, members))
    key = f"g{generation}/group/{name}/{listed}"
    seconds = session.timeout if timeout is None else timeout
    handle = collectives.Group(
        Chosen.name or "memory",
        rank,
        len(members),
        name=name,
        key=f"{session.place.job}/{key}",
        secret=session.secret,
        bind=Chosen.bind,
        timeout=seconds,
    )
    abort = handle.abort
    session.on_broken(abort)  # a rank may be lost before the group has a place in `_groups`
    try:
        session.check("group")
        addresses = session.client.exchange(
            f"the address for group `{name}`", key, session.place.rank, members, handle.address
        )
        handle.connect(addresses)
    finally:
        session.off_broken(abort)
    return Group(name, members, rank, handle)


def _abort_all(reason: str) -> None:
    for group in list(_groups.values()):
        group.abort(reason)


def leave_all() -> None:
    """Leaves all groups; those that have failed are given up."""
    session = sessions.current()
    for group in reversed(list(_groups.values())):
        if session is not None and session.broken is not None:
            group.abort(session.broken)
        group.leave()
    _groups.clear()
    _made.clear()


__all__ = ["Group", "leave_all", "named", "new_group", "open_world", "opened"]
__dir__ = __all__.copy
