"""Which driver moves the bytes of this job: memory on one host, else gloo, else mpi."""

from pathlib import Path

from weft._base.errors import InvalidState, NotFound
from weft._base.spelling import unknown
from weft._core import collectives, native
from weft._processes.interfaces import address_of
from weft._processes.session import Session
from weft.distributed.build import find

# By name, what has to be installed before a driver can be built here.
NEEDS = {
    "memory": "nothing: it is part of Weft",
    "gloo": "apt-get install libgloo-dev",
    "mpi": "apt-get install libopenmpi-dev, or another MPI with mpicc",
    "nccl": "pip install nvidia-nccl-cu13, and a GPU",
}


class Chosen:
    """What the program wants, and what `choose` found: the driver's name, and the address that it
    binds to."""

    backend: str | None = None
    interface: str | None = None
    name: str | None = None
    bind: str | None = None


def want(backend: str | None, interface: str | None) -> None:
    """Notes what `init` was told. Raises LookupError for a name that is none."""
    if backend is not None and backend not in NEEDS:
        raise unknown("init", backend, NEEDS)
    Chosen.backend, Chosen.interface, Chosen.name = backend, interface, None


def choose(session: Session) -> None:
    """Loads a driver that fits the present generation. One process alone needs none, unless it was
    one of several before.

    Raises LookupError for a driver that is not built here.
    """
    backend, interface = Chosen.backend, Chosen.interface
    Chosen.bind = bind_address(session, interface)
    if len(session.generation.members) == 1 and not (backend or Chosen.name):
        return
    one_host = len(set(session.generation.hosts)) == 1
    order = [backend] if backend else [*(["memory"] if one_host else []), "gloo", "mpi"]
    found = [name for name in order if _path(name) is not None]
    if not found:
        raise NotFound(_missing(order, one_host))
    collectives.load(str(_path(found[0])))
    Chosen.name = found[0]


def load_memory() -> None:
    """The driver for groups of one rank, where no other was chosen."""
    path = _path("memory")
    if path is None:
        raise NotFound(_missing(["memory"], True))
    collectives.load(str(path))


def bind_address(session: Session, interface: str | None) -> str:
    """The address that drivers listen on: the named interface's, loopback on one host, else the one
    by which this process reaches the store."""
    if interface is not None or len(set(session.generation.hosts)) == 1:
        return address_of("init", interface)
    return session.client.own_address


def _path(name: str) -> Path | None:
    """The library of a driver that was built with Weft, or here by `weft.distributed.build`."""
    beside = Path(native.__file__).absolute().parent / "lib" / f"libweft_{name}.so"
    return beside if beside.is_file() else find(name)


def _missing(order: list[str], one_host: bool) -> str:
    where = "one host" if one_host else "several hosts"
    ways = "; ".join(
        f"{name}: {NEEDS[name]}, then `python -m weft.distributed.build {name}`" for name in order
    )
    return f"init: there is no driver for processes on {where}; {ways}"


def check_same(session: Session) -> None:
    """All processes must have chosen the same, or none would understand another."""
    members = session.generation.members
    names = session.client.exchange(
        "the driver's name",
        f"g{session.generation.number}/driver",
        session.place.rank,
        members,
        str(Chosen.name).encode(),
    )
    for member, name in zip(members, names, strict=True):
        if name.decode() != str(Chosen.name):
            raise InvalidState(
                f"init: all processes must have the same driver; rank {session.place.rank} has "
                f"{Chosen.name}, rank {member} has {name.decode()}; write `backend=` or install it"
            )


__all__ = ["NEEDS", "Chosen", "bind_address", "check_same", "choose", "load_memory", "want"]
