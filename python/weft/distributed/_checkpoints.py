"""Checkpoints that all ranks write together: a folder with a file of each rank and an index.

What all ranks have alike is cut into parts of the same number of bytes, of which each rank writes
one; what is a rank's own it writes beside. The index, a JSON file, says which rows of which array
lie in which file, so any number of ranks can read it, and one process alone. It is written last, in
one step: until then the folder is the checkpoint that it was.
"""

import json
import os
import threading
import uuid
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

from weft import np, npx
from weft._base.errors import Disconnected, FileFailure, InvalidValue, MissingFile, Unsupported
from weft._base.writing import replacing
from weft._core.files import check_form, save_arrays
from weft._core.typing import ndarray
from weft._processes import session as sessions
from weft._processes.session import Session
from weft.checkpoint import _described, _prepared
from weft.distributed import _snapshots
from weft.distributed._snapshots import Snapshot
from weft.gluon.block import Block
from weft.gluon.data import DataLoader
from weft.gluon.trainer import Trainer

INDEX = "index.json"
VERSION = 1
_FORM = {
    "version": int,
    "ranks": int,
    "step": int,
    "epoch": int,
    "descriptions": list,
    "files": list,
    "shared": dict,
    "own": list,
}


class FolderWrite:
    """A checkpoint that is being written. `weft.distributed.shutdown` does not wait for it."""

    def __init__(self, thread: threading.Thread, failed: list[BaseException]) -> None:
        self._thread = thread
        self._failed = failed

    def wait(self) -> None:
        """Returns when the checkpoint is complete, of all ranks.

        Raises OSError where a part could not be written, ConnectionError where a rank is lost; the
        folder then is what it was.
        """
        self._thread.join()
        if self._failed:
            raise self._failed[0]


def save_checkpoint(
    folder: str | PathLike[str],
    net: Block,
    trainer: Trainer | None = None,
    loader: DataLoader | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    background: bool = True,
) -> FolderWrite | None:
    """Writes a checkpoint of all ranks into a folder, each its part; all ranks call it.

    net, trainer, loader, extra: as for `weft.save_checkpoint`
    background: training may go on, the files get the values of now; wait with what this gives

    >>> import tempfile
    >>> from weft import distributed, gluon
    >>> distributed.init()
    >>> net = gluon.nn.Dense(1, in_units=2)
    >>> net.initialize()
    >>> folder = tempfile.mkdtemp() + "/checkpoint"
    >>> distributed.save_checkpoint(folder, net, extra={"epoch": 3}).wait()
    >>> distributed.load_checkpoint(folder, net)
    {'epoch': 3}
    >>> distributed.shutdown()
    """
    session = sessions.needed("save_checkpoint")
    arrays, description = _described(net, trainer, loader, {"extra": dict(extra or {})})
    if background:
        arrays = {name: array.copy() for name, array in arrays.items()}
    own = _snapshots.own_names(net, arrays)
    written = write_folder(os.fspath(folder), Snapshot(0, 0, arrays, description, own), session)
    if background:
        return written
    written.wait()
    return None


def load_checkpoint(
    folder: str | PathLike[str],
    net: Block,
    trainer: Trainer | None = None,
    loader: DataLoader | None = None,
) -> dict[str, Any]:
    """Restores what `save_checkpoint` wrote, on any number of ranks or in a process without a job;
    gives its `extra`.

    What was a rank's own, such as running statistics, goes to the rank of that number; ranks beyond
    those that wrote get that of rank 0.

    >>> import tempfile
    >>> from weft import distributed, gluon
    >>> net = gluon.nn.Dense(1, in_units=2)
    >>> net.initialize()
    >>> folder = tempfile.mkdtemp() + "/checkpoint"
    >>> distributed.init()
    >>> distributed.save_checkpoint(folder, net, extra={"epoch": 3}).wait()
    >>> distributed.shutdown()
    >>> distributed.load_checkpoint(folder, net)  # also without a job
    {'epoch': 3}
    """
    session = sessions.current()
    name = os.fspath(folder)
    found = read_folder(name, 0 if session is None else session.rank)
    told: dict[str, Any] = _prepared(
        found.arrays, found.description, net, trainer, loader, f"`{name}`"
    )()
    extra: dict[str, Any] = told["extra"]
    return extra


# ---- writing


def shares(arrays: Mapping[str, ndarray], ranks: int) -> list[list[tuple[str, int, int]]]:
    """For each rank the rows of arrays that it writes: (name, first, last). All get about the same
    number of bytes. An array of rank 0 is one row."""
    total = sum(array.nbytes for array in arrays.values())
    parts: list[list[tuple[str, int, int]]] = [[] for _ in range(ranks)]
    before = 0
    for name, array in arrays.items():
        rows = array.shape[0] if array.ndim else 1
        row = array.nbytes / rows if rows else 0.0
        first = 0
        while first < rows or rows == 0:
            rank = min(int((before + first * row) * ranks / total), ranks - 1) if total else 0
            end = (rank + 1) * total / ranks
            last = rows if rank == ranks - 1 or not row else min(rows, _up(end - before, row))
            last = max(last, first + 1) if rows else 0
            parts[rank].append((name, first, last))
            first = last
            if rows == 0:
                break
        before += array.nbytes
    return parts


def _up(bytes_left: float, row: float) -> int:
    """The number of rows that reach so many bytes."""
    return int(-(-bytes_left // row))


def write_folder(folder: str, snapshot: Snapshot, session: Session) -> FolderWrite:
    """Begins to write a snapshot, whose arrays nobody changes, with all other ranks."""
    shared = {n: a for n, a in snapshot.arrays.items() if n not in snapshot.own}
    mine = shares(shared, session.size)[session.rank]
    pieces = {
        f"{name}[{first}:{last}]": _rows(shared[name], first, last) for name, first, last in mine
    }
    pieces |= {name: snapshot.arrays[name] for name in snapshot.own}
    os.makedirs(folder, exist_ok=True)
    ranks, rank = session.ranks, session.rank
    tokens = session.gather_bytes(
        "the name of a checkpoint", f"checkpoint {folder}", ranks, uuid.uuid4().hex.encode()
    )
    token = tokens[0].decode()[:12]
    path = os.path.join(folder, f"part-{token}-{rank:05}-of-{session.size:05}.safetensors")
    began = save_arrays(path, pieces, True)
    told = json.dumps(
        {
            "file": os.path.basename(path),
            "shared": [list(part) for part in mine],
            "own": sorted(snapshot.own),
            "description": snapshot.description,
        }
    )
    failed: list[BaseException] = []

    def finish() -> None:
        try:
            if began is not None:
                began.wait()
            found = session.gather_bytes(
                "a part of a checkpoint", f"checkpoint {token}", ranks, told.encode()
            )
            if rank == 0:
                _write_index(folder, snapshot, [json.loads(text) for text in found])
            session.gather_bytes("the index of a checkpoint", f"index {token}", ranks, b"")
        except (OSError, Disconnected, TimeoutError) as error:
            failed.append(error)

    thread = threading.Thread(target=finish, name="weft checkpoint")
    thread.start()
    return FolderWrite(thread, failed)


def _rows(array: ndarray, first: int, last: int) -> ndarray:
    return array if array.ndim == 0 else array[first:last]


def _write_index(folder: str, snapshot: Snapshot, parts: list[dict[str, Any]]) -> None:
    shared: dict[str, list[Any]] = {
        name: [] for name in snapshot.arrays if name not in snapshot.own
    }
    for number, part in enumerate(parts):
        for name, first, last in part["shared"]:
            shared[name].append([number, first, last])
    index = {
        "version": VERSION,
        "ranks": len(parts),
        "step": snapshot.step,
        "epoch": snapshot.epoch,
        "descriptions": [part["description"] for part in parts],
        "files": [part["file"] for part in parts],
        "shared": shared,
        "own": [part["own"] for part in parts],
    }
    path = os.path.join(folder, INDEX)
    with replacing(path, "save_checkpoint") as inside, open(inside, "w") as file:
        json.dump(index, file)
    _remove_others(folder, {*index["files"]})  # type: ignore[misc]


def _remove_others(folder: str, keep: Iterable[str]) -> None:
    """Removes the files of earlier checkpoints, which the index does not name any more."""
    for name in os.listdir(folder):
        if name.startswith("part-") and name.endswith(".safetensors") and name not in keep:
            os.unlink(os.path.join(folder, name))


# ---- reading


def read_folder(folder: str, rank: int) -> Snapshot:
    """The checkpoint of a folder, as this rank needs it.

    Raises FileNotFoundError where there is none, OSError where it is damaged.
    """
    index = _read_index(folder)
    files = [_file_of(folder, name) for name in index["files"]]
    arrays: dict[str, ndarray] = {}
    for name, pieces in index["shared"].items():
        found = [_piece(files, folder, name, *piece) for piece in pieces]
        arrays[name] = found[0] if len(found) == 1 else np.concatenate(found)
    mine = rank if rank < index["ranks"] else 0
    own = index["own"][mine]
    for name in own:
        arrays[name] = _array(files[mine], folder, name)
    return Snapshot(
        index["step"], index["epoch"], arrays, index["descriptions"][mine], frozenset(own)
    )


def has_checkpoint(folder: str) -> bool:
    """Is there one that is complete?"""
    return os.path.isfile(os.path.join(folder, INDEX))


def _read_index(folder: str) -> dict[str, Any]:
    path = os.path.join(folder, INDEX)
    try:
        with open(path, encoding="utf-8") as file:
            index = json.load(file)
    except FileNotFoundError:
        raise MissingFile(
            f"load_checkpoint: `{folder}` has no {INDEX}: it is no checkpoint of several ranks, or "
            "was never complete"
        ) from None
    except (ValueError, RecursionError) as error:
        raise FileFailure(f"load_checkpoint: `{path}` is damaged: {error}") from error
    version = index.get("version") if isinstance(index, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise Unsupported(
            f"load_checkpoint: `{path}` has version {version} of its format; this release of Weft "
            f"reads up to {VERSION}"
        )
    check_form(index, _FORM, f"load_checkpoint: `{path}` is damaged")
    return index


def _file_of(folder: str, name: Any) -> dict[str, ndarray]:
    if not isinstance(name, str) or os.path.basename(name) != name:
        raise InvalidValue(f"load_checkpoint: `{folder}` names a file outside of it: {name!r}")
    found: dict[str, ndarray] = npx.load(os.path.join(folder, name))
    return found


def _piece(
    files: list[dict[str, ndarray]], folder: str, name: str, number: int, first: int, last: int
) -> ndarray:
    return _array(files[number], folder, f"{name}[{first}:{last}]")


def _array(file: dict[str, ndarray], folder: str, name: str) -> ndarray:
    if name not in file:
        raise FileFailure(f"load_checkpoint: `{folder}` is damaged: it lacks `{name}`")
    return file[name]


__all__ = [
    "FolderWrite",
    "has_checkpoint",
    "load_checkpoint",
    "read_folder",
    "save_checkpoint",
    "shares",
]
__dir__ = __all__.copy
