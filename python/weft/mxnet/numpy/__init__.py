"""NumPy's functions with MXNet's meaning: `from mxnet import np`.

Most are Weft's own; those of this package differ by default dtypes, by `ctx` and `device`, or by
the order of arguments. Arrays are arrays of Weft.

>>> from weft.mxnet import np
>>> np.array([1, 2]) / 2
array([0.5, 1. ])
"""

import math as _math
from typing import TYPE_CHECKING

import numpy as _numpy

from weft import np as _np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet import _array_methods  # noqa: F401 - arrays get MXNet's methods
from weft.mxnet._operators._integers import bincount  # noqa: F401 - in `__all__`, which is computed
from weft.mxnet.numpy import (  # noqa: F401 - `_internal` is public in MXNet
    _creation,
    _internal,
    _reductions,
    _shapes,
    fallback,
    fallback_linalg,
    linalg,
    random,
)
from weft.mxnet.numpy._creation import *  # noqa: F403
from weft.mxnet.numpy._elementwise import FUNCTIONS as _ELEMENTWISE
from weft.mxnet.numpy._reductions import *  # noqa: F403
from weft.mxnet.numpy._shapes import *  # noqa: F403
from weft.mxnet.numpy.fallback import FUNCTIONS as _FUNCTIONS
from weft.np import _protocols

if TYPE_CHECKING:
    from weft.np import *  # noqa: F403

_own = globals().copy()
globals().update({name: getattr(_np, name) for name in _np.__all__ if name not in _own})
globals().update(_ELEMENTWISE)
globals().update(_FUNCTIONS)
shares_memory = _np.may_share_memory

dtype = _numpy.dtype
bool_ = bool = _numpy.dtype("bool")
# Types as in 1.x, which programs also call: `np.float32(3)`. They equal the dtypes of 2.0.
int8, int16, int32, int64 = _numpy.int8, _numpy.int16, _numpy.int32, _numpy.int64
uint8, uint16, uint32, uint64 = _numpy.uint8, _numpy.uint16, _numpy.uint32, _numpy.uint64
float16, float32, float64 = _numpy.float16, _numpy.float32, _numpy.float64
complex64, complex128 = _numpy.complex64, _numpy.complex128

boolean_dtypes = [bool_]
integer_dtypes = [int8, int16, int32, int64, uint8, uint16, uint32, uint64]
floating_dtypes = [float16, float32, float64]
numeric_dtypes = [*integer_dtypes, *floating_dtypes]

NaN = NAN = _math.nan
PINF, NINF, PZERO, NZERO = _math.inf, -_math.inf, 0.0, -0.0
euler_gamma = _numpy.euler_gamma

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.numpy",
        _words.FUNCTIONS,
        ("npx",),
        ("function_base", "multiarray", "set_functions", "stride_tricks", "type_functions"),
    )

_CONSTANTS = ("NAN", "NINF", "NZERO", "NaN", "PINF", "PZERO", "euler_gamma")
_KINDS = ("boolean_dtypes", "floating_dtypes", "integer_dtypes", "numeric_dtypes")

_COMPUTED = {
    *_np.__all__,
    *_creation.__all__,
    *_ELEMENTWISE,
    *_reductions.__all__,
    "bincount",
    *_shapes.__all__,
    *_FUNCTIONS,
    *_CONSTANTS,
    *_KINDS,
}

__all__ = [
    *sorted(_COMPUTED - {"linalg", "random"}),
    "bool",
    "fallback",
    "fallback_linalg",
    "dtype",
    "linalg",
    "random",
    "shares_memory",
]
__dir__ = __all__.copy

# `numpy.linalg.svd(x)` of an array finds the function here where `weft.np` lacks it.
_protocols.add_functions("numpy", {name: globals()[name] for name in _COMPUTED})
_protocols.add_functions("numpy.linalg", {name: getattr(linalg, name) for name in linalg.__all__})
