"""The stores of `weft.kv`: one of this process alone, one whose ranks reduce among themselves, and
one whose arrays servers keep."""

import atexit
import json
import zlib
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from weft import autograd, np
from weft._base.errors import (
    Disconnected,
    FileFailure,
    InvalidState,
    InvalidType,
    InvalidValue,
    NotFound,
    Unsupported,
)
from weft._base.options import require_whole
from weft._base.spelling import hint
from weft._base.writing import write_text
from weft._core.typing import ndarray
from weft._processes import session as sessions
from weft._processes.session import Session
from weft.distributed._exchange import all_gather_object, all_reduce, barrier, broadcast
from weft.distributed._kvstore.messages import Line
from weft.distributed._kvstore.rows import numbers_of, rows_of
from weft.distributed._kvstore.updates import HasStates, Updater, described, made, named_updater
from weft.distributed._packing import packed, unpacked
from weft.sparse import RowSparseArray

LOCAL = ("local", "device")
REDUCED = ("dist_device_sync", "dist_sync_device", "dist")
SERVED = ("dist_sync", "dist_async")
NAMES = (*LOCAL, *SERVED, *REDUCED)
STALENESS = 8  # pushes that a worker of `dist_async` may be ahead of the slowest


class KVStore:
    """Arrays by key: integers or texts. What ranks push to a key is added up; without an updater
    the sum takes the place of what was there, with one it is what the updater gets.

    This class is of one process, or of ranks that reduce among themselves and all keep all arrays.

    >>> from weft import kv, np
    >>> store = kv.create("local")
    >>> store.init("w", np.zeros(2))
    >>> store.push("w", [np.ones(2), np.ones(2)])
    >>> out = np.zeros(2)
    >>> store.pull("w", out=out)
    >>> out
    array([2., 2.])
    """

    def __init__(self, kind: str, session: Session | None) -> None:
        self._kind = kind
        self._session = session
        self._arrays: dict[str, ndarray] = {}
        self._updater: Updater | None = None

    # ---- the group

    @property
    def type(self) -> str:
        """The name that it was created by."""
        return self._kind

    @property
    def rank(self) -> int:
        """This worker's number."""
        return 0 if self._session is None else self._session.rank

    @property
    def num_workers(self) -> int:
        """How many workers there are."""
        return 1 if self._session is None else self._session.size

    def barrier(self) -> None:
        """Returns when all workers have called it."""
        if self._session is not None:
            barrier()

    @staticmethod
    def is_capable(capability: str) -> bool:
        """Can the store do the updates ("optimizer")?"""
        if capability.lower() == "optimizer":
            return True
        raise NotFound(f"KVStore: nothing is known of the capability `{capability}`")

    # ---- arrays

    def init(self, key: Any, value: Any) -> None:
        """Sets keys, once each, to arrays: those of rank 0. All workers call it."""
        for name, arrays in pairs("init", key, value):
            self._init(name, arrays[0])

    def push(self, key: Any, value: Any, priority: int = 0) -> None:
        """Adds up what this worker's devices have, and gives it to the store.

        value: an array, a list of arrays, or for several keys a list of these; arrays of some rows
            (`weft.sparse`), too
        """
        with autograd.pause():
            for name, arrays in pairs("push", key, value):
                self._push(name, arrays)

    def pull(self, key: Any, out: Any = None, priority: int = 0) -> None:
        """Writes what the keys have into arrays, one or several for each key."""
        if out is None:
            raise InvalidType("pull: `out` must be given")
        with autograd.pause():
            for name, targets in pairs("pull", key, out):
                found = self._pull(name, None)
                for target in targets:
                    target[...] = found.astype(target.dtype)

    def pushpull(self, key: Any, value: Any, out: Any = None, priority: int = 0) -> None:
        """Pushes, then pulls into `out`, or back into `value`."""
        self.push(key, value, priority)
        self.pull(key, value if out is None else out, priority)

    def broadcast(self, key: Any, value: Any, out: Any, priority: int = 0) -> None:
        """Sets keys to rank 0's arrays, and `out` to what they are."""
        self.init(key, value)
        self.pull(key, out, priority)

    def row_sparse_pull(
        self, key: Any, out: Any = None, priority: int = 0, row_ids: Any = None
    ) -> None:
        """Writes rows of what the keys have into the same rows of arrays, or makes row-sparse
        arrays those of these rows.

        row_ids: numbers of rows, in any order: one array, or a list with one for each key, or for
            each array of a key
        """
        if row_ids is None or out is None:
            raise InvalidType("row_sparse_pull: `row_ids` and `out` must be given")
        given = pairs("row_sparse_pull", key, out)
        with autograd.pause():
            for (name, targets), ids in zip(given, rows_of(given, key, row_ids), strict=True):
                for target, rows in zip(targets, ids, strict=True):
                    numbers = numbers_of(rows, target.shape[0], name)
                    found = self._pull(name, numbers).astype(target.dtype)
                    if isinstance(target, RowSparseArray):
                        target.data, target.indices = found, numbers
                    else:
                        target[numbers] = found

    # ---- updates

    def set_optimizer(self, optimizer: Any, **options: Any) -> None:
        """Lets the store update what it has by what is pushed.

        optimizer: a name, such as "sgd", with its options. All workers call it alike
        """
        name, plain = described(optimizer, options)
        self._set_optimizer(name, plain)

    def set_updater(self, name: str) -> None:
        """Lets a function of the program do the updates, by the name of `weft.kv.updater`."""
        named_updater(name)
        self._set_updater(name)

    def set_gradient_compression(self, compression_params: Any) -> None:
        """Refused: a store sends arrays as they are."""
        raise Unsupported(
            "set_gradient_compression: a store sends arrays as they are; leave it out, or push "
            "arrays of float16"
        )

    def save_optimizer_states(self, path: str | PathLike[str]) -> None:
        """Writes the states of the optimizer; rank 0 alone writes."""
        parts = self._states()
        if self.rank == 0:
            text = [part.hex() for part in parts]
            write_text(path, json.dumps({"weft.kv": 1, "parts": text}), "save_optimizer_states")

    def load_optimizer_states(self, path: str | PathLike[str]) -> None:
        """Reads what was written by as many servers. All workers call it."""
        try:
            told = json.loads(Path(fspath(path)).read_text())
            parts = [bytes.fromhex(part) for part in told["parts"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FileFailure(
                f"load_optimizer_states: `{fspath(path)}` is no file of states: {error}"
            ) from error
        self._set_states(parts)

    # ---- what the kinds do in their own way

    def _init(self, key: str, value: Any) -> None:
        if key in self._arrays:
            raise InvalidValue(f"init: the key {key!r} is set already")
        kept = value.detach().copy()
        self._arrays[key] = kept if self._session is None else broadcast(kept)

    def _push(self, key: str, arrays: list[Any]) -> None:
        kept = self._kept("push", key)
        total = whole(arrays)
        if self._session is not None:
            total = all_reduce(total)
        if self._updater is None:
            kept[...] = total
        else:
            self._updater(key, total, kept)

    def _pull(self, key: str, rows: ndarray | None) -> ndarray:
        kept = self._kept("pull", key)
        return kept if rows is None else kept[rows]

    def _kept(self, caller: str, key: str) -> ndarray:
        if key not in self._arrays:
            raise NotFound(f"{caller}: the key {key!r} was not given to `init`")
        return self._arrays[key]

    def _set_optimizer(self, name: str, options: dict[str, Any]) -> None:
        self._updater = made(name, options)

    def _set_updater(self, name: str) -> None:
        self._updater = named_updater(name)

    def _states(self) -> list[bytes]:
        if not isinstance(self._updater, HasStates):
            raise InvalidState("save_optimizer_states: call `set_optimizer` first")
        return [packed(*self._updater.states())]

    def _set_states(self, parts: list[bytes]) -> None:
        if not isinstance(self._updater, HasStates):
            raise InvalidState("load_optimizer_states: call `set_optimizer` first")
        self._updater.set_states(*unpacked(parts[0]))


class ServedStore(KVStore):
    """A store whose arrays servers keep, each key on one of them."""

    def __init__(self, kind: str, session: Session, staleness: int) -> None:
        super().__init__(kind, session)
        self._is_sync = kind != "dist_async"
        self._staleness = staleness
        self._lines = lines_of(session)

    def _line(self, key: str) -> Line:
        return self._lines[zlib.crc32(key.encode()) % len(self._lines)]

    def _ask(self, line: Line, arrays: dict[str, ndarray] | None = None, **asked: Any) -> Any:
        line.send(asked, arrays)
        told, given = line.receive()
        if "error" in told:
            raise InvalidState(f"{asked['do']}: a server says {told['error']}")
        return told, given

    def _init(self, key: str, value: Any) -> None:
        if self.rank == 0:
            self._ask(self._line(key), {key: value.detach()}, do="init")
        barrier()

    def _push(self, key: str, arrays: list[Any]) -> None:
        one = arrays[0]
        if len(arrays) == 1 and isinstance(one, RowSparseArray):
            content = {
                "array": one.data,
                "indices": one.indices,
                "shape": np.array(list(one.shape), dtype="int64"),
            }
        else:
            content = {"array": whole(arrays)}
        self._ask(
            self._line(key),
            content,
            do="push",
            key=key,
            sync=self._is_sync,
            staleness=self._staleness,
        )

    def _pull(self, key: str, rows: ndarray | None) -> ndarray:
        content = {} if rows is None else {"rows": rows}
        _, given = self._ask(self._line(key), content, do="pull", key=key, sync=self._is_sync)
        found: ndarray = given["array"]
        return found

    def _to_all(self, arrays: dict[str, ndarray] | None = None, **asked: Any) -> None:
        if self.rank == 0:
            for line in self._lines:
                self._ask(line, arrays, **asked)
        barrier()

    def _set_optimizer(self, name: str, options: dict[str, Any]) -> None:
        self._to_all(do="optimizer", name=name, options=options)

    def _set_updater(self, name: str) -> None:
        self._to_all(do="updater", name=name)

    def _states(self) -> list[bytes]:
        parts = []
        if self.rank == 0:
            for line in self._lines:
                told, given = self._ask(line, do="states")
                parts.append(packed(given, told))
        barrier()
        return parts

    def _set_states(self, parts: list[bytes]) -> None:
        if len(parts) != len(self._lines):
            raise InvalidValue(
                f"load_optimizer_states: the file must be of {len(self._lines)} servers, as many "
                f"as there are; it is of {len(parts)}"
            )
        if self.rank == 0:
            for line, part in zip(self._lines, parts, strict=True):
                arrays, told = unpacked(part)
                self._ask(line, arrays, do="set_states", told=told)
        barrier()


_lines: dict[int, list[Line]] = {}  # by the session's generation


def connect(session: Session) -> None:
    """Connects this worker with all servers of the job."""
    _lines.clear()
    atexit.register(disconnect)  # before the session's own end, which was registered earlier
    mine = session.place.rank
    _lines[session.generation.number] = [Line(session, mine, n) for n in session.servers]


def lines_of(session: Session) -> list[Line]:
    """This worker's connections."""
    return _lines[session.generation.number]


def disconnect() -> None:
    """Tells the servers that this worker has ended. A program that ends does so by itself."""
    atexit.unregister(disconnect)
    for lines in _lines.values():
        for line in lines:
            try:
                line.send({"do": "leave"})
                line.receive()
                line.close()
            except Disconnected:
                continue  # the server is lost, and waits for nobody
    _lines.clear()


def pairs(caller: str, key: Any, values: Any) -> list[tuple[str, list[Any]]]:
    """Each key, as a text, with its arrays."""
    keys = list(key) if isinstance(key, list | tuple) else [key]
    given = list(values) if isinstance(key, list | tuple) else [values]
    for one in keys:
        if not isinstance(one, str | int) or isinstance(one, bool):
            raise InvalidType(f"{caller}: `key` must be an integer or a text; got {one!r}")
    if len(given) != len(keys):
        raise InvalidValue(
            f"{caller}: there must be one array, or one list, for each of {len(keys)} keys; got "
            f"{len(given)}"
        )
    found = [
        (str(one), list(part) if isinstance(part, list | tuple) else [part])
        for one, part in zip(keys, given, strict=True)
    ]
    for name, arrays in found:
        if not arrays:
            raise InvalidValue(f"{caller}: there must be an array for the key {name!r}")
    return found


def whole(arrays: list[Any]) -> ndarray:
    """The sum of arrays, of all rows."""
    total: Any = None
    for array in arrays:
        part = array.todense() if isinstance(array, RowSparseArray) else array
        total = part if total is None else total + part
    return total


def create(name: str = "local", *, staleness: int = STALENESS) -> KVStore:
    """A store by its name.

    name: "local" or "device" of this process alone; "dist_sync", whose servers (`weft launch -s 1`)
        wait for all workers, and which reduces among the workers where there are no servers;
        "dist_async", whose servers apply each push at once; "dist_device_sync", which reduces among
        the workers
    staleness: of "dist_async": pushes to a key that a worker may be ahead of the slowest

    Raises LookupError for a name that is none, RuntimeError before `weft.distributed.init()`.

    >>> from weft import kv, np
    >>> store = kv.create("local")
    >>> store.init("w", np.zeros(2))
    >>> store.push("w", [np.ones(2), np.ones(2)])  # of two devices, summed
    >>> w = np.zeros(2)
    >>> store.pull("w", out=w)
    >>> w
    array([2., 2.])
    """
    if not isinstance(name, str):
        raise InvalidType(f"create: `name` must be a text; got {type(name).__name__}")
    require_whole("create", "staleness", staleness, 0)
    kind = name.lower()
    if kind not in NAMES:
        raise NotFound(
            f"create: there is no store {name!r}{hint(name, {}, NAMES)}; stores are "
            f"{', '.join(NAMES)}"
        )
    if kind in LOCAL:
        return KVStore(kind, None)
    session = sessions.needed("create")
    kinds = all_gather_object(kind)
    if len(set(kinds)) > 1:
        raise InvalidValue(f"create: all ranks must create the same store; got {kinds}")
    if kind == "dist_async" and not session.servers:
        raise InvalidState(
            "create: 'dist_async' needs servers: start the program by `weft launch -n 4 -s 1`"
        )
    if kind in SERVED and session.servers:
        return ServedStore(kind, session, staleness)
    return KVStore(kind, session)


__all__ = ["KVStore", "ServedStore", "connect", "create", "disconnect"]
