"""The store of one process: it keeps arrays, adds up what is pushed, and does updates."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

from weft import autograd
from weft._base.errors import InvalidState, InvalidType, InvalidValue, NotFound, Unsupported
from weft.distributed._kvstore.rows import numbers_of, rows_of
from weft.mxnet.kvstore._rows import dense, is_sparse, write, write_rows
from weft.mxnet.kvstore.base import KVStoreBase
from weft.mxnet.optimizer import get_updater

Pairs = list[tuple[Any, list[Any]]]


class KVStore(KVStoreBase):
    """Arrays by key: integers or strings, but not both.

    What is pushed is added up over its devices and takes the place of what was there; with an
    optimizer, or another updater, it is the gradient of what is there.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._arrays: dict[Any, Any] = {}
        self._sparse: set[Any] = set()
        self._key_type: type | None = None
        self._updater: Callable[[Any, Any, Any], None] | None = None

    # ---- keys --------------------------------------------------------------------------------

    def _checked(self, caller: str, key: Any) -> Any:
        kind = str if isinstance(key, str) else int
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise InvalidType(f"{caller}: `key` must be an integer or a string; got {key!r}")
        if self._key_type is None:
            self._key_type = kind
        if self._key_type is not kind:
            raise InvalidValue(
                f"{caller}: the keys of this store are {self._key_type.__name__}; got {key!r}"
            )
        return key

    def _pairs(self, caller: str, key: Any, values: Any) -> Pairs:
        """Each key with its arrays, of one device or of several."""
        keys = list(key) if isinstance(key, list | tuple) else [key]
        given = list(values) if isinstance(values, list | tuple) else [values]
        if not isinstance(key, list | tuple):
            given = [given]
        if len(given) != len(keys):
            raise InvalidValue(
                f"{caller}: there must be one array, or one list, for each of {len(keys)} keys; "
                f"got {len(given)}"
            )
        pairs = [
            (self._checked(caller, k), list(v) if isinstance(v, list | tuple) else [v])
            for k, v in zip(keys, given, strict=True)
        ]
        for name, arrays in pairs:
            if not arrays:
                raise InvalidValue(f"{caller}: there must be an array for the key {name!r}")
        return pairs

    def _kept(self, caller: str, key: Any) -> Any:
        if key not in self._arrays:
            raise NotFound(f"{caller}: the key {key!r} was not given to `init`")
        return self._arrays[key]

    # ---- arrays ------------------------------------------------------------------------------

    def init(self, key: Any, value: Any) -> None:
        """Sets keys, once each, to arrays."""
        with autograd.pause():
            for name, arrays in self._pairs("init", key, value):
                if name in self._arrays:
                    raise InvalidValue(f"init: the key {name!r} is set already")
                self._arrays[name] = dense(arrays[0]).copy()
                if is_sparse(arrays[0]):
                    self._sparse.add(name)

    def push(self, key: Any, value: Any, priority: int = 0) -> None:
        """Adds up the arrays of all devices, and gives the sums to the updater or keeps them."""
        with autograd.pause():
            for name, arrays in self._pairs("push", key, value):
                kept, total = self._kept("push", name), _sum(arrays)
                if self._updater is None:
                    kept[...] = total
                else:
                    self._updater(name, total, kept)

    def pull(
        self, key: Any, out: Any = None, priority: int = 0, ignore_sparse: bool = True
    ) -> None:
        """Writes what the keys have into arrays.

        ignore_sparse: keys with row-sparse arrays are left aside; `row_sparse_pull` is for these
        """
        self._require_out("pull", out)
        with autograd.pause():
            for name, targets in self._pairs("pull", key, out):
                kept = self._kept("pull", name)
                if ignore_sparse and name in self._sparse:
                    continue
                for target in targets:
                    if not (ignore_sparse and is_sparse(target)):
                        write(target, kept)

    def row_sparse_pull(
        self, key: Any, out: Any = None, priority: int = 0, row_ids: Any = None
    ) -> None:
        """Writes some rows of what the keys have into row-sparse arrays.

        row_ids: the numbers of rows, in any order: one array, or a list with one for each key, or
            for each array of a key
        """
        self._require_out("row_sparse_pull", out)
        pairs = self._pairs("row_sparse_pull", key, out)
        with autograd.pause():
            for (name, targets), ids in zip(pairs, rows_of(pairs, key, row_ids), strict=True):
                for target, rows in zip(targets, ids, strict=True):
                    if not is_sparse(target):
                        raise InvalidValue(
                            "row_sparse_pull: `out` must be row-sparse; got an array that is not; "
                            "use `pull`"
                        )
                    numbers = numbers_of(rows, target.shape[0], name)
                    write_rows(target, self._rows(name, numbers), numbers)

    def _rows(self, key: Any, numbers: Any) -> Any:
        """Rows of what a key has."""
        return self._kept("row_sparse_pull", key)[numbers]

    def broadcast(self, key: Any, value: Any, out: Any, priority: int = 0) -> None:
        """Sets keys to arrays, and `out` to what they are."""
        keys = key if isinstance(key, list | tuple) else [key]
        if all(name in self._arrays for name in keys):
            self.pull(key, out=out, priority=priority)
            return
        self.init(key, value)
        self.pull(key, out=out, priority=priority)

    def pushpull(self, key: Any, value: Any, out: Any = None, priority: int = 0) -> None:
        """Adds up the arrays of all devices, and writes the sums to `out`, or back."""
        self.push(key, value, priority)
        self.pull(key, value if out is None else out, priority)

    @staticmethod
    def _require_out(caller: str, out: Any) -> None:
        if out is None:
            raise InvalidType(f"{caller}: `out` must be given")

    # ---- updates -----------------------------------------------------------------------------

    def set_optimizer(self, optimizer: Any) -> None:
        """Lets the store update what it has by what is pushed."""
        self._set_updater(get_updater(optimizer))

    def _set_updater(self, updater: Callable[[Any, Any, Any], None]) -> None:
        """Sets a function that gets a key, the sum that was pushed, and the array to change."""
        self._updater = updater

    def set_gradient_compression(self, compression_params: Any) -> None:
        """Refused: gradients stay in this process."""
        raise Unsupported(
            "set_gradient_compression: there is nothing to compress in one process; leave it out"
        )

    def save_optimizer_states(
        self, fname: str | PathLike[str], dump_optimizer: bool = False
    ) -> None:
        """Writes the states of the optimizer, and the optimizer itself if asked for."""
        self._require_updater("save_optimizer_states")
        self._updater.save_states(  # type: ignore[union-attr]
            fname, "save_optimizer_states", dump_optimizer
        )

    def load_optimizer_states(self, fname: str | PathLike[str]) -> None:
        """Reads the states of the optimizer."""
        self._require_updater("load_optimizer_states")
        self._updater.load_states(fname, "load_optimizer_states")  # type: ignore[union-attr]

    def _require_updater(self, caller: str) -> None:
        if getattr(self._updater, "save_states", None) is None:
            raise InvalidState(f"{caller}: call `set_optimizer` first")

    # ---- the group ---------------------------------------------------------------------------

    @staticmethod
    def is_capable(capability: str) -> bool:
        """Can the store do the updates ("optimizer")?"""
        if capability.lower() == KVStoreBase.OPTIMIZER:
            return True
        raise NotFound(f"KVStore: nothing is known of the capability `{capability}`")

    @property
    def type(self) -> str:
        """The name that it was created by."""
        return self._kind

    @property
    def rank(self) -> int:
        """0: there is one worker."""
        return 0

    @property
    def num_workers(self) -> int:
        """1."""
        return 1

    def barrier(self) -> None:
        """Nothing: there is nobody to wait for."""

    _barrier = barrier


def _sum(arrays: Sequence[Any]) -> Any:
    total = dense(arrays[0])
    for array in arrays[1:]:
        total = total + dense(array)
    return total


__all__ = ["KVStore"]
