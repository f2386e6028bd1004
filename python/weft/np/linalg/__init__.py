"""Linear algebra with NumPy's names: factorizations, solutions, norms, with gradients.

The last two axes are the matrix, all others are batches. Small real matrices have kernels in the
core: determinant, inverse, solution and Cholesky factor up to 4 rows, `eigh` up to 3. For all
others a library of operators brings those of a LAPACK (`pip install '.[linalg]'`). Without one
NumPy's functions compute, in 64 bits, and a file with such a factorization runs in Python alone.

>>> from weft import np
>>> np.linalg.norm(np.array([3.0, 4.0]))
array(5.)
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.np.linalg import _functions, _norms
from weft.np.linalg._factorizations import LinAlgError
from weft.np.linalg._functions import *  # noqa: F403
from weft.np.linalg._norms import *  # noqa: F403

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np.linalg", _words.FUNCTIONS)

__all__ = ["LinAlgError", *_functions.__all__, *_norms.__all__]
__dir__ = __all__.copy
