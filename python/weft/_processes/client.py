"""A process's side of the store: its requests, its signs of life, and news of lost processes.

One connection, which any thread may use. A thread reads answers, another one gives a sign each
second. Waiting ends with the time-out, with the connection, or with the answer.
"""

import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from weft._base.errors import Disconnected, FileFailure, TimedOut
from weft._processes import wire

BEAT = 1.0  # seconds between signs of life
SILENCE = 4.0  # seconds without an answer after which the store counts as lost


class Generation(NamedTuple):
    """A set of processes that work together, until one of them is lost.

    number: counts from 1; members: numbers in the job, by rank; hosts: by rank
    """

    number: int
    members: list[int]
    hosts: list[str]


class Refused(Disconnected):
    """The store says no, and would again."""

    __module__ = "weft"


class _Answer:
    """A place for the answer to one request."""

    def __init__(self, is_wait: bool) -> None:
        self.is_wait = is_wait  # for another process, and not for the store alone
        self.came = threading.Event()
        self.header: dict[str, Any] = {}
        self.data = b""

    def put(self, header: dict[str, Any], data: bytes = b"") -> None:
        self.header, self.data = header, data
        self.came.set()


class Client:
    """A connection to the store.

    address: where it is, or a function that gives that, or None as long as it is not known
    timeout: seconds that a request waits, unless it says otherwise; also for the connection
    patience: seconds for the connection, where these are others
    on_broken: called in a thread of the client's with a generation's number and a text, when the
        store tells that one of its members is lost, or with 0 when the store is lost
    """

    def __init__(
        self,
        address: tuple[str, int] | Callable[[], tuple[str, int] | None],
        secret: bytes,
        job: str = "",
        *,
        timeout: float = 60.0,
        on_broken: Callable[[int, str], None] | None = None,
        patience: float | None = None,
    ) -> None:
        self.timeout = timeout
        self._on_broken = on_broken
        given = None if callable(address) else address
        self._connection, self.address = _connected(
            address if callable(address) else lambda: given,
            callable(address),
            wire.key_of(secret, job),
            timeout if patience is None else patience,
        )
        self._sending = threading.Lock()
        self._answers: dict[int, _Answer] = {}
        self._number = 0
        self._lost: str | None = None
        self._over: str | None = None  # why there is nobody to wait for
        self._closing = threading.Event()
        self._heard = time.monotonic()
        for target in (self._read, self._beat):
            threading.Thread(target=target, name="weft store client", daemon=True).start()

    @property
    def own_address(self) -> str:
        """The address of this host on the way to the store."""
        return str(self._connection.getsockname()[0])

    # ---- threads

    def _read(self) -> None:
        try:
            while True:
                header, data = wire.read_frame(self._connection)
                self._heard = time.monotonic()
                if header.get("event") == "broken":
                    self._tell(int(header["generation"]), str(header["text"]))
                    continue
                answer = self._answers.pop(int(header.get("id", -1)), None)
                if answer is not None:
                    answer.put(header, data)
        except (OSError, Disconnected) as error:
            self._end(str(error) or type(error).__name__)

    def _end(self, why: str) -> None:
        host, port = self.address
        self._lost = f"the store at {host}:{port} is lost ({why}): its process has ended"
        for number in list(self._answers):
            answer = self._answers.pop(number, None)
            if answer is not None:
                answer.put({"lost": self._lost})
        if not self._closing.is_set():
            self._tell(0, self._lost)

    def _tell(self, generation: int, text: str) -> None:
        if self._on_broken is not None:
            self._on_broken(generation, text)

    def interrupt(self, why: str) -> None:
        """Ends what waits for other processes, and all such waits until `resume`, with an error."""
        self._over = why  # before the look at what waits: `_ask` does it the other way round
        for number, answer in list(self._answers.items()):
            if answer.is_wait and self._answers.pop(number, None) is not None:
                answer.put({"lost": why})

    def resume(self, over: str | None) -> None:
        """Waits for others again, in a new generation, unless that is over, too."""
        self._over = over

    @property
    def is_lost(self) -> bool:
        """Has the connection ended?"""
        return self._lost is not None

    def _beat(self) -> None:
        """Gives signs of life, and finds out when the store gives none. Time in which this process
        itself did not run is not held against it."""
        before = time.monotonic()
        while not self._closing.wait(BEAT):
            now = time.monotonic()
            self._heard += max(0.0, now - before - 2 * BEAT)
            before = now
            if now - self._heard > SILENCE:
                self._connection.shutdown(socket.SHUT_RDWR)  # ends the reader, which tells
                return
            try:
                self._send({"do": "beat", "id": 0})
            except OSError:
                return  # the reader tells

    def _send(self, header: dict[str, Any], data: bytes = b"") -> None:
        frame = wire.packed(header, data)
        with self._sending:
            self._connection.sendall(frame)

    # ---- requests

    def _ask(
        self, what: str, header: dict[str, Any], data: bytes = b"", timeout: float | None = None
    ) -> _Answer:
        """The answer to a request. `what` is for errors: what is waited for."""
        with self._sending:
            self._number += 1
            number = self._number
        answer = self._answers[number] = _Answer(header["do"] in ("get", "gather"))
        over = self._lost or (self._over if answer.is_wait else None)
        if over is not None:
            self._answers.pop(number, None)
            raise Disconnected(over)
        try:
            self._send({"id": number, **header}, data)
        except OSError as error:
            answer.put({"lost": self._lost or f"the store is lost: {error}"})
        limit = self.timeout if timeout is None else timeout
        if not answer.came.wait(limit):
            self._answers.pop(number, None)
            self._send({"do": "cancel", "id": number})
            raise TimedOut(f"{what} did not come within {limit:g} s")
        if "lost" in answer.header:
            raise Disconnected(str(answer.header["lost"]))
        if "error" in answer.header:
            raise Refused(str(answer.header["error"]))
        return answer

    def set(self, key: str, value: bytes) -> None:
        """Sets a key."""
        self._ask(f"the store's answer for `{key}`", {"do": "set", "key": key}, value)

    def get(self, key: str, timeout: float | None = None) -> bytes:
        """What a key is set to; waits until it is."""
        return self._ask(f"a value of `{key}`", {"do": "get", "key": key}, timeout=timeout).data

    def look(self, key: str) -> bytes | None:
        """What a key is set to now; None if it is not."""
        header = {"do": "get", "key": key, "now": True}
        answer = self._ask(f"the store's answer for `{key}`", header)
        return None if answer.header.get("missing") else answer.data

    def add(self, key: str, amount: int) -> int:
        """Adds to the number of a key, 0 at first; gives the sum."""
        header = {"do": "add", "key": key, "amount": amount}
        return int(self._ask(f"the store's answer for `{key}`", header).header["value"])

    def delete(self, prefix: str) -> None:
        """Forgets all keys that begin so."""
        self._ask("the store's answer", {"do": "delete", "prefix": prefix})

    def exchange(
        self, what: str, prefix: str, mine: int, all_of: Sequence[int], value: bytes
    ) -> list[bytes]:
        """The values that all processes of a list give, in its order.

        what: for errors, such as "the address of the group `world`"
        prefix: of keys that nothing else uses; mine: this process's number, one of `all_of`
        """
        self.set(f"{prefix}/{mine}", value)
        header = {"do": "gather", "prefix": f"{prefix}/", "count": len(all_of)}
        try:
            answer = self._ask(what, header)
        except TimedOut:
            missing = [n for n in all_of if self.look(f"{prefix}/{n}") is None]
            listed = ", ".join(map(str, missing))
            raise TimedOut(
                f"{what} did not come within {self.timeout:g} s from rank {listed}: it may not "
                "run, or not get there"
            ) from None
        parts, place = {}, 0
        for name, count in answer.header["sizes"].items():
            parts[name] = answer.data[place : place + count]
            place += count
        return [parts[str(number)] for number in all_of]

    def join(self, member: int, size: int, info: dict[str, Any]) -> Generation:
        """Takes part in the next generation; returns when that begins.

        member: this process's number in the job, from 0 to `size` - 1
        info: "version", "pid" and "host", for errors

        Raises ConnectionError on all processes where one of them does not fit, TimeoutError where
        one does not come.
        """
        header = {"do": "join", "member": member, "size": size, **info}
        found = self._ask("all processes of the job", header).header
        return Generation(found["generation"], found["members"], found["hosts"])

    def fail(self, generation: int, text: str) -> None:
        """Tells all members of a generation that this one has failed, and why."""
        header = {"do": "fail", "generation": generation, "text": text}
        self._ask("the store's answer", header, timeout=5.0)

    def clock_offset(self, count: int = 8) -> tuple[float, float]:
        """Seconds to add to `time.monotonic()` of this process for the store's clock, and half of
        the time of the quickest question, which bounds the error."""
        best = (float("inf"), 0.0)
        for _ in range(count):
            before = time.monotonic()
            there = float(self._ask("the store's time", {"do": "time"}).header["time"])
            after = time.monotonic()
            best = min(best, (after - before, there - (before + after) / 2))
        return best[1], best[0] / 2

    def close(self) -> None:
        """Leaves as it should be: the others do not count this process as lost."""
        if not self._closing.is_set() and self._lost is None:
            self._closing.set()
            try:
                self._ask("the store's answer", {"do": "leave"}, timeout=2.0)
            except (Disconnected, TimedOut, OSError) as error:
                self._lost = str(error)  # it has ended before: there is nothing to leave
        self.drop()

    def drop(self) -> None:
        """Ends the connection without a word: this process counts as lost."""
        self._closing.set()
        with suppress(OSError):  # it has ended before
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


Address = tuple[str, int]


def _connected(
    find: Callable[[], Address | None], may_be_old: bool, key: bytes, timeout: float
) -> tuple[socket.socket, Address]:
    """A connection on which both sides have shown that they know the key. The store may start after
    this process, so nobody listening is no error before the time is over.

    may_be_old: what `find` gives may be of an earlier job, so somebody else there is none, either
    """
    limit = time.monotonic() + timeout
    pause = 0.01
    while True:
        address, why = find(), ""
        if address is not None:
            try:
                return _greeted(address, key, max(0.1, limit - time.monotonic())), address
            except OSError as error:
                if isinstance(error, Disconnected) and not may_be_old:
                    raise
                why = f" ({error})"
        if time.monotonic() + pause > limit:
            where = f"at {address[0]}:{address[1]}" if address else "on this host"
            raise TimedOut(
                f"init: no store answers {where} within {timeout:g} s{why}; rank 0 or the launcher "
                "must run there, and a firewall must let this port through"
            )
        time.sleep(pause)
        pause = min(2 * pause, 0.25)


def refuses(address: Address, timeout: float) -> bool:
    """Does its host say that nobody listens there? Raises OSError where it says nothing."""
    try:
        socket.create_connection(address, timeout=timeout).close()
    except ConnectionRefusedError:
        return True
    return False


def _greeted(address: Address, key: bytes, timeout: float) -> socket.socket:
    made = socket.create_connection(address, timeout=timeout)
    try:
        wire.greet(made, key, secrets.token_bytes(wire.NONCE))
    except (FileFailure, Disconnected) as error:
        made.close()
        raise Disconnected(f"init: {address[0]}:{address[1]}: {error}") from None
    made.settimeout(None)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


__all__ = ["Client", "Generation", "Refused", "refuses"]
