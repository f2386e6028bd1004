"""The job of this process: joining, leaving, ranks, and the group of all."""

from weft._base.options import require
from weft._processes import session
from weft._processes.session import Session
from weft.distributed import _drivers, _groups
from weft.distributed._groups import Group


def init(
    backend: str | None = None,
    *,
    timeout: float = 60.0,
    interface: str | None = None,
    heartbeat: float = 4.0,
) -> None:
    """Joins the job that a launcher started this process for; returns when all processes have come.

    backend: what moves the bytes: "memory" for one host, "gloo", "mpi" or "nccl"; by default the
        first of memory, gloo and mpi that fits
    timeout: seconds that a process waits for others, here and in each operation
    interface: name or address of the network that ports are bound to; loopback by default, or where
        the launcher's address leads
    heartbeat: seconds without a sign after which a process counts as lost, where rank 0 keeps the
        store; `weft launch` has an option for it

    The launcher is found by its variables: those of `weft launch`, torchrun, Open MPI, MPICH and
    Slurm. Without any, the process is alone, and everything works with one rank.

    Raises ConnectionError for another version of Weft, a wrong number of ranks, two processes of
    one rank, a port that is used or another secret, on all processes; TimeoutError for processes
    that do not come; LookupError for a backend that is not there, which says how to make it.

    >>> from weft import distributed
    >>> distributed.init()  # nobody started this process, so it is alone
    >>> distributed.rank(), distributed.size()
    (0, 1)
    >>> distributed.shutdown()
    """
    require(0 < timeout < float("inf"), "init", "timeout", "above 0 and finite", timeout)
    require(heartbeat >= 2, "init", "heartbeat", "at least 2 s", heartbeat)
    joined = session.start(interface=interface, timeout=timeout, heartbeat=heartbeat)
    try:
        _drivers.want(backend, interface)
        if not joined.generation.number:  # started again: it joins where the others re-form
            _groups.set_alone(joined)
            return
        _drivers.choose(joined)
        if joined.is_server:
            from weft.distributed._kvstore.server import serve

            _drivers.check_same(joined)
            serve(joined)
            raise SystemExit(0)
        _groups.open_world(joined)
        if joined.servers:
            from weft.distributed._kvstore import stores

            stores.connect(joined)
    except Exception as error:
        joined.tell_failure(error)
        shutdown()
        raise


def join_again(joined: Session) -> None:
    """Takes part in the next generation, and makes all groups anew."""
    joined.join()
    _drivers.choose(joined)
    _groups.open_world(joined)
    _groups.open_again(joined)


def shutdown() -> None:
    """Leaves the job; a program that ends does so by itself. Groups are of no use afterwards.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.shutdown()
    >>> distributed.is_initialized()
    False
    """
    joined = session.current()
    if joined is not None and joined.servers and not joined.is_server:
        from weft.distributed._kvstore import stores

        stores.disconnect()
    _groups.leave_all()
    session.stop()


def is_initialized() -> bool:
    """Has `init` been called, and `shutdown` not since?

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.is_initialized()
    True
    >>> distributed.shutdown()
    >>> distributed.is_initialized()
    False
    """
    return session.current() is not None


def rank() -> int:
    """This process's number among those that work together, from 0. It may change where an
    `Elastic` program re-forms.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.rank()
    0
    >>> distributed.shutdown()
    """
    return session.needed("rank").rank


def size() -> int:
    """The number of processes that work together.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.size()
    1
    >>> distributed.shutdown()
    """
    return session.needed("size").size


def local_rank() -> int:
    """This process's number on its host, from 0.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.local_rank()
    0
    >>> distributed.shutdown()
    """
    return session.needed("local_rank").place.local_rank


def world() -> Group:
    """The group of all ranks, whose name is "world".

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.world().name
    'world'
    >>> distributed.shutdown()
    """
    return _groups.named("world")


__all__ = ["init", "is_initialized", "local_rank", "rank", "shutdown", "size", "world"]
__dir__ = __all__.copy
