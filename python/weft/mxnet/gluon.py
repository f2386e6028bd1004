"""Gluon of MXNet: networks of symbol files as blocks."""

from weft.mxnet._block import SymbolBlock

__all__ = ["SymbolBlock"]
__dir__ = __all__.copy
