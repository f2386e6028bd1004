"""What all of MXNet's modules share: its error, the kinds of numbers and texts, the data folder.

`MXNetError` is what every error of Weft is, so that `except mx.MXNetError` catches errors of
operators; each is also the builtin one that fits, such as ValueError or TypeError.

>>> from weft import mxnet as mx
>>> try:
...     mx.np.ones((2, 3)).reshape((5,))
... except mx.MXNetError as error:
...     print(isinstance(error, ValueError))
True
"""

import os
from typing import Any

import numpy

from weft._base.errors import CheckFailed, InvalidValue, Unsupported
from weft._base.errors import Error as MXNetError

string_types = (str,)
integer_types = (int, numpy.int32, numpy.int64)
numeric_types = (float, int, numpy.generic)
mx_real_t = numpy.dtype("float32")  # of arrays that are made without a dtype
error_types: dict[str, type[BaseException]] = {}  # those of `mx.error.register`, by name


class _NullType:
    """The kind of `_Null`."""

    def __repr__(self) -> str:
        return "_Null"

    def __bool__(self) -> bool:
        return False


_Null = _NullType()  # an argument that is not given


class RefusedError(InvalidValue, AssertionError):
    """What MXNet asserts of arguments; programs catch it by either name."""

    __module__ = "weft.mxnet"


class NotImplementedForSymbol(Unsupported):  # type: ignore[misc, valid-type]
    """What a symbol lacks, because it has no elements before it is bound to arrays.

    function: the function, or its name; alias: what else it is called; args: its arguments
    """

    def __init__(self, function: Any, alias: str | None = None, *args: Any) -> None:
        name = getattr(function, "__name__", function)
        also = f" (namely operator `{alias}`)" if alias else ""
        super().__init__(
            f"{name}{also}: a symbol does not have it before it is bound to arrays; "
            "`mx.sym.contrib.cond` chooses by a value"
        )


class NotSupportedForSparseNDArray(Unsupported):  # type: ignore[misc, valid-type]
    """A function that sparse arrays lack.

    function: the function, or its name; alias: what else it is called; args: its arguments
    """

    def __init__(self, function: Any, alias: str | None = None, *args: Any) -> None:
        name = getattr(function, "__name__", function)
        also = f" (namely operator `{alias}`)" if alias else ""
        super().__init__(f"{name}{also}: sparse arrays do not have it; call `todense()` first")


class ConstraintError(CheckFailed, ValueError):  # type: ignore[misc, valid-type]
    """What `npx.constraint_check` asserts is not so; MXNet raises ValueError for it."""

    __module__ = "weft.mxnet"


def data_dir_default() -> str:
    """The folder of data and models unless `MXNET_HOME` says another."""
    return os.path.join(os.path.expanduser("~"), ".mxnet")


def data_dir() -> str:
    """The folder of data and models."""
    return os.getenv("MXNET_HOME", data_dir_default())


def py_str(x: bytes | str) -> str:
    """Bytes of a C interface as a text."""
    return x.decode() if isinstance(x, bytes) else x


def _as_list(value: Any) -> list[Any] | tuple[Any, ...]:
    """A list or tuple as it is, anything else as a list of it alone."""
    return value if isinstance(value, list | tuple) else [value]


__all__ = [
    "ConstraintError",
    "MXNetError",
    "NotImplementedForSymbol",
    "NotSupportedForSparseNDArray",
    "RefusedError",
    "data_dir",
    "data_dir_default",
    "integer_types",
    "numeric_types",
    "py_str",
    "string_types",
]
__dir__ = __all__.copy
