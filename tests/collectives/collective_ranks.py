"""Drivers of collectives through their table of functions, and ranks to run them in.

``run(n, body, path)`` forks n processes; in each, ``body(rank)`` is called with a `Rank`, which
joins groups, runs operations on NumPy arrays and gives a result. The parent brings addresses
together, as the control part of Weft does, and returns what each rank gave. `run_under_mpi` does
the same with processes that `mpirun` starts: this file is their program.
"""

import ctypes
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener, Pipe

import numpy as np

OK, INVALID_VALUE, UNSUPPORTED = 0, 1, 3
INVALID_TYPE, INVALID_STATE, DISCONNECTED = 6, 10, 14

KINDS = [
    "all_reduce",
    "reduce_scatter",
    "all_gather",
    "broadcast",
    "all_to_all",
    "send",
    "receive",
    "barrier",
]
REDUCTIONS = ["sum", "product", "min", "max"]
DTYPES = [
    "bool",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "float8_e4m3fn",
    "float8_e5m2",
    "int4",
    "uint4",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
]


class Options(ctypes.Structure):
    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("rank", ctypes.c_int32),
        ("ranks", ctypes.c_int32),
        ("group", ctypes.c_char_p),
        ("key", ctypes.c_char_p),
        ("bind", ctypes.c_char_p),
        ("secret", ctypes.c_char_p),
        ("secret_bytes", ctypes.c_size_t),
        ("timeout", ctypes.c_double),
    )


class Call(ctypes.Structure):
    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("kind", ctypes.c_int32),
        ("reduction", ctypes.c_int32),
        ("dtype", ctypes.c_int32),
        ("peer", ctypes.c_int32),
        ("tag", ctypes.c_int64),
        ("count", ctypes.c_int64),
        ("send", ctypes.c_void_p),
        ("receive", ctypes.c_void_p),
        ("ordered", ctypes.c_int32),
        ("fingerprint", ctypes.c_uint64),
        ("where", ctypes.c_char_p),
    )


_POINTER = ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    _POINTER,
    ctypes.POINTER(Options),
    ctypes.POINTER(_POINTER),
    ctypes.c_char_p,
    ctypes.POINTER(ctypes.c_size_t),
)
_CONNECT = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    _POINTER,
    _POINTER,
    ctypes.POINTER(ctypes.c_char_p),
    ctypes.POINTER(ctypes.c_size_t),
)
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, _POINTER, _POINTER, ctypes.POINTER(Call))
_ABORT = ctypes.CFUNCTYPE(None, _POINTER, _POINTER, ctypes.c_char_p)
_CLOSE = ctypes.CFUNCTYPE(None, _POINTER, _POINTER)
_ERROR = ctypes.CFUNCTYPE(ctypes.c_char_p, _POINTER)


class Table(ctypes.Structure):
    """weft_collective_driver."""

    _fields_ = (
        ("struct_size", ctypes.c_size_t),
        ("abi", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("device_kind", ctypes.c_char_p),
        ("context", _POINTER),
        ("flags", ctypes.c_uint32),
        ("open", _OPEN),
        ("connect", _CONNECT),
        ("run", _RUN),
        ("abort", _ABORT),
        ("close", _CLOSE),
        ("error", _ERROR),
    )


class Failed(Exception):  # noqa: N818
    """A status that is not OK, with the driver's text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status, self.text = status, text


def load(path: str) -> Table:
    plugin = ctypes.CDLL(path).weft_collective_plugin
    plugin.restype, plugin.argtypes = ctypes.POINTER(Table), [ctypes.c_uint32]
    assert not plugin(99), "a plug-in must refuse another ABI"
    return plugin(1).contents


def address_of(array: np.ndarray | None) -> int | None:
    return None if array is None else array.ctypes.data


class Group:
    """A group that this process has joined."""

    def __init__(self, table: Table, rank: int, ranks: int, exchange, **options) -> None:
        self.table, self.rank, self.ranks = table, rank, ranks
        self.handle = _POINTER()
        secret = options.get("secret", b"the job's secret")
        self.options = Options(
            ctypes.sizeof(Options),
            rank,
            ranks,
            options.get("group", b"world"),
            options.get("key", b"a key"),
            options.get("bind"),
            secret,
            len(secret),
            options.get("timeout", 30.0),
        )
        room = ctypes.create_string_buffer(64 << 10)
        size = ctypes.c_size_t(len(room))
        self.check(
            table.open(
                table.context,
                ctypes.byref(self.options),
                ctypes.byref(self.handle),
                room,
                ctypes.byref(size),
            )
        )
        addresses = exchange(room.raw[: size.value])
        sizes = (ctypes.c_size_t * ranks)(*map(len, addresses))
        try:
            self.check(
                table.connect(
                    table.context, self.handle, (ctypes.c_char_p * ranks)(*addresses), sizes
                )
            )
        except Failed:
            self.close()
            raise

    def check(self, status: int) -> None:
        if status != OK:
            raise Failed(status, (self.table.error(self.table.context) or b"").decode())

    def run(
        self,
        kind: str,
        send: np.ndarray | None = None,
        receive: np.ndarray | None = None,
        dtype: str | None = None,
        **options,
    ) -> None:
        """One operation; arrays of bytes stand for dtypes that NumPy lacks."""
        array = receive if kind == "receive" or send is None else send
        call = Call(
            ctypes.sizeof(Call),
            KINDS.index(kind),
            REDUCTIONS.index(options.get("reduction", "sum")),
            DTYPES.index(dtype or ("float32" if array is None else str(array.dtype))),
            options.get("peer", -1),
            options.get("tag", 0),
            options.get("count", 0 if array is None else array.size),
            address_of(send),
            address_of(receive),
            options.get("ordered", 0),
            options.get("fingerprint", 0),
            options.get("where", b"here.py:1"),
        )
        self.check(self.table.run(self.table.context, self.handle, ctypes.byref(call)))

    def abort(self, reason: bytes) -> None:
        self.table.abort(self.table.context, self.handle, reason)

    def close(self) -> None:
        self.table.close(self.table.context, self.handle)
        self.handle = _POINTER()


@dataclass
class Rank:
    """What `body` gets: who it is, and how it joins."""

    rank: int
    ranks: int
    path: str
    link: Connection
    table: Table = field(init=False)

    def __post_init__(self) -> None:
        self.table = load(self.path)

    def exchange(self, address: bytes) -> list[bytes]:
        self.link.send(("address", address))
        return self.link.recv()

    def join(self, **options) -> Group:
        return Group(self.table, self.rank, self.ranks, self.exchange, **options)

    def meet(self) -> None:
        """Returns when all ranks have come here, by way of the parent."""
        self.exchange(b"")


def _child(link: Connection, rank: Rank, body, arguments) -> None:
    try:
        outcome = ("result", body(rank, *arguments))
    except Failed as failed:
        outcome = ("result", failed)
    except BaseException:
        outcome = ("error", traceback.format_exc())
    link.send(outcome)


LIMIT = 120  # seconds after which a process that a test started ends itself


def run(ranks: int, body, path: str, *arguments) -> list:
    """What `body` gave on each rank; a `Failed` where it ended in one, None for a rank that was
    killed."""
    links, children = [], []
    for rank in range(ranks):
        ours, theirs = Pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(LIMIT)
            try:
                for link in [*links, ours]:
                    link.close()
                _child(theirs, Rank(rank, ranks, path, theirs), body, arguments)
            finally:
                os._exit(0)
        theirs.close()
        links.append(ours)
        children.append(child)
    try:
        return _serve(links)
    finally:
        for link, child in zip(links, children, strict=True):
            link.close()
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def run_under_mpi(ranks: int, body, path: str, *arguments) -> list:
    """`run`, with processes that mpirun started. WEFT_MPIRUN names it."""
    launch = os.environ.get("WEFT_MPIRUN", "mpirun").split()
    with tempfile.TemporaryDirectory() as folder, Listener(f"{folder}/socket") as listener:
        program = [sys.executable, __file__, listener.address, path]
        with subprocess.Popen(
            [*launch, "-n", str(ranks), *program],
            env=os.environ
            | {
                "OMPI_ALLOW_RUN_AS_ROOT": "1",
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_rmaps_base_oversubscribe": "1",
                "OMPI_MCA_hwloc_base_binding_policy": "none",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as launcher:
            links: list = [None] * ranks
            timer = threading.Timer(LIMIT, launcher.kill)
            timer.start()
            try:
                for _ in range(ranks):
                    link = listener.accept()
                    links[link.recv()] = link
                for link in links:
                    link.send((body, arguments))
                return _serve(links)
            finally:
                for link in filter(None, links):
                    link.close()
                launcher.terminate()
                launcher.communicate()
                timer.cancel()


def _main(address: str, path: str) -> None:
    signal.alarm(LIMIT)
    numbers = ("OMPI_COMM_WORLD_RANK", "PMI_RANK"), ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
    rank, ranks = (int(next(os.environ[n] for n in names if n in os.environ)) for names in numbers)
    link = Client(address)
    link.send(rank)
    body, arguments = link.recv()
    _child(link, Rank(rank, ranks, path, link), body, arguments)


def _serve(links: list[Connection]) -> list:
    results: list = [None] * len(links)
    addresses: dict[int, bytes] = {}
    with selectors.DefaultSelector() as selector:
        for rank, link in enumerate(links):
            selector.register(link, selectors.EVENT_READ, rank)
        while selector.get_map():
            for key, _ in selector.select():
                rank, link = key.data, links[key.data]
                try:
                    what, value = link.recv()
                except (EOFError, OSError, pickle.UnpicklingError, struct.error):
                    selector.unregister(link)
                    continue
                if what == "error":
                    raise AssertionError(f"rank {rank}:\n{value}")
                if what == "result":
                    results[rank] = value
                else:
                    addresses[rank] = value
            if len(addresses) == len(links):
                together = [addresses[rank] for rank in range(len(links))]
                addresses.clear()
                for link in links:
                    link.send(together)
    return results


if __name__ == "__main__":
    # Bodies and failures are pickled under this file's name as a module.
    import collective_ranks

    collective_ranks._main(sys.argv[1], sys.argv[2])
