"""Graphs of MXNet's operators, composed before there are arrays: `mx.sym`.

>>> from weft import mxnet as mx
>>> data = mx.sym.Variable("data")
>>> net = mx.sym.FullyConnected(data, num_hidden=2, name="fc")
>>> net = mx.sym.SoftmaxOutput(net, name="softmax")
>>> net.list_arguments()
['data', 'fc_weight', 'fc_bias', 'softmax_label']

Every operator of MXNet that Weft has a rule for is a function here, under its names of 1.x and 2.0.
"""

from typing import TYPE_CHECKING, Any

from weft._base.spelling import public_module as _public_module
from weft.mxnet.symbol import (  # noqa: F401
    _internal,
    contrib,
    image,
    linalg,
    numpy,
    numpy_extension,
    op,
    random,
    sparse,
)
from weft.mxnet.symbol import numpy as np
from weft.mxnet.symbol import numpy_extension as npx
from weft.mxnet.symbol._cached import CachedOp
from weft.mxnet.symbol._creation import (
    arange,
    eye,
    full,
    histogram,
    hypot,
    linspace,
    maximum,
    minimum,
    ones,
    power,
    split_v2,
    zeros,
)
from weft.mxnet.symbol._functions import finder as _finder
from weft.mxnet.symbol._functions import names_behind as _names_behind
from weft.mxnet.symbol._symbol import Symbol
from weft.mxnet.symbol._variables import Group, Variable, fromjson, load, load_json, var

pow = power

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _finder("weft.mxnet.symbol", ("",))

    def __getattr__(name: str) -> Any:
        # MXNet has its classes and functions in an inner module of this name.
        return _public_module("mxnet.symbol") if name == "symbol" else _find(name)


__all__ = [
    "CachedOp",
    "Group",
    "Symbol",
    "Variable",
    "arange",
    "contrib",
    "eye",
    "fromjson",
    "full",
    "histogram",
    "hypot",
    "image",
    "linalg",
    "linspace",
    "load",
    "load_json",
    "maximum",
    "minimum",
    "np",
    "npx",
    "numpy",
    "numpy_extension",
    "ones",
    "op",
    "pow",
    "power",
    "random",
    "sparse",
    "split_v2",
    "var",
    "zeros",
]

__all__ += [name for name in _names_behind(("",)) if name not in __all__]
__dir__ = __all__.copy
