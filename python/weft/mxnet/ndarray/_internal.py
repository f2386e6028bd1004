"""Operators under all names that they have, those that begin with `_` as well."""

from typing import TYPE_CHECKING, Any

from weft.mxnet.ndarray._functions import finder, names_behind

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray._internal", ("",), globals())

__all__: Any = names_behind(("",))
__dir__ = __all__.copy
