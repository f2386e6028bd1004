"""Layers of `mx.gluon.contrib.cnn`, which 2.0 moved to `mx.gluon.nn`."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.nn import DeformableConvolution, ModulatedDeformableConvolution

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.contrib.cnn", _words.LAYERS, ("gluon.nn",))

__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]
__dir__ = __all__.copy
