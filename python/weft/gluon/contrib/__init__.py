"""What stands on layers, losses and the trainer: `estimator`, training in one call."""

from weft.gluon.contrib import estimator

__all__ = ["estimator"]
__dir__ = __all__.copy
