"""Arrays with NumPy's names, signatures and meaning.

Differences from NumPy: Python floats become float32 (a NumPy array keeps its dtype), Python and
NumPy scalars never change an array's dtype, and basic indexing of one element gives an array of
rank 0. Operators are made from the library's registry; `help(np.sum)` has their documentation.

>>> from weft import np
>>> np.arange(6).reshape(2, 3).sum(axis=0)
array([3, 5, 7])
"""

from typing import TYPE_CHECKING, Any

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._core import native as _native
from weft.np import _einops as _einops
from weft.np import _methods as _methods  # arrays get the methods
from weft.np._names import PLACES as _PLACES

__array_api_version__ = "2024.12"

_einops.watch()

if TYPE_CHECKING:  # what `_names` says
    from weft.np import _ops as _ops
    from weft.np import fft as fft
    from weft.np import linalg as linalg
    from weft.np import random as random
    from weft.np import testing as testing
    from weft.np._bits import *  # noqa: F403
    from weft.np._comparing import *  # noqa: F403
    from weft.np._complex import *  # noqa: F403
    from weft.np._conversion import *  # noqa: F403
    from weft.np._creation import *  # noqa: F403
    from weft.np._dtype_functions import *  # noqa: F403
    from weft.np._editing import *  # noqa: F403
    from weft.np._elementwise import *  # noqa: F403
    from weft.np._extents import *  # noqa: F403
    from weft.np._files import *  # noqa: F403
    from weft.np._functional import *  # noqa: F403
    from weft.np._indices import *  # noqa: F403
    from weft.np._inspection import __array_namespace_info__ as __array_namespace_info__
    from weft.np._named import *  # noqa: F403
    from weft.np._ops import *  # noqa: F403
    from weft.np._padding import *  # noqa: F403
    from weft.np._printing import *  # noqa: F403
    from weft.np._ranges import *  # noqa: F403
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
    from weft.np._vectors._polynomials import *  # noqa: F403
    from weft.np._vectors._products import *  # noqa: F403
    from weft.np._vectors._signals import *  # noqa: F403
    from weft.np._vectors._windows import *  # noqa: F403
    from weft.np._writes import *  # noqa: F403

    absolute = _ops.abs
    acos, asin, atan, atan2 = _ops.arccos, _ops.arcsin, _ops.arctan, _ops.arctan2
    acosh, asinh, atanh = _ops.arccosh, _ops.arcsinh, _ops.arctanh
    bitwise_invert = bitwise_not = _ops.invert
    bitwise_left_shift, bitwise_right_shift = _ops.left_shift, _ops.right_shift
    conjugate = _ops.conj
    mod, pow, true_divide = _ops.remainder, _ops.power, _ops.divide
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.np", _words.FUNCTIONS, ("npx",))

    def _operator(name: str) -> Any:
        """An operator that no function is round, or the list of all names."""
        if name == "__all__":
            from weft.np import _ops

            globals()["__all__"] = found = sorted({*_PLACES, *_ops.__all__})
            return found
        found = None if name.startswith("_") else _native.operator(name)
        if found is None or found.place != "np":
            return _find(name)
        globals()[name] = found
        return found

    __getattr__ = _later.names_of("weft.np", _PLACES, _operator)

    def __dir__() -> list[str]:
        return list(__getattr__("__all__"))
