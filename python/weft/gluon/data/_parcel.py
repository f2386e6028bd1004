"""Objects on their way to another process: arrays in a file in memory, the rest as a pickle.

The file has no name: whatever becomes of the processes, nothing of it is left behind. Both ends
are sockets of the same machine, which carry the file itself.
"""

import mmap
import os
import pickle
import tempfile
from multiprocessing import reduction
from typing import Any

_ALIGNMENT = 64


def nameless_file() -> int:
    """An open file in memory, gone with the last process that has it or maps it."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("weft", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class Parcel:
    """A packed object, which can be sent several times until it is closed."""

    def __init__(self, value: Any) -> None:
        buffers: list[pickle.PickleBuffer] = []
        self._pickle = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        parts = [buffer.raw() for buffer in buffers]
        self._sizes = [part.nbytes for part in parts]
        self._file = nameless_file() if sum(self._sizes) else None
        if self._file is not None:
            self._write(self._file, parts)

    def _write(self, file: int, parts: list[memoryview]) -> None:
        try:
            with open(file, "wb", closefd=False) as writer:
                for begin, part in zip(_offsets(self._sizes), parts, strict=True):
                    writer.seek(begin)
                    writer.write(part)
        except BaseException:
            self.close()
            raise

    def send(self, connection: Any) -> None:
        connection.send((self._pickle, self._sizes, self._file is not None))
        if self._file is not None:
            reduction.send_handle(connection, self._file, None)

    def __enter__(self) -> "Parcel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def receive(connection: Any, private: bool = False) -> Any:
    """The object of the next parcel. Its NumPy arrays lie on the file's memory; `private`: other
    receivers of the same parcel do not see writes to them."""
    stream, sizes, has_file = connection.recv()
    memory: Any = b""
    if has_file:
        file = reduction.recv_handle(connection)
        try:
            access = mmap.ACCESS_COPY if private else mmap.ACCESS_WRITE
            memory = mmap.mmap(file, 0, access=access)
        finally:
            os.close(file)
    view = memoryview(memory)
    parts = [view[begin : begin + size] for begin, size in zip(_offsets(sizes), sizes, strict=True)]
    return pickle.loads(stream, buffers=parts)


def _offsets(sizes: list[int]) -> list[int]:
    offsets, end = [], 0
    for size in sizes:
        offsets.append(end)
        end += -(-size // _ALIGNMENT) * _ALIGNMENT
    return offsets
