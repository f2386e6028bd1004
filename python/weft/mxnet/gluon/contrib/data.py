"""What `mx.gluon.contrib.data` has beside its texts: a sampler, in 2.0 in `mx.gluon.data`."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import IntervalSampler

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.contrib.data", _words.DATA, ("gluon.data",))

__all__ = ["IntervalSampler"]
__dir__ = __all__.copy
