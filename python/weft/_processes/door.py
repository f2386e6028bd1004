"""The door of the store: connections of anybody, until they have shown that they know the secret.

Whoever can reach the port can connect, say nothing and stay. So few of these are kept at a time, a
part of what the system lets this process open; a new one takes the place of the oldest, which has
had `LEAST_SECONDS` for its proof. A client that loses its place that way comes again.
"""

import asyncio
import errno
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from weft._base.errors import Disconnected
from weft._processes import wire

GREETING_SECONDS = 5.0  # for the proof, where nobody wants the place
LEAST_SECONDS = 0.02  # for the proof in any case
MOST = 512  # connections without a proof
_FULL = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """Accepts connections, and hands on those that have shown that they know the key.

    listening: a socket that listens; serve: what is done with those that come in
    most: how many may be at the door; by default a quarter of what this process may open
    """

    def __init__(
        self, listening: socket.socket, key: bytes, serve: Serve, most: int | None = None
    ) -> None:
        self._listening = listening
        self._listening.setblocking(False)
        self._key = key
        self._serve = serve
        self._most = _most_waiting() if most is None else most
        self._waiting: dict[asyncio.Task[None], float] = {}  # since when, the oldest one first
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Accepts until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError as error:
                if error.errno in _FULL and not self._send_away():
                    await asyncio.sleep(LEAST_SECONDS)
                await asyncio.sleep(0)  # until the place is free
                continue
            connection.setblocking(False)
            while len(self._waiting) >= self._most:
                since = next(iter(self._waiting.values()))
                await asyncio.sleep(max(0.0, since + LEAST_SECONDS - time.monotonic()))
                if len(self._waiting) >= self._most:
                    self._send_away()
            task = asyncio.create_task(self._visit(connection))
            self._waiting[task] = time.monotonic()
            self._tasks.add(task)
            task.add_done_callback(self._over)
            await asyncio.sleep(0)  # a row of new connections keeps nobody waiting

    def _over(self, task: asyncio.Task[None]) -> None:
        self._waiting.pop(task, None)
        self._tasks.discard(task)

    def _send_away(self) -> bool:
        """Ends the oldest connection at the door; False: there is none."""
        oldest = next(iter(self._waiting), None)
        if oldest is not None:
            del self._waiting[oldest]
            oldest.cancel()
        return oldest is not None

    async def _visit(self, connection: socket.socket) -> None:
        is_let_in = False
        try:
            async with asyncio.timeout(GREETING_SECONDS):
                is_let_in = await self._prove(connection)
        except (OSError, Disconnected):
            return  # also TimeoutError: it is a stranger
        finally:
            if not is_let_in:
                connection.close()
        if is_let_in:
            current: Any = asyncio.current_task()
            self._waiting.pop(current, None)
            await self._serve(*await asyncio.open_connection(sock=connection))

    async def _prove(self, connection: socket.socket) -> bool:
        loop = asyncio.get_running_loop()
        greeting = wire.MAGIC + secrets.token_bytes(wire.NONCE)
        await loop.sock_sendall(connection, greeting)
        answer = b""
        while len(answer) < wire.ANSWER:
            part = await loop.sock_recv(connection, wire.ANSWER - len(answer))
            if not part:
                return False
            answer += part
        nonce, given = answer[: wire.NONCE], answer[wire.NONCE :]
        is_right = wire.is_proof(given, self._key, b"client", greeting, nonce)
        own = wire.proof(self._key, b"server", greeting, nonce) if is_right else wire.REFUSAL
        await loop.sock_sendall(connection, own)
        return is_right


def _most_waiting() -> int:
    """A quarter of the descriptors that this process may have."""
    with suppress(ImportError):  # a system without such a limit
        import resource

        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if limit != resource.RLIM_INFINITY:
            return max(4, min(MOST, limit // 4))
    return MOST


__all__ = ["Door"]
