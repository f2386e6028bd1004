"""Networks that are there, `vision`, and where their files lie, `model_store`."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft.mxnet.gluon.model_zoo import model_store, vision

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.model_zoo", {}, ("gluon.model_zoo",))

__all__ = ["model_store", "vision"]
__dir__ = __all__.copy
