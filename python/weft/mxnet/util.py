"""Modes of NumPy, variables of the environment, and small tools, as `mx.util` has them.

>>> from weft import mxnet as mx
>>> mx.util.is_np_array(), mx.util.is_np_default_dtype()
(True, False)
>>> with mx.util.np_default_dtype():
...     mx.np.ones(2).dtype.name
'float64'
"""

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.mxnet import _made, _modes
from weft.mxnet._made import from_numpy, to_numpy
from weft.mxnet.device import Device, gpu_memory_info, num_gpus

T = TypeVar("T")


# ---- modes ---------------------------------------------------------------------------------------


def is_np_shape() -> bool:
    """Do shapes without axes and extents of 0 mean what they do in NumPy? They always do here; this
    is what the program has set."""
    return _modes.read("shape")


def is_np_array() -> bool:
    """Does the program work with `mx.np` arrays?"""
    return _modes.read("array")


def is_np_default_dtype() -> bool:
    """Are float64 and int64 the default dtypes, as in NumPy?"""
    return _modes.read("dtype")


def set_np(shape: bool = True, array: bool = True, dtype: bool = False) -> None:
    """Says that the program works in NumPy's manner, which is so from the start.

    dtype: NumPy's default dtypes, too: float64 for floating arrays that are made

    Raises ValueError for arrays without shapes of NumPy.
    """
    if not shape and array:
        raise InvalidValue("set_np: `array` of NumPy needs `shape` of NumPy; got shape=False")
    _modes.set_default("shape", shape)
    _modes.set_default("array", array)
    _modes.set_default("dtype", dtype)


def reset_np() -> None:
    """Says that the program works in the manner of 1.x. Arrays of `mx.nd` do so anyway."""
    set_np(shape=False, array=False, dtype=False)


def set_np_shape(active: Any) -> bool:
    """Sets the mode of shapes; gives what it was."""
    return _modes.set_default("shape", active)


def set_np_default_dtype(is_np_default_dtype: bool = True) -> bool:
    """Sets NumPy's default dtypes, or float32; gives what was set."""
    return _modes.set_default("dtype", is_np_default_dtype)


def np_shape(active: Any = True) -> _modes.ModeBlock:
    """A `with` block with shapes of NumPy, or without."""
    return _modes.ModeBlock("shape", active)


def np_array(active: bool = True) -> _modes.ModeBlock:
    """A `with` block with arrays of NumPy, or without."""
    return _modes.ModeBlock("array", active)


def np_default_dtype(active: bool = True) -> _modes.ModeBlock:
    """A `with` block with NumPy's default dtypes, or with float32."""
    return _modes.ModeBlock("dtype", active)


def _within(modes: tuple[str, ...], func: T) -> T:
    """A function that runs with modes on. A class stays as it is: its arrays say what they are."""
    if isinstance(func, type) or not callable(func):
        return func

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        blocks = [_modes.ModeBlock(mode, True) for mode in modes]
        for block in blocks:
            block.__enter__()
        try:
            return func(*args, **kwargs)
        finally:
            for block in reversed(blocks):
                block.__exit__(None, None, None)

    return call  # type: ignore[return-value]


def use_np_shape(func: T) -> T:
    """Decorator: a function that runs with shapes of NumPy."""
    return _within(("shape",), func)


def use_np_array(func: T) -> T:
    """Decorator: a function that runs with arrays of NumPy."""
    return _within(("array",), func)


def use_np(func: T) -> T:
    """Decorator: a function that runs with shapes and arrays of NumPy."""
    return _within(("shape", "array"), func)


def use_np_default_dtype(func: T) -> T:
    """Decorator: a function that runs with NumPy's default dtypes."""
    return _within(("dtype",), func)


class _ArrayScopes(type):
    """Gives the class below one current scope for each thread."""

    @property
    def _current(cls) -> "_NumpyArrayScope":
        return _NumpyArrayScope(is_np_array())

    @_current.setter
    def _current(cls, scope: "_NumpyArrayScope") -> None:
        _modes.set_here("array", scope._is_np_array)


class _NumpyArrayScope(_modes.ModeBlock, metaclass=_ArrayScopes):
    """The scope of `np_array`, under the name that programs of 2.0 may know."""

    def __init__(self, is_np_array: bool) -> None:
        super().__init__("array", is_np_array)
        self._is_np_array = is_np_array


# ---- the environment and devices -----------------------------------------------------------------


def getenv(name: str) -> str | None:
    """A variable of the environment; None if it is not set."""
    return os.environ.get(name)


def setenv(name: str, value: Any) -> None:
    """Sets a variable of the environment; None removes it."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = str(value)


def get_gpu_count() -> int:
    """How many GPUs there are."""
    return num_gpus()


def get_gpu_memory(gpu_dev_id: int) -> tuple[int, int]:
    """Bytes of a GPU that arrays have now, and at most until now."""
    return gpu_memory_info(gpu_dev_id)


def get_cuda_compute_capability(device: Any) -> int | None:
    """The generation of a GPU's processor. None: for the CPU, and as Weft does not ask cards."""
    if not isinstance(device, Device):
        raise InvalidType(f"`device` must be a device such as mx.gpu(0); got {device!r}")
    return None


def set_flush_denorms(value: bool) -> bool:
    """Nothing: numbers too small for the normal form are kept. Gives False, for what was set."""
    return False


# ---- small tools ---------------------------------------------------------------------------------


def set_module(module: str) -> Callable[[T], T]:
    """Decorator: what is decorated says that it is of `module`."""

    def decorate(func: T) -> T:
        if module is not None:
            func.__module__ = module
        return func

    return decorate


def dtype_from_number(number: Any) -> Any:
    """The dtype that a Python number or bool has in the present mode."""
    if isinstance(number, bool | numpy.bool_):
        return numpy.bool_
    if isinstance(number, int):
        return numpy.int64
    if isinstance(number, numpy.generic):
        return number.dtype.type
    return numpy.float64 if is_np_default_dtype() else numpy.float32


def default_array(source_array: Any, device: Any = None, dtype: Any = None) -> ndarray:
    """An array of `mx.np`, or of `mx.nd` in 1.x's manner."""
    made = _made.array(source_array, dtype=dtype, device=device)
    return made if is_np_array() else made.as_nd_ndarray()


def numpy_fallback(func: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: a function of NumPy's arrays takes and gives arrays of `mx.np`. No gradient."""

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        return from_numpy(func(*to_numpy(args), **to_numpy(kwargs)))

    return call


__all__ = [
    "default_array",
    "dtype_from_number",
    "get_cuda_compute_capability",
    "get_gpu_count",
    "get_gpu_memory",
    "getenv",
    "is_np_array",
    "is_np_default_dtype",
    "is_np_shape",
    "np_array",
    "np_default_dtype",
    "np_shape",
    "numpy_fallback",
    "reset_np",
    "set_flush_denorms",
    "set_module",
    "set_np",
    "set_np_default_dtype",
    "set_np_shape",
    "setenv",
    "use_np",
    "use_np_array",
    "use_np_default_dtype",
    "use_np_shape",
]
__dir__ = __all__.copy
