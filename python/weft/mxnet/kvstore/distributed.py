"""Stores of several processes, `mx.kv.create("dist_sync")` and its kind: those of `weft.kv` with
MXNet's arrays and optimizers. Servers get an optimizer's name and options, never a pickle."""

from typing import Any

from weft import autograd, np
from weft._base.errors import InvalidType, Unsupported
from weft._core.attributes import plain_attributes, set_attributes
from weft.distributed import _job
from weft.distributed._kvstore import stores, updates
from weft.mxnet.kvstore._local import KVStore
from weft.mxnet.kvstore._rows import dense, is_sparse, write
from weft.mxnet.optimizer import Optimizer
from weft.mxnet.optimizer import create as create_optimizer
from weft.mxnet.optimizer.updater import Updater

_NO_OPTIONS = ("sym_info", "idx2name", "_all_index_update_counts", "_index_update_count")


class DistributedKVStore(KVStore):
    """A store of all workers of a job. A program that has not called `weft.distributed.init()` does
    so by creating one."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        if not _job.is_initialized():
            _job.init()
        self._store = stores.create(kind)

    def init(self, key: Any, value: Any) -> None:
        """Sets keys, once each, to the arrays of rank 0."""
        with autograd.pause():
            for name, arrays in self._pairs("init", key, value):
                self._store._init(str(name), dense(arrays[0]))
                if is_sparse(arrays[0]):
                    self._sparse.add(name)

    def push(self, key: Any, value: Any, priority: int = 0) -> None:
        """Adds up the arrays of all devices of all workers."""
        with autograd.pause():
            for name, arrays in self._pairs("push", key, value):
                self._store._push(str(name), [dense(array) for array in arrays])

    def pull(
        self, key: Any, out: Any = None, priority: int = 0, ignore_sparse: bool = True
    ) -> None:
        """Writes what the keys have into arrays."""
        self._require_out("pull", out)
        with autograd.pause():
            for name, targets in self._pairs("pull", key, out):
                if ignore_sparse and name in self._sparse:
                    continue
                found = self._store._pull(str(name), None)
                for target in targets:
                    if not (ignore_sparse and is_sparse(target)):
                        write(target, found)

    def _rows(self, key: Any, numbers: Any) -> Any:
        return self._store._pull(str(key), numbers)

    def broadcast(self, key: Any, value: Any, out: Any, priority: int = 0) -> None:
        """Sets keys to the arrays of rank 0, and `out` to what they are."""
        self.init(key, value)
        self.pull(key, out=out, priority=priority)

    def set_optimizer(self, optimizer: Any) -> None:
        """Lets the store update what it has by what is pushed.

        Raises NotImplementedError for one that a name and plain options do not tell.
        """
        if not isinstance(optimizer, Optimizer):
            raise InvalidType(
                f"set_optimizer: `optimizer` must be an optimizer; got {type(optimizer).__name__}"
            )
        if optimizer.lr_scheduler is not None:
            raise Unsupported(
                "set_optimizer: servers are told plain options, and no `lr_scheduler`; set the "
                "rate of a new optimizer by `set_optimizer` when it changes"
            )
        options = plain_attributes(optimizer, _NO_OPTIONS)
        told = {"class": type(optimizer).__name__, "attributes": options}
        self._store._set_optimizer("mxnet", told)

    def _set_updater(self, updater: Any) -> None:
        """The name of an updater of `weft.kv.updater`: functions do not travel."""
        if not isinstance(updater, str):
            raise Unsupported(
                "set_updater: servers are told a name; write `@weft.kv.updater('name')` above the "
                "function, and give the name"
            )
        self._store.set_updater(updater)

    def save_optimizer_states(self, fname: Any, dump_optimizer: bool = False) -> None:
        """Writes the states of the optimizer, on rank 0."""
        self._store.save_optimizer_states(fname)

    def load_optimizer_states(self, fname: Any) -> None:
        """Reads the states of the optimizer."""
        self._store.load_optimizer_states(fname)

    @property
    def rank(self) -> int:
        """The number of this worker."""
        return self._store.rank

    @property
    def num_workers(self) -> int:
        """How many workers there are."""
        return self._store.num_workers

    def barrier(self) -> None:
        """Returns when all workers have called it."""
        self._store.barrier()

    _barrier = barrier


class _Updates:
    """An optimizer of MXNet's names on a server."""

    def __init__(self, told: dict[str, Any]) -> None:
        made = create_optimizer(told["class"])
        set_attributes(made, told["attributes"])
        self._updater = Updater(made)

    def __call__(self, key: Any, pushed: Any, kept: Any) -> None:
        self._updater(int(key) if key.isdigit() else key, pushed, kept)

    def states(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arrays by name, and what else there is to know."""
        arrays: dict[str, Any] = {}
        shapes = {
            str(key): _without_arrays(f"{key}", state, arrays)
            for key, state in self._updater.states.items()
        }
        counts = {str(k): n for k, n in self._updater.optimizer._index_update_count.items()}
        return arrays, {"shapes": shapes, "counts": counts}

    def set_states(self, arrays: dict[str, Any], told: dict[str, Any]) -> None:
        """Takes what `states` gave."""
        key_of = lambda text: int(text) if text.isdigit() else text  # noqa: E731
        self._updater.states = {
            key_of(key): _with_arrays(shape, arrays) for key, shape in told["shapes"].items()
        }
        self._updater.states_synced = dict.fromkeys(self._updater.states, True)
        counts = self._updater.optimizer._index_update_count
        counts.clear()
        counts.update({key_of(key): count for key, count in told["counts"].items()})


def _without_arrays(name: str, state: Any, arrays: dict[str, Any]) -> Any:
    """The state with names in the places of its arrays, which go into `arrays`."""
    if isinstance(state, list | tuple):
        return [_without_arrays(f"{name}.{n}", part, arrays) for n, part in enumerate(state)]
    if isinstance(state, np.ndarray):
        arrays[name] = state
        return name
    return None


def _with_arrays(shape: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(shape, list):
        return tuple(_with_arrays(part, arrays) for part in shape)
    return None if shape is None else arrays[shape]


updates.KINDS["mxnet"] = _Updates

__all__ = ["DistributedKVStore"]
__dir__ = __all__.copy
