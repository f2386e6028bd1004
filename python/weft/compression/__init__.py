"""Networks with fewer weights, fewer channels, or weights of fewer bits than they compute with.

`weft.quantization` has the same functions, beside those that make networks compute in int8.

>>> from weft import compression, gluon, np
>>> net = gluon.nn.Dense(8, in_units=16)
>>> net.initialize()
>>> compression.prune(net, 0.5)
{'weight': 0.5}
"""

from weft.compression._pruning import Pruner, forget_masks, prune
from weft.compression._shrinking import shrink
from weft.compression._storage import cluster_weights, store_weights

__all__ = ["Pruner", "cluster_weights", "forget_masks", "prune", "shrink", "store_weights"]
__dir__ = __all__.copy
