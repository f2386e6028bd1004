"""What a store is, and the stores that a program registers."""

from typing import Any, ClassVar

from weft._base.errors import InvalidType, NotFound


class KVStoreBase:
    """Base of stores. A subclass has `broadcast`, `pushpull`, `is_capable`, `type`, `rank` and
    `num_workers`; those that do updates have `set_optimizer` and the files of its states.

    kv_registry: the registered stores by name
    """

    OPTIMIZER = "optimizer"
    kv_registry: ClassVar[dict[str, type]] = {}

    def _lacks(self, what: str) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: has no `{what}`")

    def broadcast(self, key: Any, value: Any, out: Any, priority: int = 0) -> None:
        """Sets keys to arrays, and `out` to what they are."""
        self._lacks("broadcast")

    def pushpull(self, key: Any, value: Any, out: Any = None, priority: int = 0) -> None:
        """Adds up the arrays of all devices, and writes the sums to `out`, or back."""
        self._lacks("pushpull")

    def set_optimizer(self, optimizer: Any) -> None:
        """Lets the store do the updates."""
        self._lacks("set_optimizer")

    def save_optimizer_states(self, fname: Any, dump_optimizer: bool = False) -> None:
        """Writes the states of the optimizer."""
        self._lacks("save_optimizer_states")

    def load_optimizer_states(self, fname: Any) -> None:
        """Reads the states of the optimizer."""
        self._lacks("load_optimizer_states")

    @staticmethod
    def is_capable(capability: str) -> bool:
        """Can the store do something, such as the updates ("optimizer")?"""
        raise NotImplementedError("KVStoreBase: write `is_capable`")

    @property
    def type(self) -> str:
        """The name that it was created by."""
        return self._lacks("type")

    @property
    def rank(self) -> int:
        """The number of this worker."""
        return self._lacks("rank")

    @property
    def num_workers(self) -> int:
        """How many workers there are."""
        return self._lacks("num_workers")

    @staticmethod
    def register(klass: type) -> type:
        """Decorator: a store that `create` finds by the name of its class in lower case."""
        if not isinstance(klass, type):
            raise InvalidType(f"register: must be given a class; got {klass!r}")
        KVStoreBase.kv_registry[klass.__name__.lower()] = klass
        return klass


@KVStoreBase.register
class TestStore(KVStoreBase):
    """The least that a store can be: it keeps nothing, and adds up what it gets."""

    __test__ = False  # a store, no test

    def broadcast(self, key: Any, value: Any, out: Any, priority: int = 0) -> None:
        for array in out if isinstance(out, list | tuple) else [out]:
            array[...] = value

    def pushpull(self, key: Any, value: Any, out: Any = None, priority: int = 0) -> None:
        arrays = value if isinstance(value, list | tuple) else [value]
        total = arrays[0]
        for array in arrays[1:]:
            total = total + array
        targets = arrays if out is None else out
        for array in targets if isinstance(targets, list | tuple) else [targets]:
            array[...] = total

    @staticmethod
    def is_capable(capability: str) -> bool:
        if capability.lower() == KVStoreBase.OPTIMIZER:
            return False
        raise NotFound(f"TestStore: nothing is known of the capability `{capability}`")

    @property
    def type(self) -> str:
        return "teststore"

    @property
    def rank(self) -> int:
        return 0

    @property
    def num_workers(self) -> int:
        return 1


__all__ = ["KVStoreBase", "TestStore"]
__dir__ = __all__.copy
