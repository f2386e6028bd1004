"""Which functions of NumPy MXNet gave arrays of `mx.np` to: `mxnet.numpy_dispatch_protocol`.

Arrays bring the dispatch with them, and for more functions than these: see `weft.np`. The lists are
for programs that ask them.

>>> import numpy
>>> from weft.mxnet import np
>>> type(numpy.sum(np.ones(3))) is np.ndarray
True
"""

import functools
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidState

_FUNCTIONS = (
    "all any sometrue argmin argmax around round round_ argsort sort append broadcast_arrays "
    "broadcast_to clip concatenate copy cumsum diag diagonal diagflat dot expand_dims fix flip "
    "flipud fliplr inner insert interp max amax mean min amin nonzero ones_like atleast_1d "
    "atleast_2d atleast_3d prod product ravel repeat reshape roll split array_split hsplit vsplit "
    "dsplit squeeze stack std sum swapaxes take tensordot tile transpose unique unravel_index "
    "flatnonzero diag_indices_from delete var vdot vstack column_stack hstack dstack zeros_like "
    "linalg.norm linalg.cholesky linalg.inv linalg.solve linalg.tensorinv linalg.tensorsolve "
    "linalg.lstsq linalg.pinv linalg.eigvals linalg.eig linalg.eigvalsh linalg.eigh linalg.qr "
    "linalg.matrix_rank shape trace tril triu meshgrid outer kron einsum polyval shares_memory "
    "may_share_memory quantile median percentile diff ediff1d resize where full_like bincount "
    "empty_like nan_to_num isnan isfinite isposinf isneginf isinf pad cross"
)

_UFUNCS = (
    "abs fabs add arctan2 copysign degrees hypot lcm gcd logaddexp subtract multiply floor_divide "
    "true_divide negative power mod fmod matmul absolute rint sign exp log log2 log10 expm1 sqrt "
    "square cbrt reciprocal invert bitwise_not remainder sin cos tan sinh cosh tanh arcsin arccos "
    "arctan arcsinh arccosh arctanh maximum fmax minimum fmin ceil trunc floor bitwise_and "
    "bitwise_xor bitwise_or logical_and logical_or logical_xor logical_not equal not_equal less "
    "less_equal greater greater_equal"
)

_NUMPY_ARRAY_FUNCTION_LIST, _NUMPY_ARRAY_UFUNC_LIST = _FUNCTIONS.split(), _UFUNCS.split()


def _telling(func: Callable[..., Any], what: str) -> Callable[..., None]:
    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> None:
        try:
            func(*args, **kwargs)
        except Exception as error:
            raise InvalidState(f"{func.__name__}: {what} of NumPy failed: {error}") from error

    return call


def with_array_function_protocol(func: Callable[..., Any]) -> Callable[..., None]:
    """Decorator: a function that gives arrays to functions of NumPy. What it raises becomes a
    RuntimeError, and what it returns is left out."""
    return _telling(func, "the protocol for functions")


def with_array_ufunc_protocol(func: Callable[..., Any]) -> Callable[..., None]:
    """Decorator: the same for functions of NumPy that work element by element."""
    return _telling(func, "the protocol for ufuncs")


__all__ = ["with_array_function_protocol", "with_array_ufunc_protocol"]
__dir__ = __all__.copy
