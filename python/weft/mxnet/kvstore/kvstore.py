"""Stores by their names."""

from typing import Any

from weft._base.errors import InvalidType, NotFound, Unsupported
from weft._base.spelling import hint
from weft.mxnet.kvstore._local import KVStore
from weft.mxnet.kvstore.base import KVStoreBase

_LOCAL = ("local", "device", "nccl", "local_allreduce_cpu", "local_allreduce_device")
_LOCAL += ("local_update_cpu",)
_DISTRIBUTED = ("dist_sync", "dist_async", "dist_device_sync", "dist_sync_device", "dist")


def create(name: str = "local") -> Any:
    """A store by its name: "local" or "device" of this process, "dist_sync", "dist_async" or
    "dist_device_sync" of all processes of a job, or one that the program registered."""
    if not isinstance(name, str):
        raise InvalidType(f"create: `name` must be a string; got {type(name).__name__}")
    wanted = name.lower()
    if wanted in KVStoreBase.kv_registry:
        return KVStoreBase.kv_registry[wanted]()
    if wanted in ("horovod", "byteps"):
        raise Unsupported(f"create: the store `{name}` is of another package; use 'dist_sync'")
    if wanted in _DISTRIBUTED:
        from weft.mxnet.kvstore.distributed import DistributedKVStore

        return DistributedKVStore(wanted)
    if wanted not in _LOCAL:
        known = (*_LOCAL, *_DISTRIBUTED, *KVStoreBase.kv_registry)
        raise NotFound(
            f"create: there is no store `{name}`{hint(name, {}, known)}; stores are "
            f"{', '.join(known)}"
        )
    return KVStore(wanted)


__all__ = ["KVStore", "create"]
__dir__ = __all__.copy
