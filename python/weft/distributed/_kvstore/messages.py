"""A connection between a worker and a server: a group of these two, in which messages of arrays and
plain values go back and forth."""

from collections.abc import Mapping
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._processes.session import Session
from weft.distributed._groups import Group, opened
from weft.distributed._packing import packed, unpacked

# A server waits as long as a worker computes; that one is lost the session tells.
PATIENCE = 1e7


class Line:
    """One end of the connection between worker `worker` and server `server` of the job.

    worker, server: their numbers in the job
    """

    def __init__(self, session: Session, worker: int, server: int) -> None:
        self.worker = worker
        name = f"kv {worker} {server}"
        self._group: Group = opened(session, name, [worker, server], PATIENCE)
        self._other = 1 - self._group.rank
        if session.broken is not None:
            self._group.abort(session.broken)
        session.on_broken(self._group.abort)

    def send(self, plain: Any, arrays: Mapping[str, ndarray] | None = None) -> None:
        """Sends values, as JSON can say them, and arrays."""
        data = np.array(memoryview(packed(arrays or {}, plain)), dtype="uint8")
        for part in (np.array([data.size], dtype="int64"), data):
            npx.send(part, destination=self._other, group=self._group.name)

    def receive(self) -> tuple[Any, dict[str, ndarray]]:
        """What the other end sends next."""
        length = self._take((1,), "int64")
        arrays, plain = unpacked(self._take((int(length.item()),), "uint8").tobytes())
        return plain, arrays

    def _take(self, shape: tuple[int, ...], dtype: str) -> ndarray:
        return npx.receive(shape=shape, dtype=dtype, source=self._other, group=self._group.name)

    def close(self) -> None:
        """Ends the connection."""
        self._group.leave()


__all__ = ["Line"]
