"""Operators of pictures: `mx.nd.image.to_tensor` is the operator `_image_to_tensor`."""

from typing import TYPE_CHECKING, Any

from weft.mxnet.ndarray._functions import finder, names_behind

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.image", ("_image_",), globals())

__all__: Any = names_behind(("_image_",))
__dir__ = __all__.copy
