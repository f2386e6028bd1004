"""Processes of one thread that are ranks of a group: tests give them functions to run together.

The processes of a number of ranks are started once and used by all tests of a file. For each run
they join a new group `world` over the driver `memory`; so a group that a test has broken is no
concern of the next one. Functions are found by module and name, as pickle finds them.
"""

import atexit
import multiprocessing
import pathlib
import traceback
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

TIMEOUT = 20.0  # seconds that a rank waits for another one


def driver_path() -> pathlib.Path:
    """The driver `memory`, as it was built beside the library."""
    from weft._core import native

    return pathlib.Path(native.__file__).absolute().parent / "lib" / "libweft_memory.so"


def _serve(pipe: Connection, rank: int, ranks: int) -> None:
    """The loop of one rank: joins a group, runs a function, tells what came of it."""
    import weft
    from weft._core import collectives, native

    native.set_num_threads(1)
    name = collectives.load(str(driver_path()))
    while (task := pipe.recv()) is not None:
        key, function, args = task
        weft.np.random.seed(1)
        group = None
        try:
            group = collectives.Group(name, rank, ranks, key=key, secret=b"tests", timeout=TIMEOUT)
            pipe.send(group.address)
            group.connect(pipe.recv())
            found: Any = function(*args)
            failed = None
        except Exception as error:
            found, failed = None, (type(error).__name__, str(error), traceback.format_exc())
            if group is not None:
                group.abort(f"rank {rank} failed: {error}")
        pipe.send((found, failed))


class RankError(Exception):
    """What a rank raised: `kind` is the name of its class, `text` its message."""

    def __init__(self, kind: str, text: str, trace: str) -> None:
        super().__init__(f"{kind}: {text}\n{trace}")
        self.kind, self.text = kind, text


class Ranks:
    """Some processes that run functions together."""

    def __init__(self, count: int) -> None:
        self._pipes: list[Connection] = []
        context = multiprocessing.get_context("spawn")
        self._processes = []
        for rank in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, rank, count), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def tell(self, function: Callable[..., Any], *args: Any) -> list[Any]:
        """What each rank gave, or the RankError that it raised."""
        key = uuid.uuid4().hex
        for pipe in self._pipes:
            pipe.send((key, function, args))
        addresses = [pipe.recv() for pipe in self._pipes]
        for pipe in self._pipes:
            pipe.send(addresses)
        answers = [pipe.recv() for pipe in self._pipes]
        return [found if failed is None else RankError(*failed) for found, failed in answers]

    def run(self, function: Callable[..., Any], *args: Any) -> list[Any]:
        """What each rank gave; raises what one has raised."""
        found = self.tell(function, *args)
        for one in found:
            if isinstance(one, RankError):
                raise one
        return found

    def end(self) -> None:
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join()


_started: dict[int, Ranks] = {}


def ranks(count: int) -> Ranks:
    """So many processes, started at the first use."""
    if count not in _started:
        _started[count] = Ranks(count)
    return _started[count]


def end_ranks() -> None:
    """Ends all of them: other tests ask what processes there are."""
    while _started:
        _started.popitem()[1].end()


atexit.register(end_ranks)
