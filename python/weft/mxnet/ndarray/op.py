"""All operators of arrays under the names that `mx.nd` has them by."""

from typing import TYPE_CHECKING, Any

from weft.mxnet.ndarray._functions import finder, names_behind

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.op", ("",), globals())

__all__: Any = names_behind(("",))
__dir__ = __all__.copy
