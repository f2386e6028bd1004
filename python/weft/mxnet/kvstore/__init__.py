"""Stores of arrays by key, which add up what devices push: `mx.kv`.

>>> from weft import mxnet as mx, np
>>> store = mx.kv.create("local")
>>> store.init("w", np.zeros(2))
>>> store.push("w", [np.ones(2), np.ones(2)])
>>> out = np.zeros(2)
>>> store.pull("w", out=out)
>>> out
array([2., 2.])

One process has all devices of its own, so `local` and `device` are the same; `dist_sync`,
`dist_async` and `dist_device_sync` are of all processes that a launcher started
(docs/distributed.md).
"""

from weft.mxnet.kvstore import base, kvstore  # noqa: F401
from weft.mxnet.kvstore.base import KVStoreBase, TestStore
from weft.mxnet.kvstore.kvstore import KVStore, create

__all__ = ["KVStore", "KVStoreBase", "TestStore", "create"]
__dir__ = __all__.copy
