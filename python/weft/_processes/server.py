"""The store: texts and bytes by key, and the list of those who take part.

The launcher keeps it, or rank 0 where there is no launcher of Weft's. It listens on one address,
serves who proves that it knows the job's secret, and runs in one thread of its own. The proof is
the matter of `door`, and who takes part that of `members`; here are keys and heartbeats.
"""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from weft._base.errors import Disconnected, Error, InvalidState, TimedOut
from weft._processes import wire
from weft._processes.connection import Connection
from weft._processes.door import Door
from weft._processes.members import Members

BEAT = 1.0  # seconds between the signs of life of a client
_ENDED = "its connection ended without a word: it was killed, or its host or the network is gone"


class Server:
    """A store that runs in a thread until `close`.

    host, port: where to listen; 0 for any free port, which `address` then tells
    secret, job: who may connect
    heartbeat: after so many seconds without a sign a member counts as lost
    on_silent: called in the server's thread with the number of a member that has given no sign
    """

    def __init__(
        self,
        host: str,
        port: int,
        secret: bytes,
        job: str = "",
        *,
        heartbeat: float = 4.0,
        grace: float = 0.0,
        on_silent: Callable[[int], None] | None = None,
    ) -> None:
        self._key = wire.key_of(secret, job)
        self._values: dict[str, bytes] = {}
        self._waiting: dict[str, list[tuple[Connection, int]]] = {}
        self._gathering: list[tuple[str, int, Connection, int]] = []
        self._connections: set[Connection] = set()
        self._fewer = threading.Condition()
        self._heartbeat = heartbeat
        self._on_silent = on_silent
        self._loop = asyncio.new_event_loop()
        self.members = Members(self._loop.call_later, grace)
        self._socket = _listen(host, port)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="weft store", daemon=True)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        door = asyncio.create_task(Door(self._socket, self._key, self._client).run())
        watching = asyncio.create_task(self._watch())
        self._ready.set()
        await self._over.wait()
        for task in (door, watching):
            task.cancel()
        for connection in list(self._connections):
            connection.writer.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        self._socket.close()

    async def _watch(self) -> None:
        """Finds members that are silent. Time in which this thread itself did not run, as on a
        stopped or overloaded machine, is not held against them."""
        before = time.monotonic()
        while True:
            await asyncio.sleep(BEAT / 2)
            now = time.monotonic()
            delay, before = max(0.0, now - before - BEAT), now
            for connection in list(self._connections):
                connection.last += delay
                if connection.member is not None and now - connection.last > self._heartbeat:
                    self._lose(
                        connection,
                        f"there was no sign of it for {self._heartbeat:g} s: it hangs, or its host "
                        "or the network is gone",
                    )
                    if self._on_silent is not None:
                        self._on_silent(connection.member)
                    connection.writer.transport.abort()

    def close(self) -> None:
        """Ends the thread and all connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def wait_alone(self, timeout: float) -> None:
        """Returns when only this process's own client is connected, or the time is over."""
        limit = time.monotonic() + timeout
        with self._fewer:
            while len(self._connections) > 1 and time.monotonic() < limit:
                self._fewer.wait(limit - time.monotonic())

    def wait_over(self, timeout: float) -> None:
        """Returns when all that took part have gone. Raises TimeoutError where the first generation
        does not begin in time."""
        with self._fewer:
            if not self._fewer.wait_for(lambda: self.members.generation > 0, timeout):
                raise TimedOut(
                    f"init: the workers and servers of the job did not come within {timeout:g} s"
                )
            self._fewer.wait_for(lambda: not self._connections)

    def tell(self, member: int, reason: str) -> None:
        """Says from another thread why a member is lost, such as how its process ended."""
        self._loop.call_soon_threadsafe(self.members.lose, member, reason)

    def has(self, key: str) -> bool:
        """Is there such a key?"""
        return key in self._values

    # ---- connections

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(writer)
        try:
            self._connections.add(connection)
            await self._requests(reader, connection)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, Disconnected):
            return  # what follows tells the others
        finally:
            with self._fewer:
                self._connections.discard(connection)
                self._fewer.notify_all()
            self._forget(connection)
            if not connection.has_left:
                self._lose(connection, _ENDED)
            writer.close()

    async def _requests(self, reader: asyncio.StreamReader, connection: Connection) -> None:
        while True:
            text, data = wire.lengths_of(await reader.readexactly(wire.HEAD))
            header = wire.header_of(await reader.readexactly(text))
            payload = await reader.readexactly(data)
            connection.last = time.monotonic()
            try:
                self._answer(connection, header, payload)
            except Error as error:
                connection.send({"id": header.get("id"), "error": str(error)})
            except (KeyError, TypeError, ValueError) as error:
                raise Disconnected(f"store: a request is refused: {error!r}") from error
            await connection.writer.drain()
            if connection.has_left:
                return

    def _lose(self, connection: Connection, reason: str) -> None:
        if connection.member is not None:
            self.members.disconnect(connection, reason)

    def _forget(self, connection: Connection) -> None:
        for waiting in self._waiting.values():
            waiting[:] = [pair for pair in waiting if pair[0] is not connection]
        self._gathering = [wait for wait in self._gathering if wait[2] is not connection]

    # ---- requests

    def _answer(self, connection: Connection, header: dict[str, Any], data: bytes) -> None:
        function = getattr(self, f"_on_{header['do']}", None)
        if function is None:
            raise InvalidState(f"store: nothing is known of {header['do']!r}")
        function(connection, int(header["id"]), header, data)

    def _on_beat(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        """A sign of life, of which the time has been taken already; the answer is one, too."""
        connection.send({"id": number})

    def _on_time(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        connection.send({"id": number, "time": time.monotonic()})

    def _on_set(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        self._put(str(header["key"]), data)
        connection.send({"id": number})

    def _put(self, key: str, data: bytes) -> None:
        self._values[key] = data
        for waiting, number in self._waiting.pop(key, []):
            waiting.send({"id": number}, data)
        for wait in list(self._gathering):
            if key.startswith(wait[0]) and self._gathered(*wait):
                self._gathering.remove(wait)

    def _on_get(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        key = str(header["key"])
        if key in self._values:
            connection.send({"id": number}, self._values[key])
        elif header.get("now"):
            connection.send({"id": number, "missing": True})
        else:
            self._waiting.setdefault(key, []).append((connection, number))

    def _on_add(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        key = str(header["key"])
        total = int(self._values.get(key, b"0")) + int(header["amount"])
        self._put(key, str(total).encode())
        connection.send({"id": number, "value": total})

    def _on_delete(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        prefix = str(header["prefix"])
        for key in [key for key in self._values if key.startswith(prefix)]:
            del self._values[key]
        connection.send({"id": number})

    def _on_gather(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        wait = str(header["prefix"]), int(header["count"]), connection, number
        if not self._gathered(*wait):
            self._gathering.append(wait)

    def _gathered(self, prefix: str, count: int, connection: Connection, number: int) -> bool:
        """Answers with all values below a prefix, if there are so many."""
        found = {key: data for key, data in self._values.items() if key.startswith(prefix)}
        if len(found) < count:
            return False
        names = {key.removeprefix(prefix): len(data) for key, data in found.items()}
        connection.send({"id": number, "sizes": names}, b"".join(found.values()))
        return True

    def _on_cancel(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        """The client does not wait any longer for the answer of this number."""
        for waiting in self._waiting.values():
            waiting[:] = [pair for pair in waiting if pair != (connection, number)]
        self._gathering = [w for w in self._gathering if w[2:] != (connection, number)]

    def _on_join(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        self.members.join(connection, number, header)
        with self._fewer:
            self._fewer.notify_all()

    def _on_fail(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        if connection.member is not None:
            self.members.fail(int(header["generation"]), connection.member, str(header["text"]))
        connection.send({"id": number})

    def _on_leave(self, connection: Connection, number: int, header: Any, data: bytes) -> None:
        connection.has_left = True
        self.members.leave(connection)
        connection.send({"id": number})


def _listen(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(1024)
    except OSError as error:
        made.close()
        why = "is used by another program" if error.errno == errno.EADDRINUSE else str(error)
        raise Disconnected(
            f"store: port {port} of {host} {why}; set WEFT_PORT to another one for all processes"
        ) from error
    return made


__all__ = ["BEAT", "Server"]
