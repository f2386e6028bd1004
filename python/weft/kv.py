"""Stores of arrays by key, of one process or of many: `kv.create("dist_sync")`.

>>> from weft import kv, np
>>> store = kv.create("local")
>>> store.init("w", np.ones(2))
>>> store.set_optimizer("sgd", learning_rate=0.5)
>>> w = np.zeros(2)
>>> store.pushpull("w", np.ones(2), out=w)
>>> w
array([0.5, 0.5])

Servers are processes of the launcher: `weft launch -n 4 -s 2 train.py`. See docs/distributed.md.
"""

from weft.distributed._kvstore.stores import KVStore, create
from weft.distributed._kvstore.updates import updater

__all__ = ["KVStore", "create", "updater"]
__dir__ = __all__.copy
