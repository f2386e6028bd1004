"""Frames on a connection, and the proof on both sides that they know the job's secret.

A frame is two lengths, a JSON object and bytes. Lengths are checked before anything is read, and
nothing that arrives is ever run or unpickled. Before the first frame each side proves by an HMAC of
both sides' random numbers that it knows the secret; the secret itself never travels. Until then a
connection may send `GREETING` bytes and no more.
"""

import hashlib
import hmac
import json
import socket
import struct
from contextlib import suppress
from typing import Any

from weft._base.errors import Disconnected, FileFailure, InvalidValue

MAGIC = b"weft-store-1\n"
NONCE = 32
LARGEST_HEADER = 1 << 20
LARGEST_DATA = 1 << 30
_LENGTHS = struct.Struct("!IQ")
GREETING = len(MAGIC) + NONCE  # what the server sends
ANSWER = NONCE + hashlib.sha256().digest_size  # what the client answers
PROOF = hashlib.sha256().digest_size  # what the server ends with
REFUSAL = bytes(PROOF)  # in its place, where the client does not know the secret

Frame = tuple[dict[str, Any], bytes]


def key_of(secret: bytes, job: str) -> bytes:
    """The key of one job, so that two jobs of one secret do not take each other's processes."""
    return hmac.new(secret, b"job:" + job.encode(), hashlib.sha256).digest()


def proof(key: bytes, side: bytes, greeting: bytes, nonce: bytes) -> bytes:
    """What shows that a side, b"client" or b"server", knows the key."""
    return hmac.new(key, side + greeting + nonce, hashlib.sha256).digest()


def is_proof(given: bytes, key: bytes, side: bytes, greeting: bytes, nonce: bytes) -> bool:
    """Is it that proof? Takes the same time for all wrong ones."""
    return hmac.compare_digest(given, proof(key, side, greeting, nonce))


def packed(header: dict[str, Any], data: bytes = b"") -> bytes:
    """A frame as bytes. Raises ValueError where the other side would refuse it."""
    text = json.dumps(header).encode()
    if len(text) > LARGEST_HEADER or len(data) > LARGEST_DATA:
        raise InvalidValue(
            f"store: a message may have {LARGEST_HEADER} bytes of text and {LARGEST_DATA} of data; "
            f"got {len(text)} and {len(data)}"
        )
    return _LENGTHS.pack(len(text), len(data)) + text + data


def lengths_of(head: bytes) -> tuple[int, int]:
    """The two lengths that a frame begins with. Raises ConnectionError where they are too large."""
    text, data = _LENGTHS.unpack(head)
    if text > LARGEST_HEADER or data > LARGEST_DATA:
        raise Disconnected(f"store: a message of {text} and {data} bytes is refused: too long")
    return text, data


def header_of(text: bytes) -> dict[str, Any]:
    """The JSON object of a frame. Raises ConnectionError for anything else."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise Disconnected("store: a message is refused: its header is no JSON object")
    return header


HEAD = _LENGTHS.size


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """So many bytes. Raises ConnectionError where the connection ends before."""
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise Disconnected("store: the connection has ended")
        parts += part
    return bytes(parts)


def read_frame(connection: socket.socket) -> Frame:
    """The next frame of a connection that waits."""
    text, data = lengths_of(read_exactly(connection, HEAD))
    return header_of(read_exactly(connection, text)), read_exactly(connection, data)


def _read_up_to(connection: socket.socket, count: int) -> bytes:
    """So many bytes, or fewer where the connection ends before."""
    found = b""
    with suppress(ConnectionError):
        while len(found) < count and (part := connection.recv(count - len(found))):
            found += part
    return found


def greet(connection: socket.socket, key: bytes, nonce: bytes) -> None:
    """The client's side of the proof. Raises FileFailure where the other side is no store of Weft,
    Disconnected where it does not know the secret, and another ConnectionError where it ends the
    connection without a word, as a store does that has too many of them: come again."""
    greeting = _read_up_to(connection, GREETING)
    if greeting and not (len(greeting) == GREETING and greeting.startswith(MAGIC)):
        raise FileFailure("what listens there is no store of Weft: the port is used by another")
    if greeting:
        connection.sendall(nonce + proof(key, b"client", greeting, nonce))
    answer = _read_up_to(connection, PROOF) if greeting else b""
    if not answer:
        raise ConnectionResetError("the connection was ended without a word")
    if not is_proof(answer, key, b"server", greeting, nonce):
        raise Disconnected(
            "the store there has another secret, or is of another job: set WEFT_SECRET to the same "
            "text for all processes"
        )


__all__ = [
    "ANSWER",
    "GREETING",
    "HEAD",
    "MAGIC",
    "NONCE",
    "REFUSAL",
    "greet",
    "header_of",
    "is_proof",
    "key_of",
    "lengths_of",
    "packed",
    "proof",
    "read_exactly",
    "read_frame",
]
