"""Arrays with NumPy's names, signatures and meaning.

Differences from NumPy: Python floats become float32 (a NumPy array keeps its dtype), Python and
NumPy scalars never change an array's dtype, and basic indexing of one element gives an array of
rank 0. Operators are made from the library's registry; `help(np.sum)` has their documentation.

>>> from weft import np
>>> np.arange(6).reshape(2, 3).sum(axis=0)
array([3, 5, 7])
"""

from typing import TYPE_CHECKING

from numpy import errstate, geterr, seterr

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._core.typing import ndarray
from weft.np import (
    _bits,
    _comparing,
    _complex,
    _conversion,
    _creation,
    _dtype_functions,
    _editing,
    _elementwise,
    _extents,
    _files,
    _functional,
    _indices,
    _methods,  # noqa: F401 - arrays get the methods
    _named,
    _ops,
    _padding,
    _printing,
    _ranges,
    _searching,
    _sets,
    _shapes,
    _sorting,
    _types,
    _ufuncs,
    _writes,
    random,
)
from weft.np._bits import *  # noqa: F403
from weft.np._comparing import *  # noqa: F403
from weft.np._conversion import *  # noqa: F403
from weft.np._creation import *  # noqa: F403
from weft.np._dtype_functions import *  # noqa: F403
from weft.np._editing import *  # noqa: F403
from weft.np._elementwise import *  # noqa: F403
from weft.np._extents import *  # noqa: F403
from weft.np._files import *  # noqa: F403
from weft.np._functional import *  # noqa: F403
from weft.np._indices import *  # noqa: F403
from weft.np._inspection import __array_namespace_info__

# Operators first: some modules have a function round one of them.
from weft.np._ops import *  # noqa: F403

from weft.np._named import *  # noqa: F403  # isort: skip
from weft.np._complex import *  # noqa: F403  # isort: skip
from weft.np._padding import *  # noqa: F403
from weft.np._printing import *  # noqa: F403
from weft.np._ranges import *  # noqa: F403
from weft.np._reducing import _histograms, _nan, _quantiles, _reductions, _running, _statistics
from weft.np._reducing._histograms import *  # noqa: F403
from weft.np._reducing._nan import *  # noqa: F403
from weft.np._reducing._quantiles import *  # noqa: F403
from weft.np._reducing._reductions import *  # noqa: F403
from weft.np._reducing._running import *  # noqa: F403
from weft.np._reducing._statistics import *  # noqa: F403
from weft.np._searching import *  # noqa: F403
from weft.np._sets import *  # noqa: F403
from weft.np._shapes import *  # noqa: F403
from weft.np._sorting import *  # noqa: F403
from weft.np._types import *  # noqa: F403
from weft.np._ufuncs import *  # noqa: F403
from weft.np._vectors import _polynomials, _products, _signals, _windows
from weft.np._vectors._polynomials import *  # noqa: F403
from weft.np._vectors._products import *  # noqa: F403
from weft.np._vectors._signals import *  # noqa: F403
from weft.np._vectors._windows import *  # noqa: F403
from weft.np._writes import *  # noqa: F403

if TYPE_CHECKING:  # `_ufuncs` has these second names
    absolute = _ops.abs
    acos, asin, atan, atan2 = _ops.arccos, _ops.arcsin, _ops.arctan, _ops.arctan2
    acosh, asinh, atanh = _ops.arccosh, _ops.arcsinh, _ops.arctanh
    bitwise_invert = bitwise_not = _ops.invert
    bitwise_left_shift, bitwise_right_shift = _ops.left_shift, _ops.right_shift
    conjugate = _ops.conj
    mod, pow, true_divide = _ops.remainder, _ops.power, _ops.divide
around, concat = _named.round, _named.concatenate  # type: ignore[attr-defined]

__array_api_version__ = "2024.12"

if TYPE_CHECKING:
    from weft.np import fft, linalg, testing
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.np", _words.FUNCTIONS, ("npx",))

    def __getattr__(name: str) -> object:
        # What not every program needs is imported when it is first asked for.
        if name == "fft":
            import weft.np.fft as found
        elif name == "linalg":
            import weft.np.linalg as found
        elif name == "testing":
            import weft.np.testing as found
        else:
            return _find(name)
        return found


__all__ = [
    *_bits.__all__,
    *_comparing.__all__,
    *_complex.__all__,
    *_conversion.__all__,
    *_creation.__all__,
    *_dtype_functions.__all__,
    *_editing.__all__,
    *_elementwise.__all__,
    *_extents.__all__,
    *_files.__all__,
    *_functional.__all__,
    *_histograms.__all__,
    *_indices.__all__,
    *_nan.__all__,
    *_named.__all__,
    *_ops.__all__,
    *_padding.__all__,
    *_polynomials.__all__,
    *_printing.__all__,
    *_products.__all__,
    *_quantiles.__all__,
    *_ranges.__all__,
    *_reductions.__all__,
    *_running.__all__,
    *_searching.__all__,
    *_sets.__all__,
    *_shapes.__all__,
    *_signals.__all__,
    *_sorting.__all__,
    *_statistics.__all__,
    *_types.__all__,
    *_ufuncs.__all__,
    *_windows.__all__,
    *_writes.__all__,
    "__array_namespace_info__",
    "around",
    "concat",
    "errstate",
    "fft",
    "geterr",
    "linalg",
    "ndarray",
    "random",
    "seterr",
    "testing",
]
__all__ = list(dict.fromkeys(__all__))  # operators that a function is round, once
__dir__ = __all__.copy
