"""Worker processes of the loader.

Batch n is made by worker n modulo their number, so each answers in the order it is asked, and
neither order nor seeds depend on how many there are. Processes are started by a server or afresh,
never by a fork of a process with threads. A worker ends when its connection does, whatever it is
doing: it never outlives the process that asks. Which sample it is at lies in memory that both
share, so that it can be told of a worker that died.
"""

import mmap
import os
import pickle
import pickletools
import queue
import signal
import struct
import threading
import time
import traceback
import weakref
from collections import deque
from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context, reduction
from multiprocessing.connection import wait
from typing import Any

from weft import npx
from weft._base.errors import InvalidType, TimedOut, WorkerFailure
from weft.gluon.data import _generators
from weft.gluon.data._blocks import Inbox, Outbox, Packed, batches_go_to
from weft.gluon.data._parcel import Parcel, nameless_file, receive
from weft.profiler._notes import note_work

# Makes a batch of sample numbers; keeps in `place[0]` which of them it is at, NO_SAMPLE if at none.
# `place[1]` is the number of the batch, which the one that asks may not have heard of yet.
MakeBatch = Callable[[Any, Any], Any]
NO_SAMPLE = -1

# ---- in the worker


def serve(connection: Any) -> None:
    """What a worker process runs: makes the batches that it is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    npx.set_num_threads(1)
    place = _place_in(reduction.recv_handle(connection))
    failure, make_batch = None, None
    try:
        make_batch = receive(connection, private=True)
    except Exception as error:
        failure = _failure(_not_here(error))
    connection.send("started")
    outbox = Outbox(connection)
    batches_go_to(outbox)
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, asked), daemon=True).start()
    while True:
        seed, indices, blocks_read = asked.get()
        outbox.take_back(blocks_read)
        _generators.seed(*seed)
        place[0], place[1] = NO_SAMPLE, seed[1]
        try:
            if failure is None:
                outbox.send(_answer(outbox, make_batch, indices, place))
            else:
                outbox.send(outbox.pack(failure))
        except OSError:  # nobody listens any more
            return


def _read(connection: Any, asked: Any) -> None:
    while True:
        try:
            asked.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)


def _answer(outbox: Outbox, make_batch: Any, indices: Any, place: memoryview) -> Packed:
    try:
        begin = time.monotonic_ns()
        made = make_batch(indices, place)
        return outbox.pack((made, None, None, (begin, time.monotonic_ns())))
    except Exception as error:
        return outbox.pack(_failure(error))


def _not_here(error: Exception) -> Exception:
    """The error for a data set that a worker cannot make out of what it was sent."""
    told = InvalidType(
        "DataLoader: `dataset` and `batchify_fn` must be objects that worker processes can make "
        f"again; got {type(error).__name__}: {error}; what is defined under "
        '`if __name__ == "__main__":` is not there: put it above or in a module, or use '
        "`thread_pool=True`"
    )
    told.__cause__ = error
    return told


def _failure(error: Exception) -> tuple[None, bytes | None, str, None]:
    text = "".join(traceback.format_exception(error))
    try:
        error.__notes__ = []  # they are in the text
        stream = pickle.dumps(error)
    except Exception:
        stream = None
    return None, stream, text, None


def _place_in(file: int) -> memoryview:
    """Two numbers in the memory of the file, which is closed."""
    try:
        return memoryview(mmap.mmap(file, 16)).cast("q")
    finally:
        os.close(file)


# ---- in the process that asks


class _Worker:
    """One worker process as seen by the one that asks."""

    def __init__(self, context: Any, number: int) -> None:
        self.number = number
        self._asked: deque[tuple[int, Any]] = deque()  # batches that were not answered yet
        self._is_started = False
        self.connection, theirs = context.Pipe()
        self._inbox = Inbox(self.connection)
        self.process = context.Process(
            target=serve, args=(theirs,), name=f"weft loader {number}", daemon=True
        )
        self.process.start()
        theirs.close()
        file = nameless_file()
        os.pwrite(file, struct.pack("qq", NO_SAMPLE, 0), 0)
        reduction.send_handle(self.connection, file, self.process.pid)
        self._place = _place_in(file)

    def initialize(self, make_batch: Parcel) -> None:
        try:
            make_batch.send(self.connection)
        except OSError:
            raise self._died() from None

    def ask(self, seed: tuple[int, int], indices: Any) -> None:
        self._asked.append((seed[1], indices))
        try:
            self.connection.send((seed, indices, self._inbox.blocks_read()))
        except OSError:
            raise self._died() from None

    def answer(self, timeout: float) -> Any:
        """What was asked for first."""
        batch = self._asked[0][0]
        if not self._is_started:
            self._await_start()
        if not wait([self.connection, self.process.sentinel], timeout):
            raise TimedOut(
                f"DataLoader: worker {self.number}{self._at_sample()} did not make batch {batch} "
                f"within `timeout` {timeout} s"
            )
        try:
            if not self.connection.poll():
                raise EOFError
            made, error, text, taken = self._inbox.receive()
        except (EOFError, OSError):
            raise self._died() from None
        self._asked.popleft()
        if text is not None:
            raise _as_raised(
                error, f"worker {self.number} of the DataLoader, batch {batch}:\n{text}"
            )
        note_work(f"batch {batch}", f"loader {self.number}", *taken)
        return made

    def _await_start(self) -> None:
        """A process and its imports take their time, which is not that of a batch."""
        wait([self.connection, self.process.sentinel])
        try:
            self.connection.recv()
        except (EOFError, OSError):
            raise self._died() from None
        self._is_started = True

    def _at_sample(self) -> str:
        """Where it is or was. Batches that lie in the connection are asked for still, so it may be
        at a later one than the first of these."""
        place, batch = self._place
        indices = dict(self._asked).get(batch)
        if place == NO_SAMPLE or indices is None:
            return ""
        return f" at sample {indices[place]}"

    def _died(self) -> Exception:
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}{self._at_sample()}; "
            how += "did memory run out?"
        else:
            how = f"ended with exit code {code}{self._at_sample()}; the program's main part must "
            how += 'be under `if __name__ == "__main__":`, because workers import it'
        numbers = [number for number, _ in self._asked]
        at = self._place[1] if self._place[1] in numbers else next(iter(numbers), None)
        asked_for = "" if at is None else f", asked for batch {at},"
        return WorkerFailure(
            f"DataLoader: worker {self.number} (process {self.process.pid}){asked_for} {how}"
        )


class WorkerPool:
    """Worker processes that make batches with `make_batch`, which is sent to them once."""

    def __init__(self, make_batch: MakeBatch, count: int, timeout: float) -> None:
        self._timeout = timeout
        self._workers: list[_Worker] = []
        self.close = weakref.finalize(self, _end, os.getpid(), self._workers)
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        with _packed(make_batch) as parcel:
            for number in range(count):
                self._workers.append(_Worker(get_context(method), number))
            for worker in self._workers:
                worker.initialize(parcel)

    def ask(self, epoch: int, batch: int, indices: Any) -> int:
        """Has batch number `batch` of the epoch made; gives the number back."""
        self._worker_of(batch).ask((epoch, batch), indices)
        return batch

    def answer(self, batch: int) -> Any:
        """Waits for the batch. Batches are given in the order in which they were asked for."""
        return self._worker_of(batch).answer(self._timeout)

    def _worker_of(self, batch: int) -> _Worker:
        return self._workers[batch % len(self._workers)]


def stays_here(make_batch: MakeBatch) -> bool:
    """Is something of it defined in a notebook or another session that no process can import?"""
    import __main__ as main

    file = getattr(main, "__file__", None)
    if getattr(main, "__spec__", None) is not None or (file and os.path.isfile(file)):
        return False  # workers import the program
    if file:
        return True  # they would try to: it came from a pipe
    try:
        stream = pickle.dumps(make_batch, protocol=5, buffer_callback=lambda _: None)
    except Exception:
        return True  # functions without a name
    return any(argument == "__main__" for _, argument, _ in pickletools.genops(stream))


def _packed(make_batch: MakeBatch) -> Parcel:
    try:
        return Parcel(make_batch)
    except Exception as error:
        raise InvalidType(
            "DataLoader: `dataset` and `batchify_fn` must be objects that can be pickled, to be "
            f"sent to worker processes; got {type(error).__name__}: {error}; use functions of a "
            "module instead of lambdas, or `thread_pool=True`"
        ) from error


def _as_raised(stream: bytes | None, text: str) -> BaseException:
    """The worker's error with its traceback as a note; where it cannot travel, its text."""
    try:
        error = pickle.loads(stream) if stream is not None else None
    except Exception:
        error = None
    if not isinstance(error, BaseException):
        return WorkerFailure(text)
    error.add_note(text)
    return error


def _end(owner: int, workers: list[_Worker]) -> None:
    if os.getpid() != owner:  # a fork of the process that asks
        return
    for worker in workers:
        worker.connection.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()
