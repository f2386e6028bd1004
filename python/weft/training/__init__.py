"""A day of training in one object: `weft.Model` with `fit`, `evaluate` and `predict`.

The work is that of `gluon.Trainer` and of plans; here are the loop, the data, the figures.
"""

from weft.training.history import History
from weft.training.model import Model

__all__ = ["History", "Model"]
__dir__ = __all__.copy
