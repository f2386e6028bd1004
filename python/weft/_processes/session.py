"""This process's part in its job, from `start` to `stop`: rank, store, present generation.

Whoever works with groups registers with `on_broken` and ends what waits. An exception that nobody
catches is told to the others before this process ends.
"""

import atexit
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any

from weft._base.errors import Disconnected, InvalidState, TimedOut
from weft._processes.client import Client, Generation, refuses
from weft._processes.launchers import Place, place_of
from weft._processes.rendezvous import Address, announce, forget, keep_store, meet
from weft._processes.secret import new_secret, secret_of
from weft._processes.server import Server
from weft._version import __version__

ELASTIC = "elastic"  # the key that a program sets which forms new groups

TRY = 2.0  # seconds for a store to answer that may be lost
TRY_ALL = 8.0  # seconds after which no member keeps it
CLOSING = 1.0  # seconds that a process which was killed may still listen
PAUSE = 0.1  # seconds until all are tried again

Listener = Callable[[str], None]


class Session:
    """What `start` gives.

    place: who this process is; client: its connection to the store
    generation: those that work together now
    workers: how many numbers of members are workers; those above are servers
    """

    def __init__(
        self,
        place: Place,
        client: Client,
        server: Server | None,
        secret: bytes,
        workers: int,
        heartbeat: float = 4.0,
    ) -> None:
        self.place = place
        self.client = client
        self.secret = secret
        self.workers = workers
        self.generation = Generation(0, [], [])
        self.broken: str | None = None  # why the present generation is of no use
        self.timeout = client.timeout
        self._heartbeat = heartbeat
        self._store_lost = False
        self._standby: Server | None = None  # in this process, for the case that the store is lost
        self._standbys: dict[int, Address] = {}  # of all members
        self._keeper = 0  # who keeps the store, or kept the one that was lost last
        self._has_keeper_ended = False  # for certain, and not only out of reach
        self._has_failed = False
        self._server = server
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._exchanges: dict[str, int] = {}  # how often each group has exchanged bytes
        self._early: dict[int, str] = {}  # news of generations that this process is not in yet

    @property
    def is_server(self) -> bool:
        """Is this a server of a KVStore, and no worker?"""
        return self.place.rank >= self.workers

    @property
    def ranks(self) -> list[int]:
        """The numbers of the workers of the present generation, by rank; before the first one,
        those that the job was started with."""
        if not self.generation.number:
            return list(range(self.workers))
        return [number for number in self.generation.members if number < self.workers]

    @property
    def servers(self) -> list[int]:
        """The numbers of the servers of the present generation."""
        return [number for number in self.generation.members if number >= self.workers]

    @property
    def rank(self) -> int:
        """This worker's rank, or this server's place among the servers."""
        return (self.servers if self.is_server else self.ranks).index(self.place.rank)

    @property
    def size(self) -> int:
        """The number of workers."""
        return len(self.ranks)

    @property
    def is_lost(self) -> bool:
        """Is the connection to the store lost?"""
        return self.client.is_lost

    @property
    def is_store_lost(self) -> bool:
        """Is there no store any more, so that nothing can go on?"""
        return self._store_lost

    # ---- a store that is lost

    def offer_standby(self) -> Address | None:
        """Where this process would keep the store if its present keeper were lost; None where the
        launcher keeps it, which outlives all, and where there is no other process."""
        if self.place.is_served or self.place.size == 1:
            return None
        if self._standby is None:
            self._standby = Server(
                self.client.own_address, 0, self.secret, self.place.job, heartbeat=self._heartbeat
            )
            for server in (self._server, self._standby):
                if server is not None:
                    server.members.may_be_replaced = True
        return self._standby.address

    def note_standbys(self, addresses: Mapping[int, Address]) -> None:
        """Takes what all members of the present generation offer, by number."""
        self._standbys = dict(addresses)

    def reconnect(self) -> None:
        """A new connection to the store in the place of one that is lost: to the same one, or to
        that of the first member that is there. All go the same way, so they meet.

        Raises ConnectionError or TimeoutError where there is no store any more.
        """
        last = self.client.address
        if not self._standbys:
            self._take_client(last, self.timeout)
            return
        keeper = next((m for m, at in self._standbys.items() if at == last), 0)
        others = [self._standbys[m] for m in sorted(self._standbys) if m != keeper]
        why = "none answers"
        limit = time.monotonic() + TRY_ALL
        self._keeper = keeper
        self._has_keeper_ended = False
        while True:
            for address in (last, *others):
                try:
                    if refuses(address, TRY):
                        self._has_keeper_ended |= address == last
                        continue
                    self._take_client(address, TRY)
                    if address != last and not self._has_keeper_ended:
                        self._has_keeper_ended = _has_ended(last)
                    self._announce(address)
                    return
                except (Disconnected, TimedOut, OSError) as error:
                    why = str(error)
            if time.monotonic() > limit:
                self._store_lost = True
                raise Disconnected(f"the store is lost, and no member keeps it: {why}")
            time.sleep(PAUSE)

    def _take_client(self, address: Address, patience: float) -> None:
        try:
            self.client = self._connected(address, patience)
        except (Disconnected, TimedOut):
            self._store_lost = not self._standbys
            raise

    def _announce(self, address: Address) -> None:
        """On one host those that come later find the store by a file."""
        if self._standby is not None and address == self._standby.address:
            announce(self.place, os.environ, address)

    def _connected(self, address: Address, patience: float) -> Client:
        """A client, whose news count as long as it is this session's."""
        made: list[Client] = []

        def broken(generation: int, text: str) -> None:
            if not made or made[0] is self.client:
                self.note_broken(generation, text)

        made.append(
            Client(
                address,
                self.secret,
                self.place.job,
                timeout=self.timeout,
                patience=patience,
                on_broken=broken,
            )
        )
        return made[0]

    def join(self) -> None:
        """Takes part in the next generation. Raises ConnectionError where there can be none."""
        self._has_failed = False
        about: dict[str, Any] = {
            "version": __version__,
            "pid": os.getpid(),
            "host": socket.gethostname(),
        }
        if self._standbys and self.generation.number:
            about["after"] = {
                "generation": self.generation.number,
                "members": self.generation.members,
                "keeper": self._keeper,
                "ended": self._has_keeper_ended,
            }
        found = self.client.join(self.place.rank, self.place.size, about)
        with self._lock:
            self.generation = found
            self.broken = self._early.pop(found.number, None)
            self.client.resume(self.broken)

    def gather_bytes(self, what: str, group: str, members: list[int], value: bytes) -> list[bytes]:
        """What all members of a group give, in their order. All call it equally often.

        Raises ConnectionError where one of them is lost, TimeoutError where one does not come.
        """
        listed = ",".join(map(str, members))
        kind = f"g{self.generation.number}/bytes/{group}/{listed}"
        number = self._exchanges[kind] = self._exchanges.get(kind, 0) + 1
        found = self.client.exchange(what, f"{kind}/{number}", self.place.rank, members, value)
        if number > 2 and members[0] == self.place.rank:
            self.client.delete(f"{kind}/{number - 2}/")  # everybody has it who begins the next one
        return found

    def on_broken(self, listener: Listener) -> None:
        """Calls a function, in a thread of the session's, with the reason when the present
        generation is lost."""
        self._listeners.append(listener)

    def off_broken(self, listener: Listener) -> None:
        """Does not call it any more."""
        self._listeners.remove(listener)

    def note_broken(self, generation: int, text: str) -> None:
        """Takes the news that a generation is lost; 0 for the store, and so for all."""
        with self._lock:
            if generation > self.generation.number:
                self._early[generation] = text
                return
            if generation not in (0, self.generation.number) or self.broken is not None:
                return
            self.broken = text
            self.client.interrupt(text)
        for listener in list(self._listeners):
            listener(text)

    def check(self, what: str) -> None:
        """Raises ConnectionError, with the reason, if the present generation is lost."""
        if self.broken is not None:
            raise Disconnected(f"{what}: {self.broken}")

    def tell_failure(self, error: BaseException) -> None:
        """Tells the others that this process fails."""
        self._has_failed = True
        text = "".join(traceback.format_exception_only(error)).strip()
        where = traceback.extract_tb(error.__traceback__)
        if where:
            text += f" ({where[-1].filename}:{where[-1].lineno})"
        try:
            self.client.fail(self.generation.number, text)
        except (Disconnected, TimedOut, OSError):
            return  # the store is lost, which all others know by themselves

    def close(self, environ: Mapping[str, str]) -> None:
        """Leaves. Who keeps the store stays until all have left, or the time is over."""
        servers = [server for server in (self._server, self._standby) if server is not None]
        for server in servers:
            server.wait_alone(self.timeout)
        if self._has_failed:
            self.client.drop()
        else:
            self.client.close()
        for server in servers:
            server.close()
        if self.client.address in [server.address for server in servers]:
            forget(self.place, environ)


_current: Session | None = None


def current() -> Session | None:
    """The session of this process; None before `start`."""
    return _current


def needed(caller: str) -> Session:
    """The session. Raises RuntimeError before `start`."""
    if _current is None:
        raise InvalidState(f"{caller}: call `weft.distributed.init()` first")
    return _current


def start(
    environ: Mapping[str, str] | None = None,
    *,
    interface: str | None = None,
    timeout: float = 60.0,
    heartbeat: float = 4.0,
) -> Session:
    """Finds the launcher and the store, and returns when all processes of the job have come.

    A process that was started again in a job that re-forms has joined nothing yet: what it sets up
    has no part in what the others do meanwhile.
    """
    global _current
    if _current is not None:
        raise InvalidState("init: was called already; `weft.distributed.shutdown()` ends it")
    known = os.environ if environ is None else environ
    place = place_of(known)
    made: list[Session] = []
    early: list[tuple[int, str]] = []

    def broken(generation: int, text: str) -> None:
        if not made:
            early.append((generation, text))
        elif made[0].client is client:
            made[0].note_broken(generation, text)

    # One process has nobody to share a secret with, and needs no home that can be written.
    secret = new_secret().encode() if place.is_alone else secret_of(known)
    if place.is_scheduler:
        keep_store(place, secret, timeout, heartbeat)
        raise SystemExit(0)
    client, server = meet(
        place,
        secret,
        known,
        interface=interface,
        timeout=timeout,
        heartbeat=heartbeat,
        on_broken=broken,
    )
    if not place.is_numbered:
        first = place.size - place.servers if place.rank else 0
        place = place._replace(rank=first + client.add(f"numbers from {first}", 1) - 1)
    session = Session(place, client, server, secret, place.size - place.servers, heartbeat)
    made.append(session)
    for news in early:
        session.note_broken(*news)
    try:
        if session.is_server or client.look(ELASTIC) is None:
            session.join()
    except BaseException:
        client.close()
        if server is not None:
            server.wait_alone(2.0)
            server.close()
        raise
    _current = session
    _Hooks.put()
    return session


def stop() -> None:
    """Leaves the job; nothing where this process is in none."""
    global _current
    session, _current = _current, None
    if session is not None:
        _Hooks.remove()
        session.close(os.environ)


class _Hooks:
    """What Python calls when the program ends: `sys.excepthook` for a failure, then `atexit`."""

    before: Callable[..., Any] | None = None

    @classmethod
    def put(cls) -> None:
        cls.before = sys.excepthook
        sys.excepthook = cls.failed
        atexit.register(stop)

    @classmethod
    def remove(cls) -> None:
        if sys.excepthook == cls.failed and cls.before is not None:
            sys.excepthook = cls.before
        atexit.unregister(stop)

    @classmethod
    def failed(
        cls, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        session = _current
        if session is not None:
            session.tell_failure(error)
            session.timeout = min(session.timeout, 2.0)  # nobody is waited for long
        (cls.before or sys.__excepthook__)(kind, error, trace)


def is_quiet() -> bool:
    """Is this a process beside rank 0, which shows and writes what concerns all?"""
    return _current is not None and (_current.is_server or _current.rank != 0)


def _has_ended(address: Address) -> bool:
    """Has the process that listened there ended? One that is killed loses its connections some
    moments before nobody listens any more; one that hangs listens on."""
    limit = time.monotonic() + CLOSING
    while True:
        with suppress(OSError):
            if refuses(address, TRY):
                return True
        if time.monotonic() > limit:
            return False
        time.sleep(PAUSE)


__all__ = ["ELASTIC", "Session", "current", "is_quiet", "needed", "start", "stop"]
