"""Arrays with NumPy's names, signatures and meaning.

Differences from NumPy: Python floats become float32 (a NumPy array keeps its dtype), Python and
NumPy scalars never change an array's dtype, and basic indexing of one element gives an array of
rank 0. Operators are made from the library's registry; `help(np.sum)` has their documentation.

>>> from weft import np
>>> np.arange(6).reshape(2, 3).sum(axis=0)
array([3, 5, 7])
"""

import math as _math
from typing import TYPE_CHECKING

import numpy as _numpy

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._core.dtypes import bfloat16
from weft._core.typing import ndarray
from weft.np import (
    _comparing,
    _creation,
    _editing,
    _elementwise,
    _extents,
    _ops,
    _searching,
    _shapes,
    _statistics,
    fft,
    linalg,
    random,
)
from weft.np._comparing import *  # noqa: F403
from weft.np._creation import *  # noqa: F403
from weft.np._dtype_functions import can_cast, finfo, iinfo, isdtype, result_type
from weft.np._editing import *  # noqa: F403
from weft.np._elementwise import *  # noqa: F403
from weft.np._extents import *  # noqa: F403
from weft.np._inspection import __array_namespace_info__
from weft.np._ops import *  # noqa: F403
from weft.np._searching import *  # noqa: F403
from weft.np._shapes import *  # noqa: F403
from weft.np._statistics import *  # noqa: F403

bool_ = _numpy.bool_
int8, int16, int32, int64 = _numpy.int8, _numpy.int16, _numpy.int32, _numpy.int64
uint8, uint16, uint32, uint64 = _numpy.uint8, _numpy.uint16, _numpy.uint32, _numpy.uint64
float16, float32, float64 = _numpy.float16, _numpy.float32, _numpy.float64
complex64, complex128 = _numpy.complex64, _numpy.complex128

pi = _math.pi
e = _math.e
inf = _math.inf
nan = _math.nan
newaxis = None
__array_api_version__ = "2024.12"

# NumPy's second names, most of them the array API's.
absolute = _ops.abs
acos, asin, atan, atan2 = _ops.arccos, _ops.arcsin, _ops.arctan, _ops.arctan2
acosh, asinh, atanh = _ops.arccosh, _ops.arcsinh, _ops.arctanh
bitwise_invert = bitwise_not = _ops.invert
bitwise_left_shift, bitwise_right_shift = _ops.left_shift, _ops.right_shift
concat = _ops.concatenate
conjugate = _ops.conj
mod = _ops.remainder
pow = _ops.power
true_divide = _ops.divide

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np", _words.FUNCTIONS, ("npx",))

__all__ = [
    *_comparing.__all__,
    *_creation.__all__,
    *_editing.__all__,
    *_elementwise.__all__,
    *_extents.__all__,
    *_ops.__all__,
    *_searching.__all__,
    *_shapes.__all__,
    *_statistics.__all__,
    "__array_namespace_info__",
    "absolute",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bfloat16",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_right_shift",
    "bool_",
    "can_cast",
    "complex128",
    "complex64",
    "concat",
    "conjugate",
    "e",
    "fft",
    "finfo",
    "float16",
    "float32",
    "float64",
    "iinfo",
    "inf",
    "int16",
    "int32",
    "int64",
    "isdtype",
    "int8",
    "linalg",
    "mod",
    "nan",
    "ndarray",
    "newaxis",
    "pi",
    "pow",
    "random",
    "result_type",
    "true_divide",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
]
__dir__ = __all__.copy
