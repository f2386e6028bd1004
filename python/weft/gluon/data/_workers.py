"""Worker processes of the loader.

Batch n is made by worker n modulo their number, so each answers in the order it is asked, and
neither order nor seeds depend on how many there are. Processes are started by a server or afresh,
never by a fork of a process with threads. A worker ends when its connection does, whatever it is
doing: it never outlives the process that asks.
"""

import os
import pickle
import queue
import random
import signal
import threading
import traceback
import weakref
from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import wait
from typing import Any

import numpy

from weft import np, npx
from weft._errors import InvalidType, TimedOut, WorkerFailure
from weft.gluon.data._parcel import Parcel, receive

MakeBatch = Callable[[Any], Any]

# ---- in the worker


def serve(connection: Any) -> None:
    """What a worker process runs: makes the batches that it is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    npx.set_num_threads(1)
    failure, make_batch = None, None
    try:
        make_batch = receive(connection, private=True)
    except Exception as error:
        failure = _failure(error)
    connection.send("started")
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, asked), daemon=True).start()
    while True:
        seed, indices = asked.get()
        if failure is None:
            _seed_everything(*seed)
            answer = _answer(make_batch, indices)
        else:
            answer = failure
        with answer if isinstance(answer, Parcel) else Parcel(answer) as parcel:
            try:
                parcel.send(connection)
            except OSError:  # nobody listens any more
                return


def _read(connection: Any, asked: Any) -> None:
    while True:
        try:
            asked.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)


def _answer(make_batch: Any, indices: Any) -> Any:
    try:
        return Parcel((make_batch(indices), None, None))
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> tuple[None, bytes | None, str]:
    try:
        stream = pickle.dumps(error)
    except Exception:
        stream = None
    return None, stream, "".join(traceback.format_exception(error))


def _seed_everything(epoch: int, batch: int) -> None:
    words = numpy.random.SeedSequence(epoch, spawn_key=(batch,)).generate_state(4)
    np.random.seed(int.from_bytes(words[:2].tobytes(), "little"))
    numpy.random.seed(words)
    random.seed(words.tobytes())


# ---- in the process that asks


class WorkerPool:
    """Worker processes that make batches with `make_batch`, which is sent to them once."""

    def __init__(self, make_batch: MakeBatch, count: int, timeout: float) -> None:
        self._timeout = timeout
        parcel = _packed(make_batch)
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        context = get_context(method)
        self._processes: list[Any] = []
        self._connections: list[Any] = []
        self._started: set[int] = set()
        self.close = weakref.finalize(self, _end, os.getpid(), self._processes, self._connections)
        with parcel:
            for number in range(count):
                ours, theirs = context.Pipe()
                self._connections.append(ours)
                process = context.Process(
                    target=serve, args=(theirs,), name=f"weft loader {number}", daemon=True
                )
                process.start()
                self._processes.append(process)
                theirs.close()
            for number, connection in enumerate(self._connections):
                try:
                    parcel.send(connection)
                except OSError:
                    raise self._died(number, 0) from None

    def ask(self, epoch: int, batch: int, indices: Any) -> int:
        """Has batch number `batch` of the epoch made; gives the number back."""
        worker = batch % len(self._processes)
        try:
            self._connections[worker].send(((epoch, batch), indices))
        except OSError:
            raise self._died(worker, batch) from None
        return batch

    def answer(self, batch: int) -> Any:
        """Waits for the batch. Batches are given in the order in which they were asked for."""
        worker = batch % len(self._processes)
        connection, process = self._connections[worker], self._processes[worker]
        if worker not in self._started:
            self._await_start(worker, batch)
        if not wait([connection, process.sentinel], self._timeout):
            raise TimedOut(
                f"DataLoader: worker {worker} did not make batch {batch} within `timeout` "
                f"{self._timeout} s"
            )
        try:
            if not connection.poll():
                raise EOFError
            made, error, text = receive(connection)
        except (EOFError, OSError):
            raise self._died(worker, batch) from None
        if text is not None:
            raise _as_raised(error, f"worker {worker} of the DataLoader, batch {batch}:\n{text}")
        return made

    def _await_start(self, worker: int, batch: int) -> None:
        """A process and its imports take their time, which is not that of a batch."""
        wait([self._connections[worker], self._processes[worker].sentinel])
        try:
            self._connections[worker].recv()
        except (EOFError, OSError):
            raise self._died(worker, batch) from None
        self._started.add(worker)

    def _died(self, worker: int, batch: int) -> Exception:
        process = self._processes[worker]
        process.join(5)
        code = process.exitcode
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}; did memory run out?"
        else:
            how = (
                f"ended with exit code {code}; the program's main part must be under "
                '`if __name__ == "__main__":`, because workers import it'
            )
        return WorkerFailure(
            f"DataLoader: worker {worker} (process {process.pid}), asked for batch {batch}, {how}"
        )


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


def _end(owner: int, processes: list[Any], connections: list[Any]) -> None:
    if os.getpid() != owner:  # a fork of the process that asks
        return
    for connection in connections:
        connection.close()
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
