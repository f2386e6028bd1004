"""A server: keeps arrays by key, adds up or applies what workers push, and answers what they pull.

A thread for each worker reads its requests. A pull waits until the store has what the worker pushed
before: with `sync` until all workers have pushed as often; without, at once, but a push waits while
its worker is more than `staleness` pushes ahead of the slowest one.
"""

import threading
from typing import Any

from weft import autograd, np
from weft._base.errors import Disconnected, Error, InvalidState, NotFound
from weft._core.typing import ndarray
from weft._processes import session as sessions
from weft._processes.session import Session
from weft.distributed._kvstore.messages import Line
from weft.distributed._kvstore.updates import HasStates, Updater, made, named_updater


class Kept:
    """An array, and what was pushed to it.

    pushes: by worker how often; version: how many updates it has had
    """

    def __init__(self, array: ndarray, workers: list[int]) -> None:
        self.array = array
        self.pushes = dict.fromkeys(workers, 0)
        self.version = 0
        self.waiting: list[Any] = []


class Server:
    """The arrays of one server, and its threads."""

    def __init__(self, session: Session) -> None:
        self._workers = list(session.ranks)
        self._kept: dict[str, Kept] = {}
        self._updater: Updater | None = None
        self._changed = threading.Condition()
        self._is_lost: str | None = None
        session.on_broken(self._lose)
        self._lines = [Line(session, worker, session.place.rank) for worker in self._workers]

    def run(self) -> None:
        """Serves until all workers have left."""
        threads = [
            threading.Thread(target=self._serve, args=(line,), name=f"kv worker {line.worker}")
            for line in self._lines
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._is_lost is not None:
            raise Disconnected(f"server of a KVStore: {self._is_lost}")

    def _lose(self, reason: str) -> None:
        with self._changed:
            self._is_lost = reason
            self._changed.notify_all()

    def _serve(self, line: Line) -> None:
        try:
            while True:
                asked, arrays = line.receive()
                if asked["do"] == "leave":
                    line.send({})
                    line.close()
                    return
                try:
                    with autograd.pause():
                        told, given = self._answer(line.worker, asked, arrays)
                except (Error, ArithmeticError, ValueError, TypeError, LookupError) as error:
                    told, given = {"error": f"{type(error).__name__}: {error}"}, {}
                line.send(told, given)
        except Disconnected as error:
            self._lose(str(error))

    def _answer(
        self, worker: int, asked: dict[str, Any], arrays: dict[str, ndarray]
    ) -> tuple[dict[str, Any], dict[str, ndarray]]:
        with self._changed:
            found = getattr(self, f"_on_{asked['do']}")(worker, asked, arrays)
            self._changed.notify_all()
            return found or ({}, {})

    def _wait(self, condition: Any) -> None:
        self._changed.wait_for(lambda: self._is_lost is not None or condition())
        if self._is_lost is not None:
            raise Disconnected(self._is_lost)

    # ---- requests, with the lock held

    def _on_init(self, worker: int, asked: Any, arrays: dict[str, ndarray]) -> None:
        for key, array in arrays.items():
            self._kept[key] = Kept(array, self._workers)

    def _on_optimizer(self, worker: int, asked: Any, arrays: Any) -> None:
        self._updater = made(asked["name"], asked["options"])

    def _on_updater(self, worker: int, asked: Any, arrays: Any) -> None:
        self._updater = named_updater(asked["name"])

    def _on_push(self, worker: int, asked: Any, arrays: dict[str, ndarray]) -> None:
        kept = self._key("push", asked["key"])
        kept.pushes[worker] += 1
        pushed = _pushed(arrays)
        if not asked["sync"]:
            self._update(asked["key"], kept, pushed)
            limit = asked["staleness"]
            self._wait(lambda: kept.pushes[worker] - min(kept.pushes.values()) <= limit)
            return
        kept.waiting.append((worker, kept.pushes[worker], pushed))
        ready = [part for part in kept.waiting if part[1] == kept.version + 1]
        if len(ready) == len(self._workers):
            kept.waiting = [part for part in kept.waiting if part[1] > kept.version + 1]
            self._update(asked["key"], kept, _sum([p for _, _, p in sorted(ready, key=_first)]))

    def _update(self, key: str, kept: Kept, pushed: ndarray) -> None:
        if self._updater is None:
            kept.array[...] = pushed
        else:
            self._updater(key, pushed, kept.array)
        kept.version += 1

    def _on_pull(self, worker: int, asked: Any, arrays: Any) -> Any:
        kept = self._key("pull", asked["key"])
        if asked["sync"]:
            wanted = kept.pushes[worker]
            self._wait(lambda: kept.version >= wanted)
        rows = arrays.get("rows")
        return {}, {"array": kept.array if rows is None else kept.array[rows]}

    def _on_states(self, worker: int, asked: Any, arrays: Any) -> Any:
        given, told = self._optimizer("save_optimizer_states").states()
        return told, given

    def _on_set_states(self, worker: int, asked: Any, arrays: dict[str, ndarray]) -> None:
        self._optimizer("load_optimizer_states").set_states(arrays, asked["told"])

    def _optimizer(self, caller: str) -> Any:
        if not isinstance(self._updater, HasStates):
            raise InvalidState(f"{caller}: call `set_optimizer` first")
        return self._updater

    def _key(self, caller: str, key: str) -> Kept:
        if key not in self._kept:
            raise NotFound(f"{caller}: the key {key!r} was not given to `init`")
        return self._kept[key]


def _first(part: tuple[int, int, Any]) -> int:
    return part[0]


def _pushed(arrays: dict[str, ndarray]) -> Any:
    """An array, or of a row-sparse one its rows put into zeros."""
    if "indices" not in arrays:
        return arrays["array"]
    shape = tuple(arrays["shape"].tolist())
    whole = np.zeros(shape, arrays["array"].dtype)
    whole[arrays["indices"]] = arrays["array"]
    return whole


def _sum(parts: list[ndarray]) -> ndarray:
    """In the order of workers, so that the bits do not depend on who was first."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def serve(session: Session) -> None:
    """Runs this process as a server until the workers have ended."""
    Server(session).run()
    sessions.stop()


__all__ = ["Server", "serve"]
