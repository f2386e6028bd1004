"""A client of the store, as the server sees it."""

import asyncio
import time
from typing import Any

from weft._processes import wire


class Connection:
    """A client, as the server sees it.

    member: its number in the job, once it has joined; last: when it was heard last
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.member: int | None = None
        self.last = time.monotonic()
        self.has_left = False

    def send(self, header: dict[str, Any], data: bytes = b"") -> None:
        """Sends a frame, without waiting for the client to read it."""
        if not self.writer.is_closing():
            self.writer.write(wire.packed(header, data))


__all__ = ["Connection"]
