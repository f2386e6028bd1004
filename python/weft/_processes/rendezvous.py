"""How the processes of a job find the store: rank 0 keeps it where no launcher of Weft's does.

On one host rank 0 takes a free port of loopback and writes it into a file that only this user may
read; so two jobs never meet at one port. On several hosts the launcher's variables give the
address.
"""

import hashlib
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from weft._base.errors import Disconnected, FileFailure, InvalidValue, TimedOut
from weft._processes.client import Client
from weft._processes.interfaces import address_of
from weft._processes.launchers import Place
from weft._processes.secret import own_folder
from weft._processes.server import Server

Address = tuple[str, int]


def meet(
    place: Place,
    secret: bytes,
    environ: Mapping[str, str],
    *,
    interface: str | None,
    timeout: float,
    heartbeat: float,
    on_broken: Callable[[int, str], None],
) -> tuple[Client, Server | None]:
    """A connection to the job's store, and the store itself where this process keeps it.

    interface: to listen on, a name or an address

    Raises ConnectionError for a port that is used or another secret, TimeoutError where nobody
    answers.
    """
    server = None
    address: Address | Callable[[], Address | None] = place.host, place.port
    by_file = place.is_by_file
    if place.rank == 0 and not place.is_served:
        living = _living(place, secret, environ, timeout, on_broken) if by_file else None
        if living is not None:
            return living, None
        host = _own_host(place, interface)
        server = Server(host, place.port, secret, place.job, heartbeat=heartbeat)
        address = server.address
        if by_file:
            _write(_port_file(place.job, environ), server.address)
    elif by_file:
        path = _port_file(place.job, environ)
        address = lambda: _read(path)  # noqa: E731
    try:
        client = Client(address, secret, place.job, timeout=timeout, on_broken=on_broken)
    except BaseException:
        if server is not None:
            server.close()
        raise
    return client, server


def keep_store(place: Place, secret: bytes, timeout: float, heartbeat: float) -> None:
    """Keeps the store until all that took part have gone: what a scheduler does.

    Raises ConnectionError for a port that is used, TimeoutError where they do not come.
    """
    server = Server(place.host, place.port, secret, place.job, heartbeat=heartbeat)
    try:
        server.wait_over(timeout)
    finally:
        server.close()


def _living(
    place: Place,
    secret: bytes,
    environ: Mapping[str, str],
    timeout: float,
    on_broken: Callable[[int, str], None],
) -> Client | None:
    """A connection to a store that another process keeps since an earlier rank 0 was lost."""
    address = _read(_port_file(place.job, environ)) if place.job else None
    if address is None:
        return None
    try:
        return Client(
            address, secret, place.job, timeout=timeout, patience=1.0, on_broken=on_broken
        )
    except (Disconnected, TimedOut):
        return None  # an earlier job has left the file


def announce(place: Place, environ: Mapping[str, str], address: Address) -> None:
    """Writes where the store is now, if those that come later look into the file."""
    if place.is_by_file:
        _write(_port_file(place.job, environ), address)


def forget(place: Place, environ: Mapping[str, str]) -> None:
    """Removes the file, which the keeper of the store has written."""
    if place.is_by_file:
        _port_file(place.job, environ).unlink(missing_ok=True)


def _own_host(place: Place, interface: str | None) -> str:
    """Where the store of rank 0 listens: loopback, the interface that was named, or what the
    launcher's address is on this host."""
    if interface is not None:
        return address_of("init", interface)
    if place.host in ("localhost", "127.0.0.1"):
        return "127.0.0.1"
    try:
        found = str(socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise Disconnected(f"init: the host of rank 0, {place.host!r}, is unknown here: {error}; "
                           "set WEFT_STORE=address:port for all processes") from error  # fmt: skip
    if found.startswith("127.") and not place.is_one_host:
        raise InvalidValue(
            f"init: {place.host!r} is {found} here, which other hosts cannot reach; name the "
            "network by `interface`, or set WEFT_STORE=address:port for all processes"
        )
    return found


def _port_file(job: str, environ: Mapping[str, str]) -> Path:
    return own_folder(environ) / f"store-{hashlib.sha256(job.encode()).hexdigest()[:16]}"


def _write(path: Path, address: Address) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(f"{address[0]} {address[1]}")
        unfinished.replace(path)
    except OSError as error:
        raise FileFailure(
            f"init: `{path}`, by which the processes of a job find each other, cannot be written: "
            f"{error.strerror}; set XDG_CACHE_HOME to a folder that can be, or WEFT_STORE to "
            "host:port, for all of them"
        ) from error


def _read(path: Path) -> Address | None:
    """What rank 0 wrote; None before. What an earlier job left is no store that answers, or one
    that has another key."""
    try:
        host, port = path.read_text().split()
    except FileNotFoundError:
        return None
    return host, int(port)


__all__ = ["Address", "announce", "forget", "keep_store", "meet"]
